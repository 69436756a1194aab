"""From log-probabilities to a token: three ways to reshape a distribution, and a draw. Pure functions on NumPy arrays.

V vocabulary. `scores` are logits or log-probabilities, (…, V): any numbers whose softmax is the distribution, -inf for what is impossible. What comes
out are log-probabilities of the same shape, float64, whose exponentials sum to 1.
"""

from __future__ import annotations

import numpy as np

from d2lrnn.arguments import check_whole


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """log(exp(s) / Σ exp(s)) over the last axis. Raises ValueError where the distribution is none: NaN, +inf, or nothing that is possible."""
    scores = np.asarray(scores, np.float64)
    highest = scores.max(-1, keepdims=True)
    if not np.isfinite(highest).all():
        if np.isneginf(highest).any() and not np.isnan(highest).any():
            raise ValueError("no token may come next: every score is -inf")
        raise ValueError("the scores hold NaN or +inf, so they say nothing; did training diverge?")
    shifted = scores - highest
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def temperature(scores: np.ndarray, value: float) -> np.ndarray:
    """softmax(scores / value): below 1 the likely tokens gain, above 1 the unlikely ones, 1 changes nothing.

    0 is the limit: all mass on the likeliest token, the first of equals, as greedy does. Raises ValueError unless 0 ≤ value < infinity.
    """
    check_temperature(value)
    if value == 1:
        return log_softmax(scores)
    scores = np.asarray(scores, np.float64)
    if value > 0:
        highest = scores.max(-1, keepdims=True)
        if np.isfinite(highest).all():
            with np.errstate(over="ignore"):  # a score far below the highest, divided by little, is -inf
                return log_softmax((scores - highest) / value)
        return log_softmax(scores)  # which says what is wrong
    best = log_softmax(scores).argmax(-1)[..., None]
    return np.where(np.arange(scores.shape[-1]) == best, 0.0, -np.inf)


def top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """Only the k likeliest tokens (Fan, Lewis & Dauphin 2018), of equals those with the smaller ids. Raises ValueError for k below 1."""
    check_whole("top_k", k, 1)
    order = np.argsort(-np.asarray(scores), axis=-1, kind="stable")
    return log_softmax(_kept(scores, order[..., :k]))


def nucleus(scores: np.ndarray, p: float) -> np.ndarray:
    """Only the smallest set of tokens that together have a probability of at least p (Holtzman et al. 2020), the likeliest first.

    Raises ValueError unless 0 < p ≤ 1.
    """
    check_nucleus(p)
    log_p = log_softmax(scores)
    if p == 1:
        return log_p
    order = np.argsort(-log_p, axis=-1, kind="stable")
    mass = np.exp(np.take_along_axis(log_p, order, -1)).cumsum(-1)
    needed = (mass < p).sum(-1, keepdims=True)  # how many do not yet suffice: the next one is kept too
    ranks = np.arange(order.shape[-1])
    return log_softmax(_kept(log_p, np.where(ranks <= needed, order, order[..., :1])))


def _kept(scores: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The scores of those ids, -inf for the others."""
    kept = np.full(np.shape(scores), -np.inf)
    np.put_along_axis(kept, ids, np.take_along_axis(np.asarray(scores, np.float64), ids, -1), -1)
    return kept


def draw(log_p: np.ndarray, u: np.ndarray | float) -> np.ndarray:
    """The token in whose part of the line from 0 to 1 the number u lies: each takes as much of it as it is probable, in the order of ids.

    log_p: (…, V). u: (…), uniform on [0, 1), such as `rng.random(B)`. What has probability 0 is never drawn. Returns ids (…).
    """
    line = np.exp(log_p).cumsum(-1)
    end = line[..., -1:]
    at = np.minimum(np.asarray(u)[..., None] * end, np.nextafter(end, 0))  # rounding must not lead past the end
    return (line <= at).sum(-1)


def check_temperature(value: float) -> None:
    if not 0 <= value < np.inf:
        raise ValueError(f"temperature must be 0 (the likeliest token) or more, and finite; got {value!r}")


def check_nucleus(p: float) -> None:
    if not 0 < p <= 1:
        raise ValueError(f"top_p is a probability, above 0 and at most 1, got {p!r}")
