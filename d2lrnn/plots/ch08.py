"""Figures of chapter 08."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import PercentFormatter

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, SKY, YELLOW

_MARKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (YELLOW, "D"))
SHAPES = {
    "one to one": ((0,), (0,), 1),
    "one to many": ((0,), (0, 1, 2), 3),
    "many to one": ((0, 1, 2), (2,), 3),
    "many to many, aligned": ((0, 1, 2), (0, 1, 2), 3),
    "many to many, encoder–decoder": ((0, 1, 2), (3, 4), 5),
}
"""Slide 49's kinds: the steps that read, the steps that answer, and how many steps there are."""


def shapes(examples: Mapping[str, str]) -> Figure:
    """The kinds of task of slide 49: what is read (below), the state, what is answered (above).

    examples: for each kind a task, written under it.
    """
    figure, panels = plt.subplots(1, len(SHAPES), figsize=(9.8, 3.0), gridspec_kw={"width_ratios": [1.6, 3, 3, 3, 5]})
    for axes, (kind, (reads, answers, steps)) in zip(panels, SHAPES.items(), strict=True):
        for t in range(steps):
            encoder = kind.endswith("decoder") and t in reads
            _box(axes, t, 1, PALE if encoder else "#CFE5F4", "H")
            if t:
                _arrow(axes, (t - 0.66, 1), (t - 0.34, 1), ORANGE)
            if t in reads:
                _box(axes, t, 0, "white", "x")
                _arrow(axes, (t, 0.3), (t, 0.7), BLUE)
            if t in answers:
                _box(axes, t, 2, "#C3EBDD", "o")
                _arrow(axes, (t, 1.3), (t, 1.7), GREEN)
        for before, after in zip(answers, answers[1:], strict=False):
            if after not in reads:  # what was said is read next
                _arrow(axes, (before + 0.2, 1.72), (after - 0.28, 1.25), GREY, dashed=True)
        axes.set_title(kind.replace(", ", ",\n").replace(" to ", "-to-"), fontsize=10, loc="center", pad=8)
        axes.text((steps - 1) / 2, -0.95, examples[kind], ha="center", va="top", fontsize=9.5, color=INK)
        axes.set_xlim(-0.6 - 0.35 * (steps == 1), steps - 0.4 + 0.35 * (steps == 1))
        axes.set_ylim(-1.9, 2.45)
        axes.axis("off")
    return figure


def _box(axes, x: float, y: float, colour: str, letter: str) -> None:
    axes.add_patch(Rectangle((x - 0.3, y - 0.27), 0.6, 0.54, facecolor=colour, edgecolor=INK, linewidth=1))
    axes.text(x, y, letter, ha="center", va="center", fontsize=10, color=INK)


