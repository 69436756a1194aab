"""The steps of `d2lrnn.nn.cells` once more, with a place at every array where it may be replaced: a gate after its nonlinearity and before it is used, a
memory cell before the hidden state is computed from it, the hidden state at the end.

B batch, I inputs, H hidden units. `put(name, values)` gives what to go on with, (B, H); with one that gives back what it was given, these are those steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from d2lrnn.nn.cells import gate
from d2lrnn.nn.ops import concat, linear, relu, sigmoid, tanh


def rnn_step(X, state, p, put, φ=tanh):
    """Slide 21."""
    (H,) = state
    H = put("h", φ(gate(concat([X, H]), p, "h")))
    return (H,)


def relu_rnn_step(X, state, p, put):
    return rnn_step(X, state, p, put, φ=relu)


def gru_step(X, state, p, put):
    """Slides 30–34."""
    (H,) = state
    XH = concat([X, H])
    R = put("r", sigmoid(gate(XH, p, "r")))
    Z = put("z", sigmoid(gate(XH, p, "z")))
    H̃ = put("candidate", tanh(gate(concat([X, R * H]), p, "h")))
    H = put("h", Z * H + (1 - Z) * H̃)
    return (H,)


def gru_after_step(X, state, p, put):
    (H,) = state
    XH = concat([X, H])
    R = put("r", sigmoid(gate(XH, p, "r")))
    Z = put("z", sigmoid(gate(XH, p, "z")))
    inner = linear(X, p["W_xh"], p["b_h"], size=p["size"]) + R * linear(H, p["W_hh"], p["c_h"], size=p["size"])
    H̃ = put("candidate", tanh(inner))
    H = put("h", Z * H + (1 - Z) * H̃)
    return (H,)


def lstm_step(X, state, p, put):
    """Slides 36–42."""
    H, C = state
    XH = concat([X, H])
    I = put("i", sigmoid(gate(XH, p, "i")))
    F = put("f", sigmoid(gate(XH, p, "f")))
    O = put("o", sigmoid(gate(XH, p, "o")))
    C̃ = put("candidate", tanh(gate(XH, p, "c")))
    C = put("c", F * C + I * C̃)
    H = put("h", O * tanh(C))
    return (H, C)


class HeldCell(NamedTuple):
    """A cell's step, and the arrays that pass through its `put`, in that order."""

    step: Callable
    arrays: tuple[str, ...]


CELLS = {
    "rnn": HeldCell(rnn_step, ("h",)),
    "rnn_relu": HeldCell(relu_rnn_step, ("h",)),
    "gru": HeldCell(gru_step, ("r", "z", "candidate", "h")),
    "gru_after": HeldCell(gru_after_step, ("r", "z", "candidate", "h")),
    "lstm": HeldCell(lstm_step, ("i", "f", "o", "candidate", "c", "h")),
}
