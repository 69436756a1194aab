"""The finder: its scores against sorting, ground truth it must find, noise in which it must find nothing."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2lrnn.data.brackets import BracketLanguage
from d2lrnn.trace import Trace
from d2lrnn.trace.find import find, find_each
from d2lrnn.trace.predicates import span
from d2lrnn.trace.ranks import LEVELS, scores


def exact_auc(values, holds):
    """By every pair of a value where it holds and one where it does not."""
    differences = values[holds][:, None] - values[~holds][None]
    return (differences > 0).mean() + (differences == 0).mean() / 2


def mean_ranks(values):
    return (values[:, None] > values[None]).sum(1) + (values[:, None] == values[None]).sum(1) / 2


def depth_in(language, steps, unit, *, rng=0, noise=0.02, others=12):
    """A trace by hand in which one unit is the depth, upside down, and the others wander."""
    rng = np.random.default_rng(rng)
    text = language.text(language.sample(steps, rng=rng))
    wandering = np.cumsum(rng.normal(size=(steps, others)), 0)
    arrays = {"layer0.h": np.tanh(wandering), "layer0.c": wandering.copy()}
    arrays["layer0.c"][:, unit] = -language.depth(text) + noise * rng.normal(size=steps)
    return Trace(text, arrays, title="by hand")


@given(st.integers(0, 10_000), st.integers(2, 40), st.sampled_from([1, 2, 3, 1000]))
def test_auc_is_that_of_all_pairs(seed, T, steps):
    """Values with ties and without: the steps are fine enough to keep apart what differs by a 4,000th of the range."""
    rng = np.random.default_rng(seed)
    array = rng.integers(0, steps + 1, size=(T, 3)).astype(np.float32) * 10.0 ** rng.integers(-3, 4)
    labels = rng.random((4, T)) < 0.4
    labels[:, 0], labels[:, 1] = True, False
    (found,) = scores(array, [labels])
    wanted = [[exact_auc(array[:, unit], row) for row in labels] for unit in range(3)]
    assert np.allclose(found, wanted, atol=1e-5)


def test_auc_within_the_rounding_of_values():
    """Of values from a bell curve, at most those on one step count half that should count whole."""
    rng = np.random.default_rng(0)
    array, labels = rng.normal(size=(3000, 40)).astype(np.float32), rng.random((2, 3000)) < 0.2
    array[labels[0], 3] += 1
    (found,) = scores(array, [labels])
    wanted = np.array([[exact_auc(array[:, unit], row) for row in labels] for unit in range(40)])
    assert np.abs(found - wanted).max() < 4 / LEVELS and found[3, 0] > 0.7


def test_rank_correlation():
    rng = np.random.default_rng(0)
    array, numbers = rng.normal(size=(400, 5)).astype(np.float32), rng.integers(0, 9, size=(2, 400)).astype(float)
    array[:, 2] = np.exp(numbers[0])  # any unit that rises with it, on whatever curve
    (found,) = scores(array, [numbers])
    wanted = [[np.corrcoef(mean_ranks(array[:, u]), mean_ranks(row))[0, 1] for row in numbers] for u in range(5)]
    assert np.allclose(found, wanted, atol=2e-3) and found[2, 0] == pytest.approx(1, abs=1e-5)


def test_units_that_stand_still_and_values_of_any_size():
    array = np.zeros((20, 4), np.float32)
    array[:, 1] = 3e38 * np.where(np.arange(20) % 2, 1, -1)
    array[:, 2] = 1e-38
    array[:, 3] = 1e20 * np.arange(20)
    labels = np.arange(20)[None] % 2 == 1
    (auc, rho) = scores(array, [labels, np.arange(20.0)[None]])
    assert np.allclose(auc[:, 0], [0.5, 1, 0.5, 0.55]) and np.allclose(rho[[0, 2, 3], 0], [0, 0, 1])


def test_finds_the_unit_that_is_the_depth():
    language = BracketLanguage(2, 4)
    trace = depth_in(language, 4000, unit=7)
    rng = np.random.default_rng(5)
    control = Trace(trace.tokens, {name: rng.normal(size=(4000, 12)) for name in trace.names}, title="untrained")
    number, inside = find_each(trace, ["bracket depth", "inside brackets"], control=control, rng=0)
    for found in (number, inside):
        best = found[0]
        assert (best.array, best.unit, best.direction) == ("layer0.c", 7, -1)
        assert best.held_out > 0.95 and found[1].held_out < best.held_out - 0.2
        assert found.beyond >= 1 and best.held_out > found.chance > found.control.held_out
        assert found.beyond_control >= 1 and found.control_title == "untrained"
    assert number.measure == "rank correlation" and inside.measure == "AUC"
    assert inside[0].held_out > 0.999  # any threshold between 0 and −1 tells
    assert [row.chosen_on for row in inside.rows] == sorted((row.chosen_on for row in inside.rows), reverse=True)


def test_finds_nothing_in_noise():
    """The best of 300 units looks good where it was chosen; on the part held out it is a unit like another."""
    rng = np.random.default_rng(3)
    text = BracketLanguage().text(BracketLanguage().sample(600, rng=rng))
    trace = Trace(text, {"layer0.h": rng.normal(size=(600, 300))})
    found = find(trace, "inside brackets", rng=0)
    assert found[0].chosen_on > 0.56 and abs(found[0].held_out - 0.5) < 0.06
    assert found.beyond == 0 and max(row.held_out for row in found.rows) <= found.chance
    assert np.abs(found.shuffled_chosen - 0.5).mean() < np.abs(found.shuffled - 0.5).mean()


def test_slow_units_make_a_high_line():
    """Where text and units change slowly, as with long quotations, luck alone reaches far: turned labels keep their runs, and say so."""
    rng = np.random.default_rng(0)
    holds = np.repeat(rng.random(40) < 0.5, 50)
    fast, slow = rng.normal(size=(2000, 50)), np.cumsum(rng.normal(size=(2000, 50)), 0)
    lines = [find(Trace("a" * 2000, {"h": values}), holds, rng=0).chance for values in (fast, slow)]
    assert lines[0] < 0.6 < 0.75 < lines[1]


def test_chosen_on_the_first_part_alone():
    """What the second part says changes no rank."""
    rng = np.random.default_rng(0)
    values, holds = rng.normal(size=(500, 30)), rng.random(500) < 0.4
    other = values.copy()
    other[300:] = rng.normal(size=(200, 30))
    first, second = (find(Trace("a" * 500, {"h": v}), holds, rng=0) for v in (values, other))
    assert [row[:3] for row in first.rows] == [row[:3] for row in second.rows]
    assert [row.held_out for row in first.rows] != [row.held_out for row in second.rows]
    assert first.cut == 300 and find(Trace("a" * 500, {"h": values}), holds, share=0.5, rng=0).cut == 250


def test_a_span_is_parted_in_its_middle():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 20))
    values[200:240, 4] += 4
    found = find(Trace("a" * 400, {"h": values}), span(200, 240), rng=0)
    assert found.cut == 220 and found[0][:2] == ("h", 4) and found[0].held_out > 0.97 > found.chance
    short = find(Trace("a" * 400, {"h": values}), span(300, 310), rng=0)
    assert short.beyond == 0 and short.chance > 0.75  # ten tokens prove nothing


def test_the_same_seed_gives_the_same():
    trace = depth_in(BracketLanguage(), 500, unit=0)
    assert repr(find(trace, "bracket depth", rng=1)) == repr(find(trace, "bracket depth", rng=1))
    assert find(trace, "bracket depth", rng=1).chance != find(trace, "bracket depth", rng=2).chance


def test_shown_and_kept(tmp_path):
    trace = depth_in(BracketLanguage(), 1000, unit=3)
    found = find(trace, "inside brackets", control=trace, rng=0)
    lines = repr(found).splitlines()
    assert lines[0].startswith(
        "inside brackets: AUC of 24 units of by hand; 600 tokens to choose on, where it holds at "
    )
    assert lines[2].split() == ["layer0.c", "3", "lower", f"{found[0].held_out:.3f}", f"{found[0].chosen_on:.3f}"]
    assert lines[-2].startswith("labels turned round, 20 times: at most 0.") and "by hand: " in lines[-1]
    found.to_csv(tmp_path / "found.csv")
    rows = list(csv.reader((tmp_path / "found.csv").open(newline="")))
    assert rows[0] == ["array", "unit", "AUC chosen on", "AUC held out", "direction"] and len(rows) == 1 + 24 + 2
    assert rows[1][:2] == ["layer0.c", "3"] and float(rows[1][3]) == found[0].held_out


def test_refused():
    trace = depth_in(BracketLanguage(), 100, unit=0)
    with pytest.raises(ValueError, match="'inside quotes' holds at no token of the 100"):
        find(trace, "inside quotes")
    with pytest.raises(ValueError, match="holds at every token of the 100"):
        find(trace, lambda text, i: True)
    with pytest.raises(
        ValueError, match="holds at 7 of the 60 tokens to choose on and at 0 of the 40 held out; 5 or more"
    ):
        find(trace, lambda text, i: i < 7)
    with pytest.raises(ValueError, match="mark 10 or more tokens, with 5 or more before and after them"):
        find(trace, span(0, 20))
    with pytest.raises(ValueError, match="outside the text, which has 100 tokens"):
        find(trace, span(90, 101))
    with pytest.raises(ValueError, match="the same number, or there are fewer than 10 tokens"):
        find(trace, [2.0] * 60 + list(range(40)))
    with pytest.raises(ValueError, match="share must be above 0 and below 1, got 1"):
        find(trace, "bracket depth", share=1)
    with pytest.raises(ValueError, match="shuffles must be 1 or more, got 0"):
        find(trace, "bracket depth", shuffles=0)
    for control in (trace.excerpt(1, 100), Trace(trace.tokens, {"layer0.h": trace["layer0.h"]})):
        with pytest.raises(ValueError, match="the same text through a network of the same shape"):
            find(trace, "bracket depth", control=control)
