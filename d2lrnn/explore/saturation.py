"""`Saturation`: how often each gate is nearly shut, and how often nearly open."""

from __future__ import annotations

import numpy as np

from d2lrnn.explore.explorer import Explorer
from d2lrnn.explore.needs import NEEDS
from d2lrnn.trace.arrays import Trace

SHUT, OPEN = 0.1, 0.9
_GATES = frozenset("iforz")


class Saturation(Explorer):
    """For each gate of a network a point a unit: across the share of tokens at which it is below 0.1, up the share at which it is above 0.9.

    The picture of Karpathy, Johnson and Li (2015), section 4.3. A point opens its unit in the text. traces: with gates, so not of a plain RNN.
    """

    VIEWS = ("saturation", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "saturation": 470}


def is_gate(name: str) -> bool:
    """Whether an array of a trace is a gate, by its name: i, f, o, r or z of some layer."""
    return name.rpartition(".")[2] in _GATES


def shares(gate: np.ndarray) -> np.ndarray:
    """Of each unit the share of tokens at which its gate is below 0.1, and above 0.9. gate: (T, H), values of 0 to 1. Returns (2, H)."""
    return np.stack([(gate < SHUT).mean(0), (gate > OPEN).mean(0)])


def _needs(trace: Trace) -> dict[str, np.ndarray]:
    return {f"saturation.{name}": shares(array) for name, array in trace.arrays.items() if is_gate(name)}


NEEDS["saturation"] = _needs
