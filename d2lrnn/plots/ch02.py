"""Figures of chapter 02.

V is the size of a vocabulary, T the time steps of a minibatch, B its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK, ROWS
from d2lrnn.text.batches import Batches

_LINES = ("-", "--", "-.", ":")
_COUNTS = FuncFormatter(lambda value, _: f"{value:,.0f}")


def shrinking(lengths: Sequence[int], counts: Sequence[int]) -> Figure:
    """What each merge is worth. lengths: tokens of the training text after 0, 1, 2, ... merges; counts: how often each merge's pair occurred."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.3))
    left.plot(np.arange(len(lengths)), np.asarray(lengths) / 1e6, color=BLUE)
    left.set(xlabel="merges learnt", ylabel="tokens of the training text (millions)", ylim=(0, None))
    left.set_title("The text gets shorter …")
    left.xaxis.set_major_formatter(_COUNTS)
    right.loglog(np.arange(1, len(counts) + 1), counts, color=ORANGE)
    right.set(xlabel="number of the merge", ylabel="how often its pair occurred")
    right.set_title("… by less with every merge")
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_formatter(_COUNTS)
    return figure


def zipf(counts: Sequence[int], fit: tuple[float, float], fitted: tuple[int, int], named: Mapping[int, str]) -> Figure:
    """How often the word of each rank occurs, on logarithmic axes, with the straight line that Zipf's law asks for.

    counts: of each word, the most frequent first. fit: slope and intercept of log10 count against log10 rank; fitted: the first and last rank it was fitted
    to. named: words to write beside their rank (counted from 1).
    """
    figure, axes = plt.subplots(figsize=(8.2, 4.6))
    ranks = np.arange(1, len(counts) + 1)
    axes.loglog(ranks, counts, ".", markersize=4, color=BLUE, rasterized=True)
    slope, intercept = fit
    first, last = fitted
    inside = np.array([first, last], float)
    axes.loglog(inside, 10**intercept * inside**slope, color=ORANGE, linewidth=2.4)
    for outside in (np.array([1, first]), np.array([last, len(counts)])):
        axes.loglog(outside, 10**intercept * outside**slope, ":", color=ORANGE, linewidth=1.4)
    middle = np.sqrt(first * last)
    axes.annotate(
        f"count ∝ rank$^{{{slope:.2f}}}$\nfitted to ranks {first:,}–{last:,}",
        (middle, 10**intercept * middle**slope),
        (24, 26),
        textcoords="offset points",
        color=ORANGE,
    )
    for rank, word in named.items():
        axes.plot(rank, counts[rank - 1], "o", markersize=6, markerfacecolor="white", markeredgecolor=INK, zorder=3)
        axes.annotate(
            word,
            (rank, counts[rank - 1]),
            (-7, -7),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=9.5,
            color=INK,
        )
    axes.set(xlabel="rank of the word", ylabel="times it occurs", xlim=(0.45, 2.2 * len(counts)), ylim=(0.6, None))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_COUNTS)
    axes.set_title("Zipf's law in Shakespeare's plays")
    return figure


def heaps(read: Sequence[int], distinct: Sequence[int], fit: tuple[float, float]) -> Figure:
    """How many different words were met after reading so many. fit: slope and intercept of log10 distinct against log10 read."""
    figure, axes = plt.subplots(figsize=(7.2, 3.5))
    read = np.asarray(read, float)
    axes.loglog(read, distinct, "o", markersize=5, color=BLUE)
    axes.loglog(read, 10 ** fit[1] * read ** fit[0], "--", color=ORANGE, label=f"distinct ∝ read$^{{{fit[0]:.2f}}}$")
    axes.set(xlabel="words read", ylabel="distinct words among them")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_COUNTS)
    axes.legend(loc="upper left")
    axes.set_title("A vocabulary is never complete")
    return figure


