"""Figures of chapter 03."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PINK, "D", ":"))


def _label(axes, text: str, at: tuple[float, float], offset: tuple[float, float], colour: str, **more) -> None:
    """Text beside a point, `offset` in printer's points."""
    axes.annotate(
        text, at, offset, textcoords="offset points", color=colour, **{"fontsize": 9.5, "ha": "center", **more}
    )


def _short(value: float) -> str:
    """Two digits of a number from 0 to 1, as 0.082 or 1.9·10⁻⁵."""
    if value >= 1e-3 or value == 0:
        return f"{value:.2g}"
    digits, power = f"{value:.1e}".split("e")
    return rf"{digits}·$10^{{{int(power)}}}$"


def chain(tokens: Sequence[str], probabilities: Sequence[float]) -> Figure:
    """The chain rule as a staircase: at each token the product so far falls by one factor, its probability given the tokens before it.

    Raises ValueError for a probability of 0, which has no place on a logarithmic scale.
    """
    if not min(probabilities, default=0) > 0:
        raise ValueError("chain: at least one token is needed, and every probability must be above 0")
    product = np.cumprod(probabilities)
    figure, axes = plt.subplots(figsize=(max(6.4, 1.25 * len(tokens)), 3.6))
    before = np.concatenate([[1.0], product[:-1]])
    axes.plot([-0.9, -0.5], [1, 1], color=BLUE, linewidth=3, solid_capstyle="round")
    _label(axes, "1", (-0.7, 1), (0, 5), INK)
    for t, (high, low, factor) in enumerate(zip(before, product, probabilities, strict=True)):
        axes.plot([t - 0.5, t + 0.5], [low, low], color=BLUE, linewidth=3, solid_capstyle="round")
        axes.plot([t - 0.5] * 2, [high, low], color=GREY, linewidth=1, linestyle=":")
        _label(axes, f"× {_short(factor)}", (t, low), (0, 5), INK)
    end = (len(tokens) - 0.5, product[-1])
    _label(axes, f"= {_short(product[-1])}", end, (7, 0), BLUE, va="center", ha="left", fontsize=11)
    axes.set_yscale("log")
    axes.set_xlim(-0.95, len(tokens) + 0.8)
    axes.set_ylim(product[-1] / 10, 100)
    powers = np.arange(0, math.log10(product[-1]) - 1, -3)  # from 1 downwards: nothing is above it
    axes.yaxis.set_major_locator(FixedLocator(10.0**powers))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xticks(range(len(tokens)), tokens, fontfamily="monospace", fontsize=11, color=INK)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("product so far")
    return figure


