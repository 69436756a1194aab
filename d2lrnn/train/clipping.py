"""Gradient clipping by the global norm (deck slide 25; Pascanu, Mikolov & Bengio 2013): g ← min(1, θ / ‖g‖) g."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mxnet as mx
import numpy as np

from d2lrnn.nn.ops import Compiled, concat, np_of


def global_norm(grads):
    """‖g‖ over all numbers of one array or of several, as an array (1,) on their context: nothing waits for it."""
    grads = grads if isinstance(grads, list | tuple) else [grads]
    if not grads:
        raise ValueError("global_norm: at least one gradient is needed, got none")
    if all(g.dtype == "float32" for g in grads):
        squares = mx.nd.multi_sum_sq(*[g.as_nd_ndarray() for g in grads], num_arrays=len(grads)).as_np_ndarray()
        return mx.np.sqrt(squares if len(grads) == 1 else squares.sum(keepdims=True))
    return mx.np.sqrt(sum((g * g).sum() for g in grads)).reshape(1)


def measure(loss, grad, limit: float | None):
    """What `fit` must know of a step: (loss, ‖g‖) as one array (2,), and the factor of `clipping_factor`, NaN too if the loss is; nothing waits for them.

    loss: an array (); grad: (n,), all of the gradient. One graph, since Python takes longer over five small operations than MXNet.
    """
    return _MEASURE((limit, np.dtype(grad.dtype).name), [loss, grad])


def _measure(limit, dtype, loss, grad):
    F = np_of(grad)
    if dtype == "float32":
        squares = mx.sym.multi_sum_sq(mx.sym.BlockGrad(grad.as_nd_ndarray()), num_arrays=1)
        squares = mx.sym.BlockGrad(squares).as_np_ndarray()
    else:
        squares = F.sum(grad * grad, keepdims=True)
    norm, loss = F.sqrt(squares), F.reshape(loss, (1,))
    return [concat([loss, norm], axis=0), clipping_factor(norm, limit) + 0 * loss]


_MEASURE = Compiled(_measure)


def clipping_factor(norm, limit: float | None):
    """min(1, θ / ‖g‖) as an array (1,). A norm of NaN gives NaN, and an infinite one 0: an optimizer takes no step with either.

    limit: θ, above 0; None clips nothing. Raises ValueError for another.
    """
    if limit is None:
        return 1 + 0 * norm
    bound = float(np.float32(limit))  # MXNet's clip rounds its limits so, and below them the factor is to be 1 exactly
    if not 0 < bound < math.inf:
        raise ValueError(f"clip: θ must be above 0 and finite, or None for no clipping, got {limit!r}")
    return bound / np_of(norm).clip(norm, bound, math.inf)  # clip lets NaN through; maximum would not


def clip(grads: Sequence, limit: float) -> float:
    """Scale gradients in place so that their global norm is at most `limit`; their direction stays. Returns the norm they had.

    grads: MXNet arrays of any shapes, or one. Raises ValueError unless limit > 0.
    """
    norm = global_norm(grads)
    factor = clipping_factor(norm, limit)
    for g in grads if isinstance(grads, list | tuple) else [grads]:
        g *= factor
    return float(norm)
