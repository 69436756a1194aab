"""What every network of the course has in common: an input encoding (slide 23) and recurrent layers above it.

T time steps, B batch, V vocabulary, I inputs, E embedding, H hidden units, L layers, D directions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.nn.cells import cell_named, layer_shapes
from d2lrnn.nn.fused import fused_layer
from d2lrnn.nn.ops import dropout, npx_of
from d2lrnn.nn.unroll import scratch_layer, through_depth


@dataclass(frozen=True)
class RecurrentLayers:
    """The shape of an input encoding and the recurrent layers above it; it holds no weights.

    inputs: V, the number of ids, or I, the length of the input vectors.
    encoding: "one_hot" (slide 23's indicator vectors), "embedding" (a learnt row of `embedding` numbers for each id), or "vectors" (the inputs are vectors);
    None: an embedding if its length is given, else one-hot.
    dropout: the share of a layer's outputs that is dropped on the way to the next one; other ones at each time step, or with locked_dropout the same units
    at all steps of a minibatch (Gal & Ghahramani 2016). forget_bias: what an LSTM's b_f begins with (Jozefowicz et al. 2015).
    """

    inputs: int
    cell: str = "lstm"
    hidden: int = 256
    layers: int = 1
    bidirectional: bool = False
    encoding: str | None = None
    embedding: int | None = None
    dropout: float = 0.0
    locked_dropout: bool = False
    residual: bool = False
    forget_bias: float = 1.0

    def __post_init__(self):
        cell_named(self.cell)
        for name in ("inputs", "hidden", "layers"):
            check_whole(name, getattr(self, name), 1)
        if self.encoding is None:
            object.__setattr__(self, "encoding", "one_hot" if self.embedding is None else "embedding")
        if self.encoding not in ("one_hot", "embedding", "vectors"):
            raise ValueError(f"encoding must be one_hot, embedding or vectors, got {self.encoding!r}")
        if (self.encoding == "embedding") != (self.embedding is not None):
            raise ValueError(
                f"embedding is the length of an embedding, and None without one; got embedding={self.embedding!r} and encoding={self.encoding!r}"
            )
        if self.embedding is not None:
            check_whole("embedding", self.embedding, 1)
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share from 0 to below 1, got {self.dropout!r}")
        if self.locked_dropout and not self.dropout:
            raise ValueError("locked_dropout: nothing is dropped; give a dropout above 0, too")
        if self.residual and self.layers < 2:
            raise ValueError("residual: there is something to add to only above the first layer; take layers=2 or more")

    @classmethod
    def of(cls, inputs: int, shape: dict, **defaults) -> RecurrentLayers:
        """The layers of these keyword arguments. Raises TypeError, which lists the known ones, for another."""
        known = [field.name for field in fields(cls) if field.name != "inputs"]
        unknown = [name for name in shape if name not in known]
        if unknown:
            raise TypeError(f"there is no argument {unknown[0]!r}; a network's layers take {', '.join(known)}")
        return cls(inputs, **{**defaults, **shape})

    def shape(self) -> dict:
        """The keyword arguments that make these layers again."""
        return {name: value for name, value in asdict(self).items() if name != "inputs"}

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    @property
    def outputs(self) -> int:
        """D H, the length of an output vector."""
        return self.directions * self.hidden

    @property
    def states(self) -> int:
        """How many arrays a state has: 1, or 2 for an LSTM."""
        return cell_named(self.cell).states

    def layer_inputs(self, l: int) -> int:
        """I of layer l (from 0)."""
        return self.outputs if l else self.embedding or self.inputs

    def layer_arguments(self, l: int) -> tuple:
        """cell, inputs, hidden and directions of layer l: what `cells.layer_shapes` and its neighbours take."""
        return self.cell, self.layer_inputs(l), self.hidden, self.directions

    def shapes(self, prefix: str = "") -> dict[str, tuple[int, ...]]:
        """The arrays to learn, by name: `embedding`, and one vector for each layer (see `cells.layer_shapes`)."""
        found = {f"{prefix}embedding": (self.inputs, self.embedding)} if self.embedding else {}
        for l in range(self.layers):
            shapes = layer_shapes(*self.layer_arguments(l))
            found[f"{prefix}layer{l}"] = (sum(int(np.prod(shape)) for shape in shapes),)
        return found

    def initial(self, rng: np.random.Generator, prefix: str = "") -> dict[str, np.ndarray]:
        """Values to begin with: W_x uniform (Glorot & Bengio 2010), W_h of each gate orthogonal (Saxe et al. 2014), biases 0, b_f `forget_bias`."""
        found = {}
        if self.embedding:
            found[f"{prefix}embedding"] = rng.normal(0, 1, (self.inputs, self.embedding))
        gates, H = cell_named(self.cell).gates, self.hidden
        for l in range(self.layers):
            weights, biases = [], []
            for _ in range(self.directions):
                limit = np.sqrt(6 / (self.layer_inputs(l) + H))
                weights.append(rng.uniform(-limit, limit, len(gates) * H * self.layer_inputs(l)))
                weights += [np.linalg.qr(rng.normal(size=(H, H)))[0].ravel() for _ in gates]
                b = np.zeros((2, len(gates), H))
                if self.cell == "lstm":
                    b[0, gates.index("f")] = self.forget_bias
                biases.append(b.ravel())
            found[f"{prefix}layer{l}"] = np.concatenate(weights + biases)
        return found

    def run(
        self, engine: str, T: int, X, state: tuple, arrays: dict, lengths=None, mask=None, prefix: str = "", seen: list | None = None
    ):  # fmt: skip
        """Inputs (T, B) or (T, B, I) through encoding, time, direction and depth. Returns the top layer's outputs (T, B, D H) and the state.

        seen: a list to which each layer adds what it was given, (T, B, I), and its own outputs, (T, B, D H).
        """
        F = npx_of(X)
        if self.encoding == "one_hot":
            X = F.one_hot(X, self.inputs, dtype=arrays["dtype"])
        elif self.encoding == "embedding":
            X = F.embedding(X, arrays[f"{prefix}embedding"], self.inputs, self.embedding)

        def layer(l, X, state, vector):
            shape = dict(zip(("cell", "inputs", "hidden", "directions"), self.layer_arguments(l), strict=True))
            if engine == "fused":
                Y, end = fused_layer(T, X, state, vector, lengths, mask, **shape)
            else:
                Y, end = scratch_layer(T, X, state, vector, mask, **shape)
            if seen is not None:
                seen.append((X, Y))
            return Y, end

        vectors = [arrays[f"{prefix}layer{l}"] for l in range(self.layers)]
        return through_depth(
            layer, X, state, vectors, directions=self.directions, residual=self.residual, drop=self.drop
        )

    def drop(self, X, over_time: bool = True):
        """X after dropout, while MXNet trains. X: (T, B, …), or without the axis of time if not `over_time`."""
        return dropout(X, self.dropout, same=(0,) if self.locked_dropout and over_time else ())