def lost(thresholds: Sequence[int], shares: Mapping[str, Sequence[float]], mark: int) -> Figure:
    """What a frequency threshold costs. shares: for each name, the share lost at each threshold; mark: the threshold to point at (the deck's is 5)."""
    figure, axes = plt.subplots(figsize=(8.2, 3.8))
    looks = zip((INK, ORANGE, BLUE), "s^o", ((-38, 5), (6, 5), (6, -13)), strict=True)
    for (name, share), line, (colour, marker, offset) in zip(shares.items(), _LINES, looks, strict=False):
        axes.plot(thresholds, share, line, marker=marker, markersize=4.5, color=colour, label=name)
        at = list(thresholds).index(mark)
        axes.annotate(
            f"{share[at]:.1%}", (mark, share[at]), offset, textcoords="offset points", fontsize=9.5, color=colour
        )
    axes.axvline(mark, color=GREY, linewidth=1, linestyle=":")
    axes.set_xscale("log")
    axes.set_xticks(thresholds, [str(t) for t in thresholds])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set(
        xlabel="min_freq: words seen fewer times than this become <unk>", ylabel="share that is lost", ylim=(-0.06, 1)
    )
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.45))
    axes.set_title("Most of the words, few of the tokens")
    return figure


class Tokenization(NamedTuple):
    """One way to cut a text into tokens, measured. kind: "characters", "byte pairs" or "words"; label: which of its kind."""

    kind: str
    label: str
    size: int  # of the vocabulary
    tokens: float  # for 1,000 characters
    unknown: float  # share of tokens

    @property
    def name(self) -> str:
        return f"{self.label} merges" if self.kind == "byte pairs" else f"{self.kind} {self.label}".strip()


_KINDS = {  # colour, marker, line, legend, where the label stands
    "characters": (GREEN, "s", "", "characters", (0, 9), "bottom"),
    "byte pairs": (BLUE, "o", "-", "byte pairs, after so many merges", (5, 5), "bottom"),
    "words": (ORANGE, "^", "--", "words seen at least so often", (0, -9), "top"),
}


def _label(axes, cut: Tokenization, height: float) -> None:
    colour, _, _, _, offset, vertical = _KINDS[cut.kind]
    horizontal = "left" if offset[0] else "center"
    axes.annotate(
        cut.label,
        (cut.size, height),
        offset,
        textcoords="offset points",
        ha=horizontal,
        va=vertical,
        fontsize=9,
        color=colour,
    )


def goldilocks(cuts: Sequence[Tokenization]) -> Figure:
    """Vocabulary size against what it costs: one panel for the length of the sequence, one for the tokens that become unknown."""
    figure, (length, unknown) = plt.subplots(2, 1, figsize=(8.6, 5.8), sharex=True, height_ratios=(2.2, 1))
    for kind, (colour, marker, line, legend, _, _) in _KINDS.items():
        ours = [cut for cut in cuts if cut.kind == kind]
        sizes = [cut.size for cut in ours]
        look = {"marker": marker, "markersize": 7, "color": colour}
        length.plot(sizes, [cut.tokens for cut in ours], line, label=legend, **look)
        unknown.plot(sizes, [cut.unknown for cut in ours], line, **look)
        for cut in ours:
            _label(length, cut, cut.tokens)
            if cut.unknown:
                unknown.annotate(
                    f"{cut.unknown:.1%}",
                    (cut.size, cut.unknown),
                    (7, 5),
                    textcoords="offset points",
                    fontsize=9,
                    color=colour,
                )
    length.set_xscale("log")
    length.set(ylabel="tokens for 1,000 characters", ylim=(0, 1130))
    length.legend(loc="upper right")
    length.set_title("Long sequences or a large vocabulary")
    unknown.set(xlabel="size of the vocabulary, V", ylabel="tokens unknown")
    unknown.margins(y=0.25)
    unknown.yaxis.set_major_formatter(PercentFormatter(1, 0))
    unknown.xaxis.set_major_formatter(_COUNTS)
    unknown.set_title("Tokens not in the vocabulary, in text never seen")
    return figure


