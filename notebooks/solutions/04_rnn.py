"""Solutions to the exercises of chapter 04."""

import math

import numpy as np


def rnn_step(x, h, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h @ W_hh + b_h)


def loss(logits, targets):
    shifted = logits - logits.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return float(-log_p[np.arange(len(targets)), targets].mean())


def forgotten(sigma, share):
    return math.inf if sigma >= 1 else math.ceil(math.log(share) / math.log(sigma))


def clipped(gradients, limit):
    norm = math.sqrt(sum((g**2).sum() for g in gradients))
    factor = min(1, limit / norm) if norm else 1
    return [factor * g for g in gradients]


def write(step, first, state, length, temperature, rng):
    written, i = [], first
    for _ in range(length):
        logits, state = step(i, state)
        p = np.exp((logits - logits.max()) / temperature)
        i = int(rng.choice(len(p), p=p / p.sum()))
        written.append(i)
    return written
