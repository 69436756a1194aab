"""The few functions that the equations are written with. They take MXNet arrays, and also symbols, so that a whole unrolled network can be traced once
into a graph and then run without Python in between (`Compiled`). They take NumPy arrays as well: `d2lrnn.generate` writes with those on a CPU.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence

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


class Compiled:
    """A function of arrays, traced once for each value of its static arguments and then run as one graph.

    function(*static, *arrays) -> a list of arrays; it must use the functions of this module (or `np_of`, `npx_of`) alone.
    """

    def __init__(self, function: Callable):
        self._function, self._graphs, self._bound = function, {}, {}

    def __call__(self, static: tuple, arrays: Sequence, out: list | None = None) -> list:
        """out: arrays to write to."""
        key = (*static, len(arrays))
        if key not in self._graphs:
            self._graphs[key] = self._trace(static, len(arrays))
        graph, used = self._graphs[key]
        out = graph(*[arrays[i] for i in used], out=out)
        return list(out) if isinstance(out, list | tuple) else [out]

    def gradient(self, static: tuple, given: Sequence, weights: Sequence) -> list:
        """The same for the arrays `given` and then `weights`; and the first output's gradient, in each weight's `grad`.

        It is what `autograd.record` and `backward` give, to the last bit, at a third of what these cost before MXNet computes: forward and backward are
        bound to memory of their own, once for each set of shapes. So what is returned is overwritten by the next call. weights: the same arrays each time.
        """
        key = (*static, *[array.shape for array in given])
        if key not in self._bound:
            self._bound[key] = _Bound(self._symbols(static, len(given) + len(weights)), given, weights)
        return self._bound[key](given)

    def _symbols(self, static: tuple, count: int) -> list:
        return list(self._function(*static, *[mx.sym.var(name).as_np_ndarray() for name in _names(count)]))

    def _trace(self, static: tuple, count: int):
        graph, names = _group(self._symbols(static, count)), _names(count)
        used = [names.index(name) for name in graph.list_inputs()]
        return mx.nd.CachedOp(graph, [("static_alloc", True), ("static_shape", True)]), used


class _Bound:
    """A graph and the gradient of its first output, on memory of their own."""

    def __init__(self, symbols: list, given: Sequence, weights: Sequence):
        names = _names(len(given) + len(weights))
        copies = {name: array.copy() for name, array in zip(names, given, strict=False)}
        leaves = dict(zip(names[len(given) :], weights, strict=True))
        first, *others = (symbol.as_nd_ndarray() for symbol in symbols)
        heads = [mx.sym.make_loss(first), *map(mx.sym.BlockGrad, others)]
        with _silence():
            self._graph = _group([head.as_np_ndarray() for head in heads]).bind(
                weights[0].ctx,
                copies | leaves,
                {name: array.grad for name, array in leaves.items()},
                {name: "write" if name in leaves else "null" for name in names},
            )
        self._given = list(copies.values())
        self._copy = Compiled(lambda *arrays: [np_of(array).copy(array) for array in arrays])
        self._outputs = [array.as_np_ndarray() for array in self._graph.outputs]

    def __call__(self, given: Sequence) -> list:
        self._copy((), given, out=self._given)
        self._graph.forward(is_train=True)
        self._graph.backward()
        return self._outputs


@contextlib.contextmanager
def _silence():
    """Within it MXNet writes no line for each graph that is bound."""
    name = "MXNET_SUBGRAPH_VERBOSE"
    before = os.environ.get(name)
    os.environ[name] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _names(count: int) -> list[str]:
    return [f"input{i}" for i in range(count)]


def _group(symbols: list):
    return mx.sym.Group(symbols, type(symbols[0]))
