"""`Recipe`: every setting of a training run, in one place that a checkpoint can hold."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields

from d2lrnn.arguments import check_whole
from d2lrnn.train.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class Recipe:
    """How to train.

    epochs, steps, seconds: how long; exactly one of them. (With `seconds` the schedule follows the clock, and two runs are never quite the same.)
    optimizer: "adam" or "sgd"; optimizer_settings: its arguments. rate: the highest learning rate.
    warmup: the share of the run in which the rate rises to it. schedule: "cosine" (then down to 0; Loshchilov & Hutter 2017), "linear" (the same,
    in a straight line) or "constant".
    clip: θ of slide 25, None for no clipping. carry: the state after one minibatch is where the next one begins, detached (truncated BPTT), until the
    epoch ends; otherwise each minibatch begins with zeros. None: carried for `sequential_batches`, whose rows go on, and for nothing else.
    evaluate_every: steps between two looks at the validation text; None: once an epoch. patience: stop after so many looks without a better one.
    average: the share of the run after which weights are averaged: from then on what is measured and kept is the mean of those that there were
    since (Polyak & Juditsky 1992; Izmailov et al. 2018). None: the weights themselves.
    seed: of dropout.
    """

    epochs: float | None = None
    steps: int | None = None
    seconds: float | None = None
    optimizer: str = "adam"
    optimizer_settings: dict = field(default_factory=dict)
    rate: float = 0.002
    warmup: float = 0.02
    schedule: str = "cosine"
    clip: float | None = 1.0
    carry: bool | None = None
    evaluate_every: int | None = None
    patience: int | None = None
    average: float | None = None
    seed: int = 0

    def __post_init__(self):
        length = [getattr(self, name) for name in ("epochs", "steps", "seconds")]
        if sum(value is not None for value in length) != 1:
            raise ValueError(f"fit: give exactly one of epochs, steps and seconds, got {', '.join(map(str, length))}")
        if not 0 < next(value for value in length if value is not None) < math.inf:
            raise ValueError(
                f"fit: epochs, steps or seconds must be above 0 and finite, got {', '.join(map(str, length))}"
            )
        if self.steps is not None:
            check_whole("steps", self.steps, 1)
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(f"fit: optimizer must be one of {', '.join(OPTIMIZERS)}, got {self.optimizer!r}")
        if self.schedule not in ("cosine", "linear", "constant"):
            raise ValueError(f"fit: schedule must be cosine, linear or constant, got {self.schedule!r}")
        if not self.rate > 0 or not math.isfinite(self.rate):
            raise ValueError(f"fit: rate must be a number above 0, got {self.rate!r}")
        if not 0 <= self.warmup < 1:
            raise ValueError(f"fit: warmup is a share of the run, from 0 to below 1, got {self.warmup!r}")
        if self.clip is not None and not 0 < self.clip < math.inf:
            raise ValueError(f"fit: clip must be above 0 and finite, or None for no clipping, got {self.clip!r}")
        if self.average is not None and not 0 <= self.average < 1:
            raise ValueError(
                f"fit: average is a share of the run, from 0 to below 1, or None for the weights themselves, got {self.average!r}"
            )
        for name, least in (("evaluate_every", 1), ("patience", 1)):
            if getattr(self, name) is not None:
                check_whole(name, getattr(self, name), least)
        check_whole("seed", self.seed, 0)
        self.make_optimizer()

    def make_optimizer(self):
        kind = OPTIMIZERS[self.optimizer]
        check_names("optimizer_settings", self.optimizer_settings, kind)
        return kind(**self.optimizer_settings)

    def rate_at(self, progress: float) -> float:
        """The learning rate when a share `progress` of the run, 0 to 1, is done."""
        if progress < self.warmup:
            return self.rate * min(1.0, max(progress, 1e-3) / self.warmup)
        if self.schedule == "constant":
            return self.rate
        left = 1 - min(1.0, (progress - self.warmup) / (1 - self.warmup))
        return self.rate * (left if self.schedule == "linear" else 0.5 * (1 - math.cos(math.pi * left)))

    def config(self) -> dict:
        return asdict(self)


def check_names(what: str, given: dict, kind: type) -> None:
    """Raises TypeError for a name that the dataclass `kind` does not have; the message lists those that it has."""
    known = [field.name for field in fields(kind)]
    for name in given:
        if name not in known:
            raise TypeError(f"{what}: there is no setting {name!r}; there are {', '.join(known)}")
