"""How many threads NumPy's matrix products use. For one step of a few streams a second thread saves nothing, and where another process has the second
core, waiting for it makes a step many times as slow."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread for NumPy's products within; afterwards as before. Without effect where NumPy does not come with OpenBLAS."""
    library = _openblas()
    if library is None:
        yield
        return
    before = library.openblas_get_num_threads64_()
    library.openblas_set_num_threads64_(1)
    try:
        yield
    finally:
        library.openblas_set_num_threads64_(before)


@cache
def _openblas() -> ctypes.CDLL | None:
    """The OpenBLAS in NumPy's wheel: `numpy.libs` beside the package on Linux, `.dylibs` in it on a Mac."""
    package = Path(np.__file__).parent
    for path in [*package.parent.glob("numpy.libs/libopenblas64*"), *package.glob(".dylibs/libopenblas64*")]:
        library = ctypes.CDLL(str(path))
        if hasattr(library, "openblas_set_num_threads64_"):
            return library
    return None
