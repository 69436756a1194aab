"""Tokens as HTML: each a coloured span, with spaces, line ends and lone bytes made visible.

Two tints take turns, and so do a solid and a dotted underline, so that boundaries show without colour. Background and ink are set here, for light and dark
pages alike. Every text is escaped.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Sequence

from d2lrnn.plots.style import BLUE, GREY, INK, ORANGE
from d2lrnn.text.visible import characters

_CARD = (
    f"background:#FFF;color:{INK};border:1px solid #D1D5DB;border-radius:8px;padding:10px 14px;margin:4px 0;"
    "max-width:800px;box-sizing:border-box;overflow-wrap:anywhere"
)
_FONT = "15px/2.1 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
_TOKEN = (
    "display:inline-block;max-width:100%;font:inherit;line-height:1.35;color:inherit;white-space:pre-wrap;border-radius:5px;"
    "padding:1px 2px;margin:0 1px;"
)
_TINTS = (
    f"{_TOKEN}background:#DCEBF7;border-bottom:2px solid {BLUE}",
    f"{_TOKEN}background:#FBEBC8;border-bottom:2px dotted #B06F00",
)
_STRONG = f";outline:2px solid {INK}"
# Plain forms come first: JupyterLab takes stripes and thin lines out of stored HTML that it does not trust.
_LOST = (
    f"{_TOKEN}background-color:#F9E3D8;background-image:repeating-linear-gradient(135deg,#FFF 0 4px,#F3C9B4 4px 7px);"
    f"border-bottom:2px solid {ORANGE};text-decoration:line-through;text-decoration:line-through 1px"
)
_CAPTION = f"font:13.5px/1.5 system-ui,sans-serif;color:{INK};margin:0 0 4px"


def marked_up(token: str) -> str:
    """`visible(token)` (d2lrnn.text.visible) as HTML, escaped, with the marks that stand for white space in grey."""
    return "".join(
        f'<span style="color:#4B5563">{shown}</span>' if white else html.escape(shown)
        for shown, white in characters(token)
    )


def spans(
    tokens: Sequence[str],
    *,
    caption: str = "",
    ids: Sequence[int] | None = None,
    strong: Collection[int] = (),
    lost: Collection[int] = (),
) -> str:
    """The tokens one after another, as HTML; a line ends where one of them ends a line.

    caption: a sentence above them. ids: numbers to write under them, one a token. strong: positions to outline; lost: positions to strike out.
    Raises ValueError if there are not as many ids as tokens.
    """
    if ids is not None and len(ids) != len(tokens):
        raise ValueError(f"spans: one id for each of the {len(tokens)} tokens is needed, got {len(ids)}")
    strong, lost, parts = set(strong), set(lost), []
    for i, token in enumerate(tokens):
        style = (_LOST if i in lost else _TINTS[i % 2]) + (_STRONG if i in strong else "")
        span = f'<code style="{style}">{marked_up(token)}</code>'
        if ids is not None:
            number = f'<small style="color:{GREY};font-size:11px">{int(ids[i])}</small>'
            span = f'<span style="display:inline-block;text-align:center;line-height:1.5">{span}<br>{number} </span>'
        parts.append(span + "<br>" * min(2, token.count("\n")))
    return card("".join(parts), caption)


def merged(left: str, right: str, token: str) -> str:
    """One merge as HTML, to stand in a line: left + right → token."""
    boxes = [f'<code style="{style}">{marked_up(t)}</code>' for t, style in zip((left, right), _TINTS, strict=True)]
    return f'{" + ".join(boxes)} → <code style="{_TINTS[0]}{_STRONG}">{marked_up(token)}</code>'


def card(body: str, caption: str = "", font: str = _FONT) -> str:
    """HTML on a background of its own, as every explorer has it; the caption is text and escaped, the body is HTML already. font: as in CSS."""
    head = f'<div style="{_CAPTION}">{html.escape(caption)}</div>' if caption else ""
    return f'<div style="{_CARD};font:{font}">{head}{body}</div>'


def curve(xs: Sequence[float], ys: Sequence[float], at: float, label: str) -> str:
    """A falling staircase as SVG: y at each x until the next, x on a logarithmic axis that shows 0 too, with a dot at x = `at`. `label` says what it shows."""
    width, height, left, top = 560, 84, 40, 12
    end = math.log1p(max(xs[-1], at, 10))
    high = max(*ys, 1)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + width * math.log1p(x) / end, top + height * (1 - y / high)

    points = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])
    now = max((i for i, x in enumerate(xs) if x <= at), default=0)
    dot_x, dot_y = place(at, ys[now])
    text = f'font-family="system-ui,sans-serif" font-size="12" fill="{GREY}"'
    ticks = [0, *(10**k for k in range(6) if math.log1p(10**k) <= end)]
    marks = "".join(
        f'<text x="{place(x, 0)[0]:.1f}" y="{top + height + 16}" text-anchor="middle" {text}>{x:,}</text>'
        for x in ticks
    )
    return (
        f'<svg role="img" viewBox="0 0 {width + left + 24} {height + top + 38}" style="width:100%;max-width:{width + left + 24}px;display:block">'
        f"<title>{html.escape(label)}</title>"
        f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="#9CA3AF"/>'
        f'<path d="{path}H{left + width}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'<circle cx="{dot_x:.1f}" cy="{dot_y:.1f}" r="5" fill="{ORANGE}" stroke="#FFF"/>'
        f'<text x="{left - 6}" y="{top + 5}" text-anchor="end" {text}>{high:g}</text>{marks}'
        f'<text x="{left}" y="{top + height + 33}" {text}>{html.escape(label)}</text></svg>'
    )
