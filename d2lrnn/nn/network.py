"""`Network`: weights, a state and an engine. The kinds of network are in `models`."""

from __future__ import annotations

from collections.abc import Sequence

import mxnet as mx
import numpy as np

from d2lrnn import device as devices
from d2lrnn.nn import fused
from d2lrnn.nn.cells import cell_named, gate_shapes, layer_shapes
from d2lrnn.nn.compiled import Compiled
from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.parameters import Parameters
from d2lrnn.seeding import generator

ENGINES = ("fused", "scratch")


class Network:
    """A network that learns: recurrent layers, what stands above them, and their weights on one context.

    engine: "fused" (MXNet's operator) or "scratch" (the deck's equations); the same weights give the same numbers. Where the operator has no such cell
    (`gru`, the deck's), the network says so in one line and takes "scratch".
    device: see `d2lrnn.device.choose`. rng: see `d2lrnn.generator`; it decides the first weights, the same on every engine and context.
    dtype: "float32", or "float64" to check gradients with.

    Attributes: `parameters` (`Parameters`: every number in one vector), `engine`, `device`.
    """

    def __init__(self, engine: str = "fused", device=None, rng=None, dtype: str = "float32"):
        if engine not in ENGINES:
            raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        cells = {layers.cell for layers in self.parts().values()}
        if engine == "fused" and not all(fused.has(cell) for cell in cells):
            print(
                f"{type(self).__name__}: MXNet's operator has no {' or '.join(sorted(cells))} (reset before the product; gru_after is its variant): "
                "the engine is scratch"
            )
            engine = "scratch"
        self.engine, self.device, self.dtype = engine, devices.choose(device), dtype
        self.parameters = Parameters(self.shapes(), self.device, dtype)
        initial = self.initial(generator(rng))
        self.parameters.set(np.concatenate([np.ravel(initial[name]) for name in self.parameters.shapes]))
        self._by_name = self._leaves()
        self._arrays = [a for leaf in self._by_name.values() for a in (leaf if isinstance(leaf, list) else [leaf])]
        self._forward, self._loss = Compiled(self._graph), Compiled(self._loss_graph)

    # What each kind of network says of itself.

    def parts(self) -> dict[str, RecurrentLayers]:
        """Its recurrent layers, by the prefix of their arrays' names."""
        raise NotImplementedError

    def head_shapes(self) -> dict[str, tuple[int, ...]]:
        """The arrays above the recurrent layers."""
        raise NotImplementedError

    def shapes(self) -> dict[str, tuple[int, ...]]:
        shapes = {}
        for prefix, layers in self.parts().items():
            shapes |= layers.shapes(prefix)
        return shapes | self.head_shapes()

    def initial(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        values = {}
        for prefix, layers in self.parts().items():
            values |= layers.initial(rng, prefix)
        for name, shape in self.head_shapes().items():
            limit = np.sqrt(6 / sum(shape)) if len(shape) == 2 else 0.0
            values[name] = rng.uniform(-limit, limit, shape)
        return values

    def config(self) -> dict:
        """Its kind and the arguments that make a network of the same shape (`models.network_from`): plain values, for a file."""
        raise NotImplementedError

    # The axis of the batch in each part of a minibatch, and how many losses a minibatch's mean is over: to share one out among contexts.
    batch_axes: tuple[int, ...] = ()

    def count(self, batch: tuple) -> float:
        return float(batch[0].shape[0] * batch[0].shape[1])

    def _minibatch(self, batch: tuple, state: tuple | None) -> tuple[tuple, list]:
        """What `_loss_graph` takes of it: static arguments, and the arrays before the weights."""
        raise NotImplementedError

    # What they share.

    def loss(self, batch: tuple, state: tuple | None = None) -> tuple:
        """The mean loss of a minibatch, an array (), and the state after it, or None where nothing is carried.

        batch: see the network's class. Within `mxnet.autograd.record()` it can be differentiated.
        """
        static, given = self._minibatch(batch, state)
        mean, *end = self._loss(static, [*given, *self._arrays])
        return mean, tuple(end) or None

    def gradient(self, batch: tuple, state: tuple | None = None) -> tuple:
        """Forward, and backward through the steps of this minibatch: the gradient of the mean loss ends up in `parameters.grad`.

        Returns what `loss` does, as arrays that the next call overwrites. It is `loss` within `autograd.record()` and then `backward()`, for a training loop.
        """
        static, given = self._minibatch(batch, state)
        mean, *end = self._loss.gradient(static, given, self._arrays)
        return mean, tuple(end) or None

    def shares(self, batch: tuple, count: int) -> list[tuple]:
        """A minibatch of NumPy arrays cut in `count` shares along the batch. Raises ValueError if it has fewer rows."""
        if batch[0].shape[1] < count:
            raise ValueError(f"{count} contexts need a minibatch of at least {count} rows, got {batch[0].shape[1]}")
        parts = [
            [None] * count if part is None else np.array_split(part, count, axis=axis)
            for part, axis in zip(batch, self.batch_axes, strict=False)
        ]
        return list(zip(*parts, strict=True))

    def begin_state(self, batch: int) -> tuple:
        """The only place where a state is made of zeros: arrays (L D, B, H), one, or two for an LSTM."""
        layers = next(iter(self.parts().values()))
        shape = (layers.layers * layers.directions, batch, layers.hidden)
        return tuple(mx.np.zeros(shape, dtype=self.dtype, ctx=self.device) for _ in range(layers.states))

    def array(self, values, dtype: str | None = None):
        """Values as an MXNet array on this network's context: whole numbers as int32, others as the network's dtype.

        Raises ValueError for an MXNet array that lies on another context.
        """
        if isinstance(values, mx.nd.NDArray):
            if values.ctx != self.device:
                raise ValueError(
                    f"{type(self).__name__} is on {self.device}, got an array on {values.ctx}; make it there"
                )
            return values if dtype is None or values.dtype == np.dtype(dtype) else values.astype(dtype)
        values = np.asarray(values)
        kind = dtype or ("int32" if values.dtype.kind in "iub" else self.dtype)
        return mx.np.array(values, dtype=kind, ctx=self.device)

    def lengths_and_mask(self, steps: int, batch: int, lengths):
        """Lengths (B,) as what the graphs want: float32 (B,) and the mask (T, B, 1). Raises ValueError for lengths outside 1 … T."""
        lengths = lengths.asnumpy() if hasattr(lengths, "asnumpy") else np.asarray(lengths)
        whole = lengths.shape == (batch,) and (lengths % 1 == 0).all()
        if not whole or not (1 <= lengths.min() and lengths.max() <= steps):
            raise ValueError(
                f"lengths: {batch} whole numbers from 1 to {steps} are needed, got shape {lengths.shape}"
                + (f" from {lengths.min()} to {lengths.max()}" if lengths.size else "")
            )
        mask = (np.arange(steps)[:, None] < lengths)[..., None]
        return self.array(lengths.astype(np.float32), "float32"), self.array(mask.astype(self.dtype), self.dtype)

    def check_ids(self, name: str, ids, size: int):
        """Ids as an int32 array on the context. Raises IndexError for an id of `size` or more: MXNet would take another in silence.

        Arrays that are on the context already are taken as they are: checking would wait for them.
        """
        if not isinstance(ids, mx.nd.NDArray):
            ids = np.asarray(ids)
            if ids.dtype.kind not in "iu":
                raise TypeError(f"{name}: whole numbers are needed, got an array of {ids.dtype}")
            if ids.size and (ids.min() < 0 or ids.max() >= size):
                wrong = ids[(ids < 0) | (ids >= size)][0]
                raise IndexError(f"{name}: ids run from 0 to {size - 1}, got {wrong}")
        return self.array(ids, "int32")

    def _leaves(self) -> dict:
        """The arrays that the graphs take, by name: a layer's vector for MXNet's operator, and the list of its parts by gate for the equations."""
        found = dict(self.parameters.arrays)
        if self.engine == "scratch":
            for prefix, layers in self.parts().items():
                for l in range(layers.layers):
                    name, shapes = f"{prefix}layer{l}", gate_shapes(*layers.layer_arguments(l))
                    found[name] = self.parameters.parts(name, shapes)
        return found

    def _named(self, arrays: Sequence) -> dict:
        """What `_arrays` lists, or symbols in its place, by name again."""
        rest = iter(arrays)
        return {
            name: [next(rest) for _ in leaf] if isinstance(leaf, list) else next(rest)
            for name, leaf in self._by_name.items()
        } | {"dtype": self.dtype}

    def weights(self) -> dict[str, np.ndarray]:
        """All weights under the deck's names, as NumPy arrays: `layer0.W_xi` (I, H), `layer0.W_hi` (H, H), `layer0.b_i` (H,), …, `W_ho`, `b_o`.

        In a bidirectional network `layer0.forward.W_xi` and `layer0.backward.W_xi`. Of MXNet's two biases the sum is given; `gru_after` has `c_h` too.
        """
        found = {}
        for prefix, layers, l, flat in self._layer_vectors():
            for d, (W_x, W_h, b_x, b_h) in enumerate(_pieces(flat, layers, l)):
                for g, name in enumerate(cell_named(layers.cell).gates):
                    at = _path(prefix, layers, l, d)
                    found |= {f"{at}W_x{name}": W_x[g].T.copy(), f"{at}W_h{name}": W_h[g].T.copy()}
                    if layers.cell == "gru_after" and name == "h":
                        found |= {f"{at}b_h": b_x[g].copy(), f"{at}c_h": b_h[g].copy()}
                    else:
                        found[f"{at}b_{name}"] = b_x[g] + b_h[g]
        for name, array in self.parameters.arrays.items():
            if not name.rpartition(".")[2].startswith("layer"):
                found[name] = array.asnumpy().T.copy() if name.startswith("W_") else array.asnumpy()
        return found

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        """Take weights named as `weights()` names them, e.g. another network's.

        Raises ValueError, and changes nothing, for names or shapes that differ.
        """
        mine = self.weights()
        if weights.keys() != mine.keys():
            missing, extra = sorted(mine.keys() - weights.keys()), sorted(weights.keys() - mine.keys())
            raise ValueError(f"set_weights: missing {missing or 'none'}, unknown {extra or 'none'}")
        for name, value in weights.items():
            if np.shape(value) != mine[name].shape:
                raise ValueError(f"set_weights: {name} has shape {mine[name].shape}, got {np.shape(value)}")
        values = {name: array.asnumpy() for name, array in self.parameters.arrays.items()}
        for prefix, layers, l, flat in self._layer_vectors():
            for d, (W_x, W_h, b_x, b_h) in enumerate(_pieces(flat, layers, l)):  # views of flat
                for g, name in enumerate(cell_named(layers.cell).gates):
                    at = _path(prefix, layers, l, d)
                    W_x[g], W_h[g] = weights[f"{at}W_x{name}"].T, weights[f"{at}W_h{name}"].T
                    b_x[g], b_h[g] = weights[f"{at}b_{name}"], weights.get(f"{at}c_{name}", 0)
            values[f"{prefix}layer{l}"] = flat
        for name in values:
            if name in weights:
                values[name] = weights[name].T if name.startswith("W_") else weights[name]
        self.parameters.set(np.concatenate([np.ravel(values[name]) for name in self.parameters.shapes]))

    def _layer_vectors(self):
        for prefix, layers in self.parts().items():
            for l in range(layers.layers):
                yield prefix, layers, l, self.parameters.arrays[f"{prefix}layer{l}"].asnumpy()

    def twin(self, *, engine: str | None = None, device=None) -> Network:
        """The same network with a copy of the same weights, on another engine or context."""
        shape = {name: value for name, value in self.config().items() if name != "kind"}
        other = type(self)(
            **shape, engine=engine or self.engine, device=self.device if device is None else device, dtype=self.dtype
        )
        other.parameters.set(self.parameters.get())
        return other

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.config().items() if name != "kind")
        return f"{type(self).__name__}({inside}; {self.parameters.size:,} weights, {self.engine} on {self.device})"


def _path(prefix: str, layers: RecurrentLayers, l: int, d: int) -> str:
    direction = f"{('forward', 'backward')[d]}." if layers.bidirectional else ""
    return f"{prefix}layer{l}.{direction}"


def _pieces(flat: np.ndarray, layers: RecurrentLayers, l: int) -> list[tuple[np.ndarray, ...]]:
    """A layer's vector as views: for each direction W_x (G, H, I), W_h (G, H, H), b_x and b_h (G, H)."""
    shapes, arrays, at = layer_shapes(*layers.layer_arguments(l)), [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        arrays.append(flat[at : at + size].reshape(-1, layers.hidden, *shape[1:]))
        at += size
    D = layers.directions
    return [(arrays[2 * d], arrays[2 * d + 1], arrays[2 * D + 2 * d], arrays[2 * D + 2 * d + 1]) for d in range(D)]
