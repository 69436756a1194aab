"""Figures of chapter 07."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK, SKY, YELLOW
from d2lrnn.text.visible import visible

SIDES = {"left": BLUE, "right": ORANGE, "both": GREEN}
_ANSWERS = (BLUE, ORANGE, GREEN, YELLOW, PINK, SKY)
_DARK = (BLUE, ORANGE, GREEN)  # on which numbers are white
_MOVED = LinearSegmentedColormap.from_list("moved", ["white", ORANGE, "#5A1F00"])


def posteriors(rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Figure:
    """What each side says about a blank: a row for each sentence, a column for each side, a bar for each word.

    rows: sentence -> side -> word -> probability.
    """
    sides = list(next(iter(rows.values())))
    figure, axes = plt.subplots(
        len(rows), len(sides), figsize=(9.4, 1.85 * len(rows) + 0.5), sharex=True, sharey=True, squeeze=False
    )
    for line, (sentence, by_side) in zip(axes, rows.items(), strict=True):
        for panel, (side, words) in zip(line, by_side.items(), strict=True):
            at = np.arange(len(words))
            values = np.array(list(words.values()))
            panel.barh(at, values, color=SIDES.get(side, GREY), height=0.7)
            for row, value in zip(at, values, strict=True):
                said = f"{value:.2f}" if value >= 0.005 or not value else "< 0.01"
                panel.text(value + 0.02, row, said, va="center", fontsize=8.5, color=INK if value else GREY)
            panel.set_yticks(at, list(words), color=INK)
            panel.invert_yaxis() if panel is axes[0, 0] else None
            panel.set_xlim(0, 1.22)
            panel.set_xticks([0, 0.5, 1])
            panel.grid(axis="y", visible=False)
        line[0].set_title(f"“{sentence}”", fontsize=11)
    for panel, side in zip(axes[-1], sides, strict=True):
        panel.set_xlabel(f"probability, from {'both sides' if side == 'both' else f'the {side} alone'}")
    return figure


def unfolding(
    words: Sequence[str], read: np.ndarray, right: Sequence[float], answers: Sequence[str], sentence: str
) -> Figure:
    """How a blank's probabilities change from word to word: a stacked bar after each of `words`, and one for what the right alone says.

    words: (N,), the blank and what follows it. read: (N, K), a row of probabilities after each; right: (K,).
    answers: the K words in question. sentence: the title.
    """
    figure, axes = plt.subplots(figsize=(max(7.2, 0.72 * (len(words) + 2) + 2.2), 3.9))
    values = np.vstack([read, right])
    at = np.append(np.arange(len(words)), len(words) + 0.6)
    below = np.zeros(len(at))
    for answer, colour, share in zip(answers, _ANSWERS, values.T, strict=False):
        axes.bar(at, share, bottom=below, width=0.86, color=colour, edgecolor="white", linewidth=1, label=answer)
        for x, low, height in zip(at, below, share, strict=True):
            if height >= 0.09:
                text = f"{answer}\n{height:.2f}" if height >= 0.17 else f"{height:.2f}"
                axes.text(
                    x, low + height / 2, text, ha="center", va="center", fontsize=8, linespacing=1.05,
                    color="white" if colour in _DARK else INK,
                )  # fmt: skip
        below += share
    axes.set_xticks(at, [*words, "right\nalone"], fontsize=10, color=INK)
    axes.axvline(len(words) - 0.2, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlim(-0.6, at[-1] + 0.6)
    axes.set_ylim(0, 1.001)
    axes.grid(visible=False)
    axes.set_xlabel("words read so far: up to the blank, …, the whole sentence")
    axes.set_ylabel("probability for the blank")
    axes.set_title(f"“{sentence}”", fontsize=11.5)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def graph(tokens: Sequence[str], at: int) -> Figure:
    """A bidirectional network unrolled in time (slide 48), with everything that reaches the output at position `at` in colour."""
    T = len(tokens)
    figure, axes = plt.subplots(figsize=(min(9.4, 1.75 * T + 1.2), 3.9))
    rows = {"input": 0.0, "forward": 1.25, "backward": 2.25, "output": 3.5}
    names = {"input": r"$X_{%d}$", "forward": r"$\overrightarrow{H}_{%d}$", "backward": r"$\overleftarrow{H}_{%d}$",
             "output": r"$O_{%d}$"}  # fmt: skip
    colours = {"input": INK, "forward": BLUE, "backward": ORANGE, "output": GREEN}

    def reaches(kind, t):
        return {"input": True, "forward": t <= at, "backward": t >= at, "output": t == at}[kind]

    def arrow(a, b, on, colour, bend=0.0):
        axes.add_patch(
            FancyArrowPatch(
                a, b, arrowstyle="-|>", mutation_scale=13, connectionstyle=f"arc3,rad={bend}",
                color=colour if on else "#C9CDD3", linewidth=2.2 if on else 1.1, shrinkA=15, shrinkB=15, zorder=2 + on,
            )
        )  # fmt: skip

    shift = {"input": 0, "forward": -0.16, "backward": 0.16, "output": 0}
    for t in range(T):
        place = {kind: (t + shift[kind], y) for kind, y in rows.items()}
        for kind in ("forward", "backward"):
            on = reaches(kind, t)
            arrow(place["input"], place[kind], on, colours[kind])
            arrow(place[kind], place["output"], on and t == at, colours[kind])
        if t:
            before = t - 1 + shift["forward"], rows["forward"]
            arrow(before, place["forward"], t <= at, BLUE)
            arrow(place["backward"], (t - 1 + shift["backward"], rows["backward"]), t - 1 >= at, ORANGE)
        for kind, (x, y) in place.items():
            on = reaches(kind, t)
            axes.plot(x, y, "o", markersize=29, color=colours[kind] if on else "white", zorder=5,
                      markeredgecolor=colours[kind] if on else "#C9CDD3", markeredgewidth=1.5)  # fmt: skip
            axes.text(x, y, names[kind] % (t + 1), ha="center", va="center", fontsize=12, zorder=6,
                      color="white" if on else GREY)  # fmt: skip
        axes.text(t, -0.62, tokens[t], ha="center", va="center", fontsize=12, color=INK)
    for kind, said in (("forward", "forward"), ("backward", "backward"), ("output", "output"), ("input", "input")):
        axes.text(-0.62, rows[kind], said, ha="right", va="center", fontsize=11, color=colours[kind], weight="bold")
    axes.set_xlim(-1.35, T - 0.5)
    axes.set_ylim(-0.95, 3.95)
    axes.axis("off")
    return figure


def passes(tokens: Sequence[str], forward: np.ndarray, backward: np.ndarray) -> Figure:
    """The states of both directions, forward and backward (T, H), one above the other with time along the page: together they are H_t."""
    T, H = forward.shape
    figure, axes = plt.subplots(figsize=(1.25 * T + 2.6, 0.46 * 2 * H + 1.1))
    both = np.hstack([forward, backward]).T
    axes.imshow(both, cmap="PuOr", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    for (row, column), value in np.ndenumerate(both):
        axes.text(column, row, f"{value:.2f}".replace("-", "−"), ha="center", va="center", fontsize=9.5,
                  color="white" if abs(value) > 0.66 else INK)  # fmt: skip
    axes.axhline(H - 0.5, color="white", linewidth=5)
    for t in range(T):
        axes.add_patch(Rectangle((t - 0.5, -0.5), 1, 2 * H, fill=False, edgecolor=PALE, linewidth=1))
    for low, colour, ends, name in (
        (0, BLUE, (0.0, 1.0), r"$\overrightarrow{H}_t$"), (H, ORANGE, (1.0, 0.0), r"$\overleftarrow{H}_t$"),
    ):  # fmt: skip
        y = 1 - (low + H / 2) / (2 * H)
        axes.text(-0.035, y, name, transform=axes.transAxes, ha="right", va="center", fontsize=14, color=colour)
        edge = 1.09 if low == 0 else -0.09
        axes.annotate(
            "", (ends[1], edge), (ends[0], edge), xycoords="axes fraction", annotation_clip=False,
            arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2, "mutation_scale": 14},
        )  # fmt: skip
    axes.set_xticks(range(T), tokens, fontsize=11.5, color=INK)
    axes.tick_params(axis="x", length=0, pad=24)
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def padding(panels: Mapping[str, np.ndarray], tokens: Sequence[str], pads: Sequence[int]) -> Figure:
    """How far padding moves the answers at the real tokens: a panel for each way to run the network, its array (N, T), a row for each number of pads."""
    figure, axes = plt.subplots(
        1, len(panels), figsize=(min(9.8, 4.7 * len(panels)), 0.42 * len(pads) + 1.2), sharey=True
    )
    top = max(values.max() for values in panels.values()) or 1.0
    for panel, (title, values) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        panel.imshow(values, cmap=_MOVED, vmin=0, vmax=1.25 * top, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            panel.text(
                column, row, "0" if value < 1e-6 else f"{value:.3f}" if value < 0.01 else f"{value:.2f}", ha="center",
                va="center", fontsize=9, color="white" if value > 0.55 * top else INK,
            )  # fmt: skip
        panel.set_xticks(range(len(tokens)), tokens, color=INK)
        panel.set_yticks(range(len(pads)), [str(p) for p in pads], color=INK)
        panel.grid(visible=False)
        panel.set_title(title, fontsize=11)
    np.atleast_1d(axes)[0].set_ylabel("pads after it")
    return figure


def bounds(results: Mapping[str, Sequence[float]], lines: Mapping[str, tuple[float, str]], xlabel: str) -> Figure:
    """The results of several networks, a mark for each seed, on one axis with the bounds across. lines: name -> (value, side)."""
    figure, axes = plt.subplots(figsize=(9.2, 0.5 * len(results) + 1.7))
    for row, values in enumerate(results.values()):
        apart = row + np.linspace(-0.22, 0.22, len(values)) if len(values) > 1 else [row]
        axes.plot(values, apart, "o", color=INK, markerfacecolor=YELLOW, markersize=7.5, zorder=4)
    low, high = axes.get_xlim()
    low, high = min(low, *(v for v, _ in lines.values())), max(high, *(v for v, _ in lines.values()))
    axes.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
    places = sorted(lines.items(), key=lambda item: item[1][0])
    last = -1e9
    level = 0
    for name, (value, side) in places:
        axes.axvline(value, color=SIDES[side], linewidth=2, linestyle=(0, (5, 2)), zorder=2)
        level = level + 1 if value - last < 0.2 * (high - low) else 0
        last = value
        right = value > (low + high) / 2
        axes.annotate(
            f"{name}: {value:.4f}", (value, 1), (-5 if right else 5, 7 + 15 * level), textcoords="offset points",
            xycoords=axes.get_xaxis_transform(), color=SIDES[side], ha="right" if right else "left", fontsize=10.5,
            weight="bold",
        )  # fmt: skip
    axes.set_yticks(range(len(results)), list(results), fontsize=11, color=INK)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_xlabel(xlabel)
    return figure


def learning(runs: Mapping[str, Sequence[tuple[int, float]]], lines: Mapping[str, tuple[float, str]]) -> Figure:
    """The exact expected loss while learning, (step, nats) for each network; nobody gets below the line of what it can see."""
    figure, axes = plt.subplots(figsize=(9.2, 4.0))
    looks = ((BLUE, "o", "-"), (GREEN, "s", "-"), (SKY, "v", "--"), (ORANGE, "D", "--"), (PINK, "^", "-."))
    for (name, pairs), (colour, marker, line) in zip(runs.items(), looks, strict=False):
        at, losses = zip(*pairs, strict=True)
        axes.plot(at, losses, color=colour, marker=marker, linestyle=line, markersize=6, label=name,
                  markeredgecolor="white", zorder=4)  # fmt: skip
    _nats(axes, lines)
    axes.set_xlim(left=0)
    axes.set_xlabel("training steps")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _nats(axes: Axes, lines: Mapping[str, tuple[float, str]]) -> None:
    """A logarithmic axis of losses, with the bounds as lines across and their names at the right. lines: name -> (value, side)."""
    for name, (value, side) in lines.items():
        axes.axhline(value, color=SIDES[side], linewidth=1.6, linestyle=(0, (5, 2)), zorder=2)
        axes.annotate(
            f"{name}:\n{value:.4f}", (1, value), (6, 0), textcoords="offset points", fontsize=10.5, weight="bold",
            xycoords=axes.get_yaxis_transform(), color=SIDES[side], va="center", linespacing=1.1,
        )  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(FixedLocator([0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.set_ylim(bottom=0.87 * min(value for value, _ in lines.values()))
    axes.set_ylabel("expected loss (nats a blank)")


def delay(losses: Sequence[float], lines: Mapping[str, tuple[float, str]]) -> Figure:
    """The least loss of somebody who may read so many words past the blank before answering, 0, 1, 2, …"""
    figure, axes = plt.subplots(figsize=(8.4, 3.7))
    axes.plot(range(len(losses)), losses, color=PINK, marker="o", markersize=7, markeredgecolor="white", zorder=4)
    _nats(axes, lines)
    axes.set_ylim(top=1.15 * max(losses))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("words read after the blank before answering")
    return figure


def against(sentence: str, panels: Mapping[str, tuple[str, Mapping[str, float], Mapping[str, float]]]) -> Figure:
    """A network's probabilities beside the exact ones. panels: title -> (side, exact by word, network's by word)."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.4, 3.3), sharey=True)
    for panel, (title, (side, exact, said)) in zip(np.atleast_1d(axes), panels.items(), strict=True):
        at = np.arange(len(exact))
        values = np.array([said[word] for word in exact])
        panel.barh(
            at - 0.2, list(exact.values()), height=0.38, color="white", edgecolor=INK, hatch="////", label="exact"
        )
        panel.barh(at + 0.2, values, height=0.38, color=SIDES[side], label="network")
        for row, true, value in zip(at, exact.values(), values, strict=True):
            panel.text(true + 0.015, row - 0.2, f"{true:.2f}", va="center", fontsize=8.5, color=INK)
            panel.text(value + 0.015, row + 0.2, f"{value:.2f}", va="center", fontsize=8.5, color=SIDES[side])
        panel.set_yticks(at, list(exact), color=INK)
        panel.set_xlim(0, 1.15)
        panel.set_xlabel("probability")
        panel.set_title(title, fontsize=11)
        panel.grid(axis="y", visible=False)
        panel.legend(loc="lower right", fontsize=9.5)
    np.atleast_1d(axes)[0].invert_yaxis()
    figure.suptitle(f"“{sentence}”", fontsize=12)
    return figure


