"""The networks of the course: `LanguageModel` here, `SequenceClassifier` and `SequenceTagger` from `sequences`, `EncoderDecoder` from `translation`.

T time steps, B batch, V vocabulary. Inputs are time-major: ids (T, B), or vectors (T, B, I).

Each has `net(...)`, which gives logits, and `net.loss(batch, state)`, the mean loss of a minibatch, which `d2lrnn.train` minimises (`net.gradient`).
All take NumPy or MXNet arrays. Call `loss` within `mxnet.autograd.record()` to differentiate it.
"""

from __future__ import annotations

import numpy as np

from d2lrnn.nn.compiled import Compiled
from d2lrnn.nn.heads import OneStack, cross_entropy
from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.network import Network
from d2lrnn.nn.ops import np_of
from d2lrnn.nn.sequences import SequenceClassifier, SequenceTagger
from d2lrnn.nn.translation import EncoderDecoder

__all__ = [
    "EncoderDecoder", "LanguageModel", "SequenceClassifier", "SequenceTagger", "cross_entropy", "network_from",
]  # fmt: skip


class LanguageModel(OneStack):
    """What comes next, after every token (slides 22–24). A minibatch is inputs and targets, each (T, B); its loss is in nats.

    vocab_size: V. shape: cell, hidden, layers, embedding, dropout, …, the arguments of `RecurrentLayers`.
    tied: the output layer uses the embedding's matrix (Press & Wolf 2017); it needs an embedding as long as an output vector.
    engine, device, rng, dtype: as for `Network`.

    `bidirectional=True` is allowed and is no language model: chapter 07 shows what goes wrong.
    """

    batch_axes = (1, 1)

    def __init__(
        self, vocab_size: int, *, tied: bool = False, engine="fused", device=None, rng=None, dtype="float32", **shape
    ):
        layers = RecurrentLayers.of(vocab_size, shape)
        if tied and layers.embedding != layers.outputs:
            raise ValueError(
                f"tied: the embedding must be as long as an output vector, {layers.outputs}, got {layers.embedding}"
            )
        self.tied = tied
        super().__init__(layers, vocab_size, engine, device, rng, dtype)
        self._losses = Compiled(self._losses_graph)

    def config(self):
        return {"kind": "LanguageModel", "vocab_size": self.outputs, **self.layers.shape(), "tied": self.tied}

    def head_shapes(self):
        shapes = super().head_shapes()
        return {"b_o": shapes["b_o"]} if self.tied else shapes

    def initial(self, rng):
        values = super().initial(rng)
        if self.tied:  # as an output layer, rows of length about 1
            values["embedding"] /= np.sqrt(self.layers.embedding)
        return values

    def _run(self, T, X, *rest):
        state, arrays = rest[: self.layers.states], self._named(rest[self.layers.states :])
        Y, end = self.layers.run(self.engine, T, X, state, arrays)
        if self.tied:
            arrays["W_ho"] = arrays["embedding"]
        return self._head(Y, arrays), end

    def _graph(self, T, X, *rest):
        logits, end = self._run(T, X, *rest)
        return [logits, *end]

    def _losses_graph(self, T, X, targets, *rest):
        logits, end = self._run(T, X, *rest)
        losses = cross_entropy(logits, targets)
        return [np_of(losses).mean(losses), losses, *end]

    def _loss_graph(self, *given):
        mean, _, *end = self._losses_graph(*given)
        return [mean, *end]

    def __call__(self, inputs, state: tuple | None = None):
        """Logits (T, B, V) for the token after each of `inputs` (T, B), and the state after the last."""
        X = self._inputs(inputs)
        logits, *end = self._forward((X.shape[0],), [X, *self._begin(X, state), *self._arrays])
        return logits, tuple(end)

    def _minibatch(self, batch, state):
        inputs, targets = batch
        X, targets = self._inputs(inputs), self.check_ids("targets", targets, self.outputs)
        return (X.shape[0],), [X, targets, *self._begin(X, state)]

    def losses(self, batch, state: tuple | None = None):
        """The mean loss of a minibatch, the loss of each token (T, B), and the state."""
        static, given = self._minibatch(batch, state)
        mean, each, *end = self._losses(static, [*given, *self._arrays])
        return mean, each, tuple(end)


KINDS = {kind.__name__: kind for kind in (LanguageModel, SequenceClassifier, SequenceTagger, EncoderDecoder)}


def network_from(config: dict, **options) -> Network:
    """The network whose `config()` this is, with new weights. options: engine, device, rng, dtype. Raises ValueError for a config that is none."""
    shape = dict(config)
    kind = shape.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"network_from: kind must be one of {', '.join(KINDS)}, got {kind!r}")
    try:
        return KINDS[kind](**shape, **options)
    except TypeError as error:
        raise ValueError(f"network_from: {error}") from error
