"""The updates: stochastic gradient descent and Adam, over all weights at once, since they lie in one vector.

The gradient's factor is a number, or an MXNet array of one that may still be computed. A factor of 0 or NaN leaves the weights and the optimizer's memory
as they are.
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

    def update(self, parameters: Parameters, memory: dict, step: int, rate: float, factor=1.0) -> None:
        """One update with `factor` times the gradient. step: from 1."""
        factor = _array(factor, parameters)
        go = factor > 0
        g = mx.np.where(go, factor * parameters.grad, 0)
        if self.momentum:
            v = memory["velocity"]
            v *= mx.np.where(go, self.momentum, 1)
            v += g
            g = mx.np.where(go, v, 0)
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

    def update(self, parameters: Parameters, memory: dict, step: int, rate: float, factor=1.0) -> None:
        """One update with `factor` times the gradient. step: from 1."""
        # m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) is this m / (√v + ε √(1 - β₂ᵗ)) times a number.
        root = math.sqrt(1 - self.beta2**step)
        w, g, m, v = (a.as_nd_ndarray() for a in (parameters.flat, parameters.grad, memory["mean"], memory["variance"]))
        factor = _array(factor, parameters).as_nd_ndarray()
        rate_now, decay = rate * root / (1 - self.beta1**step), rate * self.weight_decay
        betas = {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon * root}
        if parameters.dtype == "float32":  # the operator for several arrays, given one: it uses every core
            mx.nd.contrib.multi_adamw_update(
                [w], [g], [m], [v], factor, lrs=[rate_now], wds=[decay], etas=[1.0], out=[w], **betas
            )
        else:  # of which MXNet 1.9.1 takes a float64 factor for 0
            mx.nd.contrib.adamw_update(
                w, g, m, v, factor.astype("float32"), lr=rate_now, wd=decay, eta=1.0, out=w, **betas
            )


def _array(factor, parameters: Parameters):
    if isinstance(factor, mx.np.ndarray):
        return factor
    return mx.np.array(factor, dtype=parameters.dtype, ctx=parameters.device)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value!r}")


OPTIMIZERS = {"sgd": SGD, "adam": Adam}
