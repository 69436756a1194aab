"""Gradients from a trace against differences of the slides' own formulas, for each cell, depth and direction."""

import numpy as np
import pytest
from formulas import STEPS
from test_record import CELLS, TOKENIZER, shaken

from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.trace import Trace
from d2lrnn.trace.gradients import connectivity, gradients, unusual

TEXT = "jumps over the dog"
SHAPES = [{}, {"layers": 3, "residual": True}, {"layers": 2, "embedding": 5}]


def loss(network, X, at, target, nudge=None):
    """-ln p(target) answered at step `at`, in float64. nudge: (name of a state, t, unit, by how much), added to it when it is computed."""
    layers, weights = network.layers, network.weights()
    for l in range(layers.layers):
        sides = []
        for d, direction in enumerate(("forward.", "backward.")[: layers.directions]):
            path = f"layer{l}." + (direction if layers.bidirectional else "")
            H, C = np.zeros(layers.hidden), np.zeros(layers.hidden)
            Hs = np.zeros((len(X), layers.hidden))
            for t in range(len(X)) if d == 0 else reversed(range(len(X))):
                w = lambda name, path=path: weights[path + name].astype(float)  # noqa: E731
                H_before, C_before = H, C
                H, C = STEPS[layers.cell](X[t], H_before, C_before, w)
                if nudge is not None and nudge[:2] == (path + "c", t):
                    O = 1 / (1 + np.exp(-(X[t] @ w("W_xo") + H_before @ w("W_ho") + w("b_o"))))
                    C = C + nudge[3] * np.eye(layers.hidden)[nudge[2]]
                    H = O * np.tanh(C)
                if nudge is not None and nudge[:2] == (path + "h", t):
                    H = H + nudge[3] * np.eye(layers.hidden)[nudge[2]]
                Hs[t] = H
            sides.append(Hs)
        Y = np.concatenate(sides, 1)
        X = Y + X if layers.residual and l else Y
    logits = X[at] @ weights["W_ho"].astype(float) + weights["b_o"]
    return np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[target]


def inputs_of(network):
    ids = TOKENIZER.encode(TEXT)
    return (
        network.weights()["embedding"][ids].astype(float) if network.layers.embedding else np.eye(len(TOKENIZER))[ids]
    )


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("shape", [*SHAPES, {"bidirectional": True, "layers": 2}], ids=str)
def test_against_differences(cell, shape):
    if shape.get("bidirectional"):
        network = shaken(SequenceTagger(len(TOKENIZER), 4, cell=cell, hidden=6, engine="scratch", **shape))
    else:
        network = shaken(LanguageModel(len(TOKENIZER), cell=cell, hidden=6, engine="scratch", **shape))
    trace, X, rng = Trace.record(network, TEXT, TOKENIZER), inputs_of(network), np.random.default_rng(1)
    positions = [len(TEXT) - 1, 7]
    found = gradients(network, trace, positions)
    for n, position in enumerate(positions):
        if trace.next_token:
            at, target = position - 1, int(TOKENIZER.encode(TEXT)[position])
        else:
            at, target = position, int(trace.logits[position].argmax())
        for name in found.states:
            for t, unit in zip(rng.integers(0, len(TEXT), 5), rng.integers(0, 6, 5), strict=True):
                up, down = (loss(network, X, at, target, (name, t, unit, by)) for by in (1e-5, -1e-5))
                assert abs(found.states[name][n, t, unit] - (up - down) / 2e-5) < 1e-5, (name, t, unit)
        for t, i in zip(rng.integers(0, len(TEXT), 5), rng.integers(0, X.shape[1], 5), strict=True):
            step = np.zeros_like(X)
            step[t, i] = 1e-5
            difference = (loss(network, X + step, at, target) - loss(network, X - step, at, target)) / 2e-5
            assert abs(found.inputs[n, t, i] - difference) < 1e-5, ("inputs", t, i)
        if not shape.get("bidirectional"):
            assert not found.inputs[n, at + 1 :].any()  # what comes after an answer has no part in it


def test_many_answers_are_what_each_is_alone():
    network = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=6, layers=2))
    trace = Trace.record(network, TEXT * 8, TOKENIZER)
    at = np.arange(1, len(trace))  # more than are followed at once
    found = gradients(network, trace, at)
    for n in (0, 63, 64, len(at) - 1):
        alone = gradients(network, trace, int(at[n]))
        for name in alone.states:
            assert np.abs(alone.states[name][0] - found.states[name][n]).max() < 1e-6
        assert np.abs(alone.inputs[0] - found.inputs[n]).max() < 1e-6


def test_connectivity_is_the_length_of_the_inputs_gradient():
    network = shaken(LanguageModel(len(TOKENIZER), cell="gru_after", hidden=6))
    trace = Trace.record(network, TEXT * 8, TOKENIZER)
    found = connectivity(network, trace, reach=9)
    assert found.shape == (len(trace) - 1, 9)
    for n, position in ((0, 1), (3, 4), (80, 81), (len(trace) - 2, len(trace) - 1)):
        norms = gradients(network, trace, position).norms("inputs")[0]
        for back in range(1, 10):
            if position - back < 0:
                assert np.isnan(found[n, back - 1])
            else:
                assert abs(found[n, back - 1] - norms[position - back]) < 1e-6
    usual = unusual(found)
    assert np.allclose(np.nanmean(usual, 0), 1, atol=1e-5) and usual.shape == found.shape


def test_a_memory_cells_gradient_goes_through_the_forget_gates():
    """With H cut off, dC_s / dC_t is the product of the forget gates between them (slide 43)."""
    network = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=4))
    weights = network.weights()
    for name in weights:
        if ".W_h" in name:
            weights[name] = np.zeros_like(weights[name])
    network.set_weights(weights)
    trace = Trace.record(network, TEXT, TOKENIZER)
    g = gradients(network, trace, len(TEXT) - 1).states["layer0.c"][0]
    product = np.cumprod(trace["layer0.f"][len(TEXT) - 2 : 0 : -1], 0)[::-1]
    assert np.allclose(g[: len(TEXT) - 2], product * g[len(TEXT) - 2], atol=1e-6)


def test_what_has_no_gradient_is_said():
    network = shaken(LanguageModel(len(TOKENIZER), cell="lstm", hidden=4))
    trace = Trace.record(network, TEXT, TOKENIZER)
    with pytest.raises(ValueError, match=r"positions run from 1 to 17, got \[0\]"):
        gradients(network, trace, 0)
    with pytest.raises(ValueError, match="of another network"):
        gradients(LanguageModel(len(TOKENIZER), cell="lstm", hidden=5), trace, 3)
    with pytest.raises(ValueError, match="a trace with logits is needed"):
        gradients(network, Trace(trace.tokens, trace.arrays), 3)
    strange = Trace.record(network, "jÉmps", TOKENIZER, unknown=True)
    with pytest.raises(ValueError, match="'É' is not in the vocabulary"):
        gradients(network, strange, 1)
