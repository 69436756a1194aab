"""What many functions ask of their arguments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def check_whole(name: str, value: int, least: int) -> int:
    """`value` if it is a whole number of at least `least`. Raises TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, got {value}")
    return int(value)


def flat_ids(ids: Sequence[int] | np.ndarray) -> np.ndarray:
    """A list, NumPy or MXNet array of ids as a NumPy array (T,). Raises TypeError or ValueError for what is no flat sequence of whole numbers."""
    if isinstance(ids, str):
        raise TypeError("ids are whole numbers, got a string; encode it with a tokenizer first")
    ids = ids.asnumpy() if hasattr(ids, "asnumpy") else np.asarray(ids)
    if ids.size == 0:
        return np.zeros(0, np.int64)
    if ids.dtype.kind not in "iu":
        raise TypeError(f"ids must be whole numbers, got an array of {ids.dtype}; was it a tokenizer that made them?")
    if ids.ndim != 1:
        raise ValueError(
            f"ids must be one sequence, shape (T,), got shape {ids.shape}; of a minibatch (T, B) take one column"
        )
    return ids
