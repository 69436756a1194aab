"""What happened while training: `History`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

import numpy as np


@dataclass
class History:
    """The record of a run.

    losses: the training loss of each step (nats, or squared error). norms: the gradient's norm of each step before clipping.
    valid: pairs (steps done, held-out loss). best: the pair with the lowest. tokens: how many were read. seconds: time spent training, evaluation not
    counted. stopped: why it ended: "done", "patience", "interrupted".
    """

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    valid: list[tuple[int, float]] = field(default_factory=list)
    tokens: int = 0
    seconds: float = 0.0
    stopped: str = ""

    @property
    def steps(self) -> int:
        return len(self.losses)

    @property
    def best(self) -> tuple[int, float] | None:
        return min(self.valid, key=lambda pair: pair[1], default=None)

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def perplexity(self) -> float:
        """The best held-out perplexity, exp(mean loss). NaN without a validation text."""
        return math.exp(min(self.best[1], 700)) if self.valid else math.nan

    @property
    def bits(self) -> float:
        """The best held-out loss in bits a token: for characters, bits per character. NaN without a validation text."""
        return self.best[1] / math.log(2) if self.valid else math.nan

    def smooth(self, window: int = 50) -> np.ndarray:
        """The training losses, each the mean of the last `window` ones."""
        sums = np.concatenate([[0.0], np.cumsum(self.losses)])
        ends = np.arange(1, len(sums))
        begins = np.maximum(ends - window, 0)
        return (sums[ends] - sums[begins]) / (ends - begins)

    def config(self) -> dict:
        return asdict(self)

    def __repr__(self) -> str:
        end = f", best held-out loss {self.best[1]:.3f} at step {self.best[0]:,}" if self.valid else ""
        return f"History({self.steps:,} steps, {self.tokens:,} tokens{end}, stopped: {self.stopped or 'running'})"
