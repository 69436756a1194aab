"""Figures of chapter 06."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from d2lrnn.plots.ch05 import equation
from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK, SKY, YELLOW

__all__ = [
    "adding_by_hand", "copied", "crossing", "equation", "gates_along", "learning", "memory_left", "mixing", "paths", "starts",
]  # fmt: skip

# Colour, marker and line of each kind of network; what has another name takes the next of the rest.
_BY_NAME = {
    "RNN": (ORANGE, "s", "--"),
    "GRU": (GREEN, "^", "-."),
    "LSTM": (BLUE, "o", "-"),
    "LSTM, b_f = 1": (BLUE, "o", "-"),
}
_OTHERS = ((PINK, "D", ":"), (YELLOW, "v", (0, (5, 1, 1, 1))))
_PATHS = ((ORANGE, "s", "--"), (SKY, "^", ":"), (BLUE, "o", "-"))
_DASHES = ((0, (6, 2)), (0, (3, 2)), (0, (1.5, 1.5)))
_STRIPS = {"gate": ("Blues", 0, 1), "state": ("PuOr", -1, 1)}


def adding_by_hand(
    inputs: np.ndarray,
    memory: np.ndarray,
    bias: float,
    errors: tuple[np.ndarray, np.ndarray],
    error: float,
    baseline: float,
) -> Figure:
    """One sequence of the adding problem, the memory cell of one LSTM unit along it, and what is lost at each forget bias.

    inputs: (T, 2), values and marks. memory: (T,), C_t in units of the sum. errors: biases and the mean squared error at each; error: the one at `bias`.
    """
    values, marked = inputs[:, 0], inputs[:, 1] > 0
    at, total = np.arange(1, len(values) + 1), values[marked].sum()
    figure = plt.figure(figsize=(9.6, 4.2))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.7, 1), height_ratios=(1, 1.5))
    top = figure.add_subplot(grid[0, 0])
    below = figure.add_subplot(grid[1, 0], sharex=top)
    right = figure.add_subplot(grid[:, 1])
    top.bar(at, values, color=[ORANGE if m else PALE for m in marked], edgecolor=GREY, linewidth=0.5)
    for t in at[marked]:
        top.annotate(
            f"{values[t - 1]:.2f}", (t, values[t - 1]), (0, 3), textcoords="offset points", ha="center", color=ORANGE,
            fontsize=10, weight="bold",
        )  # fmt: skip
    top.set_ylim(0, 1.3)
    top.set_yticks([0, 1])
    top.set_ylabel("value")
    top.set_title("what comes in; the two marked values count", fontsize=11, weight="normal")
    top.tick_params(labelbottom=False)
    below.axhline(total, color=INK, linestyle=(0, (6, 2)), linewidth=1.4)
    below.annotate(f"the answer, {total:.2f}", (1, total), (2, 5), textcoords="offset points", color=INK, fontsize=9.5)
    below.step(at, memory, where="post", color=BLUE, linewidth=2.4)
    below.plot(at, memory, "o", color=BLUE, markersize=4)
    below.set_ylim(-0.06, max(2.0, 1.15 * total))
    below.set_ylabel("memory cell $C_t$")
    below.set_xlabel("time step")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    f = 1 / (1 + np.exp(-bias))
    below.set_title(
        f"forget bias {bias:g}, so every $F_t$ = {f:.3f}: {_few(memory[-1])} at the end", fontsize=11, weight="normal"
    )
    right.plot(*errors, color=BLUE)
    right.axhline(baseline, color=INK, linestyle=(0, (6, 2)), linewidth=1.4)
    right.annotate(
        f"always saying 1: {baseline:.3f}", (1, baseline), (0, 5), xycoords=right.get_yaxis_transform(),
        textcoords="offset points", color=INK, fontsize=9.5, ha="right",
    )  # fmt: skip
    right.plot(bias, error, "o", color=BLUE, markersize=10, markeredgecolor="white", zorder=5)
    right.annotate(
        f"{error:.3f}" if error >= 0.0005 else "below 0.001",
        (bias, error),
        (9 if bias < 7 else 0, 8),
        textcoords="offset points",
        color=BLUE,
        weight="bold",
        fontsize=11,
        ha="left" if bias < 7 else "right",
    )
    right.set_ylim(-0.006, 1.18 * baseline)
    right.set_xlim(errors[0][0] - 0.3, errors[0][-1] + 0.3)
    right.set_xlabel("forget bias $b_f$")
    right.set_ylabel("mean squared error")
    return figure


def learning(
    panels: Mapping[str, Mapping[str, Sequence[Sequence[tuple[int, float]]]]],
    lines: Sequence[tuple[str, float]],
    ylabel: str,
    log: bool = True,
    low: float = 1e-3,
) -> Figure:
    """Held-out loss while learning: a panel for each task, a colour for each network, a line for each seed; dashed what can be had
    without the memory, or with some of it.

    panels: title -> network -> for each seed the pairs (step, loss). lines: (name, loss), the highest first.
    log: a logarithmic axis, on which losses below `low` are drawn at `low`.
    """
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.7 * len(panels), 4.0) if len(panels) > 1 else (8.4, 4.3), sharey=True
    )
    for panel, (title, by_network) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        others = iter(_OTHERS)
        for name, seeds in by_network.items():
            colour, marker, line = _BY_NAME.get(name) or next(others)
            for i, pairs in enumerate(seeds):
                at, losses = zip(*pairs, strict=True)
                panel.plot(
                    at, np.maximum(losses, low) if log else losses, color=colour, marker=marker, markersize=5, linestyle=line,
                    label=name if i == 0 else "_", zorder=3,
                )  # fmt: skip
        for (name, value), dash in zip(lines, _DASHES, strict=False):
            panel.axhline(value, color=INK, linestyle=dash, linewidth=1.4, zorder=1)
            panel.annotate(
                f"{name}: {value:.3f}", (1, value), (5, 0), xycoords=panel.get_yaxis_transform(),
                textcoords="offset points", color=INK, fontsize=9.5, va="center",
            )  # fmt: skip
        if log:
            panel.set_yscale("log")
            _log_axis(
                panel, low, any(loss < low for seeds in by_network.values() for pairs in seeds for _, loss in pairs)
            )
        else:
            panel.set_ylim(0, 1.35 * lines[0][1])
        panel.set_xlim(left=0)
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("training steps")
    first = np.atleast_1d(axes)[0]
    first.set_ylabel(ylabel)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _log_axis(axes, low: float, lower: bool) -> None:
    """A logarithmic axis of losses from `low` on; the lowest tick says so if there are lower ones."""
    axes.yaxis.set_major_locator(
        FixedLocator([low, *(y for y in (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3) if y > 1.6 * low)])
    )
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{'≤ ' if lower and np.isclose(y, low) else ''}{y:g}"))


def copied(shares: Mapping[str, Sequence[np.ndarray]], chance: float) -> Figure:
    """The share of right answers at each place of the string to copy: a group of bars for each network, a mark for each seed."""
    figure, axes = plt.subplots(figsize=(8.4, 3.5))
    names = list(shares)
    length = len(next(iter(shares.values()))[0])
    wide = 0.8 / length
    tints = [plt.get_cmap("Blues")(0.35 + 0.5 * i / max(length - 1, 1)) for i in range(length)]
    for i in range(length):
        means = [np.mean([run[i] for run in shares[name]]) for name in names]
        at = np.arange(len(names)) + (i - (length - 1) / 2) * wide
        axes.bar(at, means, wide * 0.92, color=tints[i], label=f"symbol {i + 1}", zorder=2)
        for x, name in zip(at, names, strict=True):
            runs = [run[i] for run in shares[name]]
            axes.plot([x] * len(runs), runs, "o", color=YELLOW, markeredgecolor=INK, markersize=5.5, zorder=4)
    axes.axhline(chance, color=INK, linestyle=(0, (6, 2)), linewidth=1.4, zorder=3)
    axes.annotate(
        f"guessing: {chance:.3f}", (1, chance), (4, 0), xycoords=axes.get_yaxis_transform(), va="center",
        textcoords="offset points", color=INK, fontsize=9.5,
    )  # fmt: skip
    axes.set_xticks(range(len(names)), names, fontsize=11, color=INK)
    axes.grid(axis="x", visible=False)
    axes.set_ylim(0, 1.04)
    axes.set_ylabel("share of right answers")
    figure.legend(loc="outside lower center", ncols=length)
    return figure


def memory_left(f: float, shown: int, halved: float) -> Figure:
    """What a forget gate that stands at f leaves of a memory after k steps, f^k, beside other gates; where half is left is marked."""
    figure, axes = plt.subplots(figsize=(8.4, 3.7))
    k = np.arange(shown + 1)
    for other, name in ((0.7311, "$b_f$ = 1"), (0.9526, "$b_f$ = 3"), (0.9933, "$b_f$ = 5")):
        left = other ** k.astype(float)
        axes.plot(k, left, color=GREY, linewidth=1, linestyle=":")
        at_end = left[-1] > 0.06
        axes.annotate(
            name, (shown, left[-1]) if at_end else (np.log(0.22) / np.log(other), 0.22), (6, 0 if at_end else 4),
            textcoords="offset points", color=GREY, fontsize=9.5, va="center", annotation_clip=False,
        )  # fmt: skip
    axes.plot(k, f ** k.astype(float), color=BLUE, linewidth=2.6, marker="o", markersize=3.5, zorder=4)
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    if halved <= shown:
        axes.plot(halved, 0.5, "o", markersize=13, markerfacecolor="none", markeredgecolor=INK, zorder=5)
        axes.annotate(
            f"half after {halved:.1f} step{'' if f'{halved:.1f}' == '1.0' else 's'}", (halved, 0.5), (13, 11),
            textcoords="offset points", color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    axes.set_ylim(-0.02, 1.04)
    axes.set_xlim(-0.5, shown + 0.5)
    axes.set_xlabel("steps")
    axes.set_ylabel("what is left of the memory, $f^k$")
    said = f"{halved:.1f}" if halved < 1000 else f"{halved:,.0f}"
    axes.set_title(f"f = {f:.3f}: half-life {said} steps; after {shown} steps {_few(f**shown)} is left", fontsize=11)
    return figure


def paths(panels: Mapping[str, Mapping[str, tuple[Sequence[int], np.ndarray]]], ylabel: str) -> Figure:
    """How much of a gradient is left so many steps back, both axes logarithmic: a panel for each network, a line for each path.

    panels: title -> path -> (steps back, values).
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(9.6, 4.1), sharey=True)
    for panel, (title, by_name) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        for (name, (at, values)), (colour, marker, line) in zip(by_name.items(), _PATHS, strict=False):
            panel.plot(at, values, color=colour, marker=marker, markersize=6, linestyle=line, label=name)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(at, [str(d) for d in at])
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_minor_locator(NullLocator())
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("steps back")
    first = np.atleast_1d(axes)[0]
    first.set_ylabel(ylabel)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 3))
    return figure


