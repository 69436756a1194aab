"""`Predictions`: what a network answered after each token, and how surprised it was by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from d2lrnn.explore.explorer import Explorer
from d2lrnn.explore.payload import TOP
from d2lrnn.trace.arrays import Trace


class Predictions(Explorer):
    """Under each token its surprisal, −ln p in nats, and the `k` likeliest answers with their probabilities; beside them those at the cursor in numbers.

    traces: with logits; of taggers and classifiers, whose answers are not about the next token, there is no surprisal. k: 1 to 8, which a reader can change.
    state: another explorer's. Raises ValueError for another k, or where no trace has logits.
    """

    VIEWS = ("predictions", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "predictions": 440}

    def __init__(
        self, traces: Trace | Sequence[Trace], k: int = 5, *, views: Sequence[str] | None = None, state: Mapping | None = None, title: str = "",
    ):  # fmt: skip
        traces = self._several(traces)
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= TOP:
            raise ValueError(f"Predictions: k must be a whole number from 1 to {TOP}, got {k!r}")
        if traces and all(trace.logits is None for trace in traces):
            raise ValueError(
                "Predictions: a trace with logits is needed, such as Trace.record gives; this has states alone"
            )
        super().__init__(traces, views, state={"predictions": {"k": k}, **(state or {})}, title=title)
