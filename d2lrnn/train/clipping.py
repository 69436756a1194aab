"""Gradient clipping by the global norm (deck slide 25; Pascanu, Mikolov & Bengio 2013): g ← min(1, θ / ‖g‖) g."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mxnet as mx

from d2lrnn.nn.compiled import Compiled
from d2lrnn.nn.ops import np_of


def global_norm(grads) -> float:
    """‖g‖ over all numbers of one array or of several: waits for MXNet."""
    grads = grads if isinstance(grads, list | tuple) else [grads]
    if not grads:
        raise ValueError("global_norm: at least one gradient is needed, got none")
    flat = [g.reshape(-1).as_nd_ndarray() for g in grads]
    squares = [mx.nd.dot(g, g).asscalar() for g in flat]  # by BLAS: `(g * g).sum()` takes a hundred times as long
    return math.sqrt(math.fsum(map(float, squares)))


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


class Clipping:
    """The same as `global_norm` and `clipping_factor`, computed by MXNet while Python goes on: nothing is waited for.

    After a loss or a norm that is not finite the factor is 0 or NaN for good: no later step changes the weights (`optimizers` leave them as they are).
    """

    def __init__(self, limit: float | None):
        self._limit, self._finite = limit, None

    def __call__(self, loss, grad) -> tuple:
        """loss: an array of one number; grad: (n,). Returns arrays: the loss and the norm, (2,), and the factor, ()."""
        if self._finite is None:
            self._finite = mx.np.ones((), dtype=grad.dtype, ctx=grad.ctx)
        seen, factor, self._finite = _compiled((self._limit,), [loss, grad, self._finite])
        return seen, factor


def _clipping(limit, loss, grad, finite) -> list:
    F, g = np_of(grad), grad.as_nd_ndarray()
    norm = F.sqrt(mx.sym.dot(g, g).as_np_ndarray().reshape(()))
    finite = finite * F.isfinite(loss + norm)
    factor = finite if limit is None else finite * (limit / F.maximum(norm, limit))
    return [F.stack([loss, norm]), factor, finite]


_compiled = Compiled(_clipping)
