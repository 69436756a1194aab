"""A small language of dates: written in many ways, to be put as year-month-day (many-to-many, unaligned: deck slide 49).

Most ways have one reading. Dates with two figures for everything (`03/04/12`) have three, with probabilities that are known, so the best possible share
of right answers is known too, and so is what a search must find.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

YEARS = range(1900, 2020)
MONTHS = tuple(calendar.month_name)[1:]
SHORT = "short"
"""The ambiguous way of writing: three numbers of two figures."""
READINGS = {"20 month first": 0.45, "19 day first": 0.30, "19 month first": 0.25}
"""What a short date means, by century and order, and how often. The likeliest *first figure* is 1 (0.55), the likeliest *date* begins with 2 (0.45)."""

_WAYS = {
    "3 March 1921": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "March 3, 1921": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    "the 3rd of March 1921": lambda d: f"the {ordinal(d.day)} of {MONTHS[d.month - 1]} {d.year}",
    "Mar 3rd, 1921": lambda d: f"{MONTHS[d.month - 1][:3]} {ordinal(d.day)}, {d.year}",
    "3.3.1921": lambda d: f"{d.day}.{d.month}.{d.year}",
    "1921, March the 3rd": lambda d: f"{d.year}, {MONTHS[d.month - 1]} the {ordinal(d.day)}",
}
WAYS = (*_WAYS, SHORT)
"""The ways of writing a date, by what the third of March 1921 looks like in them, and `short`."""


class Pair(NamedTuple):
    """`source`: a date as somebody wrote it. `target`: what is meant, `1921-03-03`. `way`: one of WAYS."""

    source: str
    target: str
    way: str


def ordinal(day: int) -> str:
    """1st, 2nd, 3rd, 4th, …"""
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def write(day: datetime.date, way: str) -> str:
    """The date in one of the ways that have one reading. Raises ValueError for another way."""
    if way not in _WAYS:
        raise ValueError(f"dates: way must be one of {', '.join(map(repr, _WAYS))}, got {way!r}")
    return _WAYS[way](day)


def draw(count: int, ways: Sequence[str] = WAYS, *, held_out: bool = False, rng=None) -> list[Pair]:
    """`count` dates between 1900 and 2019, each in one of `ways`, chosen evenly.

    held_out: one day in five is never drawn without it, and only such days are drawn with it (a short date has no day of its own: it is drawn either way).
    rng: a seed, a NumPy generator, or None for the shared one. Raises ValueError for no ways or an unknown one.
    """
    from d2lrnn.seeding import generator

    unknown = [way for way in ways if way not in WAYS]
    if unknown or not ways:
        raise ValueError(f"dates: ways must be some of {', '.join(map(repr, WAYS))}, got {list(ways)!r}")
    rng, found = generator(rng), []
    first = datetime.date(YEARS[0], 1, 1).toordinal()
    days = datetime.date(YEARS[-1], 12, 31).toordinal() - first + 1
    while len(found) < count:
        way = ways[int(rng.integers(len(ways)))]
        if way == SHORT:
            found.append(_short(rng))
            continue
        number = int(rng.integers(days))
        if (number * 2654435761 % 2**32 < 2**32 // 5) == held_out:  # a hash: no pattern of the calendar decides
            day = datetime.date.fromordinal(first + number)
            found.append(Pair(write(day, way), day.isoformat(), way))
    return found


def _short(rng) -> Pair:
    one, two = rng.choice(np.arange(1, 13), 2, replace=False)
    source = f"{one:02}/{two:02}/{rng.integers(20):02}"
    readings = readings_of(source)
    return Pair(source, str(rng.choice(list(readings), p=list(readings.values()))), SHORT)


def readings_of(source: str) -> dict[str, float]:
    """What a written date can mean, each with its probability, the likeliest first: what somebody knows who knows this language.

    Raises ValueError for what is no date in one of the WAYS.
    """
    short = re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", source)
    if short:
        one, two, year = map(int, short.groups())
        orders = {"month first": (one, two), "day first": (two, one)}
        found: dict[str, float] = {}
        for reading, chance in READINGS.items():
            century, order = reading.split(" ", 1)
            month, day = orders[order]
            target = datetime.date(int(century) * 100 + year, month, day).isoformat()
            found[target] = found.get(target, 0) + chance
        return found
    names = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
    word = re.search(r"[A-Z][a-z]{2}", source)
    numbers = [int(n) for n in re.findall(r"\d+", source)]
    try:
        year = max(numbers)
        rest = [n for n in numbers if n != year]
        month = names[word[0]] if word else rest[1]
        return {datetime.date(year, month, rest[0]).isoformat(): 1.0}
    except (ValueError, IndexError, KeyError):
        raise ValueError(f"dates: {source!r} is no date in one of the ways {', '.join(WAYS)}") from None


def best_accuracy(pairs: Sequence[Pair]) -> float:
    """The share of these that anybody can expect to get right: the likeliest reading's probability, on average. Raises ValueError for none."""
    if not pairs:
        raise ValueError("dates: at least one pair is needed, got none")
    return float(np.mean([max(readings_of(pair.source).values()) for pair in pairs]))
