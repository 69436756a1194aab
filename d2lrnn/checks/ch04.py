"""Checks for the exercises of chapter 04. T time steps, B batch, V vocabulary, I inputs, H hidden units."""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.checks import Wrong, array, ask, exercise, number


def _close(a, b) -> bool:
    return bool(np.allclose(a, b, rtol=1e-6, atol=1e-9))


@exercise("4.1")
def rnn_step(answer):
    rng = np.random.default_rng(41)
    for B, I, H in ((2, 3, 4), (5, 4, 4), (1, 6, 3)):
        x, h = rng.normal(size=(B, I)), rng.uniform(-1, 1, (B, H))
        W_xh, W_hh, b = rng.normal(0, 0.7, (I, H)), rng.normal(0, 0.7, (H, H)), rng.normal(size=H)
        given = ask(answer, x.copy(), h.copy(), W_xh.copy(), W_hh.copy(), b.copy())
        state = array(given, (B, H), "the next state")
        inside = x @ W_xh + h @ W_hh + b
        if _close(state, np.tanh(inside)):
            continue
        if _close(state, inside):
            raise Wrong("the sums are right; φ is missing: the state is tanh of them")
        if _close(state, np.maximum(inside, 0)):
            raise Wrong("that is ReLU, Gluon's default; tanh is asked for")
        if _close(state, 1 / (1 + np.exp(-inside))):
            raise Wrong("that is the sigmoid, which the gates of later chapters use; tanh is asked for")
        if _close(state, np.tanh(x @ W_xh + b)):
            raise Wrong("the old state is not in it: that is the two-layer network, which remembers nothing")
        if _close(state, np.tanh(x @ W_xh + h @ W_hh)):
            raise Wrong("the bias b_h is missing")
        if _close(state, np.tanh(x @ W_xh + h @ W_hh.T + b)):
            raise Wrong("W_hh is transposed: a state is a row here, so it is h @ W_hh")
        if _close(state, np.tanh(x @ W_xh + b) + h @ W_hh) or _close(state, np.tanh(x @ W_xh + b) + h):
            raise Wrong("the old state is added after φ; slide 21 has it inside")
        raise Wrong(f"the first row should be {np.tanh(inside)[0].round(3)}, yours is {state[0].round(3)}")
    return "the whole recurrent network is this line, again and again"


