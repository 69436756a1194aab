"""Names written beside the lines they belong to: no legend to look up, and no label on top of another, however close the lines are."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

_GAP = 1.35  # line height, in font sizes


class Label(NamedTuple):
    """A text for the height `y` (in data units), in a colour."""

    text: str
    y: float
    colour: str
    weight: str = "normal"


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> np.ndarray:
    """Centres of labels of these heights, in the order of `wanted`, as near to the wanted ones as they can be (least squares) without overlap.

    All lie between low and high if there is room for them, else they begin at low and go on above high.
    """
    wanted, heights = np.asarray(wanted, float), np.asarray(heights, float)
    order = np.argsort(wanted, kind="stable")
    # With what lies below each label taken off, "no overlap" is "in ascending order": pool the neighbours that are not.
    below = np.cumsum(heights[order]) - heights[order] / 2
    pools: list[list[float]] = []  # mean, size
    for value in wanted[order] - below:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, size = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * size) / (pools[-1][1] + size), pools[-1][1] + size]
    free = np.concatenate([[mean] * size for mean, size in pools]) if pools else np.zeros(0)
    centres = np.empty(len(wanted))
    centres[order] = np.clip(free, low, max(low, high - heights.sum())) + below
    return centres


def beside(axes: Axes, labels: Sequence[Label], fontsize: float = 11.5, width: int = 28) -> None:
    """Write the labels to the right of the axes, each joined to its height by a thin line. Limits and scale of the axes must be set before.

    width: characters after which a text goes on in the next line. The figure's constrained layout makes room for the longest.
    """
    axes.figure.draw_without_rendering()  # the layout decides how high the axes are
    tall = axes.get_position().height * axes.figure.get_figheight() * 72  # points
    texts = [textwrap.fill(label.text, width) for label in labels]
    heights = [(text.count("\n") + 1) * fontsize * _GAP / tall for text in texts]
    to_axes = axes.transData + axes.transAxes.inverted()
    left = axes.get_xlim()[0]
    wanted = [to_axes.transform((left, label.y))[1] for label in labels]
    for label, text, y, centre in zip(labels, texts, wanted, spread(wanted, heights, -0.06, 1.06), strict=True):
        look = {"color": label.colour, "transform": axes.transAxes, "clip_on": False}
        axes.plot([1, 1.012, 1.038, 1.046], [y, y, centre, centre], linewidth=0.9, scalex=False, scaley=False, **look)
        axes.text(1.054, centre, text, va="center", fontsize=fontsize, weight=label.weight, linespacing=1.1, **look)
