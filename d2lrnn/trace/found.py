"""`Found`: units ranked by how well they tell where something holds, beside chance and an untrained network. What `find` answers."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from d2lrnn.data.files import write_whole


class Row(NamedTuple):
    """A unit. chosen_on, held_out: its score in either part, in the direction that fits the first; +1: its values are higher where it holds, −1: lower."""

    array: str
    unit: int
    chosen_on: float
    held_out: float
    direction: int


@dataclass(frozen=True, repr=False)
class Found:
    """What `find` answers. T tokens, N units, S shuffles.

    measure: "AUC", of a predicate, 0.5 to 1 (below 0.5: the direction did not last); "rank correlation", of a number, 0 to 1.
    rows: all N units, the best on the first part first. values: the predicate, (T,). cut: the token where the part that is held out begins.
    shuffled: of each shuffle the greatest held-out score of any unit, in either direction, (S,). shuffled_chosen: the held-out score of the unit that was best
    on the first part, (S,). control: the best unit of the untrained network, chosen and judged in the same way, or None; `control_title` its name.
    """

    name: str
    measure: str
    rows: Sequence[Row]
    values: np.ndarray
    cut: int
    shuffled: np.ndarray
    shuffled_chosen: np.ndarray
    control: Row | None = None
    control_title: str = ""
    title: str = ""

    @property
    def chance(self) -> float:
        """The most that any unit reached, on the part held out, with labels that were turned round."""
        return float(self.shuffled.max())

    @property
    def beyond(self) -> int:
        """How many units do better than `chance` on the part held out."""
        return sum(row.held_out > self.chance for row in self.rows)

    @property
    def beyond_control(self) -> int:
        """How many units do better on the part held out than the best unit of the untrained network; 0 without one."""
        return 0 if self.control is None else sum(row.held_out > self.control.held_out for row in self.rows)

    def __getitem__(self, place: int) -> Row:
        return self.rows[place]

    def __repr__(self) -> str:
        where = f"{self.cut:,} tokens to choose on, {len(self.values) - self.cut:,} held out"
        if self.measure == "AUC":
            holds = int(self.values[: self.cut].sum()), int(self.values[self.cut :].sum())
            where = f"{self.cut:,} tokens to choose on, where it holds at {holds[0]:,}; {len(self.values) - self.cut:,} held out, at {holds[1]:,}"
        wide = max(5, *(len(row.array) for row in self.rows[:10]))
        low, high = ("lower", "higher") if self.measure == "AUC" else ("falls", "rises")
        lines = [
            f"{self.name}: {self.measure} of {len(self.rows):,} units{' of ' + self.title if self.title else ''}; {where}",
            f"{'array':{wide}}  unit  {'where it holds' if low == 'lower' else 'with it':14}  held out  chosen on",
            *(
                f"{row.array:{wide}}  {row.unit:4}  {high if row.direction > 0 else low:14}  {row.held_out:8.3f}  {row.chosen_on:9.3f}"
                for row in self.rows[:10]
            ),
            f"labels turned round, {len(self.shuffled)} times: at most {self.chance:.3f} of any unit held out; {self.beyond:,} units are beyond that",
        ]
        if self.control:
            lines.append(
                f"{self.control_title}: {self.control.held_out:.3f} held out of its best unit, {self.control.array} {self.control.unit}; "
                f"{self.beyond_control:,} units are beyond that"
            )
        return "\n".join(lines)

    def csv(self) -> str:
        """All rows, then the baselines, as CSV."""
        text = StringIO()
        out = csv.writer(text)
        out.writerow(["array", "unit", f"{self.measure} chosen on", f"{self.measure} held out", "direction"])
        out.writerows(self.rows)
        out.writerow(["labels turned round: most of any unit", "", "", self.chance, ""])
        if self.control:
            out.writerow([f"{self.control_title}: best unit, {self.control.array}", *self.control[1:]])
        return text.getvalue()

    def to_csv(self, path: str | os.PathLike) -> None:
        """Write that, whole or not at all. Raises OSError if the file cannot be written."""
        write_whole(Path(path), self.csv().encode())
