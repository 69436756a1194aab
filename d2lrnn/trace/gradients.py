"""Gradients from a trace: how an answer depends on every state and input before it, without another pass of the network.

Backpropagation through time (deck slides 25 and 26) needs nothing but the states and gates that a trace holds, so that of many answers it runs at once:
one product a step for all of them. T tokens, N answers, H hidden units, I inputs, K classes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from d2lrnn.arguments import check_whole, flat_ids
from d2lrnn.blas import one_thread
from d2lrnn.nn.heads import OneStack
from d2lrnn.trace.arrays import Trace
from d2lrnn.trace.record import path, weights_of

_AT_ONCE = 64  # answers that are followed together: more need memory, and gain nothing


@dataclass(frozen=True)
class Gradients:
    """at: the positions of the N tokens whose loss was followed. states: by the trace's names, (N, T, H), for each hidden state and memory cell.

    inputs: (N, T, I), by what the first layer was given: the indicator vector of a token (slide 23), its embedding, or its vector.
    A state's gradient counts every way from it to the loss. That of a memory cell includes the way through its own step's hidden state.
    """

    at: np.ndarray
    states: dict[str, np.ndarray]
    inputs: np.ndarray

    def norms(self, name: str) -> np.ndarray:
        """The length of a state's gradient, (N, T), or with the name "inputs" that of the inputs' gradient."""
        return np.linalg.norm(self.inputs if name == "inputs" else self.states[name], axis=2)


def gradients(
    network: OneStack, trace: Trace, at: int | Sequence[int], classes: Sequence[int] | None = None
) -> Gradients:
    """The gradients of -ln p(token) of the tokens at the positions `at`.

    Of a language model that is the surprisal of the token, answered one step before it: position 0 has none. Of a tagger or classifier it is the loss of
    the likeliest answer at that position, or of classes[n], ids. trace: one that `Trace.record` made of this network.
    Raises ValueError for positions without an answer, and for a trace of another network.
    """
    at = np.atleast_1d(flat_ids([at] if np.ndim(at) == 0 else at))
    layers = network.layers
    names = [f"{path(layers, l, d)}h" for l in range(layers.layers) for d in range(layers.directions)]
    if trace.logits is None or not all(name in trace.arrays for name in names):
        raise ValueError("gradients: a trace with logits is needed, one that Trace.record made of this network")
    if trace.about.get("network") != network.config():
        raise ValueError("gradients: the trace is of another network")
    first = 1 if trace.next_token else 0
    if not len(at) or at.min() < first or at.max() >= len(trace):
        raise ValueError(f"gradients: positions run from {first} to {len(trace) - 1}, got {at.tolist()}")
    answered = at - first
    if classes is None:
        classes = _targets(trace, at)
    parts = []
    for n in range(0, len(at), _AT_ONCE):
        some = slice(n, n + _AT_ONCE)
        error = np.exp(trace.log_probs[answered[some]])  # softmax - indicator vector (slide 24)
        error[np.arange(len(error)), np.asarray(classes)[some]] -= 1
        parts.append(_through_the_layers(network, trace, answered[some], error))
    states = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    return Gradients(at, states, np.concatenate([part[1] for part in parts]))


def backwards(
    network: OneStack, trace: Trace, at: Sequence[int] | None = None, reach: int = 100
) -> dict[str, np.ndarray]:
    """The length of the gradient of each prediction by what came before it, (N, reach): by every hidden state and memory cell, by name, and by the "inputs".

    Column k is k + 1 tokens back. at: positions as for `gradients`; None: all that have an answer. NaN where the text had not begun.
    """
    check_whole("backwards: reach", reach, 1)
    at = predicted(trace) if at is None else np.atleast_1d(flat_ids(at))
    found: dict[str, np.ndarray] = {}
    for n in range(0, len(at), _AT_ONCE):
        some = at[n : n + _AT_ONCE]
        low, high = max(0, int(some.min()) - reach), int(some.max()) + 1
        some_gradients = gradients(network, trace.excerpt(low, high), some - low)
        for name in (*some_gradients.states, "inputs"):
            norms, rows = (
                some_gradients.norms(name),
                found.setdefault(name, np.full((len(at), reach), np.nan, np.float32)),
            )
            for row, position in enumerate(some - low):
                back = np.arange(1, min(reach, int(position)) + 1)
                rows[n + row, : len(back)] = norms[row, position - back]
    return found


def predicted(trace: Trace) -> np.ndarray:
    """The positions about which something was answered: of a language model all but the first, and those of tokens that are outside its vocabulary."""
    known = set(trace.classes)
    return np.array([t for t in range(len(trace)) if not trace.next_token or (t and trace.tokens[t] in known)], int)


def connectivity(network: OneStack, trace: Trace, at: Sequence[int] | None = None, reach: int = 100) -> np.ndarray:
    """How much each of the `reach` tokens before a prediction moved it: the length of the gradient by its input, (N, reach); column k is k + 1 tokens back.

    at, NaN: as for `backwards`. (Madsen 2019 draws the same of GRU and LSTM.)
    """
    return backwards(network, trace, at, reach)["inputs"]


def kept(gate: np.ndarray, position: int, reach: int) -> np.ndarray:
    """What is left of a state on its direct path: the product of what gates that keep, (T, H), let through from k + 1 tokens before a position to the one
    just before it, (reach, H); 1 for k = 0, NaN where the text had not begun. The forget gate keeps an LSTM's memory cell (slide 40), the update gate a GRU's
    state (slide 33).
    """
    found = np.full((reach, gate.shape[1]), np.nan, np.float32)
    steps = min(reach, position)
    if steps:
        found[0] = 1
        found[1:steps] = np.cumprod(gate[position - steps + 1 : position][::-1], axis=0)
    return found


def unusual(connections: np.ndarray) -> np.ndarray:
    """`connectivity` normalised by position: each value divided by the mean of all predictions at the same distance, so that 1 is what is usual there."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return connections / np.nanmean(connections, axis=0, keepdims=True)


