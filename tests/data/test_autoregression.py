"""Autoregression: the same numbers as plain loops and as statsmodels, and never a look at the future."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2lrnn.data import series
from d2lrnn.data.autoregression import (
    Autoregression,
    Average,
    LastValue,
    Seasonal,
    autocorrelation,
    fit,
    horizon_errors,
    rmse,
    white_noise_band,
    windows,
)

LINES = st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=2, max_size=60).filter(
    lambda x: np.std(x) > 1e-3
)


def some(seed: int, steps: int = 80) -> np.ndarray:
    return np.random.default_rng(seed).normal(2, 3, steps)


# ---- autocorrelation


def test_autocorrelation_by_a_loop():
    x = some(0, 30)
    m = sum(x) / 30
    by_hand = [
        sum((x[t] - m) * (x[t + k] - m) for t in range(30 - k)) / sum((v - m) ** 2 for v in x) for k in range(30)
    ]
    assert np.allclose(autocorrelation(x, 29), by_hand)


@given(LINES, st.floats(0.1, 10), st.floats(-50, 50))
def test_autocorrelation_has_no_unit_and_no_direction(x, scale, shift):
    r = autocorrelation(x, len(x) - 1)
    assert r[0] == pytest.approx(1) and (np.abs(r) <= 1 + 1e-9).all()
    assert np.allclose(autocorrelation(np.array(x) * -scale + shift, len(x) - 1), r, atol=1e-6)
    assert np.allclose(autocorrelation(x[::-1], len(x) - 1), r, atol=1e-9)
    assert r[1:].sum() == pytest.approx(-0.5, abs=1e-6)  # the deviations from the mean sum to 0


def test_autocorrelation_equals_statsmodels():
    from statsmodels.tsa.stattools import acf

    x = series.sunspots().values
    assert np.allclose(autocorrelation(x, 40), acf(x, nlags=40, fft=False))


@pytest.mark.parametrize("value", [0, 0.1, 1 / 3, 1e9 + 0.1, 1e-300, 1e300])
@pytest.mark.parametrize("steps", [3, 7, 10])
def test_equal_values_have_no_autocorrelation_though_their_mean_is_rounded(value, steps):
    with pytest.raises(ValueError, match="all values are equal"):
        autocorrelation(np.full(steps, value), 1)


SCALES = [(1e200, 0), (1e-200, 0), (1e-14, 0), (1, 1e8), (1e-3, 400)]


@pytest.mark.parametrize(("scale", "shift"), SCALES)
def test_neither_unit_nor_level_costs_digits(scale, shift):
    x = some(7)
    assert np.allclose(autocorrelation(x * scale + shift, 9), autocorrelation(x, 9), atol=1e-6)
    model, other = fit(x, 3), fit(x * scale + shift, 3)
    assert np.allclose(other.coefficients, model.coefficients, atol=1e-6)
    assert other.intercept / scale == pytest.approx(
        model.intercept + shift / scale * (1 - sum(model.coefficients)), rel=1e-4
    )


def test_white_noise_stays_in_its_band():
    assert white_noise_band(400) == pytest.approx(1.96 / 20, abs=1e-4)
    outside = np.mean([np.abs(autocorrelation(some(seed, 200), 20)[1:]) > white_noise_band(200) for seed in range(100)])
    assert 0.03 < outside < 0.06


# ---- windows and fit


def test_windows_by_hand():
    inputs, targets = windows([1, 2, 3, 4, 5], 2)
    assert inputs.tolist() == [[1, 2], [2, 3], [3, 4]] and targets.tolist() == [3, 4, 5]
    inputs[0, 1] = 9  # a copy: overlapping windows do not share memory
    assert inputs[1, 0] == 2


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("order", [1, 2, 7])
def test_fit_solves_the_normal_equations(order, intercept):
    x = some(order)
    rows = [[*(x[t - j] for j in range(1, order + 1)), *([1.0] if intercept else [])] for t in range(order, len(x))]
    X, y = np.array(rows), x[order:]
    solution = np.linalg.solve(X.T @ X, X.T @ y)
    model = fit(x, order, intercept=intercept)
    assert np.allclose(model.coefficients, solution[:order])
    assert model.intercept == pytest.approx(solution[order] if intercept else 0)


@pytest.mark.parametrize("order", [1, 2, 9])
def test_fit_and_forecasts_equal_statsmodels(order):
    from statsmodels.tsa.ar_model import AutoReg

    x = series.sunspots().values
    ours, theirs = fit(x[:200], order), AutoReg(x[:200], order, trend="c").fit()
    assert np.allclose([ours.intercept, *ours.coefficients], theirs.params, rtol=1e-6, atol=1e-8)
    assert np.allclose(ours.ahead(x[:200], 1)[order:], theirs.fittedvalues)
    assert np.allclose(ours.free_run(x[:200], 50), theirs.predict(200, 249, dynamic=0))


def test_fit_needs_enough_and_just_enough():
    exact = Autoregression((0.5, -0.3), 1.0)
    x = np.concatenate([[1.0, 4.0], exact.free_run([1.0, 4.0], 3)])  # 5 = 2p + 1 values
    assert np.allclose(fit(x, 2).coefficients, (0.5, -0.3)) and fit(x, 2).intercept == pytest.approx(1)
    with pytest.raises(ValueError, match="at least 5 values"):
        fit(x[:4], 2)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("value", [0, 0.1, -7])
def test_a_constant_series_stays_constant(value, intercept):
    model = fit(np.full(9, value), 2, intercept=intercept)
    assert np.allclose(model.free_run([value, value], 100), value)


@given(st.integers(1, 5), st.integers(0, 1000))
def test_no_other_weights_have_a_smaller_error(order, seed):
    x = some(seed, 40)
    model = fit(x, order)
    nudge = np.random.default_rng(seed).normal(0, 0.1, order)
    other = Autoregression(tuple(np.add(model.coefficients, nudge)), model.intercept + 0.1)
    assert rmse(model.ahead(x)[order:], x[order:]) <= rmse(other.ahead(x)[order:], x[order:])


# ---- forecasts


@pytest.mark.parametrize("k", [1, 2, 5, 16])
def test_ahead_by_a_loop(k):
    model, x = Autoregression((0.7, -0.2, 0.1), 0.5), some(1, 30)
    forecast = model.ahead(x, k)
    for t in range(30):
        known = list(x[: max(0, t - k + 1)])
        if len(known) < 3:
            assert np.isnan(forecast[t])
            continue
        for _ in range(k):
            known.append(0.5 + 0.7 * known[-1] - 0.2 * known[-2] + 0.1 * known[-3])
        assert forecast[t] == pytest.approx(known[-1])
        assert forecast[t] == pytest.approx(model.free_run(x[: t - k + 1], k)[-1])


FORECASTERS = [Autoregression((0.7, -0.2, 0.1), 0.5), LastValue(), Seasonal(3), Average(1.5)]


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda f: type(f).__name__)
@given(st.integers(1, 9), st.integers(1, 39), st.integers(0, 100))
def test_the_future_changes_no_forecast(forecaster, k, now, seed):
    """What is forecast at time `now` for `now + k` and earlier does not move when every value after `now` does."""
    x = some(seed, 40)
    changed = x.copy()
    changed[now + 1 :] += np.random.default_rng(seed).uniform(10, 20, 40 - now - 1)
    before, after = forecaster.ahead(x, k), forecaster.ahead(changed, k)
    assert np.array_equal(before[: now + k + 1], after[: now + k + 1], equal_nan=True)
    if not isinstance(forecaster, Average) and now + k + 3 < 40 and now >= 9:  # a season of 3 looks back up to k + 2
        assert not np.array_equal(before, after, equal_nan=True)  # and the values do matter once they are known


def test_fitting_on_the_past_knows_no_future():
    x = series.sunspots().values.copy()
    model, errors = fit(x[:200], 9), None
    for _ in range(2):
        again = fit(x[:200], 9)
        assert again == model
        errors, x[250:] = horizon_errors(again, x, 200, (1, 4)), 0.0
    assert errors != horizon_errors(model, series.sunspots().values, 200, (1, 4))


def test_naive_forecasts_by_hand():
    x = np.arange(10.0)
    nan = np.nan
    assert np.array_equal(LastValue().ahead(x, 3), [nan, nan, nan, 0, 1, 2, 3, 4, 5, 6], equal_nan=True)
    assert np.array_equal(Seasonal(4).ahead(x, 1), [nan] * 4 + [0, 1, 2, 3, 4, 5], equal_nan=True)
    assert np.array_equal(Seasonal(4).ahead(x, 4), Seasonal(4).ahead(x, 1), equal_nan=True)
    assert np.array_equal(Seasonal(4).ahead(x, 5), [nan] * 8 + [0, 1], equal_nan=True)
    assert np.isnan(Seasonal(4).ahead(x, 50)).all() and (Average(2).ahead(x, 7) == 2).all()


def test_a_perfect_cycle_is_forecast_perfectly():
    x = np.sin(2 * np.pi * np.arange(300) / 20)
    model = fit(x[:100], 2)  # a sine is an AR(2) without noise
    assert model.coefficients == pytest.approx((2 * np.cos(2 * np.pi / 20), -1), abs=1e-9)
    assert all(error < 1e-6 for error in horizon_errors(model, x, 100).values())
    assert np.allclose(model.free_run(x[:100], 200), x[100:], atol=1e-6)
    assert horizon_errors(Seasonal(20), x, 100)[64] < 1e-12


def test_errors_by_horizon_follow_the_theory_of_ar1():
    """k steps ahead, AR(1) cannot err less than noise · √(1 + φ² + … + φ^(2k − 2)), and the fitted model comes close to it."""
    x = series.autoregressive([0.9], 40_000, noise=1, rng=0).values
    errors = horizon_errors(fit(x[:20_000], 1), x, 20_000)
    for k, error in errors.items():
        assert error == pytest.approx(((1 - 0.81**k) / (1 - 0.81)) ** 0.5, rel=0.05)


def test_every_horizon_is_judged_on_the_same_held_out_values():
    x = some(4, 50)
    errors = horizon_errors(Average(0.0), x, 30, (1, 4, 11))
    assert errors == {k: pytest.approx(np.sqrt(np.mean(x[40:] ** 2))) for k in (1, 4, 11)}
    assert horizon_errors(LastValue(), x, 30, (20,))[20] == pytest.approx(
        abs(x[49] - x[29])
    )  # from the last training value
    with pytest.raises(ValueError, match="50 values are too few to look 21 steps ahead from step 30 on; at least 51"):
        horizon_errors(LastValue(), x, 30, (1, 21))


@pytest.mark.filterwarnings("error")
def test_a_model_that_explodes_has_an_infinite_error_and_says_nothing_else():
    model, x = Autoregression((2.0, -0.5, 3.0)), some(3, 2500)
    assert np.isinf(model.free_run(x[:3], 2000)[-1]) and not np.isnan(model.free_run(x[:3], 2000)).any()
    assert np.isnan(model.ahead(x, 2000)).sum() == 2002  # only where too little is known
    errors = horizon_errors(model, x, 100, (1, 8, 2000))
    assert errors[1] < errors[8] < errors[2000] == np.inf


def test_farther_ahead_than_the_series_is_long():
    assert np.isnan(Autoregression((0.5,)).ahead([1, 2, 3], 3)).all()
    assert np.isnan(Autoregression((0.5, 0.1)).ahead([1.0])).all()
    assert np.isnan(LastValue().ahead([1.0], 1)).all() and Average(2).ahead([1.0], 5).tolist() == [2]
    with pytest.raises(ValueError, match="missing"):
        horizon_errors(Autoregression((0.1,) * 9), some(0, 30), 5, (1,))  # the first held-out window is incomplete


# ---- what is refused


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: autocorrelation([1, 2, 3], 3), ValueError, "at least 4 values"),
        (lambda: autocorrelation([2, 2, 2], 1), ValueError, "all values are equal"),
        (lambda: autocorrelation([[1, 2], [3, 4]], 1), ValueError, r"shape \(2, 2\)"),
        (lambda: autocorrelation([1, np.nan, 3], 1), ValueError, "1 of 3 are not"),
        (lambda: white_noise_band(0), ValueError, "steps must be 1 or more"),
        (lambda: white_noise_band(10, 1.0), ValueError, "between 0 and 1, got 1.0"),
        (lambda: windows([1, 2], 2), ValueError, "at least 3 values"),
        (lambda: windows([1, 2], 0), ValueError, "order must be 1 or more"),
        (lambda: fit(np.arange(9.0), True), TypeError, "whole number, got True"),
        (lambda: Autoregression((1.0, 0.0)).free_run([1], 3), ValueError, "at least 2 values"),
        (lambda: Autoregression((1.0,)).ahead([1, 2], 0), ValueError, "k must be 1 or more"),
        (lambda: Seasonal(0).ahead([1, 2], 1), ValueError, "period must be 1 or more"),
        (lambda: rmse([1, 2], [1]), ValueError, "as many forecasts as values"),
        (lambda: rmse([], []), ValueError, "at least one"),
        (lambda: rmse([np.nan, 1], [1, 1]), ValueError, "missing"),
        (lambda: rmse([1, 1], [1, np.nan]), ValueError, "missing"),
        (lambda: autocorrelation([5], 0), ValueError, "all values are equal"),
        (lambda: fit([5], 1), ValueError, "at least 3 values"),
        (lambda: fit([1, 2, np.inf, 3], 1), ValueError, "1 of 4 are not"),
        (lambda: fit(series.nile(), 1), TypeError, "numbers is needed, got Series; pass its .values"),
        (lambda: windows("abc", 1), TypeError, "got str"),
        (lambda: Autoregression(()), ValueError, "one or more finite coefficients"),
        (lambda: Autoregression((np.nan,)), ValueError, "finite"),
        (lambda: Autoregression((1.0, 0.0)).step([1, 2, 3]), ValueError, r"a window of 2 values.*got shape \(3,\)"),
        (lambda: horizon_errors(LastValue(), [1, 2, 3], 1, ()), ValueError, "at least one k"),
    ],
)
def test_errors_say_what_was_given(call, error, match):
    with pytest.raises(error, match=match):
        call()
