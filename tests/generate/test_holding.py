"""Held units against the slides' formulas written out here, with a held array replaced where the formulas have it; and against nothing held."""

import numpy as np
import pytest

from d2lrnn.generate import Hold, generate, stream
from d2lrnn.generate.held_cells import CELLS as HELD
from d2lrnn.generate.holding import HoldingStepper
from d2lrnn.generate.steppers import NumpyStepper
from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import EncoderDecoder, LanguageModel
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)
UNITS, VALUE = [1, 4], 0.75
EVERY = [(cell, kind) for cell, (_, arrays) in HELD.items() for kind in arrays]


def network(cell="lstm", scale=3.0, **options):
    net = LanguageModel(len(CHARS), cell=cell, hidden=6, rng=3, **options)
    values = net.parameters.get() * scale
    net.parameters.set(values + np.random.default_rng(1).normal(0, 0.1, len(values)))  # no bias stays 0
    return net


def σ(x):
    return 1 / (1 + np.exp(-x))


def by_hand(cell, kind, w, x, H, C):
    """One step of one sequence. w: the weights by their names on the slides. x: an indicator vector. Returns H and C."""

    def held(name, a):
        if name == kind:
            a = a.copy()
            a[UNITS] = VALUE
        return a

    def inner(g):
        return x @ w[f"W_x{g}"] + H @ w[f"W_h{g}"] + w[f"b_{g}"]

    if cell in ("rnn", "rnn_relu"):
        φ = np.tanh if cell == "rnn" else lambda a: np.maximum(a, 0)
        return held("h", φ(inner("h"))), C
    if cell in ("gru", "gru_after"):
        R, Z = held("r", σ(inner("r"))), held("z", σ(inner("z")))
        if cell == "gru":
            H̃ = np.tanh(x @ w["W_xh"] + (R * H) @ w["W_hh"] + w["b_h"])
        else:
            H̃ = np.tanh(x @ w["W_xh"] + w["b_h"] + R * (H @ w["W_hh"] + w["c_h"]))
        return held("h", Z * H + (1 - Z) * held("candidate", H̃)), C
    I, F, O = (held(g, σ(inner(g))) for g in "ifo")
    C = held("c", F * C + I * held("candidate", np.tanh(inner("c"))))
    return held("h", O * np.tanh(C)), C


@pytest.mark.parametrize("cell, kind", EVERY, ids=[f"{cell}-{kind}" for cell, kind in EVERY])
def test_each_array_of_each_cell_against_the_slides(cell, kind):
    net = network(cell, scale=1.0)
    weights = {name: value.astype(float) for name, value in net.weights().items()}
    w = {name.removeprefix("layer0."): value for name, value in weights.items() if name.startswith("layer0.")}
    stepper, free = HoldingStepper(net, [Hold(f"layer0.{kind}", unit=UNITS, value=VALUE)]), NumpyStepper(net)
    ids = np.random.default_rng(0).integers(0, len(CHARS), (5, 2))
    state, loose = stepper.begin(2), free.begin(2)
    expected = [(np.zeros(6), np.zeros(6))] * 2
    for t in range(5):
        scores, state = stepper.step(ids[t], state)
        other, loose = free.step(ids[t], loose)
        expected = [by_hand(cell, kind, w, np.eye(len(CHARS))[ids[t, b]], *expected[b]) for b in range(2)]
        for b, (H, C) in enumerate(expected):
            np.testing.assert_allclose(state[0][0, b], H, atol=1e-5)
            np.testing.assert_allclose(state[-1][0, b], C if cell == "lstm" else H, atol=1e-5)
            np.testing.assert_allclose(scores[b], H @ weights["W_ho"] + weights["b_o"], atol=1e-5)
    assert np.abs(scores - other).max() > 1e-3  # or holding did nothing, and the formula would not have noticed


def test_the_arrays_are_those_of_a_trace():
    for cell in CELLS:
        trace = Trace.record(network(cell), "the sea", CHARS)
        assert {f"layer0.{kind}" for kind in HELD[cell].arrays} == set(trace.names)


@pytest.mark.parametrize("cell", CELLS)
def test_holding_nothing_changes_no_bit(cell):
    net = network(cell, layers=2, residual=True)
    plain, holding = NumpyStepper(net), HoldingStepper(net)
    identity = HoldingStepper(net)  # its steps are taken all the same, with nothing replaced
    identity._held = [{"nothing": None}] * 2
    states = [stepper.begin(2) for stepper in (plain, holding, identity)]
    for ids in np.random.default_rng(0).integers(0, len(CHARS), (8, 2)):
        found = [stepper.step(ids, state) for stepper, state in zip((plain, holding, identity), states, strict=True)]
        states = [state for _, state in found]
        for scores, state in found[1:]:
            assert np.array_equal(scores, found[0][0])
            assert all(np.array_equal(a, b) for a, b in zip(state, found[0][1], strict=True))
    assert generate(net, CHARS, "the ", 60, rng=5, held=[]) == generate(net, CHARS, "the ", 60, rng=5)
    assert generate(holding, CHARS, "the ", 60, rng=5) == generate(net, CHARS, "the ", 60, rng=5)


