"""`ClampExplorer`: its answers are what `generate` and the network say; what a reader may ask; what is kept, saved and reopened."""

import json

import numpy as np
import pytest

from d2lrnn.explore import ClampExplorer
from d2lrnn.explore.clamp import units_named
from d2lrnn.generate import Hold, generate
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer
from d2lrnn.text.vocab import Vocab
from d2lrnn.trace import Trace

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)
ASKED = {
    "array": "layer0.f",
    "unit": 2,
    "value": 0.0,
    "more": "",
    "prompt": "the s",
    "temperature": 0.8,
    "length": 40,
    "seed": 5,
}


def network(cell="lstm", tokenizer=CHARS, **options):
    net = LanguageModel(len(tokenizer), cell=cell, hidden=12, rng=3, **options)
    net.parameters.set(net.parameters.get() * 3)
    return net


@pytest.fixture(scope="module")
def explorer():
    return ClampExplorer(network(), CHARS, "the ", length=30)


def probabilities(net, ids):
    scores = net(np.array(ids)[:, None])[0][-1, 0].asnumpy().astype(float)
    return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()


def test_both_texts_are_what_generate_writes(explorer):
    answer, buffers = explorer.answer("write", {**ASKED, "more": "7-8"})
    options = {"temperature": 0.8, "rng": 5}
    held = [Hold("layer0.f", unit=[2, 7, 8], value=0)]
    assert "the s" + answer["free"] == generate(network(), CHARS, "the s", 40, **options)
    assert "the s" + answer["held"] == generate(network(), CHARS, "the s", 40, held=held, **options)
    assert answer["free"] != answer["held"] and buffers == []
    assert (answer["array"], answer["units"], answer["value"], answer["seed"]) == ("layer0.f", [2, 7, 8], 0.0, 5)
    json.dumps(answer)


def test_the_probabilities_are_the_networks(explorer):
    """Held at what it is anyway (a forget gate whose bias is large), nothing moves; before is the network's own answer."""
    answer, _ = explorer.answer("write", ASKED)
    before = probabilities(network(), CHARS.encode("the s"))
    for token, was, _ in answer["movers"]:
        np.testing.assert_allclose(was, before[CHARS.vocab[token]], atol=1e-5)
    changes = [abs(after - was) for _, was, after in answer["movers"]]
    assert changes == sorted(changes, reverse=True) and changes[0] > 1e-3
    assert sum(changes) / 2 - 1e-9 <= answer["moved"] <= 1


def test_the_whole_hidden_state_held_at_zero_leaves_the_bias():
    net = network("gru_after")
    net.set_weights(net.weights() | {"b_o": np.linspace(-1, 1, len(CHARS), dtype=np.float32)})
    explorer = ClampExplorer(net, CHARS, "the ", length=5)
    answer, _ = explorer.answer("write", {**ASKED, "array": "layer0.h", "more": "all"})
    after = np.exp(np.linspace(-1, 1, len(CHARS)))
    after /= after.sum()
    assert answer["units"] == list(range(12))
    for token, _, p in answer["movers"]:
        np.testing.assert_allclose(p, after[CHARS.vocab[token]], rtol=1e-4)
    before = probabilities(net, CHARS.encode("the s"))
    np.testing.assert_allclose(answer["moved"], np.abs(after - before).sum() / 2, rtol=1e-4)


def test_the_first_answer_is_there_without_a_kernel():
    explorer = ClampExplorer(network(), CHARS, "the ", length=30)
    state = explorer.state
    assert state["array"] == "layer0.c" and state["unit"] == 0 and state["clamp"]["value"] == 1
    answer = state["clamp"]["answer"]
    assert "the " + answer["free"] == generate(network(), CHARS, "the ", 30, rng=0) == explorer.traces[0].text
    assert json.dumps(answer["held"])[1:-1].replace("<", "\\u003c") in explorer.html()
    assert ClampExplorer(network("gru"), CHARS, "a", length=2).state["array"] == "layer0.h"


def test_what_is_held_first():
    def opened(unit):
        return ClampExplorer(network(), CHARS, "the ", held=Hold("layer0.o", unit=unit, value=0.25), length=5).state

    for unit, first, more, units in ((4, 4, "", [4]), ([9, 4], 4, "9", [4, 9]), (None, 0, "all", list(range(12)))):
        state = opened(unit)
        assert (state["array"], state["unit"], state["clamp"]["more"]) == ("layer0.o", first, more)
        assert state["clamp"]["answer"]["units"] == units and state["clamp"]["answer"]["value"] == 0.25


