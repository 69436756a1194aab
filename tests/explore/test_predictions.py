"""`Predictions`: answers and surprisal in the saved page are the trace's; and what is refused."""

import json

import numpy as np
import pytest

from d2lrnn.explore import Predictions
from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)


@pytest.fixture(scope="module")
def trace():
    network = LanguageModel(len(CHARS), hidden=6, rng=3)
    network.parameters.set(network.parameters.get() * 4)
    return Trace.record(network, TEXT, CHARS)


def sent(explorer):
    """The numbers of the first trace by name, and its header."""
    payload = explorer._payload
    start = 4 + int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4:start])["traces"][0]
    return {
        name: np.frombuffer(payload, "<f4", int(np.prod(told["shape"])), start + told["at"]).reshape(told["shape"])
        for name, told in header["numbers"].items()
    }, header


def test_answers_and_surprisal_are_those_of_the_trace(trace):
    numbers, header = sent(Predictions(trace))
    p = np.exp(trace.log_probs)
    ids = numbers["top.ids"].astype(int)
    assert ids.shape == (len(trace), 8) and header["classes"] == list(trace.classes) and header["nextToken"] is True
    np.testing.assert_array_equal(numbers["top.p"], np.take_along_axis(p, ids, 1))
    np.testing.assert_array_equal(numbers["top.p"], -np.sort(-p, axis=1)[:, :8])
    np.testing.assert_array_equal(numbers["surprisal"], trace.surprisal)
    came = [trace.classes.index(token) for token in trace.tokens[1:]]
    np.testing.assert_allclose(numbers["surprisal"][1:], -np.log(p[np.arange(len(came)), came]), rtol=1e-4, atol=1e-6)


def test_a_taggers_answers_have_no_surprisal():
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, rng=0, bidirectional=True)
    numbers, header = sent(Predictions(Trace.record(tagger, TEXT, CHARS, classes=["no", "yes"])))
    assert numbers["top.p"].shape == (len(TEXT), 2) and "surprisal" not in numbers
    assert header["nextToken"] is False and header["classes"] == ["no", "yes"]


def test_the_number_of_answers_is_part_of_the_state(trace):
    assert Predictions(trace).state["predictions"] == {"k": 5}
    assert Predictions(trace, 3).state["predictions"] == {"k": 3}
    copied = json.loads(json.dumps({**Predictions(trace).state, "t": 7, "predictions": {"k": 8, "under": "place"}}))
    again = Predictions(trace, 2, state=copied)
    assert again.state == copied and '"under": "place"' in again.html()


def test_what_cannot_be_shown_is_said(trace):
    for wrong in (0, 9, 2.5, True, "5"):
        with pytest.raises(ValueError, match="from 1 to 8, got"):
            Predictions(trace, wrong)
    states = Trace(["a", "b"], {"h": np.zeros((2, 3))})
    with pytest.raises(ValueError, match="a trace with logits is needed"):
        Predictions(states)
    assert len(Predictions([trace, states]).traces) == 2, "one with answers is enough"
    with pytest.raises(TypeError, match="a Trace is needed, got str"):
        Predictions("the sea")
    with pytest.raises(ValueError, match="needs a trace"):
        Predictions([])
