"""Gradient clipping by the global norm (deck slide 25; Pascanu, Mikolov & Bengio 2013): g ← min(1, θ / ‖g‖) g."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mxnet as mx
import numpy as np


def global_norm(grads) -> float:
    """‖g‖ over all numbers of one array or of several: waits for MXNet."""
    grads = grads if isinstance(grads, list | tuple) else [grads]
    if not grads:
        raise ValueError("global_norm: at least one gradient is needed, got none")
    if all(g.dtype == "float32" for g in grads):
        squares = mx.nd.multi_sum_sq(*[g.as_nd_ndarray() for g in grads], num_arrays=len(grads)).asnumpy()
    else:
        squares = np.array([(g * g).sum().item() for g in grads])
    return math.sqrt(squares.sum())


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
