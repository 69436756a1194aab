"""Checks of chapter 01's exercises. Each tries the reader's function on random inputs, beside the right answer and the usual wrong ones."""

from __future__ import annotations

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise, number
from d2lrnn.data import autoregression


def _array(given, what: str) -> np.ndarray:
    try:
        return np.asarray(given, float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} must be an array of numbers, got {type(given).__name__}") from None


def _same(given, wanted) -> bool:
    return np.shape(given) == np.shape(wanted) and np.allclose(given, wanted, rtol=1e-6, atol=1e-9)


@exercise("1.1")
def weighted_mean(answer):
    rng = np.random.default_rng(11)
    for n in (40, 7, 1):
        stars, propensity = rng.integers(1, 6, n).astype(float), rng.uniform(0.05, 0.9, n)
        weights = 1 / propensity
        given = number(ask(answer, stars.copy(), propensity.copy()), "the mean", finite=True)
        if _same(given, (weights @ stars) / weights.sum()):
            continue
        usual = {
            "that is the plain mean: every rating still counts the same": stars.mean(),
            "you weighted by the propensity itself; a rating that was likely must count less, not more": propensity
            @ stars
            / propensity.sum(),
            "you divided by the number of ratings; divide by the sum of the weights": (weights @ stars) / n,
            "you returned the sum of stars / propensity; it must still be divided by the sum of the weights": weights
            @ stars,
        }
        for hint, value in usual.items():
            if n > 1 and _same(given, value):
                raise Wrong(hint)
        raise Wrong(
            f"for {n} ratings I got {given:.4g} and expected another value: weigh each by 1 / propensity, then divide by the sum of the weights"
        )
    return "a rare rating stands for the many like it that were never given"


@exercise("1.2")
def autocorrelation_at(answer):
    rng = np.random.default_rng(12)
    for steps, lag in ((30, 1), (50, 7), (12, 0), (9, 8)):
        x = np.cumsum(rng.normal(0, 1, steps)) + 20
        try:
            given = ask(answer, x.copy(), lag)
        except Wrong as wrong:
            if lag == 0:
                raise Wrong(f"{wrong}; this happened at lag 0: x[:-0] is empty, x[:len(x) - k] is not") from wrong
            raise
        given = number(given, "the autocorrelation", finite=True)
        c = x - x.mean()
        if _same(given, autoregression.autocorrelation(x, lag)[lag]):
            continue
        head, tail = x[: steps - lag], x[lag:]
        usual = {
            "the mean was not subtracted: a series far from 0 would look correlated at every lag": (head @ tail)
            / (x @ x),
            "you divided the two sums by their numbers of terms (T − k and T); the usual estimate divides the plain sums": (
                c[: steps - lag] @ c[lag:] / (steps - lag)
            )
            / (c @ c / steps),
            "each half had its own mean subtracted; use the mean of the whole series": (head - head.mean())
            @ (tail - tail.mean())
            / (c @ c),
            "the end was wrapped round to the beginning (np.roll does that): only pairs that are both in the series count": c
            @ np.roll(c, lag)
            / (c @ c),
            "you divided by the variance, which is a mean: divide by the sum Σ (x_t − m)², T times as large": (
                c[: steps - lag] @ c[lag:] / (c @ c / steps)
            ),
            "that is the covariance: divide by Σ (x_t − m)²": c[: steps - lag] @ c[lag:],
        }
        for other in (lag - 1, lag + 1):
            if 0 <= other < steps:
                usual[f"that is the value at lag {other}, and lag {lag} was asked for: check the slices"] = (
                    autoregression.autocorrelation(x, other)[other]
                )
        if 0 < lag < steps - 1:
            usual[
                "that looks like np.corrcoef of the two parts, which uses a mean and a spread of each; use those of the whole series"
            ] = np.corrcoef(head, tail)[0, 1]
        for hint, value in usual.items():
            if _same(given, value):
                raise Wrong(hint)
        if lag == 0:
            raise Wrong(f"at lag 0 it must be 1, got {given:.4g}: note that x[:-0] is empty; x[:len(x) - k] is not")
        raise Wrong(
            f"for {steps} values at lag {lag} I got {given:.4g} and expected another value: Σ (x_t − m)(x_(t+k) − m), divided by Σ (x_t − m)²"
        )
    return "at lag 0, too"


@exercise("1.3")
def windows(answer):
    rng = np.random.default_rng(13)
    for steps, order in ((12, 3), (9, 1), (6, 5)):
        x = rng.normal(0, 1, steps)
        given = ask(answer, x.copy(), order)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise Wrong("return two arrays: the windows, and the values that follow them")
        lengths = {len(row) for row in given[0] if np.ndim(row)} if isinstance(given[0], tuple | list) else set()
        if len(lengths) > 1:
            raise Wrong(
                f"the windows have from {min(lengths)} to {max(lengths)} values, and {order} are needed in each: the last ones run over the end of the series"
            )
        inputs, targets = _array(given[0], "the windows"), _array(given[1], "the targets")
        right_inputs, right_targets = autoregression.windows(x, order)
        rows = steps - order
        if _same(inputs, right_inputs) and _same(targets, right_targets):
            continue
        if _same(targets, right_inputs) and _same(inputs, right_targets):
            raise Wrong("windows and targets are swapped: windows first")
        if inputs.shape == (order, rows) and order != rows:
            raise Wrong(f"the windows must be rows: shape ({rows}, {order}), got {inputs.shape}; transpose")
        if _same(inputs, right_inputs[:, ::-1]) and order > 1:
            raise Wrong("the windows run backwards: oldest value first, as in the series")
        if inputs.ndim == 2 and len(inputs) == len(targets) and any(_same(column, targets) for column in inputs.T):
            raise Wrong("the target is inside its own window: the model would see the answer")
        if inputs.ndim == 2 and inputs.shape[1:] == (order,) and inputs.shape[0] == rows - 1:
            raise Wrong(
                f"one window is missing at the end: {steps} values have {rows} windows of {order} with a value after them, got {rows - 1}"
            )
        if inputs.ndim == 2 and inputs.shape[1:] == (order,) and inputs.shape[0] == rows + 1:
            raise Wrong(f"one window too many: the last {order} values have nothing after them to predict")
        if len(inputs) > 1 and _same(inputs, right_inputs[::order]):
            raise Wrong("the windows lie end to end; they must overlap: each begins one value after the one before")
        if inputs.shape != right_inputs.shape or targets.shape != right_targets.shape:
            raise Wrong(
                f"for {steps} values and order {order}, shapes ({rows}, {order}) and ({rows},) are needed, got {inputs.shape} and {targets.shape}"
            )
        if _same(inputs, right_inputs):
            raise Wrong("the windows are right, the targets are not: target i is x[i + order]")
        raise Wrong("the shapes are right, the values are not: row i is x[i], …, x[i + order − 1]")
    return "the last window is the one that people lose"


