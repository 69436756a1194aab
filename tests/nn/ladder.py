"""What the tests of layers stand on: a small network with random weights, and everything that comes out of its layers, gradients too.

T time steps, B batch, I inputs, H hidden units, L layers, D directions.
"""

import formulas
import numpy as np
from mxnet import autograd

from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.compiled import Compiled
from d2lrnn.nn.models import SequenceTagger
from d2lrnn.nn.ops import np_of

T, B = 3, 3
LENGTHS = np.array([2, 3, 1])  # the last one: a sequence of one token
ENGINES = [(cell, engine) for cell in CELLS for engine in ("scratch", "fused") if (cell, engine) != ("gru", "fused")]


def randomize(net, rng, scale=0.6):
    """Random weights and biases: those that a network begins with have zeros, where a mistake could hide."""
    net.parameters.set(rng.normal(0, scale, len(net.parameters)))
    return net


def small(device, rng, dtype="float64", encoding="vectors", **shape):
    """A tagger with random weights: it is bidirectional or not, and takes every input encoding."""
    embedding = 3 if encoding == "embedding" else None
    shape = {"hidden": 3, "bidirectional": False, "encoding": encoding, "embedding": embedding} | shape
    return randomize(SequenceTagger(4, 2, device=device, dtype=dtype, rng=rng, **shape), rng)


def inputs_and_state(net, rng):
    """Inputs (T, B) or (T, B, I), and a random state to begin with, as NumPy arrays."""
    vectors = net.layers.encoding == "vectors"
    X = rng.normal(size=(T, B, 4)) if vectors else rng.integers(0, 4, (T, B))
    return X, tuple(rng.normal(size=s.shape) * 0.5 for s in net.begin_state(B))


class Pass:
    """A network's layers as one graph: outputs, last state, and R·Y + S·state, a number that depends on all of them, R and S being random."""

    def __init__(self, net, X, state, lengths=None, seed=0):
        rng = np.random.default_rng(seed)
        self.net, self.states, self.masked = net, len(state), lengths is not None
        layers = net.layers
        self.X = net.array(X, net.dtype if layers.encoding == "vectors" else None)
        self.state = [net.array(s, net.dtype) for s in state]
        self.ends = list(net.lengths_and_mask(T, B, lengths)) if self.masked else []
        shapes = [(T, B, layers.outputs)] + [s.shape for s in state]
        self.weights = [net.array(rng.normal(size=shape), net.dtype) for shape in shapes]
        self.graph = Compiled(self._graph)
        self.learnt = self.state + ([self.X] if layers.encoding == "vectors" else [])
        for array in self.learnt:
            array.attach_grad()

    def _graph(self, T, X, *rest):
        lengths, mask = rest[:2] if self.masked else (None, None)
        rest = rest[2 * self.masked :]
        R, rest = rest[: 1 + self.states], rest[1 + self.states :]
        Y, end = self.net.layers.run(
            self.net.engine, T, X, rest[: self.states], self.net._named(rest[self.states :]), lengths, mask
        )
        F = np_of(Y)
        return [sum(F.sum(r * y) for r, y in zip(R, (Y, *end), strict=True)), Y, *end]

    def __call__(self):
        arrays = self.net._arrays
        return self.graph((T,), [self.X, *self.ends, *self.weights, *self.state, *arrays])

    def number(self) -> float:
        return float(self()[0])

    def outputs(self) -> list[np.ndarray]:
        """Y and the arrays of the last state."""
        return [array.asnumpy() for array in self()[1:]]

    def gradients(self) -> list[np.ndarray]:
        """Of the number: with respect to all weights (n,), to the state to begin with, and to input vectors."""
        self.net.parameters.grad[:] = 0
        with autograd.record():
            number, *_ = self()
        number.backward()
        return [self.net.parameters.grad.asnumpy(), *(array.grad.asnumpy() for array in self.learnt)]

    def arguments(self):
        """The arrays of `gradients`, in its order."""
        return [self.net.parameters.flat, *self.learnt]

    def formula(self, lengths=None) -> list[np.ndarray]:
        """What NumPy says that `outputs` must be."""
        layers, weights = self.net.layers, self.net.weights()
        X = formulas.encode(self.X.asnumpy(), weights, layers.encoding, layers.inputs)
        Y, end = formulas.stack(
            weights, X, tuple(s.asnumpy() for s in self.state), lengths,
            cell=layers.cell, layers=layers.layers, bidirectional=layers.bidirectional, residual=layers.residual,
        )  # fmt: skip
        return [Y, *end]


def worst_slope(number, arguments, gradients, rng, coordinates=6, lines=2, step=1e-5) -> float:
    """How far central finite differences of number() are from its gradients, relative to the largest gradient.

    Along single coordinates (None: every one), and along random lines in which every coordinate takes part.
    """
    before = [array.asnumpy() for array in arguments]
    sizes = [g.size for g in gradients]
    flat = np.concatenate([g.ravel() for g in gradients])
    directions = [np.eye(1, flat.size, i)[0] for i in _chosen(flat.size, coordinates, rng)]
    for line in rng.normal(size=(lines, flat.size)):
        directions.append(line / np.linalg.norm(line))
    worst = 0.0
    for direction in directions:
        parts = np.split(direction, np.cumsum(sizes)[:-1])
        moved = [
            (a, old, part.reshape(old.shape))
            for a, old, part in zip(arguments, before, parts, strict=True)
            if part.any()
        ]
        values = []
        for sign in (1, -1):
            for array, old, part in moved:
                array._sync_copyfrom(old + sign * step * part)
            values.append(number())
        for array, old, _ in moved:
            array._sync_copyfrom(old)
        worst = max(worst, abs((values[0] - values[1]) / (2 * step) - flat @ direction))
    return worst / np.abs(flat).max()


def _chosen(total, count, rng):
    return range(total) if count is None or count >= total else rng.choice(total, count, replace=False)
