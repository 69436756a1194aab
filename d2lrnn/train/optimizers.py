"""The updates: stochastic gradient descent and Adam, each one operation over all weights, since they lie in one vector.

An update with a factor of NaN or 0, which `clipping_factor` gives for a gradient that is not finite, changes nothing: what was learnt stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import mxnet as mx

from d2lrnn.nn.parameters import Parameters


@dataclass(frozen=True)
class SGD:
    """w ← w - rate · v with v ← momentum · v + g."""

    momentum: float = 0.0

    def __post_init__(self):
        _check_share("momentum", self.momentum)

    def begin(self, parameters: Parameters) -> dict:
        return {"velocity": mx.np.zeros_like(parameters.flat)} if self.momentum else {}

    def update(self, parameters: Parameters, memory: dict, step: int, rate: float, factor) -> None:
        """One update with `factor` times the gradient. step: from 1. factor: an array (1,)."""
        ok = factor > 0  # neither NaN nor 0
        g = mx.np.where(ok, parameters.grad * factor, mx.np.zeros_like(parameters.grad))
        if self.momentum:
            v = memory["velocity"]
            v[:] = mx.np.where(ok, self.momentum * v + g, v)
            g = mx.np.where(ok, v, g)
        parameters.flat -= rate * g


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba 2015); with weight_decay, decoupled from the gradient (Loshchilov & Hutter 2019)."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self):
        _check_share("beta1", self.beta1)
        _check_share("beta2", self.beta2)
        if not (self.epsilon > 0 and self.weight_decay >= 0):
            raise ValueError(
                f"Adam: epsilon must be above 0 and weight_decay 0 or more, got {self.epsilon}, {self.weight_decay}"
            )

    def begin(self, parameters: Parameters) -> dict:
        return {"mean": mx.np.zeros_like(parameters.flat), "variance": mx.np.zeros_like(parameters.flat)}

    def update(self, parameters: Parameters, memory: dict, step: int, rate: float, factor) -> None:
        """One update with `factor` times the gradient. step: from 1. factor: an array (1,)."""
        # m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) is this m / (√v + ε √(1 - β₂ᵗ)) times a number.
        root = math.sqrt(1 - self.beta2**step)
        w, m, v = (a.as_nd_ndarray() for a in (parameters.flat, memory["mean"], memory["variance"]))
        mx.nd.contrib.adamw_update(
            w, parameters.grad.as_nd_ndarray(), m, v, factor.as_nd_ndarray().astype("float32", copy=False), lr=root / (1 - self.beta1**step), eta=rate,
            beta1=self.beta1, beta2=self.beta2, epsilon=self.epsilon * root, wd=self.weight_decay, out=w,
        )  # fmt: skip


def _check_share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value!r}")


OPTIMIZERS = {"sgd": SGD, "adam": Adam}