def nats(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """-log softmax(logits)[target] of each row, (T,)."""
    shifted = logits - logits.max(-1, keepdims=True)
    return np.log(np.exp(shifted).sum(-1)) - shifted[np.arange(len(targets)), targets]


@exercise("4.2")
def loss(answer):
    rng = np.random.default_rng(42)
    for T, V in ((3, 4), (1, 5), (7, 7), (20, 63)):
        logits, targets = rng.normal(0, 2, (T, V)), rng.integers(0, V, T)
        given = number(ask(answer, logits.copy(), targets.copy()), "the loss")
        each = nats(logits, targets)
        if _close(given, each.mean()):
            continue
        where = f"for {T} rows of {V} scores"
        if T > 1 and _close(given, each.sum()):
            raise Wrong(f"{where}: that is the sum; divide by T, or longer texts look worse")
        if _close(given, -each.mean()):
            raise Wrong(f"{where}: the sign is wrong: log-probabilities are negative, a loss is not")
        if _close(given, np.exp(each.mean())):
            raise Wrong(f"{where}: that is the perplexity, exp of the loss")
        if _close(given, each.mean() / math.log(2)):
            raise Wrong(f"{where}: that is in bits; take the natural logarithm")
        if _close(given, -np.log(np.exp(-each).mean())):
            raise Wrong(f"{where}: the probabilities were averaged; take the logarithm of each, then the mean")
        if _close(given, -logits[np.arange(T), targets].mean()):
            raise Wrong(f"{where}: the scores are no log-probabilities yet: subtract log Σ exp of each row")
        if _close(given, (each - math.log(V)).mean()):
            raise Wrong(f"{where}: inside the softmax the exponentials are summed, not averaged")
        columns = np.exp(logits) / np.exp(logits).sum(0)
        if _close(given, -np.log(columns[np.arange(T), targets]).mean()):
            raise Wrong(f"{where}: the softmax went down the columns; each row is one distribution, over V")
        raise Wrong(f"{where}: {each.mean():.4f} was expected, and your function gave {given:.4f}")
    large, targets = np.array([[1000.0, 998.0, 0.0], [-900.0, -1000.0, -900.0]]), np.array([1, 0])
    with np.errstate(all="ignore"):
        given = number(ask(answer, large.copy(), targets.copy()), "the loss")
    right = nats(large, targets).mean()
    if not math.isfinite(given):
        raise Wrong(
            f"right for small scores; with scores of 1,000 it is {given:g}, since exp(1000) is too large for a computer: "
            "subtract each row's largest score first, which changes no probability"
        )
    if not _close(given, right):
        raise Wrong(f"right for small scores; with scores of 1,000 it should be {right:.4f} and is {given:.4f}")
    return "safe for any scores, and exp of it is the perplexity"


@exercise("4.3")
def forgotten(answer):
    for sigma, share in ((0.9, 0.01), (0.5, 0.3), (0.99, 0.001), (0.7, 1e-6), (0.95, 0.5)):
        given = number(ask(answer, sigma, share), "the number of steps")
        exact = math.log(share) / math.log(sigma)
        right, where = math.ceil(exact), f"σ = {sigma}, share {share:g}"
        if given == right:
            continue
        if given == right - 1:
            raise Wrong(f"{where}: after {right - 1} steps {sigma ** (right - 1):.4g} may still be left; round up")
        if _close(given, exact):
            raise Wrong(f"{where}: {exact:.2f} is right, but steps are whole: the first one that is enough")
        if _close(abs(given), abs(exact)) or given in (-right, 1 - right):
            raise Wrong(f"{where}: the sign is wrong: both logarithms are negative, so their quotient is not")
        if _close(given, math.log(sigma) / math.log(share)) or given == 1:
            raise Wrong(f"{where}: the quotient is upside down: σ^k = share, so k log σ = log share")
        if _close(given, share / sigma) or _close(given, (1 - share) / (1 - sigma)):
            raise Wrong(f"{where}: nothing is subtracted step by step; each step multiplies by σ at most")
        raise Wrong(f"{where}: {right} steps were expected ({sigma}^{right} = {sigma**right:.3g}), got {given:g}")
    for sigma in (1.0, 1.7):
        try:
            given = number(ask(answer, sigma, 0.01), "the number of steps")
        except Wrong as wrong:
            if "raised" in str(wrong):
                raise Wrong(f"σ = {sigma}: {wrong}; the bound promises nothing there: return math.inf") from None
            raise
        if given != math.inf:
            raise Wrong(f"σ = {sigma}: σ^k never gets small, so the bound promises nothing: return math.inf")
    return "below σ = 1 nothing can be learnt from further back; above it the bound is silent"


@exercise("4.4")
def clipped(answer):
    rng = np.random.default_rng(44)
    shapes = [(3, 4), (4,), (2, 2)]
    for scale, limit in ((3.0, 1.0), (0.01, 1.0), (20.0, 5.0), (1.0, 0.25), (0.0, 1.0)):
        grads = [rng.normal(0, scale, shape) if scale else np.zeros(shape) for shape in shapes]
        grads[1] *= 0.02  # arrays of different sizes: those who clip each by itself turn the whole
        norm = math.sqrt(sum((g**2).sum() for g in grads))
        with np.errstate(all="ignore"):
            given = ask(answer, [g.copy() for g in grads], limit, may_change=True)
        if not isinstance(given, list | tuple) or len(given) != len(grads):
            raise Wrong(f"a list of {len(grads)} arrays is asked for, got {type(given).__name__}")
        arrays = [array(new, g.shape, "an array") for new, g in zip(given, grads, strict=True)]
        flat, old = (np.concatenate([np.ravel(a) for a in many]) for many in (arrays, grads))
        factor = min(1.0, limit / norm) if norm else 1.0
        if _close(flat, factor * old):
            continue
        where = f"a gradient of norm {norm:.3g}, θ = {limit:g}"
        if not np.isfinite(flat).all():
            raise Wrong(f"{where}: not a number; what happens when the norm is 0?")

        def each(bound, grads=grads, limit=limit):
            return np.concatenate([np.ravel(bound(g, limit)) for g in grads])

        if norm <= limit and norm and _close(flat, limit / norm * old):
            raise Wrong(f"{where}: a small gradient was made larger; slide 25 has min(1, θ / ‖g‖)")
        if _close(flat, old):
            raise Wrong(f"{where}: nothing was changed")
        if _close(flat, each(lambda g, t: np.clip(g, -t, t))):
            raise Wrong(f"{where}: each number was cut off by itself, which turns the gradient; scale them all alike")
        if _close(flat, each(lambda g, t: g * min(1, t / np.linalg.norm(g)))):
            raise Wrong(
                f"{where}: each array was scaled by its own norm, which turns the whole; the norm is over all of them"
            )
        if _close(flat, min(1, limit / norm**2) * old):
            raise Wrong(f"{where}: a square root is missing in the norm")
        if _close(flat, min(1, limit / sum(np.linalg.norm(g) for g in grads)) * old):
            raise Wrong(f"{where}: norms do not add up; sum the squares of all numbers, then take the root")
        if _close(flat, min(1, norm / limit) * old):
            raise Wrong(f"{where}: θ and ‖g‖ have changed places")
        if _close(flat, min(1, limit) * old):
            raise Wrong(f"{where}: multiply by θ / ‖g‖, not by θ")
        raise Wrong(f"{where}: the result has norm {np.linalg.norm(flat):.3g}, and {min(norm, limit):.3g} was expected")
    return "the direction is kept, the size is bounded"


def _path(V: int, length: int, first: int, *, feed: bool = True, carry: bool = True) -> list[int]:
    """What a reader writes with a network that is sure of itself: the next id is (id + 2 · steps so far + 1) mod V."""
    written, i, state = [], first, 0
    for _ in range(length):
        new = (i + 2 * state + 1) % V
        state = state + 1 if carry else 0
        written.append(new)
        i = new if feed else first
    return written


@exercise("4.5")
def write(answer):
    V, length = 11, 9
    asked = []

    def sure(i, state):
        asked.append(i)
        logits = np.full(V, -1000.0)
        logits[(int(i) + 2 * int(state) + 1) % V] = 1000.0
        return logits, int(state) + 1

    for first in (0, 4):
        asked.clear()
        with np.errstate(all="ignore"):
            given = ask(answer, sure, first, 0, length, 1.0, np.random.default_rng(1))
        ids = _ids(given, V)
        right = _path(V, length, first)
        if ids == right:
            continue
        if ids[:1] == [first] and ids[1:] == right[: len(ids) - 1]:
            raise Wrong("the id it begins with is in the list; it was read, not written")
        if len(ids) != length:
            raise Wrong(f"{length} ids are asked for, got {len(ids)}")
        if ids == _path(V, length, first, carry=False):
            raise Wrong("the state is thrown away: what `step` returns as the new state goes into the next call")
        if ids in (_path(V, length, first, feed=False), _path(V, length, first, feed=False, carry=False)):
            raise Wrong("every step reads the first id again; what was written is what is read next")
        raise Wrong(f"with a network that is sure of itself {right} should come from {first}, got {ids}")
    logits = np.log([0.6, 0.3, 0.1])
    for temperature in (1.0, 0.5, 2.0):
        rng = np.random.default_rng(45)
        ids = _ids(ask(answer, lambda i, state: (logits.copy() + 7, state), 0, 0, 2500, temperature, rng), 3)
        seen = np.bincount(ids, minlength=3) / len(ids)

        def shares(power):
            return np.exp(logits) ** power / (np.exp(logits) ** power).sum()

        if np.abs(seen - shares(1 / temperature)).max() < 0.045:
            continue
        where = f"from probabilities {np.exp(logits).round(2).tolist()} at temperature {temperature:g}"
        if seen.max() == 1:
            raise Wrong(f"{where}: always the same id; draw by chance, with the `rng` that is given")
        if np.abs(seen - shares(temperature)).max() < 0.045:
            raise Wrong(f"{where}: scores are divided by the temperature; multiplied, a low one makes wild texts")
        if np.abs(seen - shares(1)).max() < 0.045:
            raise Wrong(f"{where}: the temperature changes nothing: divide the scores by it before exp")
        if np.abs(seen - 1 / 3).max() < 0.045:
            raise Wrong(f"{where}: every id comes equally often; the scores are not used")
        raise Wrong(
            f"{where}: shares {shares(1 / temperature).round(2).tolist()} were expected, got {seen.round(2).tolist()}"
        )
    again = [
        _ids(ask(answer, lambda i, s: (np.zeros(50), s), 0, 0, 20, 1.0, np.random.default_rng(7)), 50) for _ in "ab"
    ]
    if again[0] != again[1]:
        raise Wrong("with the same generator it writes differently each time: draw with the `rng` that is given")
    return "any network with a step can write with this"


def _ids(given, V: int) -> list[int]:
    """The reader's list of ids."""
    if isinstance(given, str) or not hasattr(given, "__len__"):
        raise Wrong(f"a list of ids is asked for, got {type(given).__name__}")
    if any(isinstance(i, bool) or not isinstance(i, int | np.integer) or not 0 <= i < V for i in given):
        raise Wrong(f"the list must hold whole numbers from 0 to {V - 1}, the ids that were drawn")
    return [int(i) for i in given]