def _targets(trace: Trace, at: np.ndarray) -> list[int]:
    if not trace.next_token:
        return trace.logits[at].argmax(1).tolist()
    place = {name: i for i, name in enumerate(trace.classes)}
    unknown = [trace.tokens[t] for t in at if trace.tokens[t] not in place]
    if unknown:
        raise ValueError(f"gradients: {unknown[0]!r} is not in the vocabulary, so nothing was answered about it")
    return [place[trace.tokens[t]] for t in at]


def _through_the_layers(network, trace: Trace, answered: np.ndarray, error: np.ndarray):
    """From the errors at the answers, (N, K), down to the inputs. Returns the states' gradients by name, and the inputs'."""
    layers, arrays = network.layers, network.parameters.arrays
    W = (arrays["W_ho"] if "W_ho" in arrays else arrays["embedding"]).asnumpy()
    N, T, H = len(answered), len(trace), layers.hidden
    above = np.zeros((N, T, layers.outputs), np.float32)
    above[np.arange(N), answered] = error @ W
    states = {}
    for l in reversed(range(layers.layers)):
        below = above if layers.residual and l else 0  # the way around the layer
        for d, p in enumerate(weights_of(network, l)):
            names = path(layers, l, d)
            step = [slice(None), slice(None, None, -1)][d]  # backward reads the text from its end
            values = {kind: trace[names + kind][step] for kind in KINDS_OF[layers.cell]}
            values |= {f"{kind}_before": trace.before(names + kind)[step] for kind in "hc" if kind in values}
            dY = above[:, step, d * H : (d + 1) * H]
            last = T if d else int(answered.max()) + 1  # nothing after the last answer has a part in it
            with one_thread() if N < _AT_ONCE else contextlib.nullcontext():
                found, dX = THROUGH_TIME[layers.cell](dY[:, :last], {k: v[:last] for k, v in values.items()}, p)
            for kind, gradient in found.items():
                states[names + kind] = _padded(gradient, T)[:, step]
            below = below + _padded(dX, T)[:, step]
        above = below
    return states, above


def _padded(gradient: np.ndarray, T: int) -> np.ndarray:
    missing = T - gradient.shape[1]
    return np.pad(gradient, ((0, 0), (0, missing), (0, 0))) if missing else gradient


def _first_asked(dY: np.ndarray) -> int:
    """The first step of whose outputs anything is asked."""
    asked = np.flatnonzero(dY.any((0, 2)))
    return int(asked[0]) if len(asked) else dY.shape[1]


def _vanished(*carried: np.ndarray) -> bool:
    """Whether nothing is left of what goes from step to step, (N, H) each. What has shrunk below 1e-30 becomes 0 here: numbers near the smallest that
    there are make a product ten times as slow, and say nothing."""
    for gradient in carried:
        gradient[np.abs(gradient) < 1e-30] = 0
    return not any(gradient.any() for gradient in carried)


# One layer in one direction: dY (N, T, H), what is asked of its outputs; v, the arrays of the trace. Each returns the gradients of its states
# and of its inputs, and writes the cell's step (`nn.cells`) backwards. Weights: p["W_i"] (H, I + H), inputs before states.


def _parts(p: dict, names: str, H: int):
    """The weights of several gates, one above the other: W_x (G H, I) and W_h (G H, H)."""
    W = np.concatenate([p["W_" + name] for name in names])
    return W[:, :-H], np.ascontiguousarray(W[:, -H:])


