"""Small networks and minibatches for the tests of training. T time steps, B batch, V vocabulary."""

import numpy as np

from d2lrnn.nn.models import EncoderDecoder, LanguageModel, SequenceClassifier, SequenceTagger

V, T, B = 7, 4, 5
KINDS = ["LanguageModel", "SequenceClassifier", "regression", "SequenceTagger", "EncoderDecoder"]


def text(length, seed=0):
    """Ids with something to learn: mostly the one after the one before."""
    rng = np.random.default_rng(seed)
    return ((np.cumsum(rng.integers(1, 3, length))) % V).astype(np.int32)


def language_model(device, rng=0, **shape):
    return LanguageModel(V, device=device, rng=rng, **{"hidden": 6} | shape)


def kind(name, device, **shape):
    """A network of each kind."""
    shape = {"hidden": 4, "device": device, "rng": 1, "cell": "gru_after"} | shape
    if name == "LanguageModel":
        return LanguageModel(V, **shape)
    if name == "SequenceClassifier":
        return SequenceClassifier(V, 3, **shape)
    if name == "regression":
        return SequenceClassifier(2, regression=True, encoding="vectors", **shape)
    return SequenceTagger(V, 3, **shape) if name == "SequenceTagger" else EncoderDecoder(V, V, **shape)


def minibatch(name, seed=0):
    """A minibatch of 5 rows for it, of different lengths where it takes them."""
    rng = np.random.default_rng(seed)
    ids, lengths = rng.integers(0, V, (T, B)), np.append(rng.integers(2, T + 1, B - 1), T)
    if name == "LanguageModel":
        line = rng.integers(0, V, (T + 1, B))
        return line[:-1], line[1:]
    if name == "SequenceClassifier":
        return ids, lengths, rng.integers(0, 3, B)
    if name == "regression":
        return rng.normal(size=(T, B, 2)), None, rng.normal(size=B)
    if name == "SequenceTagger":
        return ids, lengths, rng.integers(0, 3, (T, B))
    return ids, lengths, rng.integers(0, V, (T, B)), rng.permutation(lengths)


def minibatches(name, count):
    return [minibatch(name, seed) for seed in range(count)]