@exercise("1.4")
def predict_ahead(answer):
    rng = np.random.default_rng(14)
    for order, k, t in ((3, 4, 12), (2, 1, 9), (1, 6, 15), (4, 2, 5)):
        model = autoregression.Autoregression(tuple(rng.uniform(-0.6, 0.6, order)), float(rng.normal()))
        x = rng.normal(0, 1, 20)
        given = number(ask(answer, model.step, x.copy(), t, k, order), "the forecast", finite=True)
        if _same(given, model.ahead(x, k)[t]):
            continue
        changed = x.copy()
        changed[t - k + 1 :] += rng.uniform(5, 9, len(x) - (t - k + 1))
        moved = number(ask(answer, model.step, changed, t, k, order), "the forecast", finite=True)
        if k > 1 and _same(given, model.ahead(x, 1)[t]):
            raise Wrong(
                f"that is the one-step forecast: it looks at x[t − 1], but {k} steps ahead only x[t − {k}] and older are known"
            )
        if not _same(given, moved):
            raise Wrong(
                f"it looks ahead: when I changed the values after x[t − {k}], your forecast changed. "
                f"The first window may end with x[t − {k}] at the latest, and after that only forecasts join it"
            )
        for steps, hint in (
            (k - 1, "it stops one step early"),
            (k + 1, "it takes one step too many, or starts one value too early"),
        ):
            if steps and t - steps - order + 1 >= 0 and _same(given, model.free_run(x[: t - k + 1], steps)[-1]):
                raise Wrong(f"{hint}: the newest known value is x[t − k], and k calls of step lead to x[t]")
        if t - k - order >= 0 and any(
            _same(given, other) for other in (model.ahead(x, k + 1)[t], model.ahead(x, k)[t - 1])
        ):
            raise Wrong("it ignores the newest known value: x[t − k] may be used, and x[: t − k + 1] includes it")
        if _same(given, x[t - k]):
            raise Wrong(
                "that is the last known value: call step k times, and keep what it gives (np.append returns a new array)"
            )
        if order > 1 and _same(given, _forgetting(model, x, t, k)):
            raise Wrong(
                "each new forecast must join the window at its end, and the oldest value leave it: np.append returns a new array, keep it"
            )
        raise Wrong(
            "it does not look ahead, but the value is not right: start with the newest `order` known values, oldest first, and call step k times"
        )
    return "changing the future did not change it"


def _forgetting(model, x: np.ndarray, t: int, k: int) -> float:
    """What comes out if the window never moves: k calls with the same window."""
    return float(model.step(x[t - k - model.order + 1 : t - k + 1]))


@exercise("1.5")
def time_split(answer):
    rng = np.random.default_rng(15)
    for n, days, share in ((200, 50, 0.8), (300, 12, 0.5), (90, 90, 0.7), (1000, None, 0.8)):
        if days is None:  # most rows are from the first days, and the first day is not 0
            day = 1500 + rng.exponential(20, n).astype(int)
        else:
            day = rng.permutation(np.concatenate([np.arange(days), rng.integers(0, days, n - days)]))
        given = np.asarray(ask(answer, day.copy(), share))
        if given.shape != day.shape or given.dtype != bool:
            raise Wrong(
                f"return a mask: {n} values, True for each training row; got {given.dtype} of shape {given.shape}"
            )
        if given.all() or not given.any():
            late = "" if days else " (here the first day is number 1500)"
            raise Wrong(f"both parts need rows: all of them are on one side{late}")
        train, test = day[given], day[~given]
        if _same(np.sort(np.flatnonzero(given)), np.arange(given.sum())):
            raise Wrong("you cut by position, but the rows are in no order: cut by the value of `day`")
        if train.min() > test.max():
            raise Wrong(
                "the past is in the test part: train on the early days, test on the late ones (True marks the rows to train on)"
            )
        both = np.intersect1d(train, test)
        if len(both) == 1 and train.max() == test.min():
            raise Wrong(f"day {both[0]} is on both sides: rows of one day must stay together")
        if train.max() >= test.min():
            raise Wrong(
                f"some training days come after test days (day {train.max()} trains, day {test.min()} tests): that is a random split"
            )
        largest = np.unique(day, return_counts=True)[1].max()
        if abs(given.sum() - share * n) > max(largest, 0.1 * n):
            of_time = "" if days else "; is it a share of the time, or of the different days? `share` is of the rows"
            raise Wrong(f"{given.sum()} of {n} rows train; a share of {share} would be about {share * n:.0f}{of_time}")
    return "no training day comes after a test day"
