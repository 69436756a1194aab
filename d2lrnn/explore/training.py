"""`TrainingSlider`: one text, read again and again by a network that learns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from d2lrnn.explore.compare import same_tokens
from d2lrnn.explore.explorer import Explorer
from d2lrnn.trace.arrays import Trace


class Looks:
    """Traces of one text while a network learns, for `TrainingSlider`: a function for `fit`'s `watch`.

        looks = Looks("To be, or not to be", tokenizer)
        looks(network)                                     # as it is before
        fit(network, batches, valid, evaluate_every=50, watch=[looks])
        TrainingSlider(looks)

    kinds: which arrays are kept (`Trace.only`). traces, steps, losses (held out, NaN where none is known): one each for every look.
    """

    def __init__(self, text: str, tokenizer, kinds: Sequence[str] = ("h", "c")):
        self.text, self.tokenizer, self.kinds = text, tokenizer, tuple(kinds)
        self.traces: list[Trace] = []
        self.steps: list[int] = []
        self.losses: list[float] = []

    def __call__(self, network, history=None) -> None:
        """Look once. history: that of the run; None: before the first step."""
        steps = 0 if history is None else history.steps
        if steps in self.steps:
            return
        trace = Trace.record(
            network, self.text, self.tokenizer, title=f"after {steps:,} steps" if steps else "untrained"
        )
        self.traces.append(trace.only(*self.kinds))
        self.steps.append(steps)
        self.losses.append(history.valid[-1][1] if history is not None and history.valid else math.nan)


class TrainingSlider(Explorer):
    """The same text through a network as it learns, from untrained to trained: a unit's colours, what the network foretold, and how its surprise fell.

    looks: `Looks`, or traces of the same tokens in the order of training; then steps: how many were done at each (ascending; 0, 1, 2, … without), and losses:
    held-out ones, nats. Raises ValueError for fewer than two, other tokens, and steps or losses of another number.
    """

    VIEWS = ("training",)
    HEIGHTS = {**Explorer.HEIGHTS, "training": 860}

    def __init__(
        self, looks: Looks | Sequence[Trace], steps: Sequence[int] | None = None, losses: Sequence[float] | None = None, *,
        views: Sequence[str] | None = None, state: Mapping | None = None, title: str = "Training",
    ):  # fmt: skip
        if isinstance(looks, Looks):
            looks, steps, losses = looks.traces, looks.steps, looks.losses
        traces = self._several(looks)
        if len(traces) < 2:
            raise ValueError(f"TrainingSlider: two looks or more are needed, got {len(traces)}")
        same_tokens("TrainingSlider", traces)
        steps = list(range(len(traces))) if steps is None else [int(step) for step in steps]
        losses = [math.nan] * len(traces) if losses is None else [float(loss) for loss in losses]
        if len(steps) != len(traces) or len(losses) != len(traces):
            raise ValueError(
                f"TrainingSlider: of {len(traces)} traces as many steps and losses are needed, got {len(steps)} and {len(losses)}"
            )
        if any(b <= a for a, b in zip(steps, steps[1:], strict=False)):
            raise ValueError(f"TrainingSlider: steps must ascend, got {steps}")
        words = {"training": {"steps": steps, "losses": [None if math.isnan(loss) else loss for loss in losses]}}
        super().__init__(traces, views, state={"trace": len(traces) - 1, **(state or {})}, words=words, title=title)
