"""Networks with one answer for a whole sequence, or one for each of its tokens (deck slides 48 and 49).

T time steps, B batch, I inputs, D directions, H hidden units, K classes or tags. Inputs are ids (T, B), or vectors (T, B, I).
"""

from __future__ import annotations

import numpy as np

from d2lrnn.nn.heads import OneStack, as_numpy, cross_entropy, weighted_mean
from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.ops import concat, np_of, split


class _WithLengths(OneStack):
    """A network whose sequences may differ in length."""

    def _layers(self, T, masked, X, *rest):
        """The outputs of the recurrent layers, their last state and the named arrays, within a graph."""
        lengths, mask = rest[:2] if masked else (None, None)
        rest = rest[2 * masked :]
        state, arrays = rest[: self.layers.states], self._named(rest[self.layers.states :])
        return *self.layers.run(self.engine, T, X, state, arrays, lengths, mask), arrays

    def _graph(self, T, masked, *rest):
        return [self._run(T, masked, *rest)]

    def _given(self, inputs, lengths, *targets):
        X = self._inputs(inputs)
        T, B = X.shape[:2]
        ends = [] if lengths is None else list(self.lengths_and_mask(T, B, lengths))
        return (T, lengths is not None), [X, *targets, *ends, *self.begin_state(B)]

    def _outputs(self, inputs, lengths):
        static, given = self._given(inputs, lengths)
        return self._forward(static, [*given, *self._arrays])[0]


class SequenceClassifier(_WithLengths):
    """One answer for a whole sequence, from the last hidden state (of both directions: each one's last).

    A minibatch is inputs, lengths (B,) or None, and the answers (B,); its loss is in nats, or a squared error. Nothing is carried.

    inputs: V of ids, or with `encoding="vectors"` the length of the input vectors. classes: K; or `regression=True` for one real number, with squared error.
    shape: cell, hidden, layers, bidirectional, …, the arguments of `RecurrentLayers`. engine, device, rng, dtype: as for `Network`.
    """

    batch_axes = (1, 0, 0)

    def __init__(
        self, inputs: int, classes: int = 2, *, regression: bool = False, engine="fused", device=None, rng=None, dtype="float32", **shape
    ):  # fmt: skip
        self.regression = regression
        outputs = 1 if regression else classes
        super().__init__(RecurrentLayers.of(inputs, shape, hidden=64), outputs, engine, device, rng, dtype)

    def config(self):
        asked = {"inputs": self.layers.inputs, "classes": self.outputs, "regression": self.regression}
        return {"kind": "SequenceClassifier", **asked, **self.layers.shape()}

    def count(self, batch):
        return float(len(batch[2]))

    def _run(self, T, masked, X, *rest):
        _, end, arrays = self._layers(T, masked, X, *rest)
        D = self.layers.directions
        top = split(end[0], self.layers.layers * D, squeeze=True)[-D:]
        return self._head(concat(top), arrays, over_time=False)

    def _loss_graph(self, T, masked, X, targets, *rest):
        outputs = self._run(T, masked, X, *rest)
        F = np_of(outputs)
        losses = F.square(F.squeeze(outputs, axis=1) - targets) if self.regression else cross_entropy(outputs, targets)
        return [F.mean(losses)]

    def __call__(self, inputs, lengths=None):
        """Logits (B, K), or with `regression` the numbers (B, 1). inputs: (T, B) or (T, B, I); lengths: (B,), None if all are T."""
        return self._outputs(inputs, lengths)

    def _minibatch(self, batch, state):
        inputs, lengths, answers = batch
        if self.regression:
            answers = self.array(answers, self.dtype)
        else:
            answers = self.check_ids("answers", answers, self.outputs)
        return self._given(inputs, lengths, answers)


class SequenceTagger(_WithLengths):
    """One answer for each token, by default from both sides of it (slide 48).

    A minibatch is inputs, lengths (B,) or None, tags (T, B), and optionally weights (T, B): how much each token counts, by default 1 up to a sequence's
    end. Its loss is the weighted mean in nats. Nothing is carried.

    inputs: as for `SequenceClassifier`. tags: K. shape: the arguments of `RecurrentLayers`; `bidirectional` is True unless told otherwise.
    """

    batch_axes = (1, 0, 1, 1)

    def __init__(self, inputs: int, tags: int, *, engine="fused", device=None, rng=None, dtype="float32", **shape):
        layers = RecurrentLayers.of(inputs, shape, hidden=64, bidirectional=True)
        super().__init__(layers, tags, engine, device, rng, dtype)

    def config(self):
        return {"kind": "SequenceTagger", "inputs": self.layers.inputs, "tags": self.outputs, **self.layers.shape()}

    def count(self, batch):
        return float(self._weights(batch).sum())

    def _weights(self, batch) -> np.ndarray:
        """How much each token counts, (T, B)."""
        _, lengths, tags, *weights = batch
        if weights:
            return as_numpy(weights[0]).astype(self.dtype)
        if lengths is None:
            return np.ones(tags.shape, self.dtype)
        return (np.arange(tags.shape[0])[:, None] < as_numpy(lengths)).astype(self.dtype)

    def _run(self, T, masked, X, *rest):
        Y, _, arrays = self._layers(T, masked, X, *rest)
        return self._head(Y, arrays)

    def _loss_graph(self, T, masked, X, targets, weights, *rest):
        return [weighted_mean(cross_entropy(self._run(T, masked, X, *rest), targets), weights)]

    def __call__(self, inputs, lengths=None):
        """Logits (T, B, K). inputs: (T, B) or (T, B, I); lengths: (B,), None if all are T."""
        return self._outputs(inputs, lengths)

    def _minibatch(self, batch, state):
        inputs, lengths, tags, *_ = batch
        tags = self.check_ids("tags", tags, self.outputs)
        return self._given(inputs, lengths, tags, self.array(self._weights(batch), self.dtype))
