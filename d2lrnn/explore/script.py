"""A play's script as HTML: speakers set apart, what a reader gave and what a machine wrote told apart."""

from __future__ import annotations

import html

_PAGE = (
    "background:#FFFDF7;color:#1B1F24;border:1px solid #E5E7EB;border-radius:6px;padding:14px 18px;"
    "max-width:44em;font:15px/1.5 Georgia,'DejaVu Serif',serif;white-space:pre-wrap;overflow-wrap:anywhere"
)
_SPEAKER = "font-variant:small-caps;letter-spacing:.04em;font-weight:bold;color:#0072B2"
_GIVEN = "background:#FDF1D3;border-bottom:2px solid #E69F00"


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
    return f'<div style="{_PAGE}">' + "\n".join(parts) + "</div>"