def _lstm(dY, v, p):
    N, T, H = dY.shape
    W_x, W_h = _parts(p, "ifoc", H)
    I, F, O, C̃, before = v["i"], v["f"], v["o"], v["candidate"], v["c_before"]
    tanh_C = np.tanh(v["c"])
    slope = O * (1 - tanh_C**2)
    by = np.stack([C̃ * I * (1 - I), before * F * (1 - F), I * (1 - C̃**2)])  # what a gate's input adds to C
    by_o = tanh_C * O * (1 - O)
    dH, dC, dA = np.zeros((N, H), dY.dtype), np.zeros((N, H), dY.dtype), np.zeros((N, T, 4, H), dY.dtype)
    all_H, all_C = np.zeros_like(dY), np.zeros_like(dY)
    first = _first_asked(dY)
    for t in reversed(range(T)):
        if _vanished(dH, dC) and t < first:
            break
        dH = dY[:, t] + dH
        dC = dC + dH * slope[t]
        all_H[:, t], all_C[:, t] = dH, dC
        dA[:, t, 0], dA[:, t, 1], dA[:, t, 2], dA[:, t, 3] = dC * by[0, t], dC * by[1, t], dH * by_o[t], dC * by[2, t]
        dC = dC * F[t]
        dH = dA[:, t].reshape(N, 4 * H) @ W_h
    return {"h": all_H, "c": all_C}, dA.reshape(N, T, 4 * H) @ W_x


def _gru(dY, v, p):
    N, T, H = dY.shape
    W_x, W_h = _parts(p, "rz", H)
    U_x, U_h = _parts(p, "h", H)
    R, Z, H̃, before = v["r"], v["z"], v["candidate"], v["h_before"]
    to_z, to_h = (before - H̃) * Z * (1 - Z), (1 - Z) * (1 - H̃**2)
    to_r = before * R * (1 - R)
    dH, dA, all_H = np.zeros((N, H), dY.dtype), np.zeros((N, T, 3, H), dY.dtype), np.zeros_like(dY)
    first = _first_asked(dY)
    for t in reversed(range(T)):
        if _vanished(dH) and t < first:
            break
        dH = dY[:, t] + dH
        all_H[:, t] = dH
        inner = dH * to_h[t]
        product = inner @ U_h  # the gradient of R ⊙ H
        dA[:, t, 0], dA[:, t, 1], dA[:, t, 2] = product * to_r[t], dH * to_z[t], inner
        dH = dH * Z[t] + product * R[t] + dA[:, t, :2].reshape(N, 2 * H) @ W_h
    return {"h": all_H}, dA[:, :, :2].reshape(N, T, 2 * H) @ W_x + dA[:, :, 2] @ U_x


def _gru_after(dY, v, p):
    N, T, H = dY.shape
    W_x, W_h = _parts(p, "rz", H)
    U_x, U_h = p["W_xh"], p["W_hh"]
    R, Z, H̃, before = v["r"], v["z"], v["candidate"], v["h_before"]
    to_z, to_h = (before - H̃) * Z * (1 - Z), (1 - Z) * (1 - H̃**2)
    to_r = (before @ U_h.T + p["c_h"]) * R * (1 - R)
    dH, dA, all_H = np.zeros((N, H), dY.dtype), np.zeros((N, T, 3, H), dY.dtype), np.zeros_like(dY)
    first = _first_asked(dY)
    for t in reversed(range(T)):
        if _vanished(dH) and t < first:
            break
        dH = dY[:, t] + dH
        all_H[:, t] = dH
        inner = dH * to_h[t]
        dA[:, t, 0], dA[:, t, 1], dA[:, t, 2] = inner * to_r[t], dH * to_z[t], inner
        dH = dH * Z[t] + (inner * R[t]) @ U_h + dA[:, t, :2].reshape(N, 2 * H) @ W_h
    return {"h": all_H}, dA[:, :, :2].reshape(N, T, 2 * H) @ W_x + dA[:, :, 2] @ U_x


def _rnn(dY, v, p):
    return _plain(dY, 1 - v["h"] ** 2, p)


def _rnn_relu(dY, v, p):
    return _plain(dY, (v["h"] > 0).astype(dY.dtype), p)


def _plain(dY, slope, p):
    N, T, H = dY.shape
    W_x, W_h = _parts(p, "h", H)
    dH, dA, all_H = np.zeros((N, H), dY.dtype), np.zeros_like(dY), np.zeros_like(dY)
    first = _first_asked(dY)
    for t in reversed(range(T)):
        if _vanished(dH) and t < first:
            break
        dH = dY[:, t] + dH
        all_H[:, t] = dH
        dA[:, t] = dH * slope[t]
        dH = dA[:, t] @ W_h
    return {"h": all_H}, dA @ W_x


KINDS_OF = {
    "rnn": ("h",),
    "rnn_relu": ("h",),
    "gru": ("h", "r", "z", "candidate"),
    "gru_after": ("h", "r", "z", "candidate"),
    "lstm": ("h", "c", "i", "f", "o", "candidate"),
}
THROUGH_TIME = {"rnn": _rnn, "rnn_relu": _rnn_relu, "gru": _gru, "gru_after": _gru_after, "lstm": _lstm}
