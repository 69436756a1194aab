"""`GradientExplorer` and `Connectivity`: what they send is what `gradients` finds; `Compare` and `TrainingSlider`: what they take and refuse."""

import math

import numpy as np
import pytest

from d2lrnn.explore import Compare, Connectivity, Explorer, GradientExplorer, Looks, TrainingSlider
from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.text.batches import sequential_batches
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace, TraceError
from d2lrnn.trace.gradients import backwards, connectivity, gradients, kept
from d2lrnn.train import fit

from .reading import read

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)


def recorded(cell="lstm", layers=1, seed=3):
    network = LanguageModel(len(CHARS), cell=cell, hidden=6, layers=layers, rng=seed)
    network.parameters.set(network.parameters.get() * 3)
    return network, Trace.record(network, TEXT, CHARS, title=f"{cell} {seed}")


def numbers(explorer, which=0):
    return {name: one["values"] for name, one in read(explorer._payload)["traces"][which]["numbers"].items()}


@pytest.mark.parametrize("cell", ["lstm", "gru_after", "rnn"])
def test_norms_by_distance_are_those_of_one_gradient(cell):
    network, trace = recorded(cell, layers=2)
    reach = 9
    found = backwards(network, trace, reach=reach)
    states = {"h", "c"} if cell == "lstm" else {"h"}
    assert set(found) == {f"layer{layer}.{state}" for layer in (0, 1) for state in states} | {"inputs"}
    for position in (1, 5, 30):
        alone = gradients(network, trace, position)
        for name, rows in found.items():
            norms = alone.norms(name)[0]
            for k in range(reach):
                value = rows[position - 1, k]
                assert np.isnan(value) if position - 1 - k < 0 else value == pytest.approx(norms[position - 1 - k], rel=1e-4, abs=1e-9)  # fmt: skip
    np.testing.assert_array_equal(connectivity(network, trace, reach=reach), found["inputs"])


def test_what_a_gate_keeps_is_the_product_along_the_way():
    gate = np.random.default_rng(0).uniform(size=(20, 3)).astype(np.float32)
    found = kept(gate, 12, 8)
    for k in range(8):
        np.testing.assert_allclose(found[k], np.prod(gate[12 - k : 12], axis=0), rtol=1e-5)
    short = kept(gate, 2, 5)
    assert short[0].tolist() == [1, 1, 1] and np.isnan(short[2:]).all() and not np.isnan(short[1]).any()
    assert np.isnan(kept(gate, 0, 4)).all()


def test_with_held_gates_the_memory_keeps_what_the_product_says():
    """The direct path alone: with no weights but those of the output and of the candidate, d(loss)/d(c) shrinks as the product of the forget gates does."""
    network, _ = recorded()
    weights = {name: np.array(value) for name, value in network.weights().items()}
    for name, value in weights.items():
        if name.startswith("layer0.") and name.partition(".")[2] in (
            "W_hi",
            "W_hf",
            "W_ho",
            "W_hc",
            "W_xi",
            "W_xf",
            "W_xo",
        ):
            value[:] = 0
    network.set_weights(weights)
    trace = Trace.record(network, TEXT, CHARS)
    at, reach = 25, 12
    alone = gradients(network, trace, at).states["layer0.c"][0]
    paths = kept(trace["layer0.f"], at, reach)
    for k in range(reach):
        np.testing.assert_allclose(alone[at - 1 - k], alone[at - 1] * paths[k], rtol=2e-3, atol=1e-7)


def test_what_is_sent():
    network, trace = recorded()
    found = numbers(GradientExplorer(network, trace, reach=7))
    rows = backwards(network, trace, reach=7)
    for name in ("layer0.h", "layer0.c", "inputs"):
        assert found[f"back.{name}"].shape == (len(trace), 7) and np.isnan(found[f"back.{name}"][0]).all()
        np.testing.assert_array_equal(found[f"back.{name}"][1:], rows[name])
    path = kept(trace["layer0.f"], 30, 7)
    np.testing.assert_allclose(found["kept.layer0.f"][30], np.c_[path.mean(1), path.max(1)], rtol=1e-6)
    assert set(numbers(Connectivity(network, trace, reach=7))) == set(found)
    assert Connectivity(network, trace).views == ["connectivity"]


