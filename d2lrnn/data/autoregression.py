"""Autocorrelation, and forecasting a series from its own past (chapter 01): a linear model of order p and the naive forecasts beside it.

T is the number of time steps, p the order, k how many steps ahead. A forecaster has one method, `ahead(series, k)`: an array (T,) whose entry t forecasts x_t
from the values up to x_{t−k} alone, and is NaN where there are too few of them. So every forecast lies at the index of what it forecasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from d2lrnn.arguments import check_whole


def autocorrelation(series: Sequence[float], lags: int) -> np.ndarray:
    """How much a series resembles itself k steps later, for k = 0 … `lags`: (lags + 1,), the first 1.

    r_k = Σ_t (x_t − m)(x_{t+k} − m) / Σ_t (x_t − m)², with m the mean of the whole series. Raises ValueError if there are not more values
    than `lags`, or if all are equal.
    """
    x = _line("autocorrelation", series, check_whole("autocorrelation: lags", lags, 0) + 1)
    if x.min() == x.max():
        raise ValueError("autocorrelation: all values are equal, so that there is nothing to correlate")
    x, _, _ = _standard(x)  # r has no unit, and squares of very large or very small values would not fit a float
    return np.array([x[: len(x) - k] @ x[k:] for k in range(lags + 1)]) / (x @ x)


def white_noise_band(steps: int, level: float = 0.95) -> float:
    """The r that an autocorrelation at lag 1 or more of `steps` independent values stays within, up to sign, with probability `level`: about z / √T."""
    if not 0 < level < 1:
        raise ValueError(f"white_noise_band: level must be between 0 and 1, got {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2) / check_whole("white_noise_band: steps", steps, 1) ** 0.5


def windows(series: Sequence[float], order: int) -> tuple[np.ndarray, np.ndarray]:
    """Every run of `order` values, (T − p, p), oldest first, and the value that follows each, (T − p,). Row i is x_i … x_{i+p−1}, its target x_{i+p}."""
    order = check_whole("windows: order", order, 1)
    x = _line("windows", series, order + 1)
    runs = np.lib.stride_tricks.sliding_window_view(x, order + 1)
    return runs[:, :-1].copy(), runs[:, -1].copy()


@dataclass(frozen=True)
class Autoregression:
    """x_t ≈ intercept + Σ_j coefficients[j − 1] · x_{t−j}: the coefficient of the newest value comes first. Made by `fit`.

    Least squares does not promise a stable model. Forecasts of one that explodes grow without end, and are ±inf where no float can hold them; their error is
    inf. Raises ValueError unless there is at least one coefficient and all numbers are finite.
    """

    coefficients: tuple[float, ...]
    intercept: float = 0.0

    def __post_init__(self):
        if not len(self.coefficients) or not np.isfinite([*self.coefficients, self.intercept]).all():
            raise ValueError(
                f"Autoregression: one or more finite coefficients and a finite intercept are needed, got {self.coefficients} and {self.intercept}"
            )

    @property
    def order(self) -> int:
        return len(self.coefficients)

    def step(self, past: np.ndarray) -> np.ndarray | float:
        """The value after a window of the newest p values, oldest first: (p,) gives a number, (B, p) gives (B,)."""
        past = np.asarray(past, float)
        if past.shape[-1:] != (self.order,):
            raise ValueError(
                f"step: a window of {self.order} values is needed (this model looks back {self.order} steps), got shape {past.shape}"
            )
        return past @ np.array(self.coefficients[::-1]) + self.intercept

    def free_run(self, past: Sequence[float], steps: int) -> np.ndarray:
        """Go on from `past` for `steps` steps, every forecast becoming an input of the next: (steps,)."""
        x = list(_line("free_run", past, self.order)[-self.order :])
        for _ in range(check_whole("free_run: steps", steps, 1)):
            x.append(float(self._next(x[-self.order :])))
        return np.array(x[self.order :])

    def _next(self, past) -> np.ndarray:
        """`step` after finite values; what has grown too large for a float is infinite, and so is inf − inf: NaN would say that too little is known."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.nan_to_num(self.step(past), nan=np.inf, posinf=np.inf, neginf=-np.inf)

    def ahead(self, series: Sequence[float], k: int = 1) -> np.ndarray:
        """Forecasts of every x_t from the values up to x_{t−k}, (T,): k steps of free running from each start."""
        k = check_whole("ahead: k", k, 1)
        x = _line("ahead", series, 1)
        forecast = np.full(len(x), np.nan)
        starts = len(x) - self.order - k + 1
        if starts > 0:
            past = np.lib.stride_tricks.sliding_window_view(x, self.order)[:starts]
            for _ in range(k):
                after = self._next(past)
                past = np.column_stack([past[:, 1:], after])
            forecast[self.order + k - 1 :] = after
        return forecast


