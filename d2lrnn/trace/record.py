"""From a network and a text to a `Trace`: one pass for the hidden states, then every gate of all steps at once.

Once the hidden states are known, the gates of step t are a function of x_t and h_{t-1} alone, so those of all steps are one product of matrices.
An LSTM's memory cells follow one after the other, without a product. T tokens, I inputs, H hidden units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2lrnn.arguments import flat_ids
from d2lrnn.nn.cells import gate, layer_weights
from d2lrnn.nn.heads import OneStack
from d2lrnn.nn.models import LanguageModel, SequenceClassifier
from d2lrnn.nn.numpy_ops import sigmoid_, tanh_
from d2lrnn.nn.ops import concat, linear
from d2lrnn.text.tokenizers import Tokenizer
from d2lrnn.trace.arrays import Trace


def record(
    network: OneStack,
    text: str | Sequence[int] | np.ndarray,
    tokenizer: Tokenizer | None = None,
    *,
    state: tuple | None = None,
    unknown: bool = False,
    classes: Sequence[str] = (),
    title: str = "",
) -> Trace:
    """What goes on in `network` while it reads `text`: every state, gate, and answer.

    network: a LanguageModel, SequenceTagger or SequenceClassifier; of a classifier the answers after every token are recorded, as if the text ended there
    (none for one that reads in both directions). text: a string, with its tokenizer; or ids (T,); or, for a network of vectors, an array (T, I).
    state: what to go on from, `(h,)` or `(h, c)`, each (L D, 1, H); None: zeros. unknown: whether tokens outside the vocabulary may be read, as `<unk>`.
    classes: names for a tagger's or classifier's answers; without them, numbers. Raises TypeError for another kind of network, ValueError for a text it
    cannot read.
    """
    if not isinstance(network, OneStack):
        raise TypeError(
            f"Trace.record: a LanguageModel, SequenceTagger or SequenceClassifier is needed, got {type(network).__name__}; "
            "a trace of anything else can be made by hand: Trace(tokens, {name: array})"
        )
    inputs, tokens = _inputs(network, text, tokenizer, unknown)
    layers = network.layers
    if state is None:
        state = tuple(
            np.zeros((layers.layers * layers.directions, 1, layers.hidden), network.dtype) for _ in range(layers.states)
        )
    begin_states = [np.asarray(s.asnumpy() if hasattr(s, "asnumpy") else s) for s in state]
    seen: list = []
    top, _ = network.read(inputs, tuple(network.array(s) for s in begin_states), seen)
    arrays, begin = {}, {}
    for l, (X, Y) in enumerate(seen):
        for d, p in enumerate(weights_of(network, l)):
            H = np.ascontiguousarray(Y[:, 0, d * layers.hidden : (d + 1) * layers.hidden])
            first = [s[l * layers.directions + d, 0] for s in begin_states]
            for name, value in _step_by_step(layers.cell, X[:, 0], H, first, p, backward=d == 1).items():
                arrays[f"{path(layers, l, d)}{name}"] = value
            begin |= {f"{path(layers, l, d)}{name}": value for name, value in zip("hc", first, strict=False)}
    next_token = isinstance(network, LanguageModel)
    logits = None
    if not (isinstance(network, SequenceClassifier) and layers.bidirectional):
        logits = network.answers(top[:, 0])
    if next_token and not classes:
        classes = tokenizer.vocab.tokens if tokenizer is not None else [str(i) for i in range(network.outputs)]
    if not classes:
        classes = [str(i) for i in range(network.outputs)]
    about = {"network": network.config()}
    return Trace(tokens, arrays, begin, logits, classes if logits is not None else (), next_token, title, about)


def path(layers, l: int, d: int) -> str:
    """What the names of a layer's arrays begin with, as in `network.weights()`."""
    return f"layer{l}." + (("forward.", "backward.")[d] if layers.bidirectional else "")


