"""A measurement, a row, a section; and how they are written."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmarks.cores import Cores


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
class Rate:
    """How many of something a second in each run: more is better."""

    runs: tuple[float, ...]
    unit: str

    @property
    def value(self) -> float:
        return statistics.median(self.runs)

    def __str__(self) -> str:
        median, least, most = (_three(r) for r in (self.value, min(self.runs), max(self.runs)))
        if len(self.runs) == 1:
            return f"{median} {self.unit} (1 run)"
        return f"{median} {self.unit} ({least}–{most}, {len(self.runs)} runs)"


@dataclass(frozen=True)
class Number:
    """A figure of which there is one, such as a perplexity."""

    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:.3f}{self.unit}"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    peers: their figures by name, or in words why there is none. at_most, at_least: what our median must not pass; times: how many times the first peer
    must take of ours. paired: the runs took turns, so each ratio is also given for every turn.
    """

    what: str
    ours: Seconds | Rate | Number
    peers: dict[str, Seconds | Rate | Number | str] = field(default_factory=dict)
    at_most: float | None = None
    times: float | None = None
    at_least: float | None = None
    paired: bool = False

    @property
    def ratios(self) -> list[float | None]:
        """By peer, above 1 where ours is ahead; None for one without a figure."""
        return [None if isinstance(peer, str) else self._ahead(peer.value) for peer in self.peers.values()]

    def _ahead(self, peer: float, ours: float | None = None) -> float:
        ours = self.ours.value if ours is None else ours
        return ours / peer if isinstance(self.ours, Rate) else peer / ours

    @property
    def reached(self) -> bool | None:
        """None if nothing must be reached, or the peer to compare with has no figure."""
        if self.at_most is not None:
            return self.ours.value <= self.at_most
        if self.at_least is not None:
            return self.ours.value >= self.at_least
        if self.times is None or self.ratios[0] is None:
            return None
        return self.ratios[0] >= self.times

    def cells(self) -> list[str]:
        peers = [f"{name}: {peer}" for name, peer in self.peers.items()]
        ratios = [self._ratio(*pair) for pair in zip(self.peers.values(), self.ratios, strict=True)]
        reached = {None: "–", True: "yes", False: "**no**"}[self.reached]
        must = "–" if self.reached is None else self._must()
        return [self.what, str(self.ours), "<br>".join(peers) or "–", "<br>".join(ratios) or "–", must, reached]

    def _ratio(self, peer, ratio: float | None) -> str:
        if ratio is None:
            return "–"
        if not (self.paired and len(self.ours.runs) == len(getattr(peer, "runs", ())) > 1):
            return f"{ratio:.3g}×"
        each = [self._ahead(its, ours) for its, ours in zip(peer.runs, self.ours.runs, strict=True)]
        return f"{ratio:.3g}× ({min(each):.3g}–{max(each):.3g})"

    def _must(self) -> str:
        if self.times is not None and self.at_most is None and self.at_least is None:
            return f"≥ {self.times:g}×"
        sign, limit = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        unit = " s" if isinstance(self.ours, Seconds) else getattr(self.ours, "unit", "")
        return f"{sign} {limit:,g}{' ' * isinstance(self.ours, Rate)}{unit}"


def _three(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


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


def turns(
    entrants: dict[str, Callable[[], float]], runs: int, rest: float = 0.3, cores: Cores | None = None
) -> dict[str, Seconds]:
    """`runs` rounds in which each entrant has its turn, after one that is not counted. An entrant gives the seconds it took.

    rest: seconds between two turns, in which one library's threads stop spinning before the other's begin.
    cores: a round begins once these are near each other, and is taken again if they are not when it ends.
    """
    seconds = {name: [] for name in entrants}
    for run in range(runs + 1):
        counts = False
        while not counts:
            gc.collect()
            if cores:
                cores.wait()
            taken = {}
            for name, call in entrants.items():
                time.sleep(rest)
                taken[name] = call()
            counts = not run or cores is None or cores.counts(sum(taken.values()))
        if run:
            for name in entrants:
                seconds[name].append(taken[name])
    return {name: Seconds(tuple(taken)) for name, taken in seconds.items()}


def joined(parts: Iterable[dict[str, Seconds]]) -> dict[str, Seconds]:
    """The runs of several `turns` of the same entrants, one after the other."""
    found = {}
    for part in parts:
        for name, seconds in part.items():
            found[name] = found.get(name, ()) + seconds.runs
    return {name: Seconds(runs) for name, runs in found.items()}


def same(claim: str, holds: bool) -> None:
    """Raise ValueError unless the claim holds: figures of two that did different things are not comparable."""
    if not holds:
        raise ValueError(f"benchmarks: not comparable, since this does not hold: {claim}")