def starts(ends: Mapping[str, Sequence[float]], baseline: tuple[str, float], xlabel: str, low: float = 2e-3) -> Figure:
    """Where runs end by what they began with: a column for each beginning, a dot for each seed, the baseline dashed; the loss on a logarithmic axis,
    where losses below `low` are drawn at `low`."""
    figure, axes = plt.subplots(figsize=(7.8, 3.8))
    for column, (name, losses) in enumerate(ends.items()):
        losses = np.sort(np.maximum(losses, low))
        learnt = losses < 0.5 * baseline[1]
        offset = np.linspace(-0.14, 0.14, len(losses)) if len(losses) > 1 else [0]
        for x, loss, good in zip(column + np.asarray(offset), losses, learnt, strict=True):
            axes.plot(
                x, loss, "o" if good else "X", color=BLUE if good else ORANGE, markersize=9.5, markeredgecolor="white",
                label=name, zorder=3,
            )  # fmt: skip
        axes.annotate(
            f"{learnt.sum()} of {len(losses)}", (column, 1.02), xycoords=axes.get_xaxis_transform(), ha="center",
            color=INK, fontsize=10.5,
        )  # fmt: skip
    axes.axhline(baseline[1], color=INK, linestyle=(0, (6, 2)), linewidth=1.4, zorder=1)
    axes.annotate(
        f"{baseline[0]}, {baseline[1]:.2f}", (1, baseline[1]), (-2, 5), xycoords=axes.get_yaxis_transform(),
        textcoords="offset points", color=INK, fontsize=9.5, ha="right",
    )  # fmt: skip
    axes.set_yscale("log")
    _log_axis(axes, low, any(loss < low for losses in ends.values() for loss in losses))
    axes.set_ylim(0.75 * low, 4)
    axes.set_xlim(-0.5, len(ends) - 0.5)
    axes.set_xticks(range(len(ends)), list(ends), fontsize=10.5, color=INK)
    axes.grid(axis="x", visible=False)
    axes.set_xlabel(xlabel)
    axes.set_ylabel("held-out loss (nats)")
    return figure


