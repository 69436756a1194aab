"""A play's script as HTML: speakers set apart, what a reader gave and what a machine wrote told apart."""

from __future__ import annotations

import html

from d2lrnn.explore.tokens import card
from d2lrnn.plots.style import BLUE, YELLOW

_FONT = "15px/1.5 Georgia,'DejaVu Serif',serif"
_SPEAKER = f"font-variant:small-caps;letter-spacing:.04em;font-weight:bold;color:{BLUE}"
_GIVEN = f"background:#FDF1D3;border-bottom:2px solid {YELLOW}"


def script(given: str, written: str = "") -> str:
    """The HTML of a script. A speaker's name is a line of its own after an empty one; `given` is underlined, `written` goes on from it."""
    text, parts, position = given + written, [], 0
    fresh = True  # whether the next line may be a name
    for line in text.split("\n"):
        named = fresh and line.strip() and line == line.upper()
        inside = max(0, min(len(line), len(given) - position))
        marked = f'<span style="{_GIVEN}">{html.escape(line[:inside])}</span>' if inside else ""
        marked += html.escape(line[inside:])
        parts.append(f'<span style="{_SPEAKER}">{marked}</span>' if named else marked)
        position += len(line) + 1
        fresh = not line.strip()
    return card('<div style="white-space:pre-wrap">' + "\n".join(parts) + "</div>", font=_FONT)
