"""Simulated ratings and moods of chapter 01 (deck slides 4–7), each with the parameters that made it.

N is the number of ratings or answers. Stars are whole numbers from 1 to 5, drawn as 1 + Binomial(4, (m − 1) / 4), whose mean is exactly m and whose standard
deviation is about 1. Nothing here is, or is fitted to, the data of the papers that it is named after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.seeding import generator


@dataclass(frozen=True, repr=False)
class Ratings:
    """Simulated ratings in order of `day`. All arrays are (N,).

    `stars` were given, `expected` is the true mean of each; `item` and `age` (days since the item came out) are None where the simulation has no items.
    """

    day: np.ndarray
    stars: np.ndarray
    expected: np.ndarray
    parameters: dict
    item: np.ndarray | None = None
    age: np.ndarray | None = None

    def daily_mean(self) -> np.ndarray:
        """The mean of each day's stars, (days,); NaN for a day without ratings."""
        counts = np.bincount(self.day)
        sums = np.bincount(self.day, self.stars)
        return np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)

    def __repr__(self) -> str:
        return f"Ratings(simulated, {len(self.day):,} over {self.day[-1] + 1:,} days; {_told(self.parameters)})"


@dataclass(frozen=True, repr=False)
class Selection:
    """A simulated world of N pairs of a person and an item, of which only some are `rated`. All arrays are (N,).

    `expectation`: the stars that the person expects to give (known before rating); `stars`: what they give, or would give if they rated;
    `propensity`: the true probability that they rate. Only the simulation knows `stars` where `rated` is False.
    """

    expectation: np.ndarray
    stars: np.ndarray
    propensity: np.ndarray
    rated: np.ndarray
    parameters: dict

    @property
    def mean(self) -> float:
        """The mean over all pairs, rated or not: what one would like to know."""
        return float(self.stars.mean())

    def __repr__(self) -> str:
        return (
            f"Selection(simulated, {len(self.stars):,} pairs, {self.rated.mean():.1%} rated; {_told(self.parameters)})"
        )


@dataclass(frozen=True, repr=False)
class Moods:
    """Simulated answers to "how do you feel, from 0 to 10?". All arrays are (N,); `hour` is from 0 to 24, `expected` the mean mood of that hour."""

    person: np.ndarray
    hour: np.ndarray
    mood: np.ndarray
    expected: np.ndarray
    parameters: dict

    def __repr__(self) -> str:
        return f"Moods(simulated, {len(self.mood):,} answers; {_told(self.parameters)})"


def relabelled_ratings(
    days: int = 2200, *, per_day: int = 100, day: int = 1500, size: float = 0.2, mean: float = 3.4, rng=None
) -> Ratings:
    """Ratings whose scale is relabelled on one day: their mean is `mean` before `day` and `mean + size` from it on. Simulated, `per_day` a day.

    After Koren (2009), who shows that the mean of the Netflix ratings jumped early in 2004, about 1,500 days into the data, from about 3.4 stars to above 3.6.
    `day` may lie outside the days simulated. Raises ValueError if either mean is outside 1 to 5.
    """
    days = check_whole("relabelled_ratings: days", days, 1)
    per_day = check_whole("relabelled_ratings: per_day", per_day, 1)
    when = np.repeat(np.arange(days), per_day)
    expected = np.where(when < day, mean, mean + size)
    stars = _stars("relabelled_ratings", np.array([mean, mean + size]), expected, rng)
    return Ratings(
        when, stars, expected, {"day": int(day), "size": float(size), "mean": float(mean), "per_day": per_day}
    )


