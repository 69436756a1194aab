"""Figures of chapter 03."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PINK, "D", ":"))


def chain(tokens: Sequence[str], probabilities: Sequence[float]) -> Figure:
    """The chain rule as a staircase: at each token the product so far falls by one factor, its probability given the tokens before it."""
    product = np.cumprod(probabilities)
    figure, axes = plt.subplots(figsize=(max(6.0, 1.05 * len(tokens)), 3.6))
    before = np.concatenate([[1.0], product[:-1]])
    for t, (high, low, factor) in enumerate(zip(before, product, probabilities, strict=True)):
        axes.plot([t - 0.5, t + 0.5], [low, low], color=BLUE, linewidth=3, solid_capstyle="round")
        axes.plot([t - 0.5] * 2, [high, low], color=GREY, linewidth=1, linestyle=":")
        axes.annotate(
            f"× {factor:.2g}", (t, low), (0, 5), textcoords="offset points", ha="center", fontsize=9.5, color=INK
        )
    axes.annotate(
        f"{product[-1]:.2g}",
        (len(tokens) - 0.5, product[-1]),
        (7, 0),
        textcoords="offset points",
        va="center",
        color=BLUE,
        weight="bold",
    )
    axes.set_yscale("log")
    axes.set_xlim(-0.6, len(tokens) + 0.4)
    axes.set_ylim(product[-1] / 10, 8)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xticks(range(len(tokens)), tokens, fontfamily="monospace", fontsize=11, color=INK)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel("product so far")
    return figure


def unseen(orders: Sequence[int], shares: Mapping[str, Sequence[float]]) -> Figure:
    """The share of held-out tokens whose n-gram never occurred in training, by order; one line a kind of token."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    for (name, values), (colour, marker, line) in zip(shares.items(), _LOOKS, strict=False):
        axes.plot(orders, values, color=colour, marker=marker, linestyle=line)
        for order, value in zip(orders, values, strict=True):
            axes.annotate(
                f"{value:.1%}" if value < 0.1 else f"{value:.0%}",
                (order, value),
                (0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=colour,
            )
        axes.annotate(
            name,
            (orders[-1], values[-1]),
            (12, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold",
        )
    axes.set_ylim(-0.03, 1.12)
    axes.set_xlim(orders[0] - 0.3, orders[-1] + 1.3)
    axes.set_xticks(list(orders))
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
    also = also or {}
    finite = [v for pair in curves.values() for values in pair for v in values if np.isfinite(v)]
    top, best = 1.35 * max(finite), min(min(valid) for _, valid in curves.values())
    figure, panels = plt.subplots(1, len(curves), figsize=(2.35 * len(curves), 3.9), sharey=True, squeeze=False)
    for panel, (name, (train, valid)) in zip(panels[0], curves.items(), strict=True):
        shown = np.minimum(valid, top)
        panel.fill_between(orders, train, shown, color=PALE, alpha=0.7, linewidth=0)
        panel.axhline(best, color=GREEN, linewidth=1, linestyle=":")
        panel.plot(orders, train, color=GREY, linestyle="--", marker="o", markersize=4)
        known = np.isfinite(valid)
        panel.plot(np.array(orders)[known], np.array(valid)[known], color=BLUE, marker="s", markersize=5)
        panel.plot(
            np.array(orders)[~known],
            np.full((~known).sum(), top),
            color=BLUE,
            marker="^",
            markersize=8,
            linestyle="none",
        )
        if not known.all():
            panel.annotate(
                "∞ from here on",
                (np.array(orders)[~known][0], top),
                (0, -16),
                textcoords="offset points",
                fontsize=9,
                color=BLUE,
            )
        lowest = int(np.argmin(valid))
        panel.annotate(
            f"{valid[lowest]:.2f}",
            (orders[lowest], valid[lowest]),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=9.5,
            color=BLUE,
            weight="bold",
        )
        panel.annotate(
            f"{train[-1]:.2f}",
            (orders[-1], train[-1]),
            (0, -15),
            textcoords="offset points",
            ha="center",
            fontsize=9.5,
            color=GREY,
        )
        if name in also:
            label, values = also[name]
            panel.plot(orders, values, color=ORANGE, linestyle="-.", marker="D", markersize=4)
            panel.annotate(
                label,
                (orders[-1], values[-1]),
                (2, 8),
                textcoords="offset points",
                ha="right",
                fontsize=9,
                color=ORANGE,
            )
        panel.set_title(name, fontsize=10.5)
        panel.set_xticks(list(orders))
        panel.set_xlim(orders[0] - 0.4, orders[-1] + 0.6)
    first = panels[0][0]
    first.set_yscale("log")
    first.set_ylim(2.2, 1.2 * top)
    first.yaxis.set_major_locator(FixedLocator([3, 5, 10, 20, 30]))
    first.yaxis.set_minor_locator(NullLocator())
    first.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    first.set_ylabel("perplexity a character")
    first.text(0.04, 0.13, "training", transform=first.transAxes, color=GREY, fontsize=9.5)
    panels[0][-1].text(
        0.96, 0.78, "validation", transform=panels[0][-1].transAxes, color=BLUE, fontsize=9.5, ha="right"
    )
    figure.supxlabel("order n", fontsize=10.5, color=INK)
    return figure


def verdicts(pairs: Sequence[tuple[str, str]], log_odds: np.ndarray) -> Figure:
    """How much more probable the left sentence of each pair is than the right one, by several models of one kind.

    log_odds: ln p(left) - ln p(right), in nats, one row a pair, one column a model. A row whose models disagree about the sign is drawn in orange.
    """
    log_odds = np.asarray(log_odds, float)
    figure, axes = plt.subplots(figsize=(9, 0.52 * len(pairs) + 1.1))
    reach = 1.08 * np.abs(log_odds).max()
    axes.axvline(0, color=INK, linewidth=1)
    for row, ((left, right), values) in enumerate(zip(pairs, log_odds, strict=True)):
        sure = (values > 0).all() or (values < 0).all()
        axes.plot(
            -values,
            np.full(len(values), row),
            linestyle="none",
            marker="o" if sure else "X",
            color=BLUE if sure else ORANGE,
            alpha=0.75,
            markersize=7,
        )
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
    orders: Sequence[int], tasks: Mapping[str, Mapping[str, Sequence[float]]], chance: Mapping[str, tuple[str, float]]
) -> Figure:
    """The share of held-out cases that a model gets right, by order; one panel a task, one line a way of counting.

    chance: for a task what the simplest answer reaches, with its name; drawn as a dotted line.
    """
    figure, panels = plt.subplots(1, len(tasks), figsize=(3.05 * len(tasks), 3.4), sharey=True, squeeze=False)
    for panel, (task, lines) in zip(panels[0], tasks.items(), strict=True):
        if task in chance:
            name, level = chance[task]
            panel.axhline(level, color=GREY, linestyle=":", linewidth=1.4)
            panel.text(
                orders[-1] + 0.35, level - 0.02, f"{name} {level:.0%}", fontsize=9, color=GREY, va="top", ha="right"
            )
        for (name, values), (colour, marker, line) in zip(lines.items(), _LOOKS, strict=False):
            panel.plot(orders, values, color=colour, marker=marker, linestyle=line)
            for order, value in zip(orders, values, strict=True):
                panel.annotate(
                    f"{value:.0%}",
                    (order, value),
                    (0, 7),
                    textcoords="offset points",
                    ha="center",
                    fontsize=9,
                    color=colour,
                )
            if len(lines) > 1:
                panel.annotate(
                    name,
                    (orders[-1], values[-1]),
                    (0, 19),
                    textcoords="offset points",
                    ha="right",
                    fontsize=9.5,
                    color=colour,
                    weight="bold",
                )
        panel.set_title(task, fontsize=10.5)
        panel.set_xticks(list(orders))
        panel.set_xlim(orders[0] - 0.4, orders[-1] + 0.4)
    panels[0][0].set_ylim(0, 1.12)
    panels[0][0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panels[0][0].set_ylabel("held-out cases right")
    figure.supxlabel("order n", fontsize=10.5, color=INK)
    return figure


def copied(orders: Sequence[int], lengths: Mapping[str, np.ndarray], real: Sequence[float]) -> Figure:
    """How long the pieces are that a sample takes from the training text word for word, by order: every sample a dot, their means a line.

    lengths: for each model the mean length of such pieces, in characters, shape (orders, samples). real: the same for passages of held-out text.
    """
    figure, axes = plt.subplots(figsize=(7.6, 3.7))
    axes.axhspan(min(real), max(real), color=PALE, linewidth=0)
    axes.text(
        orders[0] - 0.25,
        max(real) + 0.15,
        "Shakespeare himself, on pages not counted",
        fontsize=9.5,
        color=INK,
        va="bottom",
    )
    for (name, values), (colour, marker, line) in zip(lengths.items(), _LOOKS, strict=False):
        values = np.asarray(values, float)
        axes.plot(
            np.repeat(orders, values.shape[1]),
            values.ravel(),
            color=colour,
            marker=marker,
            linestyle="none",
            alpha=0.35,
            markersize=5,
        )
        axes.plot(orders, values.mean(1), color=colour, marker=marker, linestyle=line)
        axes.annotate(
            f"{name} {values[-1].mean():.1f}",
            (orders[-1], values[-1].mean()),
            (10, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold",
        )
    axes.set_xticks(list(orders))
    axes.set_xlim(orders[0] - 0.4, orders[-1] + 0.28 * (orders[-1] - orders[0]) + 1)
    axes.set_ylim(0, None)
    axes.set_xlabel("order n")
    axes.set_ylabel("mean length of a copied piece\n(characters)")
    return figure
