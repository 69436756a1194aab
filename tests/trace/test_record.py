"""A recorded trace holds what the equations of the slides give, step by step; whatever the cell, depth and direction."""

import numpy as np
import pytest
from formulas import STEPS

from d2lrnn.nn.models import EncoderDecoder, LanguageModel, SequenceClassifier, SequenceTagger
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace

TEXT = "the quick brown fox jumps over the lazy dog. "
TOKENIZER = CharTokenizer.train(TEXT)
CELLS = ["rnn", "rnn_relu", "gru", "gru_after", "lstm"]
KINDS = {
    "rnn": "h",
    "rnn_relu": "h",
    "gru": "h r z candidate",
    "gru_after": "h r z candidate",
    "lstm": "h c i f o candidate",
}


def shaken(network, seed=3):
    """The same network with random weights everywhere, biases too."""
    rng = np.random.default_rng(seed)
    network.parameters.set(rng.normal(0, 0.4, len(network.parameters)))
    return network


def by_the_slides(network, X, state):
    """Hidden states and memory cells by name, one step after the other, in float64. X: (T, I)."""
    layers, weights = network.layers, network.weights()
    found = {}
    for l in range(layers.layers):
        sides = []
        for d, direction in enumerate(("forward", "backward")[: layers.directions]):
            at = f"layer{l}." + (f"{direction}." if layers.bidirectional else "")
            H, *C = (s[l * layers.directions + d, 0] for s in state)
            C = C[0] if C else None
            order = range(len(X)) if d == 0 else reversed(range(len(X)))
            Hs, Cs = np.zeros((len(X), layers.hidden)), np.zeros((len(X), layers.hidden))
            for t in order:
                H, C = STEPS[layers.cell](X[t], H, C, lambda name, at=at: weights[at + name].astype(float))
                Hs[t], Cs[t] = H, 0 if C is None else C
            found[f"{at}h"] = Hs
            if C is not None:
                found[f"{at}c"] = Cs
            sides.append(Hs)
        Y = np.concatenate(sides, 1)
        X = Y + X if layers.residual and l else Y
    return found, X @ weights["W_ho"] + weights["b_o"]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("shape", [{}, {"layers": 3, "residual": True}, {"bidirectional": True, "layers": 2}], ids=str)
def test_states_and_answers_are_those_of_the_slides(cell, shape):
    network = shaken(LanguageModel(len(TOKENIZER), cell=cell, hidden=7, engine="scratch", **shape))
    layers = network.layers
    rng = np.random.default_rng(5)
    state = tuple(rng.normal(0, 0.5, (layers.layers * layers.directions, 1, 7)) for _ in range(layers.states))
    trace = Trace.record(network, TEXT, TOKENIZER, state=state)
    expected, logits = by_the_slides(network, np.eye(len(TOKENIZER))[TOKENIZER.encode(TEXT)], state)
    for name, value in expected.items():
        assert np.abs(trace[name] - value).max() < 1e-5 * max(1, np.abs(value).max()), name
    assert np.abs(trace.logits - logits).max() < 1e-5 * max(1, np.abs(logits).max())
    own = {name.rpartition(".")[2] for name in trace.names}
    assert own == set(KINDS[cell].split())
    assert len(trace.names) == len(own) * layers.layers * layers.directions


@pytest.mark.parametrize("cell", ["gru", "gru_after", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gates_are_those_that_make_the_next_state(cell, bidirectional):
    """Each array alone could be wrong and still look like a gate; together they must give the state that follows."""
    trace = Trace.record(
        shaken(LanguageModel(len(TOKENIZER), cell=cell, hidden=6, engine="scratch", bidirectional=bidirectional)), TEXT, TOKENIZER
    )  # fmt: skip
    for at in ("layer0.forward.", "layer0.backward.") if bidirectional else ("layer0.",):
        v = {name.removeprefix(at): trace[name] for name in trace.names if name.startswith(at)}
        before = trace.before(at + "h")
        if cell == "lstm":
            C = v["f"] * trace.before(at + "c") + v["i"] * v["candidate"]
            assert np.abs(C - v["c"]).max() < 1e-5
            assert np.abs(v["o"] * np.tanh(C) - v["h"]).max() < 1e-5
        else:
            assert np.abs(v["z"] * before + (1 - v["z"]) * v["candidate"] - v["h"]).max() < 1e-5
    weights = trace.about["network"]
    assert weights["cell"] == cell


def test_the_reset_gate_is_that_of_the_slide():
    network = shaken(LanguageModel(len(TOKENIZER), cell="gru", hidden=6, engine="scratch"))
    trace, w = Trace.record(network, TEXT, TOKENIZER), network.weights()
    X = np.eye(len(TOKENIZER))[TOKENIZER.encode(TEXT)]
    R = 1 / (1 + np.exp(-(X @ w["layer0.W_xr"] + trace.before("layer0.h") @ w["layer0.W_hr"] + w["layer0.b_r"])))
    assert np.abs(trace["layer0.r"] - R).max() < 1e-5


def test_both_engines_leave_the_same_trace():
    fused = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=9, layers=2, embedding=5))
    a, b = (Trace.record(net, TEXT, TOKENIZER) for net in (fused, fused.twin(engine="scratch")))
    for name in a.names:
        assert np.abs(a[name] - b[name]).max() < 1e-6, name


