"""`GradientExplorer` and `Connectivity`: what a prediction depended on, looking backwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.explore.explorer import Explorer
from d2lrnn.nn.heads import OneStack
from d2lrnn.trace.arrays import Trace
from d2lrnn.trace.gradients import backwards, kept, predicted

MOST = 600  # tokens, each of which is a prediction that is followed
KEEPS = {"f": "c", "z": "h"}  # the gate that keeps a state, and the state


class GradientExplorer(Explorer):
    """How large the gradient of a prediction's loss is by the states before it, against the distance, on a log axis; beside the direct path of the gates.

    network, trace: the trace is one that `Trace.record` made of this network, 600 tokens at most, since each of them is followed back `reach` steps. The
    prediction is that of the token at the cursor. All is computed before it is shown: no kernel is asked.
    Raises ValueError for a longer trace, or one of another network.
    """

    VIEWS = ("gradient", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "gradient": 520, "connectivity": 760}

    def __init__(
        self, network: OneStack, trace: Trace, *, reach: int = 60, views: Sequence[str] | None = None, state: Mapping | None = None, title: str = "",
    ):  # fmt: skip
        (trace,) = self._several(trace)
        check_whole(f"{type(self).__name__}: reach", reach, 2)
        if len(trace) > MOST:
            raise ValueError(
                f"{type(self).__name__}: at most {MOST} tokens can be followed back, got {len(trace):,}; take a part, such as trace.excerpt(0, {MOST})"
            )
        state = {"t": len(trace) * 2 // 3, **(state or {})}
        numbers = _numbers(network, trace, min(reach, len(trace)))
        # Of the arrays those that the picture is about: all that backpropagation needed would be sent for nothing.
        super().__init__(trace.only("h", "c", *KEEPS), views, state=state, numbers=[numbers], title=title)


class Connectivity(GradientExplorer):
    """Which tokens before it moved a prediction: the length of the gradient by each input, absolute, or beside what is usual at that distance.

    The idea is that of Madsen (2019), "Visualizing memorization in RNNs". Arguments and errors as for `GradientExplorer`.
    """

    VIEWS = ("connectivity",)


def _numbers(network: OneStack, trace: Trace, reach: int) -> dict[str, np.ndarray]:
    """By `back.<array>` and `back.inputs` (T, reach); by `kept.<gate>` the mean and the largest over units of what is kept, (T, reach, 2)."""
    T, at, found = len(trace), predicted(trace), {}
    for name, rows in backwards(network, trace, at, reach).items():
        found[f"back.{name}"] = np.full((T, reach), np.nan, np.float32)
        found[f"back.{name}"][at] = rows
    for name, gate in trace.arrays.items():
        if name.rpartition(".")[2] in KEEPS and ".backward." not in name:
            paths = [kept(gate, t, reach) for t in range(T)]
            found[f"kept.{name}"] = np.stack([np.stack([path.mean(1), path.max(1)], axis=1) for path in paths])
    return found