def weights_of(network: OneStack, l: int) -> list[dict]:
    """The weights of a layer, by direction and gate, as NumPy arrays (`cells.layer_weights`)."""
    vector = network.parameters.arrays[f"layer{l}"].asnumpy()
    return layer_weights(vector, *network.layers.layer_arguments(l))


def _inputs(network, text, tokenizer, unknown):
    """What the network reads, (T, 1) or (T, 1, I), and the T tokens."""
    if network.layers.encoding == "vectors":
        if isinstance(text, str):
            raise ValueError(
                f"Trace.record: this network reads vectors, (T, {network.layers.inputs}), and cannot read a text; give it an array of numbers"
            )
        vectors = np.asarray(text, np.float64)
        if vectors.ndim != 2 or vectors.shape[1] != network.layers.inputs or not len(vectors):
            raise ValueError(
                f"Trace.record: this network reads vectors, (T, {network.layers.inputs}), got shape {vectors.shape}"
            )
        return vectors[:, None], [str(t) for t in range(len(vectors))]
    if isinstance(text, str):
        if tokenizer is None:
            raise ValueError("Trace.record: a text needs the tokenizer that the network was trained with, or give ids")
        tokens = tokenizer.tokenize(text)
        ids = tokenizer.encode(text)
        strange = sorted({token for token, i in zip(tokens, ids, strict=True) if not i})
        if strange and not unknown:
            raise ValueError(
                f"Trace.record: {', '.join(map(repr, strange[:8]))} {'is' if len(strange) == 1 else 'are'} not in the vocabulary; "
                "take another text, or unknown=True to read such tokens as <unk>"
            )
    else:
        ids = flat_ids(text)
        tokens = tokenizer.vocab.to_tokens(ids.tolist()) if tokenizer is not None else [str(i) for i in ids]
    if not len(ids):
        raise ValueError("Trace.record: the text is empty; one token at least is needed")
    return ids[:, None], tokens


def _step_by_step(cell: str, X, H, first: list, p: dict, *, backward: bool) -> dict[str, np.ndarray]:
    """Every array of a layer in one direction. X: (T, I), H: its hidden states (T, H), first: the state it began with, arrays (H,)."""
    if backward:
        found = _step_by_step(cell, X[::-1], H[::-1], first, p, backward=False)
        return {name: np.ascontiguousarray(value[::-1]) for name, value in found.items()}
    # [x_t, h_{t-1}] of every step, put together once: of 10,000 steps each array more costs as much in memory as in arithmetic.
    XH = np.empty((len(H), X.shape[1] + H.shape[1]), H.dtype)
    XH[:, : X.shape[1]] = X
    before = XH[:, X.shape[1] :]
    before[0], before[1:] = first[0], H[:-1]
    return {"h": H, **GATES[cell](X, XH, before, first, p)}


def _rnn(X, XH, before, first, p):
    return {}


def _gru(X, XH, H, first, p):
    R, Z = sigmoid_(gate(XH, p, "r")), sigmoid_(gate(XH, p, "z"))
    return {"r": R, "z": Z, "candidate": tanh_(gate(concat([X, R * H]), p, "h"))}


def _gru_after(X, XH, H, first, p):
    size = p["size"]
    R, Z = sigmoid_(gate(XH, p, "r")), sigmoid_(gate(XH, p, "z"))
    inner = linear(X, p["W_xh"], p["b_h"], size=size) + R * linear(H, p["W_hh"], p["c_h"], size=size)
    return {"r": R, "z": Z, "candidate": tanh_(inner)}


def _lstm(X, XH, H, first, p):
    I, F, O = (sigmoid_(gate(XH, p, name)) for name in "ifo")
    C̃ = tanh_(gate(XH, p, "c"))
    written, now = I * C̃, first[1].astype(F.dtype)
    for t in range(len(F)):
        now = F[t] * now + written[t]
        written[t] = now  # the memory in the place of what was written to it
    return {"c": written, "i": I, "f": F, "o": O, "candidate": C̃}


GATES = {"rnn": _rnn, "rnn_relu": _rnn, "gru": _gru, "gru_after": _gru_after, "lstm": _lstm}