def gates_along(text: str, strips: Mapping[str, tuple[np.ndarray, str]], title: str) -> Figure:
    """Gates and memory along a text: a strip for each array, a column for each character, a row for each unit.

    strips: name -> (array (T, H), kind); kind: "gate" (0 to 1) or "state" (-1 to 1). A new line is shown as ⏎, a blank as ·.
    """
    heights = [array.shape[1] for array, _ in strips.values()]
    tall = [min(0.12 * h + 0.2, 1.25) for h in heights]
    figure, axes = plt.subplots(
        len(strips), 1, figsize=(9.8, sum(tall) + 0.36 * len(strips) + 0.5), height_ratios=tall, sharex=True
    )
    for panel, (name, (array, kind)) in zip(np.atleast_1d(axes), strips.items(), strict=True):
        colours, low, high = _STRIPS[kind]
        image = panel.imshow(
            array.T, aspect="auto", cmap=colours, vmin=low, vmax=high, interpolation="nearest",
            extent=(-0.5, len(text) - 0.5, array.shape[1] - 0.5, -0.5),
        )  # fmt: skip
        figure.colorbar(image, ax=panel, pad=0.01, fraction=0.03, ticks=[low, high])
        panel.grid(False)
        panel.set_yticks([])
        panel.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10.5)
        panel.tick_params(axis="x", length=0)
    last = np.atleast_1d(axes)[-1]
    shown = [{"\n": "⏎", " ": "·"}.get(c, c) for c in text]
    last.set_xticks(range(len(text)), shown, fontsize=9.5, color=INK, family="DejaVu Sans Mono")
    figure.suptitle(title, fontsize=11, x=0.01, ha="left", weight="bold")
    return figure


