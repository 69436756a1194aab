"""`Compiled`: a function of arrays as a graph that MXNet runs without Python in between, forward and, for training, backward too."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence

import mxnet as mx

from d2lrnn.nn.ops import np_of


class Compiled:
    """A function of arrays, traced once for each value of its static arguments and then run as one graph.

    function(*static, *arrays) -> a list of arrays; it must use the functions of `ops` alone.
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
