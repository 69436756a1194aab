"""The numbers that some views want beside a trace's arrays, computed here once, whichever explorer a view stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from d2lrnn.trace.arrays import Trace

NEEDS: dict[str, Callable[[Trace], dict[str, np.ndarray]]] = {}
"""By the name of a view: what it wants of a trace, by name, float arrays."""


def with_those_of(
    views: Sequence[str], traces: Sequence[Trace], numbers: Sequence[Mapping[str, np.ndarray]] = ()
) -> list[dict[str, np.ndarray]]:  # fmt: skip
    """For each trace the numbers of all these views; those that are given come before those that would be computed."""
    given = list(numbers) or [{}] * len(traces)
    wanted = [NEEDS[view] for view in views if view in NEEDS]
    return [
        {name: value for need in wanted for name, value in need(trace).items()} | dict(own)
        for trace, own in zip(traces, given, strict=True)
    ]