def crossing(
    sizes: Sequence[int],
    losses: Mapping[str, Sequence[float]],
    overtakes: Mapping[str, float | None],
    title: str,
) -> Figure:
    """Held-out loss by the size of the text that is learnt from: counts beside networks, and where each network overtakes.

    sizes: characters. losses: "counts" and each network, a loss in nats for each size. overtakes: by network, the size where its line crosses the counts',
    or None. Numbers stand at the counts and at the best network of each size.
    """
    order = np.argsort(sizes)
    sizes = np.array(sizes, float)[order]
    lines = {name: np.array(values, float)[order] for name, values in losses.items()}
    counts, networks = lines["counts"], {name: line for name, line in lines.items() if name != "counts"}
    best = np.min(list(networks.values()), axis=0)
    figure, axes = plt.subplots(figsize=(8.6, 4.6))
    axes.set_xscale("log")
    axes.plot(sizes, counts, color=ORANGE, marker="s", linestyle="--", markersize=7, label="counts (Kneser–Ney)", zorder=3)  # fmt: skip
    for name, line in networks.items():
        colour, marker, dashes = _BY_NAME[name]
        where = overtakes.get(name)
        label = f"{name}, overtakes at about {_size(float(f'{where:.2g}'))}" if where else name
        axes.plot(sizes, line, color=colour, marker=marker, linestyle=dashes, markersize=7, label=label, zorder=4)
        if where:
            height = float(np.interp(np.log(where), np.log(sizes), counts))
            axes.plot(
                where, height, "o", markersize=15, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=2.4, zorder=5,
            )  # fmt: skip
    ahead = best < counts
    for mask, colour in ((ahead, BLUE), (~ahead, ORANGE)):
        axes.fill_between(
            sizes, counts, best, where=mask, interpolate=True, color=colour, alpha=0.11, linewidth=0, zorder=1
        )
    highest, lowest = (pick(list(lines.values()), axis=0) for pick in (np.max, np.min))
    for values, colour, over in ((counts, ORANGE, ahead), (best, INK, ~ahead)):
        for x, y, up, top, bottom in zip(sizes, values, over, highest, lowest, strict=True):
            axes.annotate(
                f"{y:.2f}", (x, top if up else bottom), (0, 9 if up else -16), textcoords="offset points", ha="center",
                fontsize=9, color=colour, zorder=6, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _size(x)))
    span = highest.max() - lowest.min()
    axes.set_ylim(lowest.min() - 0.16 * span, highest.max() + 0.16 * span)
    axes.set_xlim(sizes[0] / 1.4, sizes[-1] * 1.4)
    axes.tick_params(labelsize=11, labelcolor=INK)
    axes.set_xlabel("characters learnt from (logarithmic)", fontsize=11.5)
    axes.set_ylabel("held-out loss (nats a character)", fontsize=11.5)
    axes.set_title(textwrap.fill(title, 74), fontsize=12)
    axes.legend(loc="upper right", fontsize=10.5)
    return figure