def test_a_bidirectional_tagger_looks_back_too():
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, rng=0, bidirectional=True)
    found = numbers(GradientExplorer(tagger, Trace.record(tagger, TEXT, CHARS), reach=5))
    assert found["back.layer0.backward.h"].shape == (len(TEXT), 5) and not np.isnan(found["back.inputs"][-1]).any()


def test_tokens_outside_the_vocabulary_have_no_prediction_to_follow():
    network, _ = recorded()
    found = numbers(GradientExplorer(network, Trace.record(network, "the séa", CHARS, unknown=True), reach=3))
    known = ~np.isnan(found["back.inputs"]).all(1)
    assert known.tolist() == [False, True, True, True, True, False, True]


def test_too_long_and_foreign():
    network, trace = recorded()
    long = Trace.record(network, TEXT * 14, CHARS)
    with pytest.raises(
        ValueError,
        match=r"Connectivity: at most 600 tokens can be followed back, got 644; take a part, such as trace.excerpt",
    ):
        Connectivity(network, long)
    with pytest.raises(ValueError, match="the trace is of another network"):
        GradientExplorer(recorded("gru")[0], trace)
    with pytest.raises(ValueError, match="reach must be"):
        GradientExplorer(network, trace, reach=1)


def test_compare_wants_the_same_tokens():
    (_, first), (_, second) = recorded(), recorded("gru")
    assert Compare([first, second]).views == ["compare"]
    with pytest.raises(ValueError, match="Compare: two traces or more are needed, got 1"):
        Compare(first)
    with pytest.raises(ValueError, match="the first has 46, trace 2 has 20"):
        Compare([first, second.excerpt(0, 20)])
    other = Trace.record(recorded()[0], TEXT.replace("sky", "sea"), CHARS)
    with pytest.raises(ValueError, match="token 17 is 'k' in the first and 'e' in trace 3"):
        Compare([first, second, other])


def test_looks_while_it_learns():
    network = LanguageModel(len(CHARS), hidden=6, rng=0)
    looks = Looks("the sand", CHARS, kinds=("h",))
    looks(network)
    ids = CHARS.encode(TEXT * 4)
    fit(
        network,
        sequential_batches(ids, 2, 8, rng=0),
        ids[:40],
        steps=20,
        evaluate_every=10,
        watch=[looks],
        progress=False,
        keep="last",
    )
    assert looks.steps == [0, 10, 20] and math.isnan(looks.losses[0]) and not math.isnan(looks.losses[2])
    assert [trace.names for trace in looks.traces] == 3 * [["layer0.h"]]
    assert not np.array_equal(looks.traces[0]["layer0.h"], looks.traces[2]["layer0.h"])
    np.testing.assert_allclose(
        looks.traces[2]["layer0.h"], Trace.record(network, "the sand", CHARS)["layer0.h"], atol=1e-6
    )
    slider = TrainingSlider(looks)
    assert read(slider._payload)["words"]["training"] == {"steps": [0, 10, 20], "losses": [None, *looks.losses[1:]]}
    assert slider.state["trace"] == 2 and repr(slider).startswith(
        "TrainingSlider(Trace(untrained, 8 tokens: layer0.h 6; logits"
    )
    assert "and 2 others | layer0.h unit 0" in repr(slider)


def test_what_a_slider_refuses():
    traces = [recorded(seed=seed)[1] for seed in (1, 2)]
    for given, words in (
        ((traces[:1],), "two looks or more are needed, got 1"),
        ((traces, [0]), "as many steps and losses are needed, got 1 and 2"),
        ((traces, [5, 5]), r"steps must ascend, got \[5, 5\]"),
        (([traces[0], traces[1].excerpt(0, 9)],), "the same tokens"),
    ):
        with pytest.raises(ValueError, match=words):
            TrainingSlider(*given)


def test_fewer_arrays():
    _, trace = recorded(layers=2)
    part = trace.only("c", "layer1.f")
    assert part.names == ["layer0.c", "layer1.c", "layer1.f"] and part.tokens == trace.tokens
    np.testing.assert_array_equal(part.surprisal, trace.surprisal)
    np.testing.assert_array_equal(part.excerpt(5, 9).begin["layer0.c"], trace["layer0.c"][4])
    with pytest.raises(TraceError, match="none of layer0.h.* is z"):
        trace.only("z")


def test_views_without_what_they_need_are_no_error():
    assert Explorer(recorded()[1], ["gradient", "connectivity", "training", "compare"]).views[0] == "gradient"