def test_surprisal_is_the_loss_of_each_token():
    from d2lrnn.train import log_probs

    network = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=9, tied=True, embedding=9))
    trace = Trace.record(network, TEXT, TOKENIZER)
    ids = TOKENIZER.encode(TEXT)
    assert np.isnan(trace.surprisal[0])
    assert np.abs(trace.surprisal[1:] + log_probs(network, ids[1:], ids[:1])).max() < 1e-5


def test_a_trace_goes_on_where_another_ended():
    network = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=9, layers=2))
    whole, first = Trace.record(network, TEXT, TOKENIZER), Trace.record(network, TEXT[:20], TOKENIZER)
    state = tuple(np.stack([first[f"layer{l}.{kind}"][-1:] for l in range(2)]) for kind in "hc")
    rest = Trace.record(network, TEXT[20:], TOKENIZER, state=state)
    for name in whole.names:
        assert np.abs(whole[name][20:] - rest[name]).max() < 1e-6
        assert np.abs(whole.excerpt(20, 30)[name] - rest[name][:10]).max() < 1e-6
        assert np.abs(whole.excerpt(20, 30).before(name) - whole.before(name)[20:30]).max() == 0


def test_taggers_and_classifiers():
    tagger = shaken(SequenceTagger(len(TOKENIZER), 3, cell="gru_after", hidden=5))
    trace = Trace.record(tagger, TEXT, TOKENIZER, classes=["a", "b", "c"])
    assert trace.logits.shape == (len(TEXT), 3) and trace.surprisal is None and trace.classes == ("a", "b", "c")
    assert np.abs(trace.logits - tagger(TOKENIZER.encode(TEXT)[:, None]).asnumpy()[:, 0]).max() < 1e-5
    classifier = shaken(SequenceClassifier(len(TOKENIZER), 2, cell="lstm", hidden=5))
    trace = Trace.record(classifier, TEXT, TOKENIZER)
    assert np.abs(trace.logits[-1] - classifier(TOKENIZER.encode(TEXT)[:, None]).asnumpy()[0]).max() < 1e-5
    both = Trace.record(SequenceClassifier(len(TOKENIZER), 2, bidirectional=True, hidden=5), TEXT, TOKENIZER)
    assert both.logits is None and both.surprisal is None
    vectors = Trace.record(SequenceTagger(2, 2, encoding="vectors", hidden=4, cell="rnn"), np.ones((5, 2)))
    assert vectors.tokens == ("0", "1", "2", "3", "4")


def test_what_cannot_be_recorded_is_said():
    network = LanguageModel(len(TOKENIZER), hidden=4)
    with pytest.raises(TypeError, match="EncoderDecoder; a trace of anything else can be made by hand"):
        Trace.record(EncoderDecoder(5, 5, hidden=4), TEXT, TOKENIZER)
    with pytest.raises(ValueError, match="'<', 'É' are not in the vocabulary"):
        Trace.record(network, "the <É", TOKENIZER)
    allowed = Trace.record(network, "the É", TOKENIZER, unknown=True)
    assert allowed.tokens[-1] == "É" and np.isnan(allowed.surprisal[-1]) and np.isfinite(allowed.surprisal[1:-1]).all()
    with pytest.raises(ValueError, match="the text is empty"):
        Trace.record(network, "", TOKENIZER)
    with pytest.raises(ValueError, match="a text needs the tokenizer"):
        Trace.record(network, "the")
    with pytest.raises(ValueError, match=r"reads vectors, \(T, 2\), got shape \(5,\)"):
        Trace.record(SequenceTagger(2, 2, encoding="vectors", hidden=4), np.ones(5))
    with pytest.raises(ValueError, match=r"reads vectors, \(T, 2\), and cannot read a text; give it an array"):
        Trace.record(SequenceTagger(2, 2, encoding="vectors", hidden=4), "the", TOKENIZER)
    assert Trace.record(network, [1, 2, 3]).tokens == ("1", "2", "3")
