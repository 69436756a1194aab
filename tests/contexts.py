"""Everything runs on the context that it is given, and nothing lands on another: proved without a GPU, on `mx.cpu(1)`.

MXNet raises nothing when arrays of cpu(0) and cpu(1) meet, so the guard looks at every array when it is made. A folder's conftest takes both fixtures:

    from contexts import device, guarded  # noqa: F401

and each of its tests then runs on cpu(0) and on cpu(1), and fails if an array was made elsewhere.
"""

import contextlib
import ctypes

import mxnet as mx
import pytest
from mxnet.base import _LIB, check_call
from mxnet.ndarray import NDArray

from d2lrnn import device as devices

NDArrayBase = NDArray.__mro__[1]
MADE = NDArrayBase.__init__
KINDS = {1: "cpu", 2: "gpu", 3: "cpu_pinned", 5: "cpu_shared"}
NOWHERE = 0


class WrongContext(AssertionError):
    """An array was made on a context where none belongs."""


def where(handle) -> mx.Context | None:
    """The context of the array behind a handle; None: it has none yet."""
    kind, number = ctypes.c_int(), ctypes.c_int()
    check_call(_LIB.MXNDArrayGetContext(handle, ctypes.byref(kind), ctypes.byref(number)))
    return None if kind.value == NOWHERE else mx.Context(KINDS[kind.value], number.value)


@contextlib.contextmanager
def only_on(*devices: mx.Context):
    """Within it, an array made on any context but these raises WrongContext, where it is made; and once more at the end, should someone have swallowed that."""
    wrong, empty, before = [], [], NDArrayBase.__init__

    def judge(array):
        there = where(array.handle)
        if there is None:
            return False
        if there not in devices:
            wrong.append(
                f"an array {array.shape} was made on {there}, where only {', '.join(map(str, devices))} may be"
            )
            raise WrongContext(wrong[-1])
        return True

    def watched(self, handle, writable=True):
        MADE(self, handle, writable)
        if handle is not None and not judge(self):
            empty.append(self)  # an operator is to fill it

    NDArrayBase.__init__ = watched
    try:
        yield
        for array in empty:
            judge(array)
    finally:
        NDArrayBase.__init__ = before
    if wrong:
        raise WrongContext(wrong[0])


@contextlib.contextmanager
def unguarded():
    """Within it, arrays may be made anywhere: for another library's layers, which `only_on` would not let begin."""
    before, NDArrayBase.__init__ = NDArrayBase.__init__, MADE
    try:
        yield
    finally:
        NDArrayBase.__init__ = before


# For large grids: each of their tests on cpu(1) alone, where the guard sees most. Smaller tests of the same functions run on both.
on_cpu1 = pytest.mark.parametrize("device", [1], indirect=True, ids=["cpu1"])


@pytest.fixture(params=[0, 1], ids=["cpu0", "cpu1"])
def device(request) -> mx.Context:
    """The context to run on. MXNet's own default stays cpu(0), so on cpu(1) whatever forgets to say where it wants an array is caught."""
    return mx.cpu(request.param)


@pytest.fixture(autouse=True)
def guarded(device):
    devices.use_threads(1)  # arrays are small here: threads would only wait for each other
    try:
        with only_on(device):
            yield
    finally:
        devices.use_threads()
