"""Tokens that can be seen: what prints nothing gets a mark, the same everywhere in the course."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_MARKS = {" ": "·", "\n": "↵", "\r": "␍", "\t": "⇥"}


def visible(token: str) -> str:
    """A token in printable form: a space as ·, a line end as ↵, a tab as ⇥, a byte that is no character by itself as its number, ‹C3›."""
    return "".join(shown for shown, _ in characters(token))


def characters(token: str) -> Iterator[tuple[str, bool]]:
    """Each character of a token as something that can be seen, and whether it stands for white space."""
    for i, char in enumerate(token):
        if char in _MARKS:
            yield _MARKS[char], True
        elif not i and unicodedata.category(char)[0] == "M":
            yield "◌" + char, False  # an accent that stands alone
        elif char.isprintable():
            yield char, False
        else:
            code = ord(char)
            yield f"‹{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02X}›", False