def fit(series: Sequence[float], order: int, *, intercept: bool = True) -> Autoregression:
    """The autoregressive model of order p with the least squared one-step error on `series` (give it the training part only).

    Raises ValueError if there are fewer windows than parameters: at least 2p + 1 values are needed, 2p without an intercept.
    """
    order = check_whole("fit: order", order, 1)
    x = _line("fit", series, 2 * order + bool(intercept))
    level, scale = 0.0, 1.0
    if intercept:  # a series far from 0, or in a tiny unit, must not cost digits
        x, level, scale = _standard(x)
    past, after = windows(x, order)
    design = np.column_stack([past, np.ones(len(past))]) if intercept else past
    solution = np.linalg.lstsq(design, after, rcond=None)[0]
    constant = level * (1 - solution[:order].sum()) + scale * solution[order] if intercept else 0.0
    return Autoregression(tuple(solution[:order][::-1].tolist()), float(constant))


@dataclass(frozen=True)
class LastValue:
    """The naive forecast: nothing changes, x_t ≈ x_{t−k}."""

    def ahead(self, series: Sequence[float], k: int = 1) -> np.ndarray:
        return Seasonal(1).ahead(series, k)


@dataclass(frozen=True)
class Seasonal:
    """The naive forecast for a cycle of `period` steps: the newest known value at the same place of the cycle."""

    period: int

    def ahead(self, series: Sequence[float], k: int = 1) -> np.ndarray:
        x = _line("ahead", series, 1)
        period = check_whole("Seasonal: period", self.period, 1)
        back = period * -(-check_whole("ahead: k", k, 1) // period)
        forecast = np.full(len(x), np.nan)
        forecast[back:] = x[:-back]
        return forecast


@dataclass(frozen=True)
class Average:
    """The naive forecast that ignores the past: always `value`, the mean of the training part."""

    value: float

    def ahead(self, series: Sequence[float], k: int = 1) -> np.ndarray:
        return np.full(len(_line("ahead", series, 1)), float(self.value))


def rmse(forecast: np.ndarray, truth: np.ndarray) -> float:
    """Root-mean-square error, in the unit of the values; inf if a forecast is. Raises ValueError for unequal shapes, no values, or a missing one (NaN)."""
    forecast, truth = np.asarray(forecast, float), np.asarray(truth, float)
    if forecast.shape != truth.shape or not truth.size:
        raise ValueError(
            f"rmse: as many forecasts as values are needed, and at least one, got shapes {forecast.shape} and {truth.shape}"
        )
    if np.isnan(forecast).any() or np.isnan(truth).any():
        raise ValueError(
            "rmse: a forecast or a value is missing (NaN); leave out the first steps, which have too short a past"
        )
    with np.errstate(over="ignore"):  # an exploding forecast has an infinite error
        return float(np.sqrt(np.mean((forecast - truth) ** 2)))


def horizon_errors(
    forecaster, series: Sequence[float], start: int, horizons: Iterable[int] = (1, 4, 16, 64)
) -> dict[int, float]:
    """Held-out root-mean-square error of k-step-ahead forecasts for each k of `horizons`: {k: error}.

    `start`: where held-out time begins, and where the forecaster's training part must end. A forecast counts only if it could have been made with what was
    known then, the fitted model included: from x_{start−1} on. So that every k is judged on the same values, these are x_t for t ≥ start + max(horizons) − 1.
    Raises ValueError if no such t is left.
    """
    horizons = [check_whole("horizon_errors: k", k, 1) for k in horizons]
    if not horizons:
        raise ValueError("horizon_errors: horizons must name at least one k, got none")
    x = _line("horizon_errors", series, 1)
    first = check_whole("horizon_errors: start", start, 1) + max(horizons) - 1
    if first >= len(x):
        raise ValueError(
            f"horizon_errors: {len(x)} values are too few to look {max(horizons)} steps ahead from step {start} on; at least {first + 1} are needed"
        )
    return {k: rmse(forecaster.ahead(x, k)[first:], x[first:]) for k in horizons}


def _line(name: str, series: Sequence[float], least: int) -> np.ndarray:
    """`series` as an array of finite numbers (T,) with T of at least `least`."""
    try:
        x = np.asarray(series, float)
    except (TypeError, ValueError):
        hint = "; pass its .values" if hasattr(series, "values") else ""
        raise TypeError(f"{name}: one line of numbers is needed, got {type(series).__name__}{hint}") from None
    if x.ndim != 1 or len(x) < least:
        raise ValueError(f"{name}: one line of at least {least} values is needed, got shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(
            f"{name}: every value must be finite, but {int((~np.isfinite(x)).sum())} of {len(x)} are not; fill or drop them first"
        )
    return x


def _standard(x: np.ndarray) -> tuple[np.ndarray, float, float]:
    """(x − level) / scale, the level (the mean) and the scale (the largest deviation; 1 if all values are equal)."""
    if x.min() == x.max():
        return np.zeros(len(x)), float(x[0]), 1.0
    level = float((x / len(x)).sum())
    scale = float(max(x.max() - level, level - x.min()))
    x = (x - level) / scale
    return x - x.mean(), level, scale