def _arrow(axes, start, end, colour: str, dashed: bool = False) -> None:
    look = {"arrowstyle": "-|>", "mutation_scale": 9, "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(start, end, linestyle=(0, (2, 1.5)) if dashed else "-", **look))


def line_lengths(writers: Mapping[str, Sequence[int]], verse: tuple[int, int]) -> Figure:
    """How long the lines of each writer are, one strip each; the band is where most of Shakespeare's verse lies.

    writers: name -> characters in each line. verse: the band's ends.
    """
    figure, panels = plt.subplots(len(writers), 1, figsize=(8.6, 1.35 * len(writers) + 0.6), sharex=True, squeeze=False)
    bins = np.arange(0, 85, 3)  # the last bar is of all lines from 81 on
    for axes, (name, lengths), (colour, _) in zip(panels[:, 0], writers.items(), _MARKS, strict=False):
        inside = np.mean([(verse[0] <= n <= verse[1]) for n in lengths])
        axes.axvspan(*verse, color=PALE, zorder=0, linewidth=0)
        axes.hist(
            np.clip(lengths, 0, bins[-1]), bins=bins, color=colour, density=True, edgecolor="white", linewidth=0.6
        )
        axes.set_title(f"{name}: {inside:.0%} of {len(lengths)} lines in the band", fontsize=10.5)
        axes.set_yticks([])
        axes.grid(visible=False)
    panels[-1, 0].set_xlabel("characters in a line (81 and more at the end)")
    return figure


def splits(results: Mapping[str, Mapping[str, float]], chance: Mapping[str, float]) -> Figure:
    """What each split says of each model: bars in groups, a group a split, with always saying the commoner genre as a line.

    results: split -> model -> accuracy. chance: split -> accuracy of the commoner genre.
    """
    models = list(next(iter(results.values())))
    figure, axes = plt.subplots(figsize=(7.6, 3.4))
    wide = 0.8 / len(models)
    for m, (model, (colour, _)) in enumerate(zip(models, _MARKS, strict=False)):
        at = np.arange(len(results)) + (m - (len(models) - 1) / 2) * wide
        values = [scores[model] for scores in results.values()]
        hatch = ("", "///", "...")[m % 3]
        axes.bar(at, values, wide * 0.92, color=colour, hatch=hatch, edgecolor="white", label=model)
        for x, value in zip(at, values, strict=True):
            axes.text(x, value + 0.012, f"{value:.2f}", ha="center", fontsize=10, color=INK)
    for x, value in enumerate(chance.values()):
        axes.plot([x - 0.46, x + 0.46], [value, value], color=INK, linestyle="--", linewidth=1.6)
        if x == len(results) - 1:
            axes.text(x + 0.47, value, " always saying\n the commoner", va="center", fontsize=9.5, color=INK)
    axes.set_xticks(range(len(results)), list(results), fontsize=11)
    axes.set_xlim(-0.6, len(results) - 1 + 0.95)
    axes.set_ylim(0, 1.08)
    axes.set_ylabel("passages right")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper right", ncols=len(models))
    return figure


def by_play(accuracy: Mapping[str, Mapping[str, float]], genres: Mapping[str, str]) -> Figure:
    """How many passages of each play, held out as a whole, are recognised: a row a play, a mark a model.

    accuracy: model -> play -> share right. genres: play -> genre; plays are put in order by genre and by the first model.
    """
    first = next(iter(accuracy.values()))
    order = sorted(first, key=lambda play: (genres[play], -first[play]), reverse=True)
    figure, axes = plt.subplots(figsize=(8.4, 0.31 * len(order) + 1.1))
    axes.axvline(0.5, color=INK, linestyle="--", linewidth=1.4, zorder=1)
    for (model, values), (colour, marker) in zip(accuracy.items(), _MARKS, strict=False):
        axes.plot([values[play] for play in order], range(len(order)), marker, color=colour, markersize=7, label=model)
    names = [f"{play.replace('-', ' ')}  ({genres[play]})" for play in order]
    axes.set_yticks(range(len(order)), names, fontsize=9.5, color=INK)
    axes.set_xlim(0.2, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("passages recognised, play held out")
    axes.legend(loc="upper left", fontsize=9.5)
    return figure


def restored(scores: Mapping[str, Sequence[float]], plays: Sequence[str]) -> Figure:
    """F1 of what was to be restored, a row a method, a mark a held-out play."""
    figure, axes = plt.subplots(figsize=(8.2, 0.46 * len(scores) + 1.1))
    for row, values in enumerate(scores.values()):
        axes.plot([min(values), max(values)], [row, row], color=PALE, linewidth=5, zorder=1, solid_capstyle="round")
        for value, (colour, marker) in zip(values, _MARKS, strict=False):
            axes.plot(value, row, marker, color=colour, markersize=8)
        axes.text(max(values) + 0.02, row, "  ".join(f"{value:.2f}" for value in values), va="center", fontsize=10)
    for play, (colour, marker) in zip(plays, _MARKS, strict=False):
        axes.plot([], [], marker, color=colour, markersize=8, label=play)
    axes.set_yticks(range(len(scores)), list(scores), color=INK)
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 0.78)
    axes.set_xlabel("F1 of what was to be restored")
    axes.legend(loc="upper right", fontsize=9.5)
    return figure


def candidates(source: str, found: Mapping[str, tuple[float, float]], greedy: str) -> Figure:
    """The likeliest answers to one source, with the network's probability of each beside the language's own.

    found: answer -> (network's probability, true probability). greedy: the answer that greedy search gives; it is marked.
    """
    figure, axes = plt.subplots(figsize=(8.2, 0.55 * len(found) + 1.2))
    for row, (answer, (said, true)) in enumerate(found.items()):
        axes.barh(row, said, 0.5, color=ORANGE if answer == greedy else BLUE, hatch="///" if answer == greedy else "")
        axes.plot([true, true], [row - 0.36, row + 0.36], color=INK, linewidth=2.4)
        mark = "   ← greedy" if answer == greedy else ""
        axes.text(max(said, true) + 0.012, row, f"{said:.2f}{mark}", va="center", fontsize=10.5)
    axes.set_yticks(range(len(found)), list(found), fontsize=11, color=INK, family="monospace")
    axes.invert_yaxis()
    axes.set_xlim(0, 0.7)
    axes.set_xlabel("probability (bar: the network; upright line: the language)")
    axes.set_title(f"“{source}”")
    return figure


def first_figures(first: Mapping[str, float], best: Mapping[str, float]) -> Figure:
    """Why greedy search goes wrong: what the first figure says, and what whole answers say.

    first: figure -> probability. best: figure -> probability of the best whole answer that begins with it.
    """
    figure, axes = plt.subplots(figsize=(6.4, 2.5))
    for row, figure_of_year in enumerate(first):
        axes.barh(row - 0.19, first[figure_of_year], 0.34, color=SKY, label="all answers with it" if not row else None)
        axes.barh(
            row + 0.19,
            best[figure_of_year],
            0.34,
            color=BLUE,
            hatch="///",
            edgecolor="white",
            label="the best one of them" if not row else None,
        )
        for at, value in ((row - 0.19, first[figure_of_year]), (row + 0.19, best[figure_of_year])):
            axes.text(value + 0.01, at, f"{value:.2f}", va="center", fontsize=10)
    axes.set_yticks(range(len(first)), [f"first figure {name}" for name in first], color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability, by the network")
    axes.legend(loc="lower right", fontsize=9.5)
    return figure


def by_width(widths: Sequence[int], accuracy: Mapping[str, Sequence[float]], best: Mapping[str, float]) -> Figure:
    """Share of right answers by the width of the beam; what nobody can beat is dotted.

    accuracy: kind of date -> share right at each width. best: kind -> the bound.
    """
    figure, axes = plt.subplots(figsize=(7.4, 3.2))
    for (kind, values), (colour, marker) in zip(accuracy.items(), _MARKS, strict=False):
        axes.plot(range(len(widths)), values, color=colour, marker=marker, label=kind)
        axes.plot([-0.3, len(widths) - 0.85], [best[kind]] * 2, color=colour, linestyle=":", linewidth=1.6)
        said = f"{kind}:\n{values[-1]:.2f}, to be expected {best[kind]:.2f}"
        axes.text(len(widths) - 0.8, best[kind], said, va="center", fontsize=9.5, color=INK)
    axes.set_xticks(range(len(widths)), [f"{width}\n(greedy)" if width == 1 else str(width) for width in widths])
    axes.set_xlim(-0.3, len(widths) + 1.2)
    axes.set_ylim(0, 1.08)
    axes.set_xlabel("width of the beam")
    axes.set_ylabel("answers right")
    axes.grid(axis="x", visible=False)
    return figure
