"""Tasks: targets are what the words say, and the baselines are found again by brute force and by simulation."""

import itertools
import math
import subprocess
import sys
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2lrnn
from d2lrnn.data import tasks

MAKERS = {
    "remember_first": lambda rng: tasks.remember_first(5, 7, rng=rng),
    "logical_break": lambda rng: tasks.logical_break(5, 20, rng=rng),
    "adding": lambda rng: tasks.adding(5, 7, rng=rng),
    "copying": lambda rng: tasks.copying(5, 7, rng=rng),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_seed_gives_the_same_data(make):
    def same(a, b):
        return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))

    first = make(3)
    assert same(first, make(np.random.default_rng(3))) and not same(first, make(4))
    d2lrnn.seed(5)
    shared = make(None)
    again = make(None)
    d2lrnn.seed(5)
    assert same(shared, make(None)) and not same(shared, again)


def test_importing_is_cheap():
    code = (
        "import sys, d2lrnn.data.tasks, d2lrnn.data.languages; "
        "print([m for m in ('scipy', 'pandas', 'matplotlib', 'mxnet') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ---- remember the first symbol


def test_the_first_symbol_is_asked_for():
    inputs, targets = tasks.remember_first(4000, 6, 5, rng=0)
    assert inputs.shape == (6, 4000) and targets.shape == (4000,)
    assert inputs.dtype == targets.dtype == np.int32
    assert np.array_equal(inputs[0], targets)
    for step in inputs:  # each symbol as often as the others, at every step
        assert np.allclose(np.bincount(step, minlength=5) / 4000, 0.2, atol=0.03)
    targets[0] += 1
    assert inputs[0, 0] != targets[0]  # a copy: changing one does not change the other


def test_distractors_of_their_own():
    inputs, targets = tasks.remember_first(500, 6, 3, distractors=2, rng=0)
    assert set(np.unique(inputs[0])) == set(np.unique(targets)) == {0, 1, 2} and set(np.unique(inputs[1:])) == {3, 4}


@pytest.mark.parametrize("distractors", [0, 3])
def test_later_steps_say_nothing_about_the_first(distractors):
    """The entropy of the target given the last two inputs, counted, is the chance level."""
    inputs, targets = tasks.remember_first(200_000, 5, 4, distractors=distractors, rng=1)
    seen = inputs[-1] * 10 + inputs[-2]
    assert _entropy_given(seen, targets) == pytest.approx(tasks.remember_first_baseline(4), abs=1e-3)
    assert tasks.remember_first_baseline(4) == math.log(4) and tasks.remember_first_baseline() == math.log(8)
    assert _entropy_given(inputs[0], targets) == 0


def _entropy_given(seen, targets) -> float:
    """H(target | seen) in nats, of the counts: the loss of the best model that knows only `seen`."""
    both, one = Counter(zip(seen.tolist(), targets.tolist(), strict=True)), Counter(seen.tolist())
    return -sum(n * math.log(n / one[s]) for (s, _), n in both.items()) / len(seen)


# ---- logical break


def _by_section(line, symbols, rule):
    """The targets of one sequence, section by section, as the docstring has it."""
    out, section = [], []
    for x in line:
        if x == symbols:
            out, section = [*out, 0], []
        else:
            section.append(x)
            out.append(section[0] if rule == "first" else sum(section) % symbols)
    return out


@given(st.integers(1, 4), st.integers(1, 30), st.integers(2, 5), st.sampled_from(tasks.RULES), st.floats(0, 0.99))
def test_only_the_section_counts(batch, steps, symbols, rule, chance):
    inputs, targets, weights = tasks.logical_break(batch, steps, symbols, rule=rule, chance=chance, rng=steps)
    assert inputs.shape == targets.shape == weights.shape == (steps, batch)
    assert inputs.dtype == targets.dtype == np.int32 and weights.dtype == np.float32
    assert np.array_equal(weights, inputs != symbols)
    for b in range(batch):
        assert targets[:, b].tolist() == _by_section(inputs[:, b].tolist(), symbols, rule)


def test_breaks_come_by_chance():
    inputs, _, _ = tasks.logical_break(2000, 50, 3, chance=0.2, rng=0)
    assert np.allclose(np.bincount(inputs.ravel()) / inputs.size, [0.8 / 3] * 3 + [0.2], atol=0.005)
    assert (tasks.logical_break(20, 50, chance=0, rng=0)[2] == 1).all()


@pytest.mark.parametrize("rule", tasks.RULES)
@pytest.mark.parametrize(("steps", "symbols", "chance"), [(7, 2, 0.1), (5, 3, 0.3), (6, 2, 0.0), (1, 2, 0.5)])
def test_the_bound_of_every_memory_by_enumeration(rule, steps, symbols, chance):
    """All sequences with their probabilities: the loss of the best model of a window, which knows how far back its window reaches, but no clock."""
    for memory in range(1, steps + 2):
        joint = defaultdict(Counter)
        for line in itertools.product(range(symbols + 1), repeat=steps):
            p = math.prod(chance if x == symbols else (1 - chance) / symbols for x in line)
            for t, y in enumerate(_by_section(line, symbols, rule)):
                if line[t] != symbols:
                    joint[line[max(0, t + 1 - memory) : t + 1]][y] += p
        total = sum(sum(row.values()) for row in joint.values())
        loss = (
            -sum(p * math.log(p / sum(row.values())) for row in joint.values() for p in row.values() if p > 0) / total
        )
        bound = tasks.logical_break_baseline(steps, symbols, chance=chance, memory=memory)
        assert bound == pytest.approx(loss, abs=1e-12)
    assert bound == 0  # with the whole sequence in sight the target is certain


@pytest.mark.parametrize("rule", tasks.RULES)
def test_the_bound_without_memory_by_simulation(rule):
    inputs, targets, weights = tasks.logical_break(4000, 50, 3, rule=rule, chance=0.15, rng=2)
    use = weights > 0
    bound = tasks.logical_break_baseline(50, 3, chance=0.15)
    assert _entropy_given(inputs[use], targets[use]) == pytest.approx(bound, abs=4e-3)
    assert 0 < bound < math.log(3)


def test_longer_memory_lowers_the_bound():
    bounds = [tasks.logical_break_baseline(30, 2, memory=m) for m in range(1, 32)]
    assert all(a > b for a, b in zip(bounds[:29], bounds[1:30], strict=True)) and bounds[29] == bounds[30] == 0


# ---- adding


@pytest.mark.parametrize("steps", [2, 3, 10, 11])
def test_two_marked_numbers_are_added(steps):
    inputs, targets = tasks.adding(600, steps, rng=0)
    values, marks = inputs[..., 0], inputs[..., 1]
    assert inputs.shape == (steps, 600, 2) and targets.shape == (600,)
    assert inputs.dtype == targets.dtype == np.float32
    half = steps // 2
    assert set(np.unique(marks)) <= {0, 1} and values.min() >= 0 and values.max() < 1
    assert (marks[:half].sum(0) == 1).all() and (marks[half:].sum(0) == 1).all()
    assert np.allclose((values * marks).sum(0), targets)
    assert (marks.sum(1) > 0).all()  # every place is marked in one sequence or another


def test_the_baselines_of_adding():
    """Saying 1 always; ½ plus the second number; the standard errors of these means are 4e-4 and 2e-4."""
    inputs, targets = tasks.adding(200_000, 4, rng=1)
    known = (inputs[2:, :, 0] * inputs[2:, :, 1]).sum(0)
    assert np.mean((targets - 1.0) ** 2) == pytest.approx(tasks.adding_baseline(), abs=2e-3)
    assert np.mean((targets - 0.5 - known) ** 2) == pytest.approx(tasks.adding_baseline(1), abs=1e-3)
    assert tasks.adding_baseline() == pytest.approx(1 / 6) and tasks.adding_baseline(2) == 0
    errors = [np.mean((targets - guess) ** 2) for guess in (0.9, 1.0, 1.1)]
    assert errors[1] == min(errors)
    x = (np.arange(2000) + 0.5) / 2000  # the integral of the docstring, by midpoints
    assert tasks.adding_baseline(1) == pytest.approx(((x - 0.5) ** 2).mean(), abs=1e-7)
    assert tasks.adding_baseline() == pytest.approx(((x[:, None] + x - 1) ** 2).mean(), abs=1e-7)


# ---- copying


def test_copying_by_hand():
    inputs, targets = tasks.copying(1, 3, 2, 4, rng=0)
    a, b = inputs[:2, 0].tolist()
    assert inputs[:, 0].tolist() == [a, b, 4, 4, 5, 4, 4] and targets[:, 0].tolist() == [4, 4, 4, 4, 4, a, b]


@given(st.integers(1, 40), st.integers(1, 12), st.integers(2, 9))
def test_copying(lag, length, symbols):
    inputs, targets = tasks.copying(3, lag, length, symbols, rng=lag)
    assert inputs.shape == targets.shape == (lag + 2 * length, 3) and inputs.dtype == targets.dtype == np.int32
    assert np.array_equal(inputs[:length], targets[-length:]) and (inputs[:length] < symbols).all()
    assert (targets[:-length] == symbols).all()
    assert (np.argwhere(inputs == symbols + 1)[:, 0] == length + lag - 1).all()
    assert (inputs == symbols + 1).sum() == 3 and (inputs[length:] >= symbols).all()


def test_the_baseline_of_copying():
    """The best model that knows the step alone, from counts of the targets at each step."""
    _, targets = tasks.copying(60_000, 5, 3, 4, rng=0)
    loss = np.mean([_entropy_given(np.zeros(60_000, int), step) for step in targets])
    assert loss == pytest.approx(tasks.copying_baseline(5, 3, 4), abs=1e-4)
    assert tasks.copying_baseline(100) == pytest.approx(10 * math.log(8) / 120)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: tasks.remember_first(0, 5), ValueError, "remember_first: batch must be 1 or more, got 0"),
        (lambda: tasks.remember_first(2, 1), ValueError, "remember_first: steps must be 2 or more, got 1"),
        (lambda: tasks.remember_first(2, 5, 1), ValueError, "symbols must be 2 or more"),
        (lambda: tasks.remember_first(2, 5, distractors=-1), ValueError, "distractors must be 0 or more, got -1"),
        (lambda: tasks.remember_first_baseline(1), ValueError, "symbols must be 2 or more"),
        (lambda: tasks.logical_break(2, 5.0), TypeError, "logical_break: steps must be a whole number, got 5.0"),
        (lambda: tasks.logical_break(2, 5, rule="last"), ValueError, "one of 'sum', 'first', got 'last'"),
        (lambda: tasks.logical_break(2, 5, chance=1), ValueError, "chance must be at least 0 and below 1, got 1"),
        (lambda: tasks.logical_break_baseline(5, chance=-0.1), ValueError, "chance must be at least 0"),
        (lambda: tasks.logical_break_baseline(5, memory=0), ValueError, "memory must be 1 or more, got 0"),
        (lambda: tasks.adding(3, 1), ValueError, "adding: steps must be 2 or more, got 1"),
        (lambda: tasks.adding(3, 5, rng="1"), TypeError, "rng must be a whole number"),
        (lambda: tasks.adding_baseline(3), ValueError, "must be 0, 1 or 2 of the two numbers, got 3"),
        (lambda: tasks.copying(3, 0), ValueError, "copying: lag must be 1 or more, got 0"),
        (lambda: tasks.copying(3, 5, 0), ValueError, "copying: length must be 1 or more"),
        (lambda: tasks.copying_baseline(5, 10, 1), ValueError, "copying_baseline: symbols must be 2 or more"),
    ],
)
def test_errors_say_what_was_given(make, error, match):
    with pytest.raises(error, match=match):
        make()
