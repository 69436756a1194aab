"""Pictures that only the slides have: drawings that grow from one key press to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from d2lrnn.plots import ch04
from d2lrnn.plots.style import INK, ROWS
from d2lrnn.text.visible import visible


def unrolled_until(tokens: Sequence[str], steps: int) -> Figure:
    """`ch04.unrolled` (slide 22) when only the first `steps` steps have been taken; the drawing keeps its size. 0: the loop alone.

    tokens: one more than there are steps. Raises ValueError for a number of steps that the tokens do not have.
    """
    if not 0 <= steps <= len(tokens) - 1:
        raise ValueError(f"unrolled_until: {len(tokens)} tokens make 0 to {len(tokens) - 1} steps, got {steps}")
    figure = ch04.unrolled(tokens)
    (axes,) = figure.axes
    left = steps + 0.2 if steps else -0.95
    right, top = axes.get_xlim()[1], axes.get_ylim()
    if steps < len(tokens) - 1:
        axes.add_patch(Rectangle((left, top[0]), right - left, top[1] - top[0], fc="white", ec="none", zorder=20))
    return figure


def pieces(
    rows: Mapping[str, Sequence[str]], lost: Mapping[str, Sequence[int]] | None = None, lines: int | None = None
) -> Figure:
    """A text cut in several ways, a line for each: every token a box, the line's name before it, the number of tokens after it.

    rows: name -> tokens that make up the same text. lost: name -> the places of tokens that have no number of their own; these are struck out.
    lines: leave room for so many, so that pictures with fewer have the same size. Raises ValueError where the lines are different texts.
    """
    lines = max(lines or 0, len(rows))
    texts = {"".join(tokens) for tokens in rows.values()}
    if len(texts) != 1:
        raise ValueError(f"pieces: every line must be the same text, got {sorted(texts)}")
    (text,) = texts
    wide, left = len(text), max(map(len, rows)) * 0.72 + 0.6
    figure, axes = plt.subplots(figsize=((wide + left + 2.2) * 0.24, 0.62 * lines), layout="constrained")
    for line, (name, tokens) in enumerate(rows.items()):
        at = 0.0
        axes.text(-0.5, -line, name, ha="right", va="center", fontsize=12, color=INK)
        for place, token in enumerate(tokens):
            gone = place in (lost or {}).get(name, ())
            look = {
                "fc": "white" if gone else ROWS[place % 2][0],
                "ec": ROWS[place % 2][1],
                "ls": "--" if gone else "-",
            }
            axes.add_patch(Rectangle((at + 0.06, -line - 0.32), len(token) - 0.12, 0.64, lw=1.3, **look))
            shown = visible(token)
            for step, character in enumerate(shown if len(shown) == len(token) else token):
                axes.text(
                    at + step + 0.5,
                    -line,
                    character,
                    ha="center",
                    va="center",
                    family="monospace",
                    fontsize=13,
                    color=INK,
                )
            if gone:
                axes.plot([at + 0.2, at + len(token) - 0.2], [-line] * 2, color="#B34700", linewidth=2)
            at += len(token)
        axes.text(wide + 0.5, -line, f"{len(tokens)}", va="center", fontsize=12, color=INK)
    axes.set_xlim(-left, wide + 2.2)
    axes.set_ylim(0.5 - lines, 0.5)
    axes.axis("off")
    return figure
