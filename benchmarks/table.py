"""A measurement, a row, a section; and how they are written."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Skip(Exception):
    """A topic that cannot be measured here; says why in one line."""


@dataclass(frozen=True)
class Seconds:
    """The seconds of each run."""

    runs: tuple[float, ...]

    @property
    def value(self) -> float:
        return statistics.median(self.runs)

    def __str__(self) -> str:
        unit, scale = ("ms", 1000) if self.value < 0.1 else ("s", 1)
        median, least, most = (f"{scale * s:.3g}" for s in (self.value, min(self.runs), max(self.runs)))
        if len(self.runs) == 1:
            return f"{median} {unit} (1 run)"
        return f"{median} {unit} ({least}–{most}, {len(self.runs)} runs)"

    def per(self, count: int) -> Seconds:
        """The seconds of one of `count` equal parts of each run."""
        return Seconds(tuple(s / count for s in self.runs))


@dataclass(frozen=True)
class Number:
    """A figure that is the same in every run, such as a perplexity."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:.3f}"


@dataclass(frozen=True)
class Row:
    """One line of a table. `at_most`: what our median must not exceed; `times`: how many times the first peer must take of ours."""

    what: str
    ours: Seconds | Number
    peers: dict[str, Seconds | Number] = field(default_factory=dict)
    at_most: float | None = None
    times: float | None = None

    @property
    def ratios(self) -> list[float]:
        return [peer.value / self.ours.value for peer in self.peers.values()]

    @property
    def reached(self) -> bool | None:
        """None if nothing must be reached."""
        if self.at_most is not None:
            return self.ours.value <= self.at_most
        return None if self.times is None else self.ratios[0] >= self.times

    def cells(self) -> list[str]:
        unit = " s" if isinstance(self.ours, Seconds) else ""
        must = f"≤ {self.at_most:g}{unit}" if self.at_most is not None else f"≥ {self.times:g}×" if self.times else "–"
        peers = [f"{name}: {peer}" for name, peer in self.peers.items()]
        ratios = [f"{ratio:.3g}×" for ratio in self.ratios]
        reached = {None: "–", True: "yes", False: "**no**"}[self.reached]
        return [self.what, str(self.ours), "<br>".join(peers) or "–", "<br>".join(ratios) or "–", must, reached]


@dataclass(frozen=True)
class Section:
    """A topic's rows, what must be known to read them, and the packages whose versions matter."""

    rows: list[Row]
    notes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


HEAD = ["what", "ours", "peer", "ratio", "must reach", "reached"]


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def race(
    entrants: dict[str, Callable], runs: int, prepare: dict[str, Callable[[], object]] | None = None
) -> tuple[dict[str, Seconds], dict[str, object]]:
    """Time each entrant `runs` times, in turns, so that a busy moment of the machine hits all of them. Returns the times, and what each returned last.

    prepare: for an entrant that must start anew each time, what makes its argument; that is not timed.
    """
    seconds, results = {name: [] for name in entrants}, {}
    for run in range(runs):
        for name, call in entrants.items():
            given = (prepare[name](),) if prepare and name in prepare else ()
            gc.collect()
            began = time.perf_counter()
            result = call(*given)
            seconds[name].append(time.perf_counter() - began)
            if run == runs - 1:
                results[name] = result
            del given, result  # the next one starts with the memory free
    return {name: Seconds(tuple(taken)) for name, taken in seconds.items()}, results


def same(claim: str, holds: bool) -> None:
    """Raise ValueError unless the claim holds: figures of two that did different things are not comparable."""
    if not holds:
        raise ValueError(f"benchmarks: not comparable, since this does not hold: {claim}")
