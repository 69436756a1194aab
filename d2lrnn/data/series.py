"""Time series in order: real ones that are always there, and simulated ones whose true parameters are known (chapter 01, deck slides 3–9).

T is the number of time steps. The simulated ratings and moods of the same chapter live in `simulated`, and can be imported from here too.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from d2lrnn.data.simulated import (
    Moods,
    Ratings,
    Selection,
    aging_ratings,
    check_finite,
    check_least,
    check_whole,
    daily_mood,
    mood_by_hour,
    relabelled_ratings,
    selected_ratings,
)
from d2lrnn.seeding import generator

__all__ = [
    "Moods",
    "Ratings",
    "Selection",
    "Series",
    "aging_ratings",
    "autoregressive",
    "carbon_dioxide",
    "daily_mood",
    "mood_by_hour",
    "nile",
    "noisy_sine",
    "relabelled_ratings",
    "selected_ratings",
    "sunspots",
]


@dataclass(frozen=True, repr=False)
class Series:
    """Values in order of time. `times` and `values` are (T,); `parameters` are the true ones of a simulation, and empty for measurements."""

    name: str
    times: np.ndarray
    values: np.ndarray
    unit: str
    source: str
    parameters: dict = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Series({self.name}, {len(self)} values from {self.times[0]:g} to {self.times[-1]:g}, in {self.unit}; {self.source})"


def sunspots() -> Series:
    """Yearly sunspot numbers, 1700 to 2008 (T = 309): real, and the series for which Yule (1927) invented the autoregressive model."""
    years, numbers = _columns("sunspots")
    return Series(
        "sunspots",
        years.astype(int),
        numbers,
        "sunspot number",
        "US National Geophysical Data Center, public domain, from statsmodels",
    )


def nile() -> Series:
    """Yearly flow of the Nile at Aswan, 1871 to 1970 (T = 100): real, with a drop near 1898 that Cobb (1978) studied."""
    years, volume = _columns("nile")
    return Series("Nile", years.astype(int), volume, "10⁸ m³ a year", "Cobb (1978), public domain, from statsmodels")


def carbon_dioxide() -> Series:
    """Monthly mean CO₂ in the air at Mauna Loa, January 1965 to December 2001 (T = 444): real. It begins in 1965 so that no month is missing."""
    dates, weekly = _columns("co2")
    year, month = dates.astype(int) // 10_000, dates.astype(int) // 100 % 100
    use = (year >= 1965) & np.isfinite(weekly)
    index = (year[use] - 1965) * 12 + month[use] - 1
    monthly = np.bincount(index, weekly[use]) / np.bincount(index)
    return Series(
        "carbon dioxide",
        1965 + (np.arange(len(monthly)) + 0.5) / 12,
        monthly,
        "ppm by volume",
        "Keeling and Whorf (2004), public domain, from statsmodels",
    )


def _columns(name: str) -> np.ndarray:
    """The columns of a data set that ships with statsmodels, (columns, rows); NaN where a value is missing.

    Its file is read, not its code: importing statsmodels takes seconds. Raises FileNotFoundError with what to do if it is not there.
    """
    found = importlib.util.find_spec("statsmodels")
    if found is not None:
        file = Path(found.origin).parent / "datasets" / name / f"{name}.csv"
        if file.is_file():
            return np.genfromtxt(file, delimiter=",", skip_header=1).T
    raise FileNotFoundError(
        f"series: the data set {name!r} comes with the Python package statsmodels, which is missing or incomplete here: "
        "run `make setup` in the project (or `pip install --force-reinstall statsmodels` in this environment) and restart the kernel"
    )


def noisy_sine(steps: int = 1000, *, period: float = 100, amplitude: float = 1, noise: float = 0.2, rng=None) -> Series:
    """x_t = amplitude · sin(2π t / period) + ε_t for t = 0 … steps − 1, with ε_t independent and normal with standard deviation `noise`. Simulated."""
    steps = check_whole("noisy_sine: steps", steps, 1)
    if not (np.isfinite(period) and period > 0):
        raise ValueError(f"noisy_sine: period must be above 0 steps, got {period!r}")
    check_finite("noisy_sine: amplitude", amplitude)
    check_least("noisy_sine: noise", noise, 0)
    times = np.arange(steps)
    values = amplitude * np.sin(2 * np.pi * times / period) + generator(rng).normal(0, noise, steps)
    truth = {"period": period, "amplitude": amplitude, "noise": noise}
    return Series("noisy sine", times, values, "no unit", "simulated", truth)


def autoregressive(
    coefficients: Sequence[float],
    steps: int = 1000,
    *,
    mean: float = 0,
    noise: float = 1,
    burn_in: int | None = None,
    rng=None,
) -> Series:
    """A stationary autoregressive process, simulated; φ = `coefficients`, φ_1 first, ε_t normal with standard deviation `noise`, T = `steps`:

    x_t − mean = φ_1 (x_{t−1} − mean) + … + φ_p (x_{t−p} − mean) + ε_t

    It starts at the mean, and the first `burn_in` steps are thrown away. By default they are so many that the start's influence has shrunk a million times
    (at least 100, at most 100,000). Raises ValueError if the process is not stationary: the roots of its companion matrix must be smaller than 1.
    """
    phi = np.asarray(coefficients, float)
    if phi.ndim != 1 or not len(phi) or not np.isfinite(phi).all():
        raise ValueError(
            f"autoregressive: coefficients must be one or more finite numbers, x_(t-1)'s first, got {coefficients!r}"
        )
    steps = check_whole("autoregressive: steps", steps, 1)
    check_finite("autoregressive: mean", mean)
    check_least("autoregressive: noise", noise, 0)
    companion = np.eye(len(phi), k=-1)
    companion[0] = phi
    root = np.abs(np.linalg.eigvals(companion)).max()
    if root >= 1 - 1e-9:  # a root of exactly 1 may be computed as a little less
        raise ValueError(
            f"autoregressive: coefficients {phi.tolist()} give no stationary process: what happens is multiplied by up to {root:.3g} each step, and that "
            "must be below 1; take smaller coefficients (a random walk is np.cumsum of noise)"
        )
    if burn_in is None:
        burn_in = 100 if root < 0.5 else min(100_000, 100 + int(np.log(1e-6) / np.log(root)))
    burn_in = check_whole("autoregressive: burn_in", burn_in, 0)
    order, total = len(phi), burn_in + steps
    backwards = phi[::-1]
    x = np.zeros(order + total)
    x[order:] = generator(rng).normal(0, noise, total)
    for t in range(order, order + total):
        x[t] += backwards @ x[t - order : t]
    truth = {"coefficients": tuple(phi.tolist()), "mean": mean, "noise": noise}
    return Series(f"AR({order}) process", np.arange(steps), mean + x[order + burn_in :], "no unit", "simulated", truth)
