"""Figures of chapter 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (INK, "D", ":"))


def by_letters(accuracy: Mapping[str, Sequence[float]]) -> Figure:
    """How often each network's first guess of a letter is right, by the letters of the word that it has read: 0, 1, 2, …, the last being that many or more."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    for (name, values), (colour, mark, line) in zip(accuracy.items(), _LOOKS, strict=False):
        axes.plot(range(len(values)), values, line, marker=mark, color=colour, label=name)
    most = max(len(values) for values in accuracy.values())
    axes.set_xticks(range(most), [*map(str, range(most - 1)), f"{most - 1}+"])
    axes.set(xlabel="letters of the word read so far", ylabel="share of next letters guessed", ylim=(0, 1))
    axes.legend(frameon=False)
    return figure


def by_length(errors: Mapping[str, Mapping[int, Sequence[float]]], baselines: Mapping[str, float]) -> Figure:
    """What is left of the error of the adding problem by its length, a mark for each seed. baselines: errors known beforehand, by name."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    for (name, lengths), (colour, mark, line) in zip(errors.items(), _LOOKS, strict=False):
        axes.plot(
            list(lengths),
            [min(values) for values in lengths.values()],
            line,
            color=colour,
            label=f"{name} (its better seed)",
        )
        for length, values in lengths.items():
            axes.plot([length] * len(values), values, mark, color=colour)
    for name, value in baselines.items():
        axes.axhline(value, color=GREY, lw=1, ls=(0, (4, 3)))
        axes.annotate(
            name,
            (1, value),
            (0, 6),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            fontsize=9,
            color=INK,
        )
    axes.set(xlabel="numbers in the sequence", ylabel="held-out mean squared error", yscale="log")
    axes.margins(y=0.12)
    axes.set_xticks(sorted({length for lengths in errors.values() for length in lengths}))
    axes.legend(frameon=False, loc="lower right")
    return figure
