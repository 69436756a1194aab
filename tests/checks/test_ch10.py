"""Chapter 10's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import numpy as np
import pytest

from d2lrnn.checks import ch10


def pairs(values, holds):
    return values[holds][:, None] - values[~holds][None]


def quotes(text, opening=True, closing=False):
    inside, out = False, []
    for char in text:
        before, inside = inside, inside != (char == '"')
        out.append((inside and (before or opening)) or (closing and before))
    return out


MISTAKES = [
    (ch10.auc, lambda v, h: (pairs(v, h) < 0).mean() + (pairs(v, h) == 0).mean() / 2, "turn the comparison round"),
    (ch10.auc, lambda v, h: (pairs(v, h) > 0).mean(), "right but for ties"),
    (ch10.auc, lambda v, h: ((v > v.mean()) == h).mean(), "an accuracy at one threshold"),
    (ch10.auc, lambda v, h: 0.123, "compare all pairs"),
    (ch10.saturated, lambda g: (g < 0.1).mean(), "two arrays are asked for"),
    (ch10.saturated, lambda g: ((g < 0.1).mean(1), (g > 0.9).mean(1)), "the mean goes over time"),
    (ch10.saturated, lambda g: ((g > 0.9).mean(0), (g < 0.1).mean(0)), "the other way round"),
    (ch10.saturated, lambda g: ((g <= 0.1).mean(0), (g >= 0.9).mean(0)), "is not below 0.1"),
    (ch10.saturated, lambda g: ((g < 0.1).sum(0), (g > 0.9).sum(0)), "these are counts"),
    (ch10.saturated, lambda g: (g.mean(0), g.mean(0)), "the first unit is below 0.1"),
    (ch10.inside_quotes, lambda text: 7, "a list is asked for"),
    (ch10.inside_quotes, lambda text: [True], "a list of 1"),
    (ch10.inside_quotes, lambda text: [False, *quotes(text)[:-1]], "one late"),
    (ch10.inside_quotes, lambda text: quotes(text, closing=True), "the closing mark is not inside"),
    (ch10.inside_quotes, lambda text: quotes(text, opening=False), "the opening mark is inside"),
    (ch10.inside_quotes, lambda text: [char == "b" for char in text], "was expected"),
]


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_the_auc_is_that_of_find():
    from d2lrnn.trace import Trace
    from d2lrnn.trace.find import find

    rng = np.random.default_rng(0)
    holds = rng.random(200) < 0.4
    values = rng.normal(size=200) + holds
    trace = Trace(["a"] * 200, {"h": values[:, None]})
    found = find(trace, holds, shuffles=1, rng=0)
    difference = pairs(trace["h"][found.cut :, 0], holds[found.cut :])
    assert found.rows[0].held_out == pytest.approx((difference > 0).mean() + (difference == 0).mean() / 2, abs=1e-6)
