"""`LiveTyping`: what it sends is the trace of what was typed; and `Explorer.show`, by which it is replaced."""

import json

import numpy as np
import pytest

from d2lrnn.explore import Explorer, LiveTyping
from d2lrnn.explore.payload import pack
from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer
from d2lrnn.trace import Trace

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)


def network(**options):
    return LanguageModel(len(CHARS), hidden=6, rng=3, **options)


def header(payload):
    return json.loads(payload[4 : 4 + int.from_bytes(payload[:4], "little")])


def numbers(payload, name):
    told = header(payload)["traces"][0]["numbers"][name]
    start = 4 + int.from_bytes(payload[:4], "little") + told["at"]
    return np.frombuffer(payload[start : start + 4 * int(np.prod(told["shape"]))], "<f4").reshape(told["shape"])


def test_what_is_typed_is_recorded_and_sent():
    live = LiveTyping(network(), CHARS, "the sea", state={"array": "layer0.f", "unit": 2})
    assert live.state["t"] == 6 and live.state["typed"] == "the sea"
    body, buffers = live.answer("type", {"text": "the sky"})
    expected = Trace.record(network(), "the sky", CHARS)
    assert live._payload == pack([expected], [{"unknown": np.zeros(7)}], fine=True) and (body, buffers) == ({}, [])
    assert live.traces[0].text == "the sky" and live.state["typed"] == "the sky"
    assert (live.state["array"], live.state["unit"]) == ("layer0.f", 2)
    live.answer("type", {"text": "a"})
    assert live.state["t"] == 0, "the cursor stays within the text"
    assert "the sky" not in live.html() and '"typed": "a"' in live.html()


def test_one_message_replaces_what_is_shown():
    live, sent = LiveTyping(network(), CHARS, "the sea"), []
    live.send_state = lambda key=None: sent.append(set(key))
    live.answer("type", {"text": "the"})
    assert sent == [{"_payload", "state"}]


def test_what_is_not_in_the_vocabulary_is_marked():
    live = LiveTyping(network(), CHARS, "the seä <b>")
    assert numbers(live._payload, "unknown").tolist() == [0] * 6 + [1, 0, 1, 1, 1]
    words = WordTokenizer.train(TEXT)
    live = LiveTyping(LanguageModel(len(words), hidden=6, rng=3), words, "the whale")
    assert numbers(live._payload, "unknown").tolist() == [0, 1]


def test_taggers_too():
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, rng=0, bidirectional=True)
    live = LiveTyping(tagger, CHARS, "the sea")
    live.answer("type", {"text": "sea"})
    assert header(live._payload)["traces"][0]["nextToken"] is False
    assert numbers(live._payload, "top.p").shape == (3, 2)


def test_a_copied_state_opens_with_its_text():
    live = LiveTyping(network(), CHARS, "the sea")
    live.answer("type", {"text": "the sand"})
    copied = json.loads(json.dumps({**live.state, "t": 2}))
    again = LiveTyping(network(), CHARS, state=copied)
    assert again.state == copied and again.traces[0].text == "the sand"


def test_what_cannot_be_read_is_said_and_changes_nothing():
    live = LiveTyping(network(), CHARS, "the sea")
    before = live._payload
    for wrong, says in (
        (("type", {"text": ""}), "one character"),
        (("type", {}), "a text is needed"),
        (("type", {"text": "a" * 1001}), "1,000"),
        (("write", {}), "no answer"),
    ):
        with pytest.raises(ValueError, match=says):
            live.answer(*wrong)
    assert live._payload is before and live.state["typed"] == "the sea"
    with pytest.raises(ValueError, match="one character"):
        LiveTyping(network(), CHARS, "")
    vectors = SequenceTagger(3, 2, hidden=4, rng=0, encoding="vectors")
    with pytest.raises(ValueError, match="vectors"):
        LiveTyping(vectors, CHARS, "the sea")


def test_show_replaces_and_keeps_the_place():
    first, second = (Trace.record(network(), text, CHARS) for text in ("the sea", "sky"))
    explorer = Explorer(first, state={"array": "layer0.i", "unit": 5, "t": 6, "mine": [1]})
    explorer.show(second)
    assert explorer._payload == pack([second]) and explorer.traces == [second]
    assert explorer.state == {"trace": 0, "array": "layer0.i", "unit": 5, "t": 2, "mine": [1]}
    for wrong, error in (("the sea", TypeError), ([], ValueError)):
        with pytest.raises(error):
            explorer.show(wrong)
    assert explorer.traces == [second]
