"""The few functions that the equations are written with. They take MXNet arrays, and also symbols, so that a whole unrolled network can be traced once
into a graph and then run without Python in between (`compiled`). They take NumPy arrays as well: `d2lrnn.generate` writes with those on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import mxnet as mx
import numpy as np

from d2lrnn import device  # noqa: F401 - it sets MXNet up
from d2lrnn.nn import numpy_ops


def np_of(x):
    """`mxnet.np` for an array, `mxnet.sym.np` for a symbol, `numpy` for a NumPy array."""
    if isinstance(x, np.ndarray):
        return np
    return mx.sym.np if isinstance(x, mx.sym.Symbol) else mx.np


def npx_of(x):
    if isinstance(x, np.ndarray):
        return numpy_ops
    return mx.sym.npx if isinstance(x, mx.sym.Symbol) else mx.npx


def sigmoid(x):
    return npx_of(x).activation(x, act_type="sigmoid")  # five times as quick as npx.sigmoid


def tanh(x):
    return npx_of(x).activation(x, act_type="tanh")


def relu(x):
    return npx_of(x).activation(x, act_type="relu")


def linear(x, W, b=None, *, size: int):
    """x Wᵀ + b over the last axis. W: (size, inputs), b: (size,) or None."""
    options = {"num_hidden": size, "flatten": False}
    if b is None:
        return npx_of(x).fully_connected(x, W, no_bias=True, **options)
    return npx_of(x).fully_connected(x, W, b, **options)


def concat(xs: Sequence, axis: int = -1):
    return xs[0] if len(xs) == 1 else np_of(xs[0]).concatenate(list(xs), axis=axis)


def split(x, count: int, axis: int = 0, squeeze: bool = False) -> list:
    """x cut in `count` equal parts along an axis; squeeze: the axis goes."""
    F = np_of(x)
    parts = list(F.split(x, count, axis=axis)) if count > 1 else [x]
    return [F.squeeze(part, axis=axis) for part in parts] if squeeze else parts


def cut(x, shapes: Sequence[tuple[int, ...]]) -> list:
    """A vector cut into arrays of these shapes, one after the other."""
    F = np_of(x)
    ends, at = [], 0
    for shape in shapes:
        size = 1
        for n in shape:
            size *= n
        at += size
        ends.append(at)
    parts = list(F.split(x, ends[:-1], axis=0)) if len(shapes) > 1 else [x]
    return [F.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def stack(xs: Sequence):
    """Arrays of one shape along a new first axis."""
    return np_of(xs[0]).stack(list(xs), axis=0)


def dropout(x, rate: float, same: tuple[int, ...] = ()):
    """Zeroes a share `rate` of x and scales the rest by 1 / (1 - rate); only while MXNet trains (Srivastava et al. 2014). same: axes along which what is
    zero in one place is zero in all."""
    return npx_of(x).dropout(x, p=rate, axes=same) if rate else x
