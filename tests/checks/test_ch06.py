"""Chapter 06's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import math

import numpy as np
import pytest

from d2lrnn.checks import ch06


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(cell=None, out=None, gate=sigmoid, new=np.tanh, bias=1):
    """A step in which one thing is done otherwise. cell(I, F, O, C̃, C, H): the new memory; out(I, F, O, C̃, C, old): the hidden state."""

    def step(X, H, C, W, b):
        sums = {g: X @ W["x" + g] + H @ W["h" + g] + bias * b[g] for g in "ifoc"}
        gates = (gate(sums["i"]), gate(sums["f"]), gate(sums["o"]), new(sums["c"]))
        now = cell(*gates, C, H) if cell else gates[1] * C + gates[0] * gates[3]
        return out(*gates, now, C) if out else gates[2] * np.tanh(now), now

    return step


def one_way(*order):
    return lambda X, H, C, W, b: tuple(lstm()(X, H, C, W, b)[i] for i in order)


def count(I, H, sets=4, inputs=None, states=None, bias=None):
    return sets * (
        (I * H if inputs is None else inputs) + (H * H if states is None else states) + (H if bias is None else bias)
    )


def most(weights, less=0):
    def largest(budget, I):
        H = 0
        while weights(I, H + 1) <= budget - less:
            H += 1
        return H

    return largest


def gate_for(steps):
    return 0.5 ** (1 / steps)


def cumulated(F, combine=np.cumprod):
    return np.vstack([combine(F[::-1], 0)[::-1], np.ones(F.shape[1])])


def best(loss):
    """The weight between 0.01 and 0.99 at which a loss of two arrays is lowest."""
    grid = np.arange(1, 100) / 100
    return lambda network, counts: grid[np.argmin([loss(w, network, counts) for w in grid])]


def mixed(w, network, counts):
    return -np.log(w * np.exp(network) + (1 - w) * np.exp(counts)).mean()


step, direct, bias_for, largest, mix = ch06.step, ch06.direct, ch06.bias_for, ch06.largest, ch06.mix


def by_division(F):
    """The whole product over the product so far: right until a gate is 0."""
    so_far = np.vstack([np.ones(F.shape[1]), np.cumprod(F, 0)])
    with np.errstate(invalid="ignore", divide="ignore"):
        return so_far[-1] / so_far


def without_exp(network, counts):
    grid = np.linspace(0, 1, 101)
    with np.errstate(invalid="ignore"):
        losses = [-np.log(w * network + (1 - w) * counts).mean() for w in grid]
    return grid[np.argmin(losses)]


MISTAKES = [
    (step, one_way(1, 0), "in the other order"),
    (step, one_way(0), "two arrays are asked for"),
    (step, lambda X, H, C, W, b: lstm()(X, H, C, W, b)[0], "two arrays are asked for"),
    (step, lambda X, H, C, W, b: (H[0], C), "shape"),
    (step, lambda X, H, C, W, b: (..., C), "still `...`"),
    (step, lstm(lambda I, F, O, N, C, H: I * C + F * N), "I and F have changed places"),
    (step, lstm(lambda I, F, O, N, C, H: O * C + I * N), "the output gate has no part in C"),
    (step, lstm(lambda I, F, O, N, C, H: F * C + (1 - F) * N), "a GRU's mean"),
    (step, lstm(lambda I, F, O, N, C, H: F * C + N), "the input gate is missing"),
    (step, lstm(lambda I, F, O, N, C, H: C + I * N), "the forget gate is missing"),
    (step, lstm(lambda I, F, O, N, C, H: F * C), "what comes in is missing"),
    (step, lstm(lambda I, F, O, N, C, H: I * N), "the old memory is missing"),
    (step, lstm(lambda I, F, O, N, C, H: (1 - F) * C + I * N), "in spite of its name"),
    (step, lstm(lambda I, F, O, N, C, H: F * H + I * N), "not the hidden state H"),
    (step, lstm(lambda I, F, O, N, C, H: F * np.tanh(C) + I * N), "no tanh around the old memory"),
    (step, lstm(lambda I, F, O, N, C, H: np.tanh(F * C + I * N)), "C itself has no tanh"),
    (step, lstm(lambda I, F, O, N, C, H: F * (C + I * N)), "parentheses"),
    (step, lstm(new=sigmoid), "the sigmoid is for the gates"),
    (step, lstm(new=lambda s: s), "the candidate's tanh is missing"),
    (step, lstm(gate=np.tanh), "the gates have a sigmoid"),
    (step, lstm(bias=0), "the biases are missing"),
    (step, lstm(lambda I, F, O, N, C, H: F + C), "C: [", ),
    (step, lstm(out=lambda I, F, O, N, C, old: O * C), "C is right. H: tanh is missing"),
    (step, lstm(out=lambda I, F, O, N, C, old: O * np.tanh(old)), "not the old one"),
    (step, lstm(out=lambda I, F, O, N, C, old: O * old), "the *new* memory goes out, and through a tanh"),
    (step, lstm(out=lambda I, F, O, N, C, old: np.tanh(C)), "the output gate is missing"),
    (step, lstm(out=lambda I, F, O, N, C, old: np.tanh(O * C)), "the gate comes after the tanh"),
    (step, lstm(out=lambda I, F, O, N, C, old: I * np.tanh(C)), "not the input gate"),
    (step, lstm(out=lambda I, F, O, N, C, old: F * np.tanh(C)), "not the forget gate"),
    (step, lstm(out=lambda I, F, O, N, C, old: O * sigmoid(C)), "a hidden state may be negative"),
    (step, lstm(out=lambda I, F, O, N, C, old: O * N), "the candidate is only what comes in"),
    (step, lstm(out=lambda I, F, O, N, C, old: O + C), "C is right. H: ["),
    (direct, lambda F: np.vstack([np.ones(F.shape[1]), np.cumprod(F, 0)]), "from the front"),
    (direct, lambda F: np.vstack([np.ones(F.shape[1]), np.cumprod(F, 0)])[::-1], "the gates too"),
    (direct, lambda F: cumulated(F)[::-1], "C_0 first, C_T last"),
    (direct, lambda F: np.vstack([F, np.ones(F.shape[1])]), "one step's gate only"),
    (direct, lambda F: cumulated(F, np.cumsum), "they do not add up"),
    (direct, lambda F: np.vstack([cumulated(F)[:-1], np.zeros(F.shape[1])]), "dC_T/dC_T is 1"),
    (direct, lambda F: np.vstack([cumulated(F)[:-1], 7 * np.ones(F.shape[1])]), "all but the last row"),
    (direct, lambda F: np.vstack([cumulated(F)[1:], np.ones(F.shape[1])]), "F_{t+1}"),
    (direct, lambda F: np.vstack([cumulated(F)[:1], cumulated(F)[:-1]]), "begin with F_{t+1}"),
    (direct, lambda F: np.vstack([np.ones(F.shape[1]), cumulated(F)[:-1]]), "belongs to C_T"),
    (direct, by_division, "nothing to divide by"),
    (direct, lambda F: np.log(np.maximum(cumulated(F), 1e-300)), "logarithm"),
    (direct, lambda F: np.full((len(F) + 1, F.shape[1]), 0.5), "was expected for C_0"),
    (direct, lambda F: np.prod(F, 0), "one row for each"),
    (bias_for, gate_for, "that is the gate f"),
    (bias_for, lambda n: -math.log(gate_for(n) / (1 - gate_for(n))), "the sign"),
    (bias_for, lambda n: math.log(gate_for(n)), "the inverse of a sigmoid is not"),
    (bias_for, lambda n: gate_for(n) / (1 - gate_for(n)), "the logarithm is missing"),
    (bias_for, lambda n: sigmoid(gate_for(n)), "a sigmoid too many"),
    (bias_for, lambda n: math.exp(-1 / n), "leaves 1/e"),
    (bias_for, lambda n: math.log(math.exp(-1 / n) / (1 - math.exp(-1 / n))), "1/e is left"),
    (bias_for, lambda n: math.log(0.5**n / (1 - 0.5**n)), "not of steps"),
    (bias_for, lambda n: math.log((1 - 0.5 / n) / (0.5 / n)), "no straight line"),
    (bias_for, lambda n: math.log(n), "Tallec and Ollivier"),
    (bias_for, lambda n: 3.0, "and it should be 0.5"),
    (bias_for, lambda n: -1e9, "and it should be 0.5"),
    (bias_for, lambda n: math.inf, "finite"),
    (largest, most(lambda I, H: count(I, H, 1)), "plain RNN"),
    (largest, most(lambda I, H: count(I, H, 3)), "GRU"),
    (largest, most(lambda I, H: count(I, H, bias=0)), "or biases missing"),
    (largest, most(lambda I, H: count(I, H, bias=2 * H)), "Gluon's count"),
    (largest, most(lambda I, H: count(I, H, states=0)), "recurrent weights are missing"),
    (largest, most(lambda I, H: count(I, H, inputs=0)), "weights of the inputs"),
    (largest, lambda budget, I: most(count)(budget, I) + 1, "with one unit more"),
    (largest, most(count, less=1), "if it fits exactly it fits"),
    (largest, lambda budget, I: most(count)(budget, I) + 0.5, "whole number"),
    (largest, lambda budget, I: count(I, budget), "other way round"),
    (largest, lambda budget, I: 7, "a layer of 7 units has"),
    (mix, lambda n, c: 1 - best(mixed)(n, c), "that of the counts"),
    (mix, lambda n, c: 0.5, "half and half"),
    (mix, lambda n, c: 1.5, "between 0 and 1"),
    (mix, lambda n, c: float(n.mean() > c.mean()), "mix the probabilities"),
    (mix, best(lambda w, n, c: -mixed(w, n, c)), "*highest* loss"),
    (mix, without_exp, "np.exp"),
    (mix, lambda n, c: 0.77, "was expected"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_an_approximation_of_the_weight_is_enough():
    assert mix(lambda n, c: best(mixed)(n, c)).state == "correct"
    fine = np.arange(1, 2000) / 2000
    assert mix(lambda n, c: fine[np.argmin([mixed(w, n, c) for w in fine])]).state == "correct"


def test_the_step_is_the_packages():
    from d2lrnn.nn.cells import lstm_step

    def theirs(X, H, C, W, b):
        p = {"size": H.shape[1]} | {f"b_{g}": b[g] for g in "ifoc"}
        p |= {f"W_{g}": np.vstack([W[f"x{g}"], W[f"h{g}"]]).T for g in "ifoc"}
        return lstm_step(X, (H, C), p)

    assert step(theirs).state == "correct"


def test_the_count_is_that_of_a_network():
    from d2lrnn.nn.models import LanguageModel

    for V, H in ((10, 7), (63, 48)):
        net = LanguageModel(V, cell="lstm", hidden=H)
        assert sum(np.size(w) for name, w in net.weights().items() if name.startswith("layer0.")) == count(V, H)