def multiplications(cuts: Sequence[Tokenization], hidden: int) -> tuple[np.ndarray, np.ndarray]:
    """The multiplications that a recurrent network with `hidden` units does for 1,000 characters: in its hidden layer and in its output layer.

    For each token the hidden layer multiplies a state and an embedded input, both of `hidden` numbers, by a matrix each; the output layer has a row of as
    many weights for each of V tokens. Biases and the softmax itself are left out.
    """
    tokens = np.array([cut.tokens for cut in cuts], float)
    return tokens * 2 * hidden**2, tokens * hidden * np.array([cut.size for cut in cuts])


def costs(cuts: Sequence[Tokenization], hidden: int) -> Figure:
    """The `multiplications` of each way to cut, in millions; of those that make no token unknown, the one that needs the fewest is circled."""
    # A slider redraws this: laying out logarithmic axes and their minor ticks would take most of the time.
    figure, axes = plt.subplots(figsize=(8.2, 4.2), layout="none")
    figure.subplots_adjust(left=0.125, right=0.985, bottom=0.13, top=0.92)
    layer, output = multiplications(cuts, hidden)
    total = (layer + output) / 1e6
    for kind, (colour, marker, line, legend, _, _) in _KINDS.items():
        ours = [i for i, cut in enumerate(cuts) if cut.kind == kind]
        sizes = [cuts[i].size for i in ours]
        axes.loglog(sizes, total[ours], line, marker=marker, markersize=7, color=colour, label=legend, zorder=3)
        if kind == "byte pairs":
            axes.loglog(sizes, layer[ours] / 1e6, ":", color=INK, label="  of which hidden layer: 2 × hidden² a token")
            axes.loglog(sizes, output[ours] / 1e6, "-.", color=INK, label="  of which output layer: hidden × V a token")
    for cut, cost in zip(cuts, total, strict=True):
        _label(axes, cut, cost)
    best = min((i for i, cut in enumerate(cuts) if not cut.unknown), key=lambda i: total[i])
    ring = {"markerfacecolor": "none", "markeredgecolor": PINK, "markeredgewidth": 2.5}
    axes.plot(cuts[best].size, total[best], "o", markersize=16, **ring)
    axes.set(xlabel="size of the vocabulary, V", ylabel="multiplications for 1,000 characters (millions)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_COUNTS)
        axis.set_minor_locator(NullLocator())
    axes.set_ylim(min(layer.min(), output.min()) / 1e6 * 0.6, total.max() * 6)
    axes.legend(loc="upper left", fontsize=9)
    axes.set_title(f"{hidden:,} hidden units: fewest with {cuts[best].name}, {total[best]:,.0f} million")
    return figure


def partitions(kinds: Mapping[str, Batches], epoch: int = 0) -> Figure:
    """Where the rows of each minibatch lie in the text: position across, minibatches downwards, one panel a way of cutting."""
    figure, panels = plt.subplots(1, len(kinds), figsize=(9, 3.6), sharey=True, squeeze=False)
    for panel, (name, batches) in zip(panels[0], kinds.items(), strict=True):
        for m, begins in enumerate(batches.positions(epoch)):
            panel.axhline(m, color=PALE, linewidth=0.7, zorder=0)
            for row, begin in enumerate(begins):
                panel.barh(
                    m,
                    batches.num_steps,
                    left=begin,
                    height=0.78,
                    color=ROWS[row % len(ROWS)][0],
                    edgecolor=ROWS[row % len(ROWS)][1],
                )
                panel.text(begin + batches.num_steps / 2, m, row, ha="center", va="center", fontsize=7.5, color=INK)
        panel.set(xlabel="position in the text (tokens)", xlim=(0, len(batches.tokens)))
        panel.set_title(name)
        panel.locator_params(axis="x", nbins=5, prune="upper")
        panel.grid(visible=False)
    panels[0][0].set_ylabel("minibatch of the epoch")
    panels[0][0].invert_yaxis()
    return figure
