"""What many functions ask of their arguments."""

from __future__ import annotations

import numpy as np


def check_whole(name: str, value: int, least: int) -> int:
    """`value` if it is a whole number of at least `least`. Raises TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, got {value}")
    return int(value)
