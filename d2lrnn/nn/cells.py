"""One time step of each network, as the deck's slides write it (21, 30–34, 36–42). A step knows nothing of time: `d2lrnn.nn.unroll` does.

B batch, I inputs, H hidden units, G gates.

`p` holds a layer's weights by gate. The deck's W_xi (I, H) and W_hi (H, H) lie on top of each other in one matrix, so that
[X, H] W_i = X W_xi + H W_hi is one product: `gate(XH, p, "i")` is X W_xi + H W_hi + b_i.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from d2lrnn.nn.ops import concat, cut, linear, np_of, relu, sigmoid, tanh


def gate(XH, p: dict, name: str):
    """What goes into a gate's nonlinearity: [X, H] W + b. XH: (B, I + H). Returns (B, H)."""
    W, b = p["W_" + name], p["b_" + name]
    return linear(XH, W, b, size=p["size"])


def rnn_step(X, state, p, φ=tanh):
    """Slide 21. X: (B, I), state: (H,) with H (B, H). Returns the next state."""
    (H,) = state
    H = φ(gate(concat([X, H]), p, "h"))
    return (H,)


def relu_rnn_step(X, state, p):
    """Slide 21 with φ = ReLU: what Gluon's `rnn.RNN` does unless told otherwise, and so d2l's "concise" network."""
    return rnn_step(X, state, p, φ=relu)


def gru_step(X, state, p):
    """Slides 30–34: the reset gate acts before the product, (R ⊙ H) W. X: (B, I), state: (H,). Z keeps the old state."""
    (H,) = state
    XH = concat([X, H])
    R = sigmoid(gate(XH, p, "r"))
    Z = sigmoid(gate(XH, p, "z"))
    H̃ = tanh(gate(concat([X, R * H]), p, "h"))
    H = Z * H + (1 - Z) * H̃
    return (H,)


def gru_after_step(X, state, p):
    """The variant of cuDNN and Gluon: the reset gate acts after the product, R ⊙ (H W + c). It needs a second bias, c_h. Otherwise `gru_step`."""
    (H,) = state
    XH = concat([X, H])
    R = sigmoid(gate(XH, p, "r"))
    Z = sigmoid(gate(XH, p, "z"))
    H̃ = tanh(linear(X, p["W_xh"], p["b_h"], size=p["size"]) + R * linear(H, p["W_hh"], p["c_h"], size=p["size"]))
    H = Z * H + (1 - Z) * H̃
    return (H,)


def lstm_step(X, state, p):
    """Slides 36–42. X: (B, I), state: (H, C), each (B, H). Returns the next (H, C)."""
    H, C = state
    XH = concat([X, H])
    I = sigmoid(gate(XH, p, "i"))
    F = sigmoid(gate(XH, p, "f"))
    O = sigmoid(gate(XH, p, "o"))
    C̃ = tanh(gate(XH, p, "c"))
    C = F * C + I * C̃
    H = O * tanh(C)
    return (H, C)


class Cell(NamedTuple):
    """A kind of cell: its step, the order in which its gates are stored (MXNet's, so that weights go in and out of its operator), how many arrays its
    state has, and the operator's name for it (None: the operator has no such variant)."""

    step: Callable
    gates: str
    states: int
    fused: str | None


CELLS = {
    "rnn": Cell(rnn_step, "h", 1, "rnn_tanh"),
    "rnn_relu": Cell(relu_rnn_step, "h", 1, "rnn_relu"),
    "gru": Cell(gru_step, "rzh", 1, None),
    "gru_after": Cell(gru_after_step, "rzh", 1, "gru"),
    "lstm": Cell(lstm_step, "ifco", 2, "lstm"),
}


def cell_named(name: str) -> Cell:
    """The cell of that name. Raises ValueError, which lists them all, for another."""
    if name not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {name!r}")
    return CELLS[name]


def layer_shapes(cell: str, inputs: int, hidden: int, directions: int = 1) -> list[tuple[int, ...]]:
    """The arrays that lie one after the other in a layer's vector of weights, as MXNet's operator wants them: W_x (G H, I) and W_h (G H, H) of each
    direction, then the biases b_x and b_h (G H,) of each."""
    rows = len(cell_named(cell).gates) * hidden
    return [(rows, inputs), (rows, hidden)] * directions + [(rows,), (rows,)] * directions


def gate_shapes(cell: str, inputs: int, hidden: int, directions: int = 1) -> list[tuple[int, ...]]:
    """The same arrays gate by gate: (H, I), (H, H) or (H,), each as often as there are gates."""
    gates = len(cell_named(cell).gates)
    return [(hidden, *shape[1:]) for shape in layer_shapes(cell, inputs, hidden, directions) for _ in range(gates)]


def layer_weights(vector, cell: str, inputs: int, hidden: int, directions: int = 1) -> list[dict]:
    """A layer's vector, or the list of its parts (`gate_shapes`), as the weights `p` of each direction, by gate."""
    kind, count = cell_named(cell), len(cell_named(cell).gates)
    parts = vector if isinstance(vector, list) else cut(vector, gate_shapes(cell, inputs, hidden, directions))
    arrays = [parts[i : i + count] for i in range(0, len(parts), count)]  # W_x, W_h of each direction, b_x, b_h of each
    weights, biases = arrays[: 2 * directions], arrays[2 * directions :]
    return [_by_gate(kind, hidden, *weights[2 * d : 2 * d + 2], *biases[2 * d : 2 * d + 2]) for d in range(directions)]


def _by_gate(kind: Cell, hidden: int, W_x: list, W_h: list, b_x: list, b_h: list) -> dict:
    p = {"size": hidden}
    for name, U, W, b, c in zip(kind.gates, W_x, W_h, b_x, b_h, strict=True):
        if kind.step is gru_after_step and name == "h":  # the reset gate comes between the two products
            p |= {"W_xh": U, "W_hh": W, "b_h": b, "c_h": c}
        else:
            p |= {"W_" + name: np_of(U).concatenate([U, W], axis=1), "b_" + name: b + c}
    return p
