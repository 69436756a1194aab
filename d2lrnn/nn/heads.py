"""What stands above recurrent layers: one output layer, and the loss (deck slides 21 and 24)."""

from __future__ import annotations

import numpy as np
from mxnet import autograd

from d2lrnn.nn import fused
from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.network import Network
from d2lrnn.nn.ops import linear, np_of, npx_of


def cross_entropy(logits, targets):
    """-log softmax(logits)[target] of each token, in nats (slide 24). logits: (…, V), targets: (…) ids. Returns (…)."""
    F = npx_of(logits)
    return -F.pick(F.log_softmax(logits, axis=-1), targets, axis=-1)


def weighted_mean(losses, weights):
    """Σ w loss / Σ w over a minibatch, an array (); 0 where nothing counts."""
    F = np_of(losses)
    return F.sum(losses * weights) / F.maximum(F.sum(weights), 1e-12)


def as_numpy(values) -> np.ndarray:
    """An MXNet array, a list or a NumPy array as a NumPy array."""
    return values.asnumpy() if hasattr(values, "asnumpy") else np.asarray(values)


class OneStack(Network):
    """A network with one stack of recurrent layers and one output layer above it."""

    def __init__(self, layers: RecurrentLayers, outputs: int, engine, device, rng, dtype):
        self.layers, self.outputs = layers, outputs
        super().__init__(engine, device, rng, dtype)

    def parts(self):
        return {"": self.layers}

    def head_shapes(self):
        return {"W_ho": (self.outputs, self.layers.outputs), "b_o": (self.outputs,)}

    def _begin(self, X, state):
        return self.begin_state(X.shape[1]) if state is None else state

    def _inputs(self, inputs):
        """Ids (T, B) or vectors (T, B, I), on the context. Raises ValueError for another shape."""
        I = self.layers.inputs
        if self.layers.encoding == "vectors":
            X, kind = self.array(inputs, self.dtype), f"vectors of shape (T, B, {I})"
            fits = X.ndim == 3 and X.shape[2] == I
        else:
            X, kind = self.check_ids("inputs", inputs, I), "ids of shape (T, B)"
            fits = X.ndim == 2
        if not fits:
            raise ValueError(f"inputs: {kind} are needed, got shape {X.shape}")
        return X

    def read(
        self, inputs, state: tuple | None = None, seen: list | None = None
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """One pass without dropout or gradients, whichever the network's engine: by MXNet's operator where it has the cell, else by the equations in NumPy.

        inputs: (T, B) or (T, B, I). seen: see `RecurrentLayers.run`. Returns the top layer's outputs (T, B, D H) and the state, as NumPy arrays.
        """
        X, layers = self._inputs(inputs), self.layers
        arrays, state, engine = self.parameters.arrays | {"dtype": self.dtype}, self._begin(X, state), "fused"
        if not fused.has(layers.cell):
            arrays = {name: a if name == "dtype" else a.asnumpy() for name, a in arrays.items()}
            X, state, engine = X.asnumpy(), tuple(as_numpy(s) for s in state), "scratch"
        found = []
        with autograd.pause(train_mode=False):
            Y, end = layers.run(engine, len(X), X, state, arrays, seen=found)
        top = as_numpy(Y)
        if seen is not None:
            seen += [(as_numpy(below), top if above is Y else as_numpy(above)) for below, above in found]
        return top, tuple(as_numpy(s) for s in end)

    def answers(self, Y: np.ndarray) -> np.ndarray:
        """Logits (…, K) for outputs of the top layer (…, D H), in NumPy."""
        arrays = self.parameters.arrays
        W = arrays["W_ho"] if "W_ho" in arrays else arrays["embedding"]  # tied: one matrix for both
        return linear(Y, W.asnumpy(), arrays["b_o"].asnumpy(), size=self.outputs)

    def _head(self, Y, arrays, over_time: bool = True):
        """Slide 21: O = H W_ho + b_o, after dropout. over_time: whether Y has an axis of time."""
        return linear(self.layers.drop(Y, over_time), arrays["W_ho"], arrays["b_o"], size=self.outputs)
