"""A text without capitals and punctuation, and what is needed to restore them: a tag for each character (many-to-many, aligned: deck slide 49).

The text labels itself. T characters that are left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LETTERS = " '&abcdefghijklmnopqrstuvwxyz"
"""What is left of a text: small letters, spaces, apostrophes inside words, and the & that stands for "and"."""
MARKS = ("", ",", ".", ";", ":", "?", "!")
"""What may follow a character."""
TAGS = tuple(f"{case}{mark}" for case in "xX" for mark in MARKS)
"""The tags by number: x for a small letter, X for a capital, then the mark that follows. `x` is nothing to restore."""
PLAIN = 0


def strip(text: str) -> tuple[str, np.ndarray]:
    """The characters that are left, and their tags (T,), int32.

    White space and dashes become one space; a mark belongs to the last character before it; all else (brackets, quotation marks, digits) is left out.
    """
    kept: list[str] = []
    tags: list[int] = []
    for char in text:
        small = char.lower()
        if char.isspace() or char in "-—–":
            if kept and kept[-1] != " ":
                kept.append(" ")
                tags.append(PLAIN)
        elif small in LETTERS:
            kept.append(small)
            tags.append(len(MARKS) if char != small else PLAIN)
        elif char in MARKS and kept:
            at = len(kept) - 1 - (kept[-1] == " ")
            if at >= 0 and tags[at] % len(MARKS) == 0:
                tags[at] += MARKS.index(char)
    return "".join(kept), np.array(tags, np.int32)


def restore(letters: str, tags: Sequence[int] | np.ndarray) -> str:
    """The text that the tags say. Raises ValueError unless there is one tag for each character, from 0 to len(TAGS) - 1."""
    if len(letters) != len(tags):
        raise ValueError(f"restore: one tag for each of the {len(letters)} characters is needed, got {len(tags)}")
    if len(tags) and not 0 <= min(tags) <= max(tags) < len(TAGS):
        raise ValueError(f"restore: tags run from 0 to {len(TAGS) - 1}, got {min(tags)} to {max(tags)}")
    return "".join(
        (char.upper() if tag >= len(MARKS) else char) + MARKS[tag % len(MARKS)]
        for char, tag in zip(letters, tags, strict=True)
    )
