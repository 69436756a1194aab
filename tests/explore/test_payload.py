"""What is sent is what the trace holds: read again here by the description of its bytes, not by the code that wrote them."""

import numpy as np
import pytest

from d2lrnn.explore.payload import MOST_BYTES, MOST_TOKENS, label, pack
from d2lrnn.trace.arrays import Trace

from .reading import HOSTILE, hostile_trace, read


def trace(T=9, H=4, size=1.0, seed=0, **more):
    rng = np.random.default_rng(seed)
    arrays = {
        "layer0.h": rng.uniform(-0.9, 0.9, (T, H)),
        "layer0.c": size * rng.normal(size=(T, H)),
        "layer0.f": rng.uniform(size=(T, H)),
        "layer0.candidate": 0.05 * rng.uniform(-1, 1, (T, H + 1)),
    }
    settings = {"logits": 3 * rng.normal(size=(T, 11)), "classes": [*"abcdefghij", "é"], "title": "an LSTM"}
    return Trace("abcab\n é"[:T].ljust(T, "x"), arrays, **(settings | more))


def test_everything_comes_out_again():
    one = trace(begin={"layer0.h": np.arange(4.0), "layer0.c": -np.arange(4.0)}, about={"network": {"cell": "lstm"}})
    more = {"norms": np.arange(6.0).reshape(3, 2), "one": np.float64(7)}
    data = read(pack([one], [more], {"view": {"words": ["<b>", 1, None]}}))
    (found,) = data["traces"]
    assert data["words"] == {"view": {"words": ["<b>", 1, None]}} and data["bytes left over"] == 0
    assert found["tokens"] == list(one.tokens) and found["classes"] == list(one.classes)
    assert (found["title"], found["nextToken"], found["cell"]) == ("an LSTM", True, "lstm")
    assert [array["name"] for array in found["arrays"]] == one.names
    for array in found["arrays"]:
        exact = one[array["name"]].T
        assert array["values"].shape == exact.shape
        own = np.abs(exact).max(1)
        assert np.all(np.abs(array["values"] - exact).max(1) <= own / 254 + 1e-6), "half a step of the unit's own scale"
        assert np.abs(array["raw"].astype(int)).max() <= 127
    numbers = {name: number["values"] for name, number in found["numbers"].items()}
    assert set(numbers) == {"top.ids", "top.p", "surprisal", "begin.layer0.h", "begin.layer0.c", "norms", "one"}
    np.testing.assert_array_equal(numbers["begin.layer0.c"], -np.arange(4))
    np.testing.assert_array_equal(numbers["norms"], more["norms"])
    assert numbers["one"] == 7
    np.testing.assert_allclose(numbers["surprisal"], one.surprisal, rtol=1e-6)
    assert np.isnan(numbers["surprisal"][0])


def test_the_likeliest_answers():
    one = trace()
    found = read(pack([one]))["traces"][0]["numbers"]
    ids, p = found["top.ids"]["values"].astype(int), found["top.p"]["values"]
    assert ids.shape == p.shape == (9, 8)
    every = np.exp(one.logits.astype(float))
    every /= every.sum(1, keepdims=True)
    for t in range(9):
        assert set(ids[t]) == set(np.argsort(every[t])[-8:])
        np.testing.assert_allclose(p[t], every[t, ids[t]], rtol=1e-4)
        assert (np.diff(p[t]) <= 0).all()


def test_few_answers_are_all_sent_and_none_where_there_are_none():
    few = trace(logits=np.zeros((9, 2)), classes=["no", "yes"], next_token=False)
    numbers = read(pack([few]))["traces"][0]["numbers"]
    assert numbers["top.p"]["shape"] == [9, 2] and "surprisal" not in numbers
    assert numbers["top.ids"]["values"].tolist() == [[0, 1]] * 9, "of equals the first"
    assert read(pack([trace(logits=None, classes=())]))["traces"][0]["numbers"] == {}


def scales(*traces):
    found = [{a["name"]: a["scale"] for a in one["arrays"]} for one in read(pack(traces))["traces"]]
    assert all(one == found[0] for one in found)
    return found[0]


def test_one_scale_for_all_traces_whatever_their_order():
    small, large = trace(size=1), trace(size=9, seed=1)
    most = float(max(np.abs(small["layer0.c"]).max(), np.abs(large["layer0.c"]).max()))
    both = scales(small, large)
    assert both == scales(large, small) and both["layer0.c"] == pytest.approx(most)
    assert both["layer0.h"] == both["layer0.f"] == 1.0, "what stays within −1 and 1 is shown on that scale"
    assert both["layer0.candidate"] == pytest.approx(max(np.abs(t["layer0.candidate"]).max() for t in (small, large)))
    for a, b in ((0.05, 0.5), (0.5, 0.05)):
        assert scales(*(Trace("ab", {"h": [[x], [0]]}) for x in (a, b))) == {"h": 1.0}


def test_arrays_by_hand_whose_name_says_gate_keep_their_values():
    found = read(pack([Trace("ab", {"i": [[5.0, -3], [1, 0]], "zero": [[0.0], [0]]})]))["traces"][0]["arrays"]
    np.testing.assert_allclose(found[0]["values"], [[5, 1], [-3, 0]], atol=5 / 254)
    assert found[1]["values"].tolist() == [[0, 0]] and found[1]["scale"] > 0


def test_too_much_is_refused_with_advice():
    long = Trace(["x"] * (MOST_TOKENS + 1), {"h": np.zeros((MOST_TOKENS + 1, 1))})
    with pytest.raises(ValueError, match=r"at most 10,000 tokens and 32 million values, got 10,001 .*trace\.excerpt"):
        pack([long])
    pack([long.excerpt(0, MOST_TOKENS)])
    wide = Trace(["x"] * 4000, {"h": np.zeros((4000, MOST_BYTES // 8000 + 1), np.float32)})
    pack([wide])
    with pytest.raises(ValueError, match=r"got 4,000 tokens and 32\.0 million"):
        pack([wide, wide])


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(ValueError, match="needs a trace"):
        pack([])
    with pytest.raises(ValueError, match=r"array name 'h\\udcff'.*rename it"):
        pack([Trace("a", {"h\udcff": [[0]]})])
    with pytest.raises(ValueError, match="JSON"):
        pack([trace()], words={"view": float("nan")})


def test_hostile_text_stays_text():
    (found,) = read(pack([hostile_trace()]))["traces"]
    assert found["tokens"] == found["classes"] == list(HOSTILE)
    assert found["title"] == " ".join(HOSTILE)


@pytest.mark.parametrize(
    ("name", "others", "words"),
    [
        ("layer0.h", [], "hidden state"),
        ("layer0.candidate", ["layer0.h"], "candidate"),
        ("layer1.c", ["layer0.c"], "memory cell, layer 2"),
        ("layer0.backward.f", [], "forget gate, backward"),
        ("layer2.forward.z", ["layer0.forward.z"], "update gate, layer 3, forward"),
        ("layer0.q", [], "layer0.q"),
        ("lstm.h", [], "lstm.h"),
        ("<b>", [], "<b>"),
    ],
)
def test_names_for_people(name, others, words):
    assert label(name, Trace("a", {each: [[0.0]] for each in [*others, name]})) == words
