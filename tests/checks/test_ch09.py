"""Chapter 09's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import numpy as np
import pytest

from d2lrnn.checks import ch09


def climb(x, states, steps, pick=lambda h, below: (h, below)):
    new = []
    for h, step in zip(states, steps, strict=True):
        x = step(*pick(h, x))
        new.append(x)
    return new


def lstm(V, H, L, gates=4, bias=1, above=None, output=None):
    above = H if above is None else above
    layers = sum(gates * (n * H + H * H + bias * H) for n in [V] + [above] * (L - 1))
    return layers + (H * V + V if output is None else output)


MISTAKES = [
    (ch09.deep_step, lambda x, states, steps: climb(x, states, steps)[-1], "all layers"),
    (
        ch09.deep_step,
        lambda x, states, steps: [f(h, x) for h, f in zip(states, steps, strict=True)],
        "only the first one sees it",
    ),
    (
        ch09.deep_step,
        lambda x, states, steps: [f(h, y) for h, y, f in zip(states, [x, *states[:-1]], steps, strict=True)],
        "the same t",
    ),
    (ch09.deep_step, lambda x, states, steps: climb(x, states, steps, lambda h, b: (b, h)), "other way round"),
    (ch09.deep_step, lambda x, states, steps: [h * 0 for h in states], "state of layer 1 should be"),
    (
        ch09.deep_step,
        lambda x, states, steps: [h + (l == 2) for l, h in enumerate(climb(x, states, steps))],
        "state of layer 3 should be",
    ),
    (ch09.deep_step, lambda x, states, steps: states[:1] * 7, "a list of 1 states"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, output=0), "output layer is missing"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, output=H * V), "biases too"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, bias=0), "biases are missing"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, gates=1), "plain RNN"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, gates=3), "that is a GRU"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, above=V), "only the first layer"),
    (ch09.weights, lambda V, H, L: lstm(V, H, L, bias=2), "one bias"),
    (ch09.weights, lambda V, H, L: 12, "count one layer"),
    (ch09.weights, lambda V, H, L: L * lstm(V, H, 1), "One layer is right"),
    (ch09.dropped, lambda h, keep, rate: h * keep, "divide what stays"),
    (ch09.dropped, lambda h, keep, rate: h * keep * (1 - rate), "not shrink"),
    (ch09.dropped, lambda h, keep, rate: h * keep / (rate or 1), "what to divide by"),
    (ch09.dropped, lambda h, keep, rate: h * ~keep / (1 - rate), "were dropped"),
    (ch09.dropped, lambda h, keep, rate: h[0], "an array of shape (4, 6)"),
    (ch09.dropped, lambda h, keep, rate: h + keep, "was expected"),
    (ch09.dropped, lambda h, keep, rate: h * keep / keep.mean(), "happened to stay"),
    (ch09.dropped, lambda h, keep, rate: (h * keep / (1 - rate)).round(3), "nearly right"),
]


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_the_count_is_that_of_a_network():
    """The network keeps two biases where the slides have one; otherwise the numbers agree."""
    from d2lrnn.nn.models import LanguageModel

    for L in (1, 3):
        network = LanguageModel(10, hidden=7, layers=L, rng=0)
        assert sum(np.size(w) for w in network.weights().values()) == lstm(10, 7, L)
