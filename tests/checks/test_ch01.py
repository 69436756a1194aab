"""Chapter 01's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import numpy as np
import pytest

from d2lrnn.checks import ch01


def mean_of(weigh, divide):
    """A weighted mean with the given weights and divisor."""
    return lambda r, p: (weigh(p) * r).sum() / divide(weigh(p), r)


def lagged(x, k):
    return x[: len(x) - k], x[k:]


def r(centre=True, per_term=False, norm=True, empty=False, shift=0):
    """The autocorrelation with one thing wrong."""

    def autocorrelation_at(x, k):
        k = max(0, k + shift)
        c = x - x.mean() if centre else x
        head, tail = (c[:-k], c[k:]) if empty else lagged(c, k)
        top, bottom = (head * tail).sum(), (c**2).sum()
        if per_term:
            top, bottom = top / len(head), bottom / len(c)
        return top / bottom if norm else top

    return autocorrelation_at


def wrapped(x, k):
    c = x - x.mean()
    return (c * np.roll(c, k)).sum() / (c**2).sum()


def own_means(x, k):
    head, tail = lagged(x, k)
    return ((head - head.mean()) * (tail - tail.mean())).sum() / ((x - x.mean()) ** 2).sum()


def cut(x, order, rows=0, first=0):
    """Windows that begin at `first`, with `rows` more of them than there should be."""
    return np.array([x[i + first : i + first + order] for i in range(len(x) - order + rows)])


def ahead(newest=1, calls=0, peek=False, stuck=False):
    """k steps ahead: the window ends before index t − k + `newest`, `calls` more calls of step than k."""

    def predict_ahead(step, x, t, k, order):
        window = list(x[: t - k + newest][-order:])
        for i in range(k + calls):
            new = step(window)
            if not stuck:
                window = window[1:] + [x[t - k + 1 + i] if peek and i < k - 1 else new]
        return new

    return predict_ahead


def growing(step, x, t, k, order):
    window = list(x[t - k - order + 1 : t - k + 1])
    for _ in range(k):
        window.append(step(window))
    return window[-1]


def by_rows(day, share):
    return np.arange(len(day)) < share * len(day)


def by_chance(day, share):
    return np.random.default_rng(0).random(len(day)) < share


def by_rank(day, share):
    mask = np.zeros(len(day), bool)
    mask[np.argsort(day, kind="stable")[: int(share * len(day))]] = True
    return mask


def by_different_days(day, share):
    days = np.unique(day)
    return np.isin(day, days[: int(share * len(days))])


MISTAKES = [
    (ch01.weighted_mean, lambda r, p: r.mean(), "plain mean"),
    (ch01.weighted_mean, mean_of(lambda p: p, lambda w, r: w.sum()), "must count less"),
    (ch01.weighted_mean, mean_of(lambda p: 1 / p, lambda w, r: len(r)), "number of ratings"),
    (ch01.weighted_mean, mean_of(lambda p: 1 / p, lambda w, r: 1), "still be divided"),
    (ch01.weighted_mean, mean_of(lambda p: 1 / p**2, lambda w, r: w.sum()), "weigh each by 1 / propensity"),
    (ch01.weighted_mean, lambda r, p: np.nan, "finite"),
    (ch01.weighted_mean, lambda r, p: r / p, "one number"),
    (ch01.autocorrelation_at, r(centre=False), "mean was not subtracted"),
    (ch01.autocorrelation_at, r(per_term=True), "numbers of terms"),
    (ch01.autocorrelation_at, r(norm=False), "covariance"),
    (ch01.autocorrelation_at, own_means, "each half"),
    (ch01.autocorrelation_at, r(shift=1), "at lag 2, and lag 1"),
    (ch01.autocorrelation_at, r(shift=-1), "at lag 0, and lag 1"),
    (ch01.autocorrelation_at, lambda x, k: np.corrcoef(*lagged(x, k))[0, 1] if k else 1.0, "np.corrcoef"),
    (ch01.autocorrelation_at, lambda x, k: r()(x, k) if k else 0.0, "x[:-0] is empty"),
    (ch01.autocorrelation_at, r(empty=True), "at lag 0: x[:-0] is empty"),
    (ch01.autocorrelation_at, wrapped, "wrapped round"),
    (ch01.windows, lambda x, n: (cut(x, n), x[n - 1 : -1]), "inside its own window"),
    (ch01.windows, lambda x, n: (cut(x, n, first=1), x[n:]), "inside its own window"),
    (ch01.windows, lambda x, n: (cut(x, n + 1, 1), x[n:]), "inside its own window"),
    (ch01.windows, lambda x, n: (cut(x, n)[:-1], x[n:-1]), "missing at the end"),
    (ch01.windows, lambda x, n: (cut(x, n, 1), x[n:]), "one window too many"),
    (ch01.windows, lambda x, n: (cut(x, n)[:, ::-1], x[n:]), "backwards"),
    (ch01.windows, lambda x, n: (cut(x, n).T, x[n:]), "transpose"),
    (ch01.windows, lambda x, n: (x[n:], cut(x, n)), "swapped"),
    (ch01.windows, lambda x, n: (cut(x, n), x[n - 1 :]), "shapes (9, 3) and (9,)"),
    (ch01.windows, lambda x, n: (cut(x, n), x[n:] + 1), "targets are not"),
    (ch01.windows, lambda x, n: (cut(x, n) + 1, x[n:]), "values are not"),
    (ch01.windows, lambda x, n: cut(x, n), "two arrays"),
    (ch01.windows, lambda x, n: (cut(x, n)[::n], x[n::n]), "must overlap"),
    (ch01.windows, lambda x, n: ([x[i : i + n] for i in range(len(x))], x[n:]), "run over the end"),
    (ch01.predict_ahead, lambda step, x, t, k, n: step(x[t - n : t]), "one-step forecast"),
    (ch01.predict_ahead, ahead(peek=True), "one-step forecast"),
    (ch01.predict_ahead, ahead(newest=2), "looks ahead"),
    (ch01.predict_ahead, lambda step, x, t, k, n: x[t], "looks ahead"),
    (ch01.predict_ahead, ahead(calls=1), "one step too many"),
    (ch01.predict_ahead, ahead(calls=-1), "one step early"),
    (ch01.predict_ahead, ahead(newest=0), "newest known value"),
    (ch01.predict_ahead, ahead(newest=0, calls=1), "newest known value"),
    (ch01.predict_ahead, ahead(stuck=True), "oldest value leave"),
    (
        ch01.autocorrelation_at,
        lambda x, k: (x - x.mean())[: len(x) - k] @ (x - x.mean())[k:] / x.var(),
        "divided by the variance",
    ),
    (ch01.predict_ahead, growing, "a window of 3 values is needed"),
    (ch01.predict_ahead, lambda step, x, t, k, n: ahead()(lambda w: step(w[::-1]), x, t, k, n), "oldest first"),
    (ch01.predict_ahead, lambda step, x, t, k, n: x[t - k], "last known value"),
    (ch01.predict_ahead, lambda step, x, t, k, n: 3.14, "the value is not right"),
    (ch01.time_split, by_rows, "cut by position"),
    (ch01.time_split, by_chance, "random split"),
    (ch01.time_split, by_rank, "is on both sides"),
    (ch01.time_split, lambda day, share: day > np.quantile(day, share), "past is in the test part"),
    (ch01.time_split, lambda day, share: day < np.quantile(day, 0.3), "a share of 0.8 would be about 160"),
    (ch01.time_split, lambda day, share: np.ones(len(day), bool), "both parts"),
    (ch01.time_split, lambda day, share: day < share * (day.max() + 1), "the first day is number 1500"),
    (ch01.time_split, lambda day, share: day < day.min() + share * (np.ptp(day) + 1), "share of the time"),
    (ch01.time_split, by_different_days, "or of the different days"),
    (ch01.time_split, lambda day, share: np.flatnonzero(day < 9), "return a mask"),
]


@pytest.mark.parametrize(("check", "mistake", "hint"), MISTAKES)
def test_a_classic_mistake_gets_its_hint(check, mistake, hint):
    verdict = check(mistake)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


@pytest.mark.parametrize(
    ("check", "another"),
    [
        (ch01.weighted_mean, lambda r, p: np.average(r, weights=1 / p)),
        (
            ch01.autocorrelation_at,
            lambda x, k: np.correlate(x - x.mean(), x - x.mean(), "full")[len(x) - 1 + k] / x.var() / len(x),
        ),
        (ch01.windows, lambda x, n: (np.stack([x[j : len(x) - n + j] for j in range(n)], 1).tolist(), list(x[n:]))),
        (ch01.predict_ahead, ahead()),
        (ch01.time_split, lambda day, share: day <= np.sort(day)[int(share * len(day)) - 1]),
    ],
)
def test_another_way_to_the_right_answer_counts(check, another):
    verdict = check(another)
    assert verdict.state == "correct" and verdict.message, verdict
