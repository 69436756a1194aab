"""Gradient clipping by the global norm (deck slide 25; Pascanu, Mikolov & Bengio 2013): g ← min(1, θ / ‖g‖) g."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def global_norm(grads) -> float:
    """‖g‖ over all numbers of one array or of several: waits for MXNet."""
    grads = grads if isinstance(grads, list | tuple) else [grads]
    if not grads:
        raise ValueError("global_norm: at least one gradient is needed, got none")
    return math.sqrt(math.fsum(map(_sum_of_squares, grads)))


def _sum_of_squares(g) -> float:
    """Of one array. On a CPU by NumPy on MXNet's own memory, with nothing copied: a fifth of the time that MXNet's operators take for it."""
    if g.ctx.device_type != "cpu":
        return float((g * g).sum().item())
    values = np.from_dlpack(_Lent(g)).ravel()
    return float(np.einsum("i,i->", values, values))  # in the same order whatever the number of threads


class _Lent:
    """An MXNet array as NumPy's `from_dlpack` wants one."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, stream=None):
        return self._array.to_dlpack_for_read()  # waits until it is written

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # the processor's memory


def clipping_factor(norm: float, limit: float | None) -> float:
    """min(1, θ / ‖g‖). limit: θ, above 0; None clips nothing. Raises ValueError for another."""
    if limit is None:
        return 1.0
    if not 0 < limit < math.inf:
        raise ValueError(f"clip: θ must be above 0 and finite, or None for no clipping, got {limit!r}")
    return 1.0 if norm <= limit else limit / norm


def clip(grads: Sequence, limit: float) -> float:
    """Scale gradients in place so that their global norm is at most `limit`; their direction stays. Returns the norm they had.

    grads: MXNet arrays of any shapes, or one. Raises ValueError unless limit > 0.
    """
    norm = global_norm(grads)
    factor = clipping_factor(norm, limit)
    for g in grads if isinstance(grads, list | tuple) else [grads]:
        g *= factor
    return norm
