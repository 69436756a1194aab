"""Figures of chapter 04. T time steps, B passages, V vocabulary, H hidden units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PINK, "D", ":"))


def _shown(character: str) -> str:
    return {"\n": "⏎", " ": "␣"}.get(character, character)


def _arrow(axes: Axes, start, end, colour: str, **more) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.7, **more})


def _box(axes: Axes, x: float, y: float, text: str) -> None:
    shape = FancyBboxPatch(
        (x - 0.3, y - 0.3), 0.6, 0.6, "round,pad=0.02,rounding_size=0.12", fc="white", ec=BLUE, lw=1.7
    )
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=12.5, color=INK)


def unrolled(tokens: Sequence[str]) -> Figure:
    """Slide 22: the network as a loop, and the same loop unrolled in time. tokens: one more than there are steps, for each step is to say the next.

    Raises ValueError for fewer than two tokens.
    """
    if len(tokens) < 2:
        raise ValueError(f"unrolled: at least two tokens are needed, one to read and one to say, got {len(tokens)}")
    steps = len(tokens) - 1
    figure, axes = plt.subplots(figsize=(1.35 * steps + 3.1, 4.1))
    mono = {"ha": "center", "va": "center", "family": "monospace", "fontsize": 13}

    def column(x, read, state, said, loss):
        axes.text(x, 0.05, read, color=INK, **mono)
        _arrow(axes, (x, 0.3), (x, 0.97), GREY)
        _box(axes, x, 1.3, state)
        _arrow(axes, (x, 1.63), (x, 2.28), GREEN)
        axes.text(x, 2.45, said, ha="center", va="center", fontsize=12, color=INK)
        _arrow(axes, (x, 2.63), (x, 3.02), "#A8447F")
        axes.text(x, 3.2, loss, color="#A8447F", **{**mono, "fontsize": 11.5})

    column(-1.9, "$X_t$", "$H_t$", "$O_t$", "loss")
    loop = FancyArrowPatch(
        (-1.57, 1.42), (-1.57, 1.18), connectionstyle="arc3,rad=-2.6", arrowstyle="-|>", mutation_scale=13, color=ORANGE, lw=1.7
    )  # fmt: skip
    axes.add_patch(loop)
    axes.text(-0.62, 1.3, "=", ha="center", va="center", fontsize=20, color=INK)
    axes.text(-0.25, 1.3, "$H_0$", ha="center", va="center", fontsize=12.5, color=GREY)
    for t in range(steps):
        column(t + 0.75, _shown(tokens[t]), f"$H_{{{t + 1}}}$", f"$O_{{{t + 1}}}$", f"-log p({_shown(tokens[t + 1])})")
        _arrow(axes, (t + (0.0 if t == 0 else 0.08), 1.3), (t + 0.41, 1.3), ORANGE)
    for x in (-1.9, 0.75):
        axes.text(x - 0.08, 0.62, "$W_{xh}$", ha="right", va="center", color=GREY, fontsize=11)
        axes.text(x - 0.08, 1.95, "$W_{ho}$", ha="right", va="center", color="#00664A", fontsize=11)
    axes.text(-1.12, 1.56, "$W_{hh}$", ha="center", va="center", color="#A84300", fontsize=11)
    for t in range(1, steps):
        axes.text(t + 0.25, 1.5, "$W_{hh}$", ha="center", va="center", color="#A84300", fontsize=11)
    axes.set_xlim(-2.6, steps + 0.35)
    axes.set_ylim(-0.2, 3.45)
    axes.axis("off")
    return figure


def lookup(tokens: Sequence[str], symbols: Sequence[str], W: np.ndarray) -> Figure:
    """Slide 23: indicator vectors times a matrix are rows of that matrix. tokens: the text; symbols: the vocabulary (V); W: (V, H).

    Raises ValueError for a token that is not among the symbols.
    """
    unknown = [token for token in tokens if token not in symbols]
    if unknown:
        raise ValueError(f"lookup: tokens must be among the symbols {list(symbols)}, got {unknown[0]!r}")
    W, ids = np.asarray(W, float), [list(symbols).index(token) for token in tokens]
    one_hot = np.eye(len(symbols))[ids]
    rows, names = list(map(_shown, tokens)), list(map(_shown, symbols))
    sizes = [len(symbols), W.shape[1], W.shape[1]]
    figure, panels = plt.subplots(1, 3, figsize=(9.2, 3.4), width_ratios=sizes)
    reach = np.abs(W).max()
    for panel, (values, down, title) in zip(
        panels,
        ((one_hot, rows, "one-hot X"), (W, names, "× W"), (one_hot @ W, rows, "= rows of W")),
        strict=True,
    ):
        if values is one_hot:
            panel.imshow(values, cmap="Greys", vmin=0, vmax=1.6)
            panel.set_xticks(range(len(names)), names, family="monospace")
        else:
            panel.imshow(values, cmap="PuOr", vmin=-reach, vmax=reach)
            panel.set_xticks([])
            panel.set_xlabel(f"{W.shape[1]} hidden units")
        for (i, j), value in np.ndenumerate(values):
            text = f"{value:.0f}" if values is one_hot else f"{value:+.1f}"
            dark = values is not one_hot and abs(value) > 0.7 * reach
            panel.text(j, i, text, ha="center", va="center", fontsize=8.5, color="white" if dark else INK)
        panel.set_yticks(range(len(down)), down, family="monospace", fontsize=11)
        panel.set_title(title, fontsize=11)
        panel.grid(False)
        panel.tick_params(length=0, colors=INK)
    first = rows[0]
    for panel, row in ((panels[0], 0), (panels[1], ids[0]), (panels[2], 0)):
        wide = len(symbols) if panel is panels[0] else W.shape[1]
        panel.add_patch(Rectangle((-0.5, row - 0.5), wide, 1, fill=False, ec=GREEN, lw=2.6))
    panels[0].set_xlabel(f"{len(symbols)} symbols; framed: {first}")
    return figure


def reach(gradients: np.ndarray, differences: np.ndarray, sigma: float, γ: float = 1.0) -> Figure:
    """How far influence goes, backward and forward, beside the bound (γ σ)^k of Pascanu, Mikolov and Bengio (2013).

    gradients: (K + 1, B), norms of a loss's gradient with respect to the state k steps before. differences: the same of two states that differed a little
    k steps before. Both are drawn in units of their first row. Passages are thin lines, their geometric mean is the thick one.
    """
    figure = plt.figure(figsize=(9, 3.9), layout="none")  # a slider redraws it, and a fitted layout takes twice as long
    panels = figure.subplots(1, 2, sharey=True)
    figure.subplots_adjust(left=0.085, right=0.995, top=0.92, bottom=0.135, wspace=0.05)
    low, high = 1e-10, 1e10
    at = np.arange(len(gradients))
    bound = np.clip((γ * sigma) ** at.astype(float), low / 10, high * 10)
    looks = (
        (gradients, BLUE, "gradient, k characters back"),
        (differences, ORANGE, "difference of two states, k characters on"),
    )
    for panel, (values, colour, title) in zip(panels, looks, strict=True):
        values = np.maximum(np.asarray(values, float) / np.asarray(values, float)[0], 1e-300)
        mean = np.exp(np.log(values).mean(1))
        panel.axhline(1, color=GREY, linewidth=0.9)
        panel.plot(at, values, color=colour, linewidth=0.6, alpha=0.45)
        panel.plot(at, mean, color=colour, linewidth=2.6)
        panel.plot(at, bound, color=INK, linestyle="--", linewidth=1.6)
        shown = mean[-1] if low < mean[-1] < high else None
        if shown:
            panel.annotate(f"{shown:.1g}", (at[-1], shown), (5, 0), textcoords="offset points", va="center", color=INK)
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("k (characters)")
    panels[0].set_yscale("log")
    panels[0].set_ylim(low, high)
    panels[0].yaxis.set_major_locator(FixedLocator(10.0 ** np.arange(-9, 10, 3)))
    panels[0].yaxis.set_minor_locator(NullLocator())
    panels[0].set_ylabel("times as large as at k = 0")
    said = "dashed: bound σ$^k$" if γ == 1 else f"dashed: bound ({γ:g} σ)$^k$"
    panels[0].text(0.03, 0.04, f"{said}, σ = {sigma:g}", transform=panels[0].transAxes, color=INK)
    for panel in panels:
        panel.set_xlim(-1, at[-1] * 1.18)
    return figure


def clipping(gradients: np.ndarray, limit: float) -> Figure:
    """Slide 25 in two dimensions: gradients (n, 2) as they are, with their size bounded, and with each number cut off by itself. limit: θ."""
    gradients = np.asarray(gradients, float)
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    scaled, cut = gradients * np.minimum(1, limit / norms), np.clip(gradients, -limit, limit)
    figure, panels = plt.subplots(1, 2, figsize=(8.6, 4.1), sharex=True, sharey=True)
    circle = np.linspace(0, 2 * np.pi, 200)
    for panel, after, title in (
        (panels[0], scaled, "by the norm (slide 25)"),
        (panels[1], cut, "each number by itself"),
    ):
        if after is scaled:
            panel.plot(limit * np.cos(circle), limit * np.sin(circle), color=GREY, linewidth=1, linestyle=":")
        else:
            panel.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, fill=False, ec=GREY, linestyle=":"))
        for g, new, (colour, marker, _) in zip(gradients, after, _LOOKS, strict=False):
            panel.plot([0, g[0]], [0, g[1]], color=colour, linewidth=1.2, linestyle="--", alpha=0.6)
            panel.plot(*g, color=colour, marker=marker, markersize=6, markerfacecolor="white")
            _arrow(panel, (0, 0), tuple(new), colour, lw=2.6)
            turned = np.degrees(np.arccos(np.clip(g @ new / np.linalg.norm(g) / np.linalg.norm(new), -1, 1)))
            if turned > 0.5:
                panel.annotate(
                    f"turned {turned:.0f}°", tuple(new), (0, 7), textcoords="offset points", color=colour, fontsize=9.5
                )
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("∂loss / ∂w₁")
        panel.set_aspect("equal")
    panels[0].set_ylabel("∂loss / ∂w₂")
    most = 1.12 * np.abs(gradients).max(0)
    panels[0].set_xlim(min(-1.3 * limit, 1.12 * gradients[:, 0].min()), max(1.3 * limit, most[0]))
    panels[0].set_ylim(min(-1.3 * limit, 1.12 * gradients[:, 1].min()), max(1.3 * limit, most[1]))
    return figure


def divergence(runs: Mapping[str, Sequence], uniform: float) -> Figure:
    """Training losses and gradient norms by step, for each way several histories (of several seeds). uniform: the loss of knowing nothing, a line."""
    figure, (losses, norms) = plt.subplots(1, 2, figsize=(9.2, 3.9))
    top = 0.0
    for (name, histories), (colour, _, line) in zip(
        runs.items(), ((ORANGE, "", "-"), (BLUE, "", "-"), (GREEN, "", "-")), strict=False
    ):
        for i, history in enumerate(histories):
            style = {"color": colour, "linestyle": (line, "--", ":")[i % 3], "linewidth": 1.2}
            losses.plot(np.arange(1, history.steps + 1), history.losses, **style)
            norms.plot(np.arange(1, history.steps + 1), np.maximum(history.norms, 1e-12), **style)
            top = max(top, *history.losses)
        last = np.mean([np.mean(history.losses[-20:]) for history in histories])
        losses.annotate(
            name,
            (histories[0].steps, last),
            (6, 0),
            textcoords="offset points",
            color=colour,
            weight="bold",
            va="center",
        )
    steps = max(history.steps for histories in runs.values() for history in histories)
    losses.plot([0, steps], [uniform] * 2, color=INK, linewidth=1.4, linestyle=(0, (1, 2)))
    losses.annotate(
        "knowing nothing", (steps, uniform), (6, 0), textcoords="offset points", color=INK, va="center", fontsize=9.5
    )
    losses.set_xlim(0, 1.42 * steps)
    losses.set_yscale("log")
    losses.yaxis.set_major_locator(FixedLocator([1, 2, 3, 4, 5, 7, 10, 20, 50, 100]))
    losses.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    losses.yaxis.set_minor_formatter(NullFormatter())
    losses.set_ylim(2, 1.15 * top)
    losses.set_ylabel("training loss (nats)")
    norms.set_yscale("log")
    norms.set_ylabel("norm of the gradient, before clipping")
    for panel in (losses, norms):
        panel.set_xticks(np.arange(0, steps + 1, 50))
        panel.set_xlabel("step")
    return figure


def ways(results: Mapping[str, Sequence[float]], unit: str = "held-out perplexity (lower is better)") -> Figure:
    """A few ways of doing the same: a mark for each seed, their mean in writing."""
    figure, axes = plt.subplots(figsize=(8.6, 0.55 * len(results) + 1.1))
    for row, (values, (colour, marker, _)) in enumerate(zip(results.values(), _LOOKS, strict=False)):
        axes.hlines(row, min(values), max(values), color=colour, linewidth=3)
        axes.plot(values, [row] * len(values), linestyle="none", marker=marker, color=colour, markersize=8)
        axes.annotate(
            f"{np.mean(values):.2f}", (max(values), row), (9, 0), textcoords="offset points", va="center", color=INK
        )
    axes.set_yticks(range(len(results)), list(results), color=INK)
    axes.set_ylim(len(results) - 0.5, -0.5)
    every = [value for values in results.values() for value in values]
    room = max(max(every) - min(every), 0.05 * max(every))
    axes.set_xlim(min(every) - 0.12 * room, max(every) + 0.22 * room)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(unit)
    return figure


def memory(lines: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> Figure:
    """Held-out perplexity of a character by how many characters before it were read, one line a model: (characters read, perplexities)."""
    figure, axes = plt.subplots(figsize=(8.8, 4))
    for (name, (read, values)), (colour, marker, line) in zip(lines.items(), _LOOKS, strict=False):
        few = len(read) < 20
        axes.plot(read, values, color=colour, linestyle=line, marker=marker if few else None, markersize=6)
        axes.annotate(
            f"{name}: {values[-1]:.2f}", (read[-1], values[-1]), (9, 0), textcoords="offset points", color=colour,
            va="center", weight="bold",
        )  # fmt: skip
    every = np.concatenate([values for _, values in lines.values()])
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(FixedLocator([3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(every.min() * 0.9, every.max() * 1.1)
    last = max(read[-1] for read, _ in lines.values())
    axes.set_xlim(-0.5, 1.36 * last)
    axes.set_xticks(np.arange(0, last + 1, 5))
    axes.set_xlabel("characters read before (the state began with zeros)")
    axes.set_ylabel("held-out perplexity")
    return figure


def temperatures(symbols: Sequence[str], shares: Mapping[str, Sequence[float]]) -> Figure:
    """What a temperature does to one distribution: a panel each, the same symbols in the same order, a bar for each."""
    figure, panels = plt.subplots(1, len(shares), figsize=(9.2, 3), sharey=True, squeeze=False)
    for panel, (name, values) in zip(panels[0], shares.items(), strict=True):
        panel.bar(range(len(symbols)), values, color=BLUE, width=0.75)
        for i, value in enumerate(values):
            if value >= 0.005:
                panel.text(i, value + 0.015, f"{value:.0%}"[:-1], ha="center", fontsize=8.5, color=INK)
        panel.set_xticks(range(len(symbols)), list(map(_shown, symbols)), family="monospace", color=INK)
        panel.set_title(name, fontsize=11)
        panel.grid(axis="x", visible=False)
        panel.set_ylim(0, 1.05)
    panels[0][0].set_ylabel("probability\n(numbers: %)")
    return figure


def unit(text: str, values: np.ndarray, title: str, wide: int = 64) -> Figure:
    """One hidden unit over a text: a bar above or below each character for its state after reading it, from -1 to 1. values: (T,)."""
    values = np.asarray(values, float)
    if len(values) != len(text):
        raise ValueError(f"unit: one value for each of the {len(text)} characters is needed, got {len(values)}")
    rows = -(-len(text) // wide)
    # A slider redraws this: letters as plain text and a fixed layout take a third of the time that tick labels and a fitted one take.
    figure = plt.figure(figsize=(9.2, 1.05 * rows + 0.5), layout="none")
    panels = figure.subplots(rows, 1, squeeze=False)
    figure.subplots_adjust(
        left=0.045, right=0.995, top=1 - 0.36 / (1.05 * rows + 0.5), bottom=0.27 / (1.05 * rows + 0.5), hspace=0.42
    )
    for row, panel in enumerate(panels[:, 0]):
        part = slice(row * wide, (row + 1) * wide)
        at = np.arange(len(text[part]))
        panel.bar(at, values[part], width=0.85, color=[BLUE if v > 0 else ORANGE for v in values[part]])
        panel.axhline(0, color=GREY, linewidth=0.8)
        for x, character in zip(at, text[part], strict=True):
            panel.text(x, -1.2, _shown(character), family="monospace", fontsize=10, color=INK, ha="center", va="top")
        panel.set_xticks([])
        panel.set_yticks([-1, 1], ["−1", "+1"], fontsize=8.5)
        panel.set_ylim(-1.08, 1.08)
        panel.set_xlim(-0.8, wide - 0.2)
        panel.grid(False)
        for side in ("left", "bottom"):
            panel.spines[side].set_color(PALE)
    figure.suptitle(title, fontsize=11, color=INK, y=0.99, va="top")
    return figure
