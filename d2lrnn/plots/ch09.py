"""Figures of chapter 09."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PINK, "D", ":"), (INK, "v", (0, (5, 1))))


def unrolled(layers: int, tokens: Sequence[str]) -> Figure:
    """The deck's slide 52, unrolled: layers upward, time to the right. tokens: one more than there are steps, the last being what the network is to say."""
    steps = len(tokens) - 1
    figure, axes = plt.subplots(figsize=(1.5 * steps + 1.6, 0.95 * layers + 1.9))

    def arrow(start, end, colour):
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6})

    for t in range(steps):
        axes.text(t, -0.15, tokens[t], ha="center", va="center", family="monospace", fontsize=13, color=INK)
        axes.text(
            t, layers + 1.15, tokens[t + 1], ha="center", va="center", family="monospace", fontsize=13, color=GREEN
        )
        arrow((t, 0.1), (t, 0.66), GREY)
        arrow((t, layers + 0.34), (t, layers + 0.92), GREEN)
        for l in range(layers):
            axes.add_patch(
                FancyBboxPatch(
                    (t - 0.3, l + 0.7),
                    0.6,
                    0.6,
                    boxstyle="round,pad=0.02,rounding_size=0.12",
                    fc="white",
                    ec=BLUE,
                    lw=1.6,
                )
            )
            axes.text(t, l + 1, rf"$H^{{{l + 1}}}_{{{t + 1}}}$", ha="center", va="center", fontsize=12)
            if l:
                arrow((t, l + 0.34), (t, l + 0.66), BLUE)
            if t < steps - 1:
                arrow((t + 0.34, l + 1), (t + 0.66, l + 1), ORANGE)
    for y, name in ((-0.15, "input"), (layers + 1.15, "next")):
        axes.text(-0.62, y, name, ha="right", va="center", color=GREY)
    for l in range(layers):
        axes.text(-0.62, l + 1, f"layer {l + 1}", ha="right", va="center", color=GREY)
    axes.set_xlim(-1.35, steps - 0.5)
    axes.set_ylim(-0.5, layers + 1.5)
    axes.axis("off")
    return figure


def gradients(norms: Mapping[str, np.ndarray]) -> Figure:
    """The gradient's norm in each layer, by name of the network; norms: (runs, L) of each. Marks are runs, lines their geometric mean."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    for (name, values), (colour, marker, line) in zip(norms.items(), _LOOKS, strict=False):
        values = np.atleast_2d(values)
        at = np.arange(1, values.shape[1] + 1)
        axes.plot(at, np.exp(np.log(values).mean(0)), color=colour, linestyle=line, label=name)
        for row in values:
            axes.plot(at, row, color=colour, linestyle="none", marker=marker, markersize=5, alpha=0.7)
    axes.set_yscale("log")
    axes.set_xticks(at)
    axes.set_xlabel("layer")
    axes.set_xlim(0.8, at[-1] + 0.2)
    axes.yaxis.set_major_locator(FixedLocator([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("norm of the gradient")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def perplexities(results: Mapping[str, Sequence[float]], baseline: tuple[str, float]) -> Figure:
    """Held-out perplexity of each network, a mark for each seed, and the counted model's as a line. The axis is logarithmic."""
    figure, axes = plt.subplots(figsize=(8.2, 0.5 * len(results) + 1.5))
    names = list(results)
    for row, name in enumerate(names):
        colour, marker, _ = _LOOKS[row % len(_LOOKS)]
        values = np.asarray(results[name])
        axes.hlines(row, values.min(), values.max(), color=colour, linewidth=3)
        axes.plot(values, [row] * len(values), linestyle="none", marker=marker, color=colour, markersize=8)
        axes.annotate(
            f"{values.mean():.2f}", (values.max(), row), (9, 0), textcoords="offset points", va="center", color=INK
        )
    label, value = baseline
    axes.axvline(value, color=INK, linestyle="--", linewidth=1.4)
    axes.annotate(
        f"{label}, {value:.2f}", (value, len(names) - 0.45), (5, 0), textcoords="offset points", va="bottom", color=INK
    )
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.set_ylim(-0.6, len(names) - 0.05)
    axes.set_xscale("log")
    low, high = value * 0.93, max(max(v) for v in results.values()) * 1.14
    axes.set_xlim(low, high)
    ticks = [t for t in (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20) if low < t < high]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("held-out perplexity (lower is better)")
    return figure


def probes(scores: Mapping[str, Mapping[str, np.ndarray]]) -> Figure:
    """What can be read off each layer by a linear map: a panel for each question, R² by layer, a line for each network. scores: question -> network -> (L,)."""
    figure, axes = plt.subplots(1, len(scores), figsize=(9.4, 3.7), sharey=True)
    for panel, (question, by_network) in zip(np.atleast_1d(axes), scores.items(), strict=True):
        for (name, values), (colour, marker, line) in zip(by_network.items(), _LOOKS, strict=False):
            at = np.arange(1, len(values) + 1)
            panel.plot(at, values, color=colour, marker=marker, linestyle=line, label=name)
        panel.set_title(question, fontsize=11)
        panel.set_xticks(at)
        panel.set_xlim(0.8, at[-1] + 0.2)
        panel.set_ylim(-0.05, 1.05)
        panel.set_xlabel("layer")
    np.atleast_1d(axes)[0].set_ylabel("R² on held-out text")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9.5)
    return figure


def states(text: str, values: np.ndarray, title: str) -> Figure:
    """Hidden states as a heat map: units downward, characters to the right. values: (T, H), from -1 to 1, for the T characters of `text`."""
    figure, axes = plt.subplots(figsize=(9.4, 3.9))
    image = axes.imshow(values.T, aspect="auto", cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
    axes.set_xticks(range(len(text)), [{"\n": "⏎", " ": "␣"}.get(c, c) for c in text], family="monospace", fontsize=8)
    axes.set_ylabel("unit")
    axes.set_title(title, fontsize=11)
    axes.grid(False)
    axes.tick_params(length=0, colors=INK)
    bar = figure.colorbar(image, ax=axes, pad=0.01, ticks=[-1, 0, 1])
    bar.outline.set_edgecolor(PALE)
    bar.set_label("state")
    return figure
