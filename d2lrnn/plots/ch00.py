"""Figures of chapter 00."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from d2lrnn.plots.style import BLUE, GREY, INK
from d2lrnn.text.visible import visible


def next_characters(ranked: Mapping[int, Sequence[tuple[str, float]]], context: str) -> Figure:
    """What may come next, one panel for each memory.

    ranked: for each number of remembered characters, the likeliest characters with their probabilities, the likeliest first.
    context: the text so far; each panel's title shows the part of it that is remembered.
    """
    figure, panels = plt.subplots(1, len(ranked), figsize=(2.3 * len(ranked), 3.1), sharex=True, squeeze=False)
    for panel, (memory, likely) in zip(panels[0], ranked.items(), strict=True):
        names = [visible(character) for character, _ in likely]
        values = [probability for _, probability in likely]
        rows = range(len(likely))
        panel.barh(rows, values, color=BLUE, height=0.72)
        for row, value in zip(rows, values, strict=True):
            panel.text(value + 0.02, row, f"{value:.2f}", va="center", fontsize=9, color=INK)
        panel.set_yticks(rows, names, fontfamily="monospace", fontsize=11, color=INK)
        panel.invert_yaxis()
        panel.set_xlim(0, 1.22)
        panel.set_xticks([0, 0.5, 1])
        panel.grid(axis="y", visible=False)
        kept = visible(context[len(context) - memory :])
        panel.text(0, 1.03, f"…{kept}" if memory else "nothing", transform=panel.transAxes, fontsize=9.5, color=GREY)
        panel.set_title(f"remembers {memory}", fontsize=10.5, pad=20)
    figure.supxlabel("probability of the next character", fontsize=10.5, color=INK)
    return figure
