"""The networks of the course: a language model, a classifier and a tagger of sequences, and an encoder with a decoder (deck slides 21–24, 48, 49).

T time steps, B batch, V vocabulary, I inputs, H hidden units, D directions, K classes. Inputs are time-major: ids (T, B), or vectors (T, B, I).

Each has `net(...)`, which gives logits, and `net.loss(batch, state)`, the mean loss of a minibatch in nats, which `d2lrnn.train` minimises. Both take
NumPy or MXNet arrays. Call `loss` within `mxnet.autograd.record()` to differentiate it.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from d2lrnn.nn.layers import RecurrentLayers
from d2lrnn.nn.network import Network
from d2lrnn.nn.ops import Compiled, concat, dropout, linear, np_of, npx_of, split


def cross_entropy(logits, targets):
    """-log softmax(logits)[target] of each token, in nats (slide 24). logits: (…, V), targets: (…) ids. Returns (…)."""
    F = npx_of(logits)
    return -F.pick(F.log_softmax(logits, axis=-1), targets, axis=-1)


def _numpy(values) -> np.ndarray:
    return values.asnumpy() if hasattr(values, "asnumpy") else np.asarray(values)


class _OneStack(Network):
    """A network with one stack of recurrent layers and one output layer above it."""

    def __init__(self, layers: RecurrentLayers, outputs: int, engine, device, rng, dtype):
        self.layers, self.outputs = layers, outputs
        super().__init__(engine, device, rng, dtype)

    def parts(self):
        return {"": self.layers}

    def head_shapes(self):
        return {"W_ho": (self.outputs, self.layers.outputs), "b_o": (self.outputs,)}

    def config(self):
        return {"kind": type(self).__name__, **asdict(self.layers), "outputs": self.outputs}

    def _begin(self, X, state):
        return self.begin_state(X.shape[1]) if state is None else state

    def _inputs(self, inputs):
        if self.layers.encoding == "vectors":
            return self.array(inputs, self.dtype)
        return self.check_ids("inputs", inputs, self.layers.inputs)

    def _head(self, Y, arrays):
        """Slide 21: O = H W_ho + b_o."""
        return linear(dropout(Y, self.layers.dropout), arrays["W_ho"], arrays["b_o"], size=self.outputs)


class LanguageModel(_OneStack):
    """What comes next, after every token (slides 22–24).

    vocab_size: V. embedding: the length of the embedding, None for one-hot inputs. tied: the output layer uses the embedding's matrix (Press & Wolf 2017);
    it needs embedding == hidden. `bidirectional=True` is allowed and is no language model: chapter 07 shows what goes wrong.
    The other arguments: `RecurrentLayers` and `Network`.
    """

    def __init__(
        self, vocab_size: int, *, cell: str = "lstm", hidden: int = 256, layers: int = 1, bidirectional: bool = False,
        embedding: int | None = None, dropout: float = 0.0, residual: bool = False, forget_bias: float = 1.0, tied: bool = False,
        engine: str = "fused", device=None, rng=None, dtype: str = "float32",
    ):  # fmt: skip
        encoding = "one_hot" if embedding is None else "embedding"
        shape = RecurrentLayers(
            vocab_size, cell, hidden, layers, bidirectional, encoding, embedding, dropout, residual, forget_bias
        )
        if tied and embedding != shape.outputs:
            raise ValueError(
                f"tied: the embedding must be as long as an output vector, {shape.outputs}, got {embedding}"
            )
        self.tied = tied
        super().__init__(shape, vocab_size, engine, device, rng, dtype)

    batch_axes = (1, 1)

    def head_shapes(self):
        shapes = super().head_shapes()
        return {"b_o": shapes["b_o"]} if self.tied else shapes

    def initial(self, rng):
        values = super().initial(rng)
        if self.tied:  # as an output layer, rows of length about 1
            values["embedding"] /= np.sqrt(self.layers.embedding)
        return values

    def config(self):
        return {**super().config(), "tied": self.tied}

    def _run(self, T, X, *rest):
        state, arrays = rest[: self.layers.states], self._named(rest[self.layers.states :])
        Y, end = self.layers.run(self.engine, T, X, state, arrays)
        if self.tied:
            arrays["W_ho"] = arrays["embedding"]
        return self._head(Y, arrays), end

    def _graph(self, T, X, *rest):
        logits, end = self._run(T, X, *rest)
        return [logits, *end]

    def _loss_graph(self, T, X, targets, *rest):
        logits, end = self._run(T, X, *rest)
        losses = cross_entropy(logits, targets)
        return [np_of(losses).mean(losses), losses, *end]

    def __call__(self, inputs, state: tuple | None = None):
        """Logits (T, B, V) for the token after each of `inputs` (T, B), and the state after the last."""
        X = self._inputs(inputs)
        logits, *end = self._forward((X.shape[0],), [X, *self._begin(X, state), *self._arrays()])
        return logits, tuple(end)

    def losses(self, batch, state: tuple | None = None):
        """batch: inputs and targets, each (T, B). Returns the mean loss, the loss of each token (T, B), and the state."""
        inputs, targets = batch
        X, targets = self._inputs(inputs), self.check_ids("targets", targets, self.outputs)
        mean, each, *end = self._loss((X.shape[0],), [X, targets, *self._begin(X, state), *self._arrays()])
        return mean, each, tuple(end)

    def loss(self, batch, state: tuple | None = None):
        """The mean loss in nats and the state."""
        mean, _, end = self.losses(batch, state)
        return mean, end


class SequenceClassifier(_OneStack):
    """One answer for a whole sequence, from the last hidden state (of both directions: each one's last).

    inputs: V of ids, or with `encoding="vectors"` the length of the input vectors. classes: K; or `regression=True` for one real number, with squared error.
    """

    def __init__(
        self, inputs: int, classes: int = 2, *, regression: bool = False, cell: str = "lstm", hidden: int = 64, layers: int = 1,
        bidirectional: bool = False, encoding: str = "one_hot", embedding: int | None = None, dropout: float = 0.0,
        residual: bool = False, forget_bias: float = 1.0, engine: str = "fused", device=None, rng=None, dtype: str = "float32",
    ):  # fmt: skip
        encoding = "embedding" if embedding is not None else encoding
        shape = RecurrentLayers(
            inputs, cell, hidden, layers, bidirectional, encoding, embedding, dropout, residual, forget_bias
        )
        self.regression = regression
        super().__init__(shape, 1 if regression else classes, engine, device, rng, dtype)

    batch_axes = (1, 0, 0)

    def count(self, batch):
        return float(len(batch[2]))

    def config(self):
        return {**super().config(), "regression": self.regression}

    def _run(self, T, masked, X, *rest):
        lengths, mask = rest[:2] if masked else (None, None)
        rest = rest[2 * masked :]
        state, arrays = rest[: self.layers.states], self._named(rest[self.layers.states :])
        _, end = self.layers.run(self.engine, T, X, state, arrays, lengths, mask)
        D, count = self.layers.directions, self.layers.layers * self.layers.directions
        top = split(end[0], count, squeeze=True)[-D:]
        return self._head(concat(top), arrays)

    def _graph(self, T, masked, *rest):
        return [self._run(T, masked, *rest)]

    def _loss_graph(self, T, masked, X, targets, *rest):
        outputs = self._run(T, masked, X, *rest)
        F = np_of(outputs)
        losses = F.square(F.squeeze(outputs, axis=1) - targets) if self.regression else cross_entropy(outputs, targets)
        return [F.mean(losses)]

    def _call(self, graph, inputs, lengths, *targets):
        X = self._inputs(inputs)
        ends = [] if lengths is None else list(self.lengths_and_mask(*X.shape[:2], lengths))
        return graph(
            (X.shape[0], lengths is not None), [X, *targets, *ends, *self.begin_state(X.shape[1]), *self._arrays()]
        )[0]

    def __call__(self, inputs, lengths=None):
        """Logits (B, K), or with `regression` the numbers (B, 1). inputs: (T, B) or (T, B, I); lengths: (B,), None if all are T."""
        return self._call(self._forward, inputs, lengths)

    def loss(self, batch, state=None):
        """batch: inputs, lengths (or None) and the answers (B,). Returns the mean loss (nats, or squared error) and None: nothing is carried."""
        inputs, lengths, answers = batch
        if self.regression:
            answers = self.array(answers, self.dtype)
        else:
            answers = self.check_ids("answers", answers, self.outputs)
        return self._call(self._loss, inputs, lengths, answers), None


class SequenceTagger(_OneStack):
    """One answer for each token, by default from both sides of it (slide 48).

    Arguments as for `SequenceClassifier`; tags: K.
    """

    def __init__(
        self, inputs: int, tags: int, *, cell: str = "lstm", hidden: int = 64, layers: int = 1, bidirectional: bool = True,
        encoding: str = "one_hot", embedding: int | None = None, dropout: float = 0.0, residual: bool = False,
        forget_bias: float = 1.0, engine: str = "fused", device=None, rng=None, dtype: str = "float32",
    ):  # fmt: skip
        encoding = "embedding" if embedding is not None else encoding
        shape = RecurrentLayers(
            inputs, cell, hidden, layers, bidirectional, encoding, embedding, dropout, residual, forget_bias
        )
        super().__init__(shape, tags, engine, device, rng, dtype)

    def _run(self, T, masked, X, *rest):
        lengths, mask = rest[:2] if masked else (None, None)
        rest = rest[2 * masked :]
        state, arrays = rest[: self.layers.states], self._named(rest[self.layers.states :])
        Y, _ = self.layers.run(self.engine, T, X, state, arrays, lengths, mask)
        return self._head(Y, arrays)

    def _graph(self, T, masked, *rest):
        return [self._run(T, masked, *rest)]

    def _loss_graph(self, T, masked, X, targets, weights, *rest):
        losses = cross_entropy(self._run(T, masked, X, *rest), targets)
        F = np_of(losses)
        return [F.sum(losses * weights) / F.maximum(F.sum(weights), 1e-12)]

    def _call(self, graph, inputs, lengths, *targets):
        X = self._inputs(inputs)
        ends = [] if lengths is None else list(self.lengths_and_mask(*X.shape[:2], lengths))
        return graph(
            (X.shape[0], lengths is not None), [X, *targets, *ends, *self.begin_state(X.shape[1]), *self._arrays()]
        )[0]

    def __call__(self, inputs, lengths=None):
        """Logits (T, B, K). inputs: (T, B) or (T, B, I); lengths: (B,), None if all are T."""
        return self._call(self._forward, inputs, lengths)

    def loss(self, batch, state=None):
        """batch: inputs, lengths (or None), tags (T, B), and optionally weights (T, B): how much each token counts, by default 1 up to a sequence's end.

        Returns the weighted mean loss in nats, and None: nothing is carried.
        """
        inputs, lengths, tags, *_ = batch
        tags = self.check_ids("tags", tags, self.outputs)
        weights = self.array(self._weights(batch), self.dtype)
        return self._call(self._loss, inputs, lengths, tags, weights), None

    batch_axes = (1, 0, 1, 1)

    def count(self, batch):
        return float(self._weights(batch).sum())

    def _weights(self, batch) -> np.ndarray:
        """How much each token counts, (T, B)."""
        _, lengths, tags, *weights = batch
        if weights:
            return _numpy(weights[0]).astype(self.dtype)
        if lengths is None:
            return np.ones(tags.shape, self.dtype)
        return (np.arange(tags.shape[0])[:, None] < _numpy(lengths)).astype(self.dtype)


class EncoderDecoder(Network):
    """One sequence into another (slide 49; Sutskever, Vinyals & Le 2014): the encoder's last state is where the decoder begins.

    source, target: the two vocabularies' sizes. The decoder reads the target one token behind what it is to say: teacher forcing.
    """

    def __init__(
        self, source: int, target: int, *, cell: str = "lstm", hidden: int = 128, layers: int = 1, embedding: int | None = None,
        dropout: float = 0.0, forget_bias: float = 1.0, engine: str = "fused", device=None, rng=None, dtype: str = "float32",
    ):  # fmt: skip
        encoding = "one_hot" if embedding is None else "embedding"
        shape = {"cell": cell, "hidden": hidden, "layers": layers, "encoding": encoding, "embedding": embedding}
        shape |= {"dropout": dropout, "forget_bias": forget_bias}
        self.encoder, self.decoder = RecurrentLayers(source, **shape), RecurrentLayers(target, **shape)
        super().__init__(engine, device, rng, dtype)
        self._encode = Compiled(self._encode_graph)

    def parts(self):
        return {"encoder.": self.encoder, "decoder.": self.decoder}

    def head_shapes(self):
        return {"W_ho": (self.decoder.inputs, self.decoder.outputs), "b_o": (self.decoder.inputs,)}

    def config(self):
        shape = asdict(self.encoder)
        kept = ("cell", "hidden", "layers", "embedding", "dropout", "forget_bias")
        return {
            "kind": "EncoderDecoder", "source": self.encoder.inputs, "target": self.decoder.inputs,
            **{name: shape[name] for name in kept},
        }  # fmt: skip

    def _encode_graph(self, T, X, lengths, mask, *rest):
        S = self.encoder.states
        _, end = self.encoder.run(self.engine, T, X, rest[:S], self._named(rest[S:]), lengths, mask, "encoder.")
        return list(end)

    def _decode(self, T, X, *rest):
        S = self.decoder.states
        arrays = self._named(rest[S:])
        Y, end = self.decoder.run(self.engine, T, X, rest[:S], arrays, prefix="decoder.")
        logits = linear(dropout(Y, self.decoder.dropout), arrays["W_ho"], arrays["b_o"], size=self.decoder.inputs)
        return logits, end

    def _graph(self, T, X, *rest):
        logits, end = self._decode(T, X, *rest)
        return [logits, *end]

    def _loss_graph(self, T, X, targets, weights, *rest):
        losses = cross_entropy(self._decode(T, X, *rest)[0], targets)
        F = np_of(losses)
        return [F.sum(losses * weights) / F.maximum(F.sum(weights), 1e-12)]

    def encode(self, source, lengths=None) -> tuple:
        """The state after reading `source` (T, B) up to its lengths (B,)."""
        X = self.check_ids("source", source, self.encoder.inputs)
        lengths = np.full(X.shape[1], X.shape[0]) if lengths is None else lengths
        ends = self.lengths_and_mask(*X.shape, lengths)
        return tuple(self._encode((X.shape[0],), [X, *ends, *self.begin_state(X.shape[1]), *self._arrays()]))

    def __call__(self, inputs, state: tuple):
        """Logits (T, B, V) of the decoder for the token after each of `inputs` (T, B), from a state of `encode` or of an earlier call, and the state."""
        X = self.check_ids("inputs", inputs, self.decoder.inputs)
        logits, *end = self._forward((X.shape[0],), [X, *state, *self._arrays()])
        return logits, tuple(end)

    def loss(self, batch, state=None):
        """batch: source (T, B), its lengths (B,), target (S, B) from its first mark to its last, and its lengths. Returns the mean loss of a target token
        after the first, in nats, and None."""
        source, lengths, target, target_lengths = batch
        target = _numpy(target)
        if target.shape[0] < 2 or _numpy(target_lengths).min() < 2:
            raise ValueError("target: at least two tokens are needed, one to begin with and one to say")
        X = self.check_ids("target", target[:-1], self.decoder.inputs)
        said = self.check_ids("target", target[1:], self.decoder.inputs)
        weights = self.array(self._weights(batch), self.dtype)
        begin = self.encode(source, lengths)
        return self._loss((len(target) - 1,), [X, said, weights, *begin, *self._arrays()])[0], None

    batch_axes = (1, 0, 1, 0)

    def count(self, batch):
        return float(self._weights(batch).sum())

    def _weights(self, batch) -> np.ndarray:
        """1 for each token that is to be said, (S - 1, B)."""
        _, _, target, lengths = batch
        return (np.arange(1, target.shape[0])[:, None] < _numpy(lengths)).astype(self.dtype)


KINDS = {kind.__name__: kind for kind in (LanguageModel, SequenceClassifier, SequenceTagger, EncoderDecoder)}


def network_from(config: dict, **options) -> Network:
    """The network whose `config()` this is, with new weights. options: engine, device, rng, dtype. Raises ValueError for a config that is none."""
    config = dict(config)
    kind = config.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"network_from: kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if kind != "EncoderDecoder":
        outputs, encoding = config.pop("outputs"), config.pop("encoding")
        if kind == "LanguageModel":
            config["vocab_size"] = config.pop("inputs")
        else:
            config["encoding"] = encoding
            if not config.get("regression"):
                config["classes" if kind == "SequenceClassifier" else "tags"] = outputs
    try:
        return KINDS[kind](**config, **options)
    except TypeError as error:
        raise ValueError(f"network_from: {error}") from error