def test_held_units_stay_and_the_others_move():
    net = network(layers=2)
    stepper = HoldingStepper(net, [Hold("layer1.c", unit=2, value=-3), Hold("layer0.h", unit=[0, 5], value=0.5)])
    state = stepper.begin(3)
    for ids in np.random.default_rng(0).integers(0, len(CHARS), (6, 3)):
        before = state
        _, state = stepper.step(ids, state)
        H, C = state
        assert (C[1, :, 2] == -3).all() and (H[0][:, [0, 5]] == 0.5).all()
        assert (H[0][:, 1:5] != before[0][0][:, 1:5]).all() and (C[1, :, :2] != before[1][1][:, :2]).all()
    O = H[1, :, 2] / np.tanh(-3)  # h comes from the held c by way of an output gate
    assert ((O > 0) & (O < 1)).all()


def test_a_whole_gate_can_be_held():
    """Forget gates at 1, input gates at 0: a memory that keeps nothing but what it began with, so all the past is forgotten."""
    net = network()
    held = [Hold("layer0.f", value=1), Hold("layer0.i", value=0)]
    stepper = HoldingStepper(net, held)
    state = stepper.begin(1)
    for i in CHARS.encode("the sea"):
        _, (H, C) = stepper.step(np.array([i]), state)
        assert not H.any() and not C.any()
    text = generate(net, CHARS, "the ", 40, rng=0, held=held)
    assert text != generate(net, CHARS, "the ", 40, rng=0)
    assert text == "".join(stream(net, CHARS, "the ", 40, rng=0, held=held))


def test_each_of_a_batch_is_held_as_if_alone():
    net, prompts, held = network("gru_after"), ["the sea", "", "and the"], [Hold("layer0.z", unit=range(3), value=1)]
    together = generate(net, CHARS, prompts, 25, method="greedy", stop="\n", held=held)
    assert together == [generate(net, CHARS, p, 25, method="greedy", stop="\n", held=held) for p in prompts]
    assert together != generate(net, CHARS, prompts, 25, method="greedy", stop="\n")


def test_on_another_context():
    net, held = network(), [Hold("layer0.o", unit=0, value=1)]
    expected = generate(net, CHARS, "the", 30, rng=2, held=held)
    assert generate(net.twin(device="cpu(1)"), CHARS, "the", 30, rng=2, held=held) == expected


@pytest.mark.parametrize(
    "cell, held, error, says",
    [
        ("lstm", Hold("layer0.z", unit=0, value=1), ValueError, "no array 'layer0.z'.*layer0.i, layer0.f, layer0.o"),
        ("gru", Hold("layer1.z", unit=0, value=1), ValueError, "there are layer0.r, layer0.z, layer0.candidate, layer"),
        ("lstm", Hold("layer0.f", unit=0, value=1.5), ValueError, "layer0.f of this network is from 0 to 1, got 1.5"),
        ("lstm", Hold("layer0.f", unit=0, value=-0.1), ValueError, "from 0 to 1"),
        ("lstm", Hold("layer0.h", unit=0, value=2), ValueError, "from -1 to 1"),
        ("gru", Hold("layer0.candidate", unit=0, value=-2), ValueError, "from -1 to 1"),
        ("rnn_relu", Hold("layer0.h", unit=0, value=-1), ValueError, "0 or more, got -1"),
        ("lstm", Hold("layer0.f", unit=6, value=1), ValueError, "units run from 0 to 5, got 6"),
        ("lstm", Hold("layer0.f", unit=-1, value=1), ValueError, "0 or more, got -1"),
        ("lstm", Hold("layer0.f", unit=1.5, value=1), TypeError, "whole number, got 1.5"),
        ("lstm", Hold("layer0.f", unit=[], value=1), ValueError, "one unit or more"),
        ("lstm", "layer0.f", TypeError, r"such as Hold\('layer0.i', unit=0, value=1\)"),
    ],
)
def test_what_cannot_be_held_is_said(cell, held, error, says):
    with pytest.raises(error, match=says):
        generate(network(cell), CHARS, "the", 1, held=[held])


@pytest.mark.parametrize("value", [np.nan, np.inf, "1", True, None])
def test_a_value_is_a_finite_number(value):
    with pytest.raises(ValueError, match="finite number"):
        Hold("layer0.f", unit=0, value=value)


def test_what_has_no_bounds_may_be_anything():
    assert generate(network("lstm"), CHARS, "a", 3, held=[Hold("layer0.c", unit=0, value=np.float32(-40))])
    assert generate(network("rnn_relu"), CHARS, "a", 3, held=[Hold("layer0.h", unit=0, value=40)])


def test_one_unit_has_one_value():
    twice = [Hold("layer0.f", unit=[1, 3], value=1), Hold("layer0.f", unit=[3, 4], value=0)]
    with pytest.raises(ValueError, match="unit 3 of layer0.f is held twice"):
        generate(network(), CHARS, "the", 1, held=twice)


def test_only_networks_that_read_once_can_be_held():
    held = [Hold("layer0.f", unit=0, value=1)]
    counted = KneserNey(NGramCounts(CHARS.encode(TEXT), len(CHARS), 3))
    for model, says in ((counted, "KneserNey"), (NumpyStepper(network()), "NumpyStepper"), (EncoderDecoder(5, 5), "E")):
        with pytest.raises(TypeError, match=f"units are held in a LanguageModel.*{says}"):
            generate(model, CHARS, "the", 1, held=held)
    with pytest.raises(TypeError, match="reread=True"):
        generate(network(), CHARS, "the", 1, held=held, reread=True)
    with pytest.raises(ValueError, match="bidirectional"):
        generate(network(bidirectional=True), CHARS, "the", 1, held=held)
