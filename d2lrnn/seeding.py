"""Randomness in one place: `seed` sets every generator the course draws from."""

from __future__ import annotations

import random
import sys

import numpy as np

_shared = np.random.default_rng()


def seed(value: int) -> None:
    """Seed Python's `random`, NumPy, this package, and MXNet if it is loaded.

    Raises ValueError unless `value` is a whole number from 0 to 2**31 - 1 (what MXNet accepts).
    """
    global _shared
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < 2**31:
        raise ValueError(f"seed: a whole number from 0 to {2**31 - 1} is needed, got {value!r}")
    value = int(value)
    random.seed(value)
    np.random.seed(value)  # noqa: NPY002 - d2l and MXNet's initialisers draw from the legacy generator
    _shared = np.random.default_rng(value)
    if "mxnet" in sys.modules:
        sys.modules["mxnet"].random.seed(value)


def generator(rng: int | np.random.Generator | None = None) -> np.random.Generator:
    """The NumPy generator to draw from: `rng` itself, a new one seeded with the number `rng`, or the one that `seed` sets.

    Raises ValueError for a negative number, TypeError for anything else.
    """
    if rng is None:
        return _shared
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool):
        if rng < 0:
            raise ValueError(f"rng: a seed must be 0 or more, got {rng}")
        return np.random.default_rng(int(rng))
    raise TypeError(f"rng must be a whole number, a numpy.random.Generator or None, got {type(rng).__name__}")
