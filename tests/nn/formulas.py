"""The deck's slides in NumPy, gate by gate, one sequence at a time: the judge of both engines. It shares nothing with the package.

T time steps, I inputs, H hidden units. `w("W_xi")` gives a weight by its name on the slides. z keeps the old state.
"""

import numpy as np


def σ(x):
    return 1 / (1 + np.exp(-x))


def rnn(x, H, C, w):
    return np.tanh(x @ w("W_xh") + H @ w("W_hh") + w("b_h")), C


def rnn_relu(x, H, C, w):
    return np.maximum(x @ w("W_xh") + H @ w("W_hh") + w("b_h"), 0), C


def gru(x, H, C, w):
    R = σ(x @ w("W_xr") + H @ w("W_hr") + w("b_r"))
    Z = σ(x @ w("W_xz") + H @ w("W_hz") + w("b_z"))
    H̃ = np.tanh(x @ w("W_xh") + (R * H) @ w("W_hh") + w("b_h"))
    return Z * H + (1 - Z) * H̃, C


def gru_after(x, H, C, w):
    R = σ(x @ w("W_xr") + H @ w("W_hr") + w("b_r"))
    Z = σ(x @ w("W_xz") + H @ w("W_hz") + w("b_z"))
    H̃ = np.tanh(x @ w("W_xh") + w("b_h") + R * (H @ w("W_hh") + w("c_h")))
    return Z * H + (1 - Z) * H̃, C


def lstm(x, H, C, w):
    I = σ(x @ w("W_xi") + H @ w("W_hi") + w("b_i"))
    F = σ(x @ w("W_xf") + H @ w("W_hf") + w("b_f"))
    O = σ(x @ w("W_xo") + H @ w("W_ho") + w("b_o"))
    C̃ = np.tanh(x @ w("W_xc") + H @ w("W_hc") + w("b_c"))
    C = F * C + I * C̃
    return O * np.tanh(C), C


STEPS = {step.__name__: step for step in (rnn, rnn_relu, gru, gru_after, lstm)}


def encode(inputs, weights, encoding, size, prefix=""):
    """Ids (T, B), or vectors, as vectors (T, B, I)."""
    if encoding == "one_hot":
        return np.eye(size)[inputs]
    return weights[f"{prefix}embedding"][inputs] if encoding == "embedding" else inputs


def stack(weights, X, state, lengths=None, *, cell, layers, bidirectional=False, residual=False, prefix=""):
    """All layers over X (T, B, I) from a state of arrays (L D, B, H).

    Each sequence goes alone through its own steps and no others, so no mask is needed.
    Returns the outputs (T, B, D H), 0 after a sequence's end, and the state.
    """
    T, B, _ = X.shape
    directions = ("forward.", "backward.") if bidirectional else ("",)
    end = [s.copy() for s in state]
    Y = np.zeros((T, B, len(directions) * state[0].shape[2]))
    for b in range(B):
        steps = T if lengths is None else int(lengths[b])
        below = X[:steps, b]
        for l in range(layers):
            sides = []
            for d, direction in enumerate(directions):
                at = l * len(directions) + d
                H, C = state[0][at, b], state[-1][at, b]
                out = [None] * steps
                for t in reversed(range(steps)) if d else range(steps):
                    H, C = STEPS[cell](below[t], H, C, lambda n, p=f"{prefix}layer{l}.{direction}": weights[p + n])
                    out[t] = H
                end[-1][at, b] = C  # an LSTM's; the others' is overwritten
                end[0][at, b] = H
                sides.append(np.array(out))
            above = np.concatenate(sides, axis=1)
            below = above + below if residual and l else above
        Y[:steps, b] = below
    return Y, tuple(end)


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def nats(logits, targets):
    """-log softmax(logits)[target], the shape of targets."""
    return -np.take_along_axis(log_softmax(logits), np.asarray(targets)[..., None], axis=-1)[..., 0]