def test_a_copied_state_opens_where_it_was(explorer):
    settings = {name: value for name, value in ASKED.items() if name not in ("array", "unit")}
    answer, _ = explorer.answer("write", ASKED)
    copied = json.loads(
        json.dumps({**explorer.state, "array": "layer0.f", "unit": 2, "t": 3, "clamp": {**settings, "answer": answer}})
    )
    again = ClampExplorer(network(), CHARS, state=copied)
    assert again.state == copied
    elsewhere = ClampExplorer(network("gru"), CHARS, state={**copied, "array": "layer0.c", "unit": 99}).state
    assert elsewhere["array"] == "layer0.h" and elsewhere["unit"] == 11


def test_another_text_without_is_shown_and_the_same_is_not_sent_again():
    explorer = ClampExplorer(network(), CHARS, "the ", length=30)
    first = explorer._payload
    explorer.answer("write", {**ASKED, "prompt": "the ", "length": 30, "seed": 0, "temperature": 1})
    assert explorer._payload is first
    answer, _ = explorer.answer("write", ASKED)
    assert explorer._payload != first
    expected = Trace.record(network(), "the s" + answer["free"], CHARS)
    np.testing.assert_array_equal(explorer.traces[0]["layer0.c"], expected["layer0.c"])
    before = explorer._payload
    for wrong in ({"prompt": "Q"}, {"more": "99"}, {"value": 7}):
        with pytest.raises(ValueError):
            explorer.answer("write", {**ASKED, "seed": 77, **wrong})
    assert explorer._payload is before, "what failed shows nothing new"


@pytest.mark.parametrize("make", [CharTokenizer.train, WordTokenizer.train, lambda text: BPETokenizer.train(text, 20)])
def test_every_tokenizer(make):
    tokenizer = make(TEXT)
    for prompt in ("the sea", ""):
        explorer = ClampExplorer(network(tokenizer=tokenizer), tokenizer, prompt, length=20)
        answer = explorer.state["clamp"]["answer"]
        assert answer["prompt"] == prompt and answer["started"] == (
            "" if prompt else "\n" if "\n" in tokenizer.vocab else " "
        )
        assert list(explorer.traces[0].tokens) == tokenizer.tokenize(prompt + answer["free"])


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"prompt": "the Q é"}, "never read: Q é"),
        ({"prompt": "a" * 1001}, "at most 1,000 characters"),
        ({"prompt": None}, "the prompt is a text"),
        ({"value": 1.5}, "from 0 to 1"),
        ({"value": None}, "value is a number"),
        ({"array": "layer0.z"}, "there are layer0.h"),
        ({"unit": 12}, "unit is a whole number from 0 to 11"),
        ({"more": "9-20"}, "units run from 0 to 11"),
        ({"more": "five"}, "7, 12-15 or all, got 'five'"),
        ({"length": 1001}, "length is a whole number from 1 to 1,000"),
        ({"length": 2.5}, "length is a whole"),
        ({"length": float("nan")}, "length is a whole"),
        ({"seed": -1}, "seed is a whole"),
        ({"temperature": -1}, "temperature must be"),
    ],
)
def test_what_cannot_be_written_is_said(explorer, changed, says):
    with pytest.raises(ValueError, match=says):
        explorer.answer("write", {**ASKED, **changed})


def test_what_no_explorer_can_be_made_of():
    counted = KneserNey(NGramCounts(CHARS.encode(TEXT), len(CHARS), 3))
    with pytest.raises(TypeError, match="units are held in a LanguageModel.*KneserNey"):
        ClampExplorer(counted, CHARS, "the")
    with pytest.raises(ValueError, match="bidirectional"):
        ClampExplorer(network(bidirectional=True), CHARS, "the")
    with pytest.raises(ValueError, match="from 0 to 1"):
        ClampExplorer(network(), CHARS, "the", held=Hold("layer0.f", unit=0, value=2))
    with pytest.raises(ValueError, match="no array 'layer0.z'"):
        ClampExplorer(network(), CHARS, "the", held=Hold("layer0.z", unit=0, value=1))
    letters = CharTokenizer(Vocab.in_order(list("abcd")))
    with pytest.raises(ValueError, match="no line break and no space"):
        ClampExplorer(network(tokenizer=letters), letters)
    with pytest.raises(ValueError, match="no answer to 'type'"):
        ClampExplorer(network(), CHARS, "the", length=1).answer("type", {})


def test_units_are_named_as_people_write_them():
    assert units_named("", 3, 10) == [3]
    assert units_named("7, 5-6", 3, 10) == [3, 5, 6, 7]
    assert units_named(" 5 – 6,7 3, ", 3, 10) == [3, 5, 6, 7]
    assert units_named("ALL", 3, 4) == [0, 1, 2, 3]
    for wrong in ("6-5", "10", "-1", "1.5", "7;8", "9999999999"):
        with pytest.raises(ValueError, match="units"):
            units_named(wrong, 3, 10)
