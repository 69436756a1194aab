"""An encoder and a decoder (deck slide 49): one sequence into another of a different length.

T source steps, S target steps, B batch, V a vocabulary's size, H hidden units.
"""

from __future__ import annotations

import numpy as np

from d2lrnn.nn.compiled import Compiled
from d2lrnn.nn.heads import as_numpy, cross_entropy, weighted_mean
from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.network import Network
from d2lrnn.nn.ops import linear


class EncoderDecoder(Network):
    """One sequence into another (slide 49; Sutskever, Vinyals & Le 2014): the encoder's last state is where the decoder begins.

    A minibatch is source (T, B), its lengths (B,), target (S, B) from its first mark to its last, and its lengths. Its loss is that of a target token after
    the first, in nats. Nothing is carried.

    source, target: the two vocabularies' sizes. The decoder reads the target one token behind what it is to say: teacher forcing.
    shape: cell, hidden, layers, embedding, dropout, …, the arguments of `RecurrentLayers`, the same for both; a decoder cannot be bidirectional.
    engine, device, rng, dtype: as for `Network`.
    """

    batch_axes = (1, 0, 1, 0)

    def __init__(self, source: int, target: int, *, engine="fused", device=None, rng=None, dtype="float32", **shape):
        self.encoder = RecurrentLayers.of(source, shape, hidden=128)
        self.decoder = RecurrentLayers.of(target, shape, hidden=128)
        if self.decoder.bidirectional:
            raise ValueError("EncoderDecoder: a decoder writes from left to right; take bidirectional=False")
        super().__init__(engine, device, rng, dtype)
        self._encode = Compiled(self._encode_graph)

    def parts(self):
        return {"encoder.": self.encoder, "decoder.": self.decoder}

    def head_shapes(self):
        return {"W_ho": (self.decoder.inputs, self.decoder.outputs), "b_o": (self.decoder.inputs,)}

    def config(self):
        sizes = {"source": self.encoder.inputs, "target": self.decoder.inputs}
        return {"kind": "EncoderDecoder", **sizes, **self.encoder.shape()}

    def _encode_graph(self, T, X, lengths, mask, *rest):
        S = self.encoder.states
        _, end = self.encoder.run(self.engine, T, X, rest[:S], self._named(rest[S:]), lengths, mask, "encoder.")
        return list(end)

    def _decode(self, T, X, *rest):
        S = self.decoder.states
        arrays = self._named(rest[S:])
        Y, end = self.decoder.run(self.engine, T, X, rest[:S], arrays, prefix="decoder.")
        logits = linear(self.decoder.drop(Y), arrays["W_ho"], arrays["b_o"], size=self.decoder.inputs)
        return logits, end

    def _graph(self, T, X, *rest):
        logits, end = self._decode(T, X, *rest)
        return [logits, *end]

    def _loss_graph(self, T, S, targets, weights, X, source, lengths, mask, *rest):
        begin = self._encode_graph(T, source, lengths, mask, *rest)
        logits, _ = self._decode(S, X, *begin, *rest[self.encoder.states :])
        return [weighted_mean(cross_entropy(logits, targets), weights)]

    def _source(self, source, lengths) -> list:
        """What the encoder's graph takes before the weights."""
        X = self.check_ids("source", source, self.encoder.inputs)
        lengths = np.full(X.shape[1], X.shape[0]) if lengths is None else lengths
        return [X, *self.lengths_and_mask(*X.shape, lengths), *self.begin_state(X.shape[1])]

    def encode(self, source, lengths=None) -> tuple:
        """The state after reading `source` (T, B) up to its lengths (B,)."""
        given = self._source(source, lengths)
        return tuple(self._encode((given[0].shape[0],), [*given, *self._arrays]))

    def __call__(self, inputs, state: tuple):
        """Logits (T, B, V) of the decoder for the token after each of `inputs` (T, B), from a state of `encode` or of an earlier call, and the state."""
        X = self.check_ids("inputs", inputs, self.decoder.inputs)
        logits, *end = self._forward((X.shape[0],), [X, *state, *self._arrays])
        return logits, tuple(end)

    def _minibatch(self, batch, state):
        source, lengths, target, target_lengths = batch
        target = as_numpy(target)
        if target.shape[0] < 2 or as_numpy(target_lengths).min() < 2:
            raise ValueError("target: at least two tokens are needed, one to begin with and one to say")
        X = self.check_ids("target", target[:-1], self.decoder.inputs)
        said = self.check_ids("target", target[1:], self.decoder.inputs)
        weights = self.array(self._weights(batch), self.dtype)
        given = self._source(source, lengths)
        return (given[0].shape[0], len(target) - 1), [said, weights, X, *given]

    def count(self, batch):
        return float(self._weights(batch).sum())

    def _weights(self, batch) -> np.ndarray:
        """1 for each token that is to be said, (S - 1, B)."""
        _, _, target, lengths = batch
        return (np.arange(1, target.shape[0])[:, None] < as_numpy(lengths)).astype(self.dtype)
