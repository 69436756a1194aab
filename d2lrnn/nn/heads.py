"""What stands above recurrent layers: one output layer, and the loss (deck slides 21 and 24)."""

from __future__ import annotations

import numpy as np

from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.network import Network
from d2lrnn.nn.ops import dropout, linear, np_of, npx_of


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
        if self.layers.encoding == "vectors":
            return self.array(inputs, self.dtype)
        return self.check_ids("inputs", inputs, self.layers.inputs)

    def _head(self, Y, arrays):
        """Slide 21: O = H W_ho + b_o."""
        return linear(dropout(Y, self.layers.dropout), arrays["W_ho"], arrays["b_o"], size=self.outputs)