def aging_ratings(
    days: int = 2500,
    *,
    items: int = 60,
    per_item: int = 1500,
    drift: float = 0.15,
    mean: float = 3.2,
    spread: float = 0.25,
    rng=None,
) -> Ratings:
    """Ratings that drift upward with an item's age. Simulated: item i, of age a days, has the mean stars mean + q_i + drift · a / 1000.

    `drift` is in stars per 1,000 days; the qualities q_i are normal with standard deviation `spread`, centred on 0, and never change. Each item comes out on a
    random day of the first half and gets `per_item` ratings on random days from then on. After Koren (2009), who shows that the Netflix ratings rise with a
    movie's age. Raises ValueError if some item's mean would be outside 1 to 5.
    """
    rng = generator(rng)
    days = check_whole("aging_ratings: days", days, 2)
    items = check_whole("aging_ratings: items", items, 1)
    per_item = check_whole("aging_ratings: per_item", per_item, 1)
    check_least("aging_ratings: spread", spread, 0)
    quality = rng.normal(0, 1, items)
    quality = spread * (quality - quality.mean())
    released = rng.integers(0, days // 2, items)
    item = np.repeat(np.arange(items), per_item)
    age = (rng.random(len(item)) * (days - released[item])).astype(int)
    order = np.argsort(released[item] + age, kind="stable")
    item, age = item[order], age[order]
    expected = mean + quality[item] + drift * age / 1000
    stars = _stars("aging_ratings", expected, expected, rng)
    truth = {"drift": float(drift), "mean": float(mean), "spread": float(spread), "items": items}
    return Ratings(released[item] + age, stars, expected, truth, item, age)


def selected_ratings(
    pairs: int = 20_000,
    *,
    strength: float = 1.5,
    level: float = -2.5,
    hidden: float = 0,
    mean: float = 3,
    spread: float = 0.7,
    rng=None,
) -> Selection:
    """Ratings with selection bias: people rate what they expect to like. Simulated.

    A pair's expectation e is normal with the given mean and spread, kept within 1 and 5, and is the mean of the stars it gives. It is rated with the
    probability σ(level + strength · (e − mean) + hidden · (stars − e)): `hidden` lets the choice depend on how it turned out, which nobody records.
    (Slide 5; for ratings see Marlin et al. 2007 and Schnabel et al. 2016, for weights of 1 / probability Horvitz and Thompson 1952.)
    """
    rng = generator(rng)
    pairs = check_whole("selected_ratings: pairs", pairs, 1)
    check_least("selected_ratings: spread", spread, 0)
    for what, value in (("strength", strength), ("level", level), ("hidden", hidden)):
        check_finite(f"selected_ratings: {what}", value)
    expectation = np.clip(rng.normal(mean, spread, pairs), 1, 5)
    stars = _stars("selected_ratings", np.array([mean]), expectation, rng)
    drive = level + strength * (expectation - mean) + hidden * (stars - expectation)
    propensity = np.exp(-np.logaddexp(0, -drive))  # σ(drive), for a strong drive too
    truth = {"strength": strength, "level": level, "hidden": hidden, "mean": mean, "spread": spread}
    truth = {name: float(value) for name, value in truth.items()}
    return Selection(expectation, stars, propensity, rng.random(pairs) < propensity, truth)


def daily_mood(hour: np.ndarray | float, mean: float = 6, amplitude: float = 1) -> np.ndarray:
    """The mean mood at an hour of the day, 0 to 24, in the simulation: low on waking, a peak before noon, a dip, a higher peak in the evening.

    mean + amplitude · (0.6 cos(2π (h − 17) / 24) + 0.4 cos(4π (h − 22) / 24)): a shape of our own making.
    """
    hour = np.asarray(hour, float)
    return mean + amplitude * (0.6 * np.cos(2 * np.pi * (hour - 17) / 24) + 0.4 * np.cos(4 * np.pi * (hour - 22) / 24))


def mood_by_hour(
    people: int = 400,
    *,
    answers: int = 10,
    amplitude: float = 1,
    mean: float = 6,
    spread: float = 0.8,
    noise: float = 1,
    rng=None,
) -> Moods:
    """Moods that depend on the hour at which one asks. Simulated: `daily_mood` of the hour, plus the person's own level, plus noise.

    `spread` and `noise` are the standard deviations of the people's levels and of the noise.

    Every person answers at `answers` random moments from 7 to 23 o'clock. After Kahneman and Krueger (2006), who review how people feel in the course
    of a day; the shape, the scale and the sizes are ours. Moods are not clipped to the scale.
    """
    rng = generator(rng)
    people = check_whole("mood_by_hour: people", people, 1)
    answers = check_whole("mood_by_hour: answers", answers, 1)
    check_finite("mood_by_hour: amplitude", amplitude)
    check_finite("mood_by_hour: mean", mean)
    check_least("mood_by_hour: spread", spread, 0)
    check_least("mood_by_hour: noise", noise, 0)
    person = np.repeat(np.arange(people), answers)
    hour = rng.uniform(7, 23, len(person))
    expected = daily_mood(hour, mean, amplitude)
    mood = expected + rng.normal(0, spread, people)[person] + rng.normal(0, noise, len(person))
    truth = {"amplitude": float(amplitude), "mean": float(mean), "spread": float(spread), "noise": float(noise)}
    return Moods(person, hour, mood, expected, truth)


def _stars(name: str, means: np.ndarray, expected: np.ndarray, rng) -> np.ndarray:
    if not ((means >= 1) & (means <= 5)).all():
        raise ValueError(
            f"{name}: mean stars must stay from 1 to 5, got {means.min():.3g} to {means.max():.3g}; change mean or the size of the effect"
        )
    return 1 + generator(rng).binomial(4, (expected - 1) / 4)


def _told(parameters: dict) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in parameters.items())


def check_finite(name: str, value: float) -> float:
    """`value` if it is a finite number. Raises ValueError."""
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return float(value)


def check_least(name: str, value: float, least: float) -> float:
    """`value` if it is finite and at least `least`. Raises ValueError."""
    if not (np.isfinite(value) and value >= least):
        raise ValueError(f"{name} must be {least:g} or more, got {value!r}")
    return float(value)