def by_position(losses: Mapping[str, np.ndarray], lines: Mapping[str, float]) -> Figure:
    """Perplexity at each position of a window, logarithmic. losses: network -> (T,) nats. lines: name -> nats."""
    figure, axes = plt.subplots(figsize=(9.2, 4.0))
    looks = ((BLUE, "o", "-"), (ORANGE, "s", "-"), (PINK, "D", "-."))
    for (name, values), (colour, marker, line) in zip(losses.items(), looks, strict=False):
        T = len(values)
        axes.plot(
            range(1, T + 1), np.exp(values), color=colour, marker=marker, linestyle=line, markersize=4.5, label=name
        )
    T = len(next(iter(losses.values())))
    bidirectional = list(losses.values())[-1]
    last = float(np.exp(bidirectional[-1]))
    axes.annotate(
        f"the last position: {last:.1f}\n(nothing after it to read)", (T, last), (-26, 8), textcoords="offset points",
        ha="right", va="center", color=INK, fontsize=10.5, arrowprops={"arrowstyle": "-", "color": GREY},
    )  # fmt: skip
    for name, value in lines.items():
        axes.axhline(np.exp(value), color=INK, linestyle=(0, (6, 2)), linewidth=1.5, zorder=1)
        axes.annotate(f"{name}: {np.exp(value):.2f}", (0.09, np.exp(value)), (0, 4), textcoords="offset points",
                      xycoords=axes.get_yaxis_transform(), color=INK, fontsize=10)  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(0.93, 40)
    axes.yaxis.set_major_locator(FixedLocator([1, 2, 3, 5, 10, 20, 30]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0, T + 1.5)
    axes.set_xlabel("position in the window")
    axes.set_ylabel("perplexity of the next character")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def leaks(matrices: Mapping[str, np.ndarray], text: str) -> Figure:
    """Which outputs move when one input is changed. matrices: network -> (T, T), output at t in row t, changed input at s in column s.

    The outlined squares are s = t + 1: the input that the output at t is to predict.
    """
    figure, axes = plt.subplots(1, len(matrices), figsize=(4.6 * len(matrices) + 0.8, 4.5), sharey=True)
    T = len(text)
    letters = [visible(letter) for letter in text]
    for panel, (title, values) in zip(np.atleast_1d(axes), matrices.items(), strict=True):
        image = panel.imshow(np.log10(np.maximum(values, 1e-6)), cmap=_MOVED, vmin=-4, vmax=1.2)
        for row, column in np.argwhere(values < 1e-6):
            panel.text(column, row, "·", ha="center", va="center", color=GREY, fontsize=8)
        for t in range(T - 1):
            panel.add_patch(Rectangle((t + 0.5, t - 0.5), 1, 1, fill=False, edgecolor=BLUE, linewidth=1.6))
        panel.set_xticks(range(T), letters, color=INK)
        panel.set_yticks(range(T), letters, color=INK)
        panel.grid(visible=False)
        panel.set_xlabel("the input that is changed, at s")
        panel.set_title(title, fontsize=11)
    np.atleast_1d(axes)[0].set_ylabel("the output that may move, at t")
    bar = figure.colorbar(image, ax=axes, shrink=0.75, pad=0.02, ticks=[-4, -3, -2, -1, 0, 1])
    bar.ax.set_yticklabels(["0.0001", "0.001", "0.01", "0.1", "1", "10"])
    bar.set_label("largest move of a logit")
    bar.outline.set_visible(False)
    return figure


def next_letter(read: str, letter: str, panels: Mapping[str, Mapping[str, float]]) -> Figure:
    """What each network says comes after `read`, when the input goes on with `letter`, whose bar is hatched.

    panels: network -> letter -> probability.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(9.4, 3.2))
    for panel, ((title, said), colour) in zip(np.atleast_1d(axes), zip(panels.items(), (BLUE, ORANGE), strict=False), strict=True):  # fmt: skip
        at = np.arange(len(said))
        for row, (one, value) in enumerate(said.items()):
            mine = one == letter
            panel.barh(row, value, height=0.7, color=colour if not mine else "white", edgecolor=colour, hatch="////" * mine, linewidth=1.5)  # fmt: skip
            panel.text(value + 0.015, row, f"{value:.3f}", va="center", fontsize=9.5, color=INK)
        panel.set_yticks(at, [visible_letter(one) for one in said], fontsize=12, color=INK)
        panel.set_ylim(len(said) - 0.4, -0.6)
        panel.set_xlim(0, 1.17)
        panel.set_xlabel(f"probability that it comes after “{read}”")
        panel.set_title(title, fontsize=11)
        panel.grid(axis="y", visible=False)
    figure.suptitle(f"the input: “{read}{letter}…”", fontsize=12)
    return figure


def visible_letter(letter: str) -> str:
    """A letter as a label: space and line break have signs."""
    return {" ": "(space)", "\n": "(line break)"}.get(letter, letter)