def mixing(
    weights: np.ndarray, valid: np.ndarray, best: float, ends: tuple[str, str] = ("counts", "network")
) -> Figure:
    """Perplexity on validation of w · network + (1 − w) · counts by w; the chosen weight is marked.

    weights, valid: (n,) from w = 0 to 1, and the losses in nats.
    """
    figure, axes = plt.subplots(figsize=(7.8, 3.7))
    curve = np.exp(valid)
    axes.plot(weights, curve, color=BLUE, linewidth=2.4)
    height = float(np.interp(best, weights, curve))
    axes.plot(best, height, "o", markersize=12, color=GREEN, markeredgecolor="white", zorder=5)
    axes.annotate(
        f"w = {best:.2f}: {height:.2f}", (best, height), (0, -20), textcoords="offset points",
        ha="left" if best < 0.1 else "right" if best > 0.9 else "center",
        color="#00735A", weight="bold",
    )  # fmt: skip
    for x, y, name, colour, place in ((0, curve[0], ends[0], ORANGE, "left"), (1, curve[-1], ends[1], BLUE, "right")):
        axes.plot(x, y, "s" if x == 0 else "o", color=colour, markersize=8, zorder=4)
        axes.annotate(
            f"{name} alone: {y:.2f}", (x, y), (9 if x == 0 else -9, 8), textcoords="offset points", ha=place, color=colour,
            weight="bold", fontsize=10,
        )  # fmt: skip
    span = curve.max() - curve.min()
    axes.set_ylim(curve.min() - 0.22 * span, curve.max() + 0.16 * span)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xlabel("w, the network's share")
    axes.set_ylabel("validation perplexity")
    return figure


def _few(value: float) -> str:
    """Two digits that mean something: 0.42, 0.012, 3e-05."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _size(value: float) -> str:
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"