def unseen(shares: Mapping[str, Sequence[float]]) -> Figure:
    """The share of held-out tokens whose n-gram never occurred in training, from order 1 on; one line a kind of token."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    for (name, values), (colour, marker, line) in zip(shares.items(), _LOOKS, strict=False):
        orders = range(1, len(values) + 1)
        axes.plot(orders, values, color=colour, marker=marker, linestyle=line)
        for order, value in zip(orders, values, strict=True):
            if order > 1:
                share = f"{value:.1%}" if value < 0.1 else f"{value:.0%}"
                _label(axes, share, (order, value), (-4, 6), colour, ha="right", fontsize=9)
        _label(
            axes, name, (orders[-1], values[-1]), (12, 0), colour, va="center", ha="left", weight="bold", fontsize=10.5
        )
    longest = max(map(len, shares.values()))
    axes.set_ylim(-0.03, 1.12)
    axes.set_xlim(0.7, longest + 1.3)
    axes.set_xticks(range(1, longest + 1))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("order n (tokens in an n-gram)")
    axes.set_ylabel("held-out n-grams never seen")
    return figure


def train_and_valid(
    orders: Sequence[int],
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    also: Mapping[str, tuple[str, Sequence[float]]] | None = None,
) -> Figure:
    """Perplexity by order, one panel a model, all on one scale: on text it was counted on, and on held-out text; the gap is shaded.

    curves: for each model its training and its validation perplexities; an infinite one becomes an arrow at the top.
    also: for a model a further validation curve, with its label.
    """
    orders, also = np.array(orders), also or {}
    finite = [v for pair in curves.values() for values in pair for v in values if np.isfinite(v)]
    top, best = 1.35 * max(finite), min(min(valid) for _, valid in curves.values())
    figure, panels = plt.subplots(1, len(curves), figsize=(2.35 * len(curves), 3.9), sharey=True, squeeze=False)
    for panel, (name, (train, valid)) in zip(panels[0], curves.items(), strict=True):
        valid, known = np.array(valid, float), np.isfinite(valid)
        panel.fill_between(orders, train, np.minimum(valid, top), color=PALE, alpha=0.7, linewidth=0)
        panel.axhline(best, color=GREEN, linewidth=1, linestyle=":")
        panel.plot(orders, train, color=GREY, linestyle="--", marker="o", markersize=4)
        panel.plot(orders[known], valid[known], color=BLUE, marker="s", markersize=5)
        panel.plot(orders[~known], np.full((~known).sum(), top), color=BLUE, marker="^", markersize=8, linestyle="none")
        if not known.all():
            _label(panel, "∞ from here on", (orders[~known][0], top), (-4, 8), BLUE, ha="left")
        low = int(np.argmin(valid))
        aside = {"ha": "left", "va": "center"} if low == 0 else {}
        _label(
            panel,
            f"{valid[low]:.2f}",
            (orders[low], valid[low]),
            (8, 2) if aside else (0, 9),
            BLUE,
            weight="bold",
            **aside,
        )
        if train[-1] == min(train):
            _label(panel, f"{train[-1]:.2f}", (orders[-1], train[-1]), (0, -15), GREY)
        if name in also:
            label, values = also[name]
            panel.plot(orders, values, color=ORANGE, linestyle="-.", marker="D", markersize=4)
            low = int(np.argmin(values))
            _label(
                panel,
                f"{label}: {values[low]:.2f}",
                (orders[-1], values[low]),
                (6, -34),
                ORANGE,
                ha="right",
                weight="bold",
            )
        panel.set_title(name, fontsize=10.5)
        panel.set_xticks(orders)
        panel.set_xlim(orders[0] - 0.4, orders[-1] + 0.6)
    first, last = panels[0][0], panels[0][-1]
    first.set_yscale("log")
    first.set_ylim(0.78 * min(finite), 1.5 * top)
    first.yaxis.set_major_locator(FixedLocator([3, 5, 10, 20, 30]))
    first.yaxis.set_minor_locator(NullLocator())
    first.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    first.set_ylabel("perplexity per character")
    first.text(0.04, 0.13, "training", transform=first.transAxes, color=GREY, fontsize=9.5)
    last.text(0.34, 0.55, "validation", transform=last.transAxes, color=BLUE, fontsize=9.5)
    figure.supxlabel("order n", fontsize=10.5, color=INK)
    return figure


def verdicts(pairs: Sequence[tuple[str, str]], log_odds: np.ndarray) -> Figure:
    """How much more probable the left sentence of each pair is than the right one, by several models of one kind.

    log_odds: ln p(left) - ln p(right), in nats, one row a pair, one column a model. A row whose models disagree about the sign is drawn in orange.
    """
    log_odds = np.asarray(log_odds, float)
    figure, axes = plt.subplots(figsize=(9, 0.44 * len(pairs) + 1.1))
    reach = 1.08 * np.abs(log_odds).max()
    axes.axvline(0, color=INK, linewidth=1)
    for row, ((left, right), values) in enumerate(zip(pairs, log_odds, strict=True)):
        agreed = (values > 0).all() or (values < 0).all()
        colour, marker = (BLUE, "o") if agreed else (ORANGE, "X")
        axes.plot(-values, [row] * len(values), linestyle="none", marker=marker, color=colour, alpha=0.75, markersize=7)
        axes.text(-1.03 * reach, row, left, ha="right", va="center", fontsize=10, color=INK)
        axes.text(1.03 * reach, row, right, ha="left", va="center", fontsize=10, color=INK)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(pairs) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axes.set_xlabel("← left is more probable      log of the odds, nats      right is more probable →")
    return figure


def accuracy(
    orders: Sequence[int],
    tasks: Mapping[str, Mapping[str, Sequence[float]]],
    chance: Mapping[str, float] | None = None,
) -> Figure:
    """The share of held-out cases that a model gets right, by order; one panel a task, one line a way of counting.

    chance: for a task the share that guessing reaches; drawn as a dotted line.
    """
    chance = chance or {}
    figure, panels = plt.subplots(1, len(tasks), figsize=(3.05 * len(tasks), 3.4), sharey=True, squeeze=False)
    for panel, (task, lines) in zip(panels[0], tasks.items(), strict=True):
        if task in chance:
            panel.axhline(chance[task], color=GREY, linestyle=":", linewidth=1.4)
            _label(panel, "guessing", (orders[-1] + 0.3, chance[task]), (0, -12), GREY, ha="right", fontsize=9)
        for (name, values), (colour, marker, line) in zip(lines.items(), _LOOKS, strict=False):
            panel.plot(orders, values, color=colour, marker=marker, linestyle=line)
            for order, value in zip(orders, values, strict=True):
                _label(panel, f"{value:.0%}", (order, value), (0, 7), colour, fontsize=9)
            _label(panel, name, (orders[-1], values[-1]), (9, 0), colour, ha="left", va="center", weight="bold")
        panel.set_title(task, fontsize=10.5)
        panel.set_xticks(list(orders))
        panel.set_xlim(orders[0] - 0.4, orders[-1] + (1.0 if any(lines) else 0.4))
    panels[0][0].set_ylim(0, 1.12)
    panels[0][0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panels[0][0].set_ylabel("held-out cases right")
    figure.supxlabel("order n", fontsize=10.5, color=INK)
    return figure


def copied(orders: Sequence[int], lengths: Mapping[str, np.ndarray], real: Sequence[float]) -> Figure:
    """How long the pieces are that a sample takes from the training text word for word, by order: every sample a dot, their means a line.

    lengths: for each model the mean length of such pieces, in characters, shape (orders, samples). real: the same for passages of held-out text.
    """
    figure, axes = plt.subplots(figsize=(8, 3.7))
    axes.axhspan(min(real), max(real), color=PALE, linewidth=0)
    axes.text(
        orders[0] - 0.3, max(real) + 0.2, "band: Shakespeare himself,\non pages not counted", fontsize=9.5, color=INK
    )
    for (name, values), (colour, marker, line) in zip(lengths.items(), _LOOKS, strict=False):
        values = np.asarray(values, float)
        dots = np.repeat(orders, values.shape[1])
        axes.plot(dots, values.ravel(), color=colour, marker=marker, linestyle="none", alpha=0.35, markersize=5)
        axes.plot(orders, values.mean(1), color=colour, marker=marker, linestyle=line)
        end = (orders[-1], values[-1].mean())
        _label(axes, f"{name} {end[1]:.1f}", end, (10, 0), colour, ha="left", va="center", weight="bold")
    axes.set_xticks(list(orders))
    axes.set_xlim(orders[0] - 0.4, orders[-1] + 0.48 * (orders[-1] - orders[0]))
    axes.set_ylim(0, None)
    axes.set_xlabel("order n")
    axes.set_ylabel("mean length of a copied piece\n(characters)")
    return figure
