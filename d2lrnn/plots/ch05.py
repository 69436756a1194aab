"""Figures of chapter 05."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK

_LOOKS = ((ORANGE, "s", "--"), (PINK, "D", ":"), (BLUE, "o", "-"), (GREEN, "^", "-."))
_GATE = LinearSegmentedColormap.from_list("gate", ["white", BLUE])
# What a kind of array is coloured by: a colour map and the values at its ends.
_KINDS = {"gate": (_GATE, 0, 1), "state": ("PuOr", -1, 1), "sum": ("PuOr", -3, 3)}


def equation(*parts: str | tuple[str, np.ndarray, str]) -> Figure:
    """One line of a slide with its numbers: arrays in a row, and signs between them.

    parts: a sign, e.g. "⊙", or (name, array (B, H), kind). kind: "gate" (0 to 1), "state" (-1 to 1) or "sum" (what goes into a nonlinearity).
    """
    widths = [
        0.32 * max(*map(len, part.split("\n")), 2) if isinstance(part, str) else part[1].shape[1] for part in parts
    ]
    rows = max(part[1].shape[0] for part in parts if not isinstance(part, str))
    scale = min(0.46, 9.4 / sum(widths))
    figure, panels = plt.subplots(
        1, len(parts), figsize=(scale * sum(widths) + 0.3, scale * rows + 0.45), width_ratios=widths
    )
    for panel, part in zip(np.atleast_1d(panels), parts, strict=True):
        panel.grid(False)
        if isinstance(part, str):
            panel.axis("off")
            panel.set_xlim(-1, 1)
            panel.set_ylim(-1, 1)
            panel.text(0, 0, part, ha="center", va="center", fontsize=14 if "\n" not in part else 11, color=INK)
            continue
        name, values, kind = part
        colours, low, high = _KINDS[kind]
        panel.imshow(values, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
        for (row, column), value in np.ndenumerate(values):
            strong = (value - low) / (high - low)
            dark = strong > 0.6 if kind == "gate" else abs(strong - 0.5) > 0.33
            panel.text(
                column, row, f"{value:.2f}".replace("-", "−"), ha="center", va="center", fontsize=8 * scale / 0.46 + 1,
                color="white" if dark else INK,
            )  # fmt: skip
        panel.set_title(name, fontsize=12, loc="center", weight="normal")
        panel.set_xticks([])
        panel.set_yticks([])
        for spine in panel.spines.values():
            spine.set_visible(True)
            spine.set_color(PALE)
    return figure


def decay(state: np.ndarray, kept: np.ndarray, plain: np.ndarray, title: str) -> Figure:
    """What is left of one impulse, (T,) numbers each: the state, the part that the update gate alone keeps, and a plain RNN's state.

    The step at which the state has fallen to half is marked, if there is one.
    """
    figure, axes = plt.subplots(figsize=(8.0, 3.5))
    at = np.arange(len(state))
    axes.plot(at, state, color=BLUE, marker="o", markersize=4, linewidth=2.4, label="state $h_t$", zorder=4)
    axes.plot(at, kept, color=GREEN, linestyle="-.", label="$z^t h_0$: kept by Z alone", zorder=3)
    axes.plot(at, plain, color=ORANGE, linestyle="--", label="plain RNN (z = 0, r = 1)", zorder=2)
    below = np.flatnonzero(state <= state[0] / 2)
    if len(below):
        step = int(below[0])
        axes.plot(step, state[step], "o", markersize=13, markerfacecolor="none", markeredgecolor=INK, zorder=5)
        axes.annotate(
            f"half after {step} step{'s' * (step > 1)}", (step, state[step]), (14, 12), textcoords="offset points",
            color=INK,
        )  # fmt: skip
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_ylim(-0.05, 1.05)
    axes.set_xlim(-0.6, at[-1] + 0.6)
    axes.set_xlabel("steps after the impulse")
    axes.set_ylabel("state")
    axes.set_title(title, fontsize=11)
    axes.legend(loc="upper right")
    return figure


def learning(
    panels: Mapping[str, Mapping[str, Sequence[Sequence[tuple[int, float]]]]], baseline: tuple[str, float]
) -> Figure:
    """Held-out loss while learning: a panel for each task, a colour for each network, a line for each seed; the baseline dashed.

    panels: title -> network -> for each seed the pairs (step, nats).
    """
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.6 * len(panels) if len(panels) > 1 else 7.6, 3.8), sharey=True
    )
    for panel, (title, by_network) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        for (name, seeds), (colour, marker, line) in zip(by_network.items(), _LOOKS, strict=False):
            for i, pairs in enumerate(seeds):
                at, losses = zip(*pairs, strict=True)
                panel.plot(
                    at, np.maximum(losses, 1e-3), color=colour, marker=marker, markersize=5, linestyle=line,
                    label=name if i == 0 else "_",
                )  # fmt: skip
        panel.axhline(baseline[1], color=INK, linestyle=(0, (6, 2)), linewidth=1.6, zorder=1)
        panel.annotate(
            f"{baseline[0]}, {baseline[1]:.2f}", (1, baseline[1]), (-2, 8), xycoords=panel.get_yaxis_transform(),
            textcoords="offset points", ha="right", color=INK, fontsize=9.5,
        )  # fmt: skip
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(FixedLocator([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]))
        panel.yaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        panel.set_ylim(top=5)
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("training steps")
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("held-out loss (nats)")
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def gates(panels: Mapping[str, Mapping[str, tuple[Sequence[float], np.ndarray]]], marked: str, xlabel: str) -> Figure:
    """Mean gates by position: a panel for each gate, a line for each network. panels: gate -> network -> (positions, values).

    marked: what happens at position 0, where a line stands.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(4.7 * len(panels), 3.6), sharey=True)
    for panel, (title, by_network) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        panel.axvline(0, color=GREY, linewidth=1, linestyle=":")
        panel.annotate(
            marked, (0, 0.02), (4, 0), xycoords=panel.get_xaxis_transform(), textcoords="offset points", color=GREY,
            fontsize=9.5,
        )  # fmt: skip
        for (name, (at, values)), (colour, marker, line) in zip(by_network.items(), _LOOKS[2:] + _LOOKS, strict=False):
            panel.plot(at, values, color=colour, marker=marker, markersize=4.5, linestyle=line, label=name)
        panel.set_ylim(0, 1.02)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.set_title(title, fontsize=11)
        panel.set_xlabel(xlabel)
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("mean over units and sequences")
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def since_break(accuracy: Mapping[str, np.ndarray], chance: float) -> Figure:
    """The share of right answers by the number of symbols since the last break, from the first one on; a line for each network."""
    figure, axes = plt.subplots(figsize=(8.4, 3.7))
    for (name, values), (colour, marker, line) in zip(accuracy.items(), _LOOKS[2:] + _LOOKS, strict=False):
        axes.plot(range(1, len(values) + 1), values, color=colour, marker=marker, linestyle=line, label=name)
    axes.axhline(chance, color=INK, linestyle=(0, (6, 2)), linewidth=1.4)
    axes.annotate(
        f"guessing, {chance:.2f}", (0, chance), (4, -12), xycoords=axes.get_yaxis_transform(),
        textcoords="offset points", color=INK, fontsize=9.5,
    )  # fmt: skip
    axes.set_ylim(0, 1.04)
    axes.set_xticks(range(1, max(map(len, accuracy.values())) + 1))
    axes.set_xlabel("symbols since the break")
    axes.set_ylabel("share of right answers")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def by_distance(panels: Mapping[str, Mapping[str, np.ndarray]], distances: Sequence[int]) -> Figure:
    """How much of a loss's gradient reaches the state so many steps before, both axes logarithmic: a panel for each time, a line for each network."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.4, 4.0), sharey=True)
    for panel, (title, by_network) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        for (name, values), (colour, marker, line) in zip(by_network.items(), _LOOKS, strict=False):
            panel.plot(distances, values, color=colour, marker=marker, markersize=5, linestyle=line, label=name)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(distances, [str(d) for d in distances])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_locator(LogLocator(base=10, numticks=9))
        panel.yaxis.set_minor_formatter(NullFormatter())
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("steps back")
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("norm of the gradient")
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure
