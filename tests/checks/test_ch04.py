"""Chapter 04's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import math

import numpy as np
import pytest

from d2lrnn.checks import ch04


def step(φ=np.tanh, W=lambda W: W, b=1, h=1):
    return lambda x, state, W_xh, W_hh, b_h: φ(x @ W_xh + h * state @ W(W_hh) + b * b_h)


def log_p(logits, axis=-1):
    with np.errstate(all="ignore"):
        return logits - np.log(np.exp(logits).sum(axis, keepdims=True))


def picked(logits, targets):
    return logits[np.arange(len(targets)), targets]


def norm(grads):
    return math.sqrt(sum((g**2).sum() for g in grads)) or 1.0


def scaled_up_from_one(grads, limit):
    size = np.sqrt(sum((g**2).sum() for g in grads))
    return [g / size * min(size, limit) for g in grads]


def writer(*, carry=True, feed=True, head=False, warm=lambda z, t: z / t, choose=None, again=True):
    def write(step, first, state, length, temperature, rng):
        rng = rng if again else np.random.default_rng()
        written, i, begin = [first] * head, first, state
        for _ in range(length - head):
            logits, new = step(i, state)
            state = new if carry else begin
            z = warm(logits, temperature)
            p = np.exp(z - z.max())
            chosen = int(rng.choice(len(p), p=p / p.sum())) if choose is None else choose(p)
            written.append(chosen)
            i = chosen if feed else first
        return written

    return write


MISTAKES = [
    (ch04.rnn_step, step(lambda a: a), "φ is missing"),
    (ch04.rnn_step, step(lambda a: np.maximum(a, 0)), "ReLU"),
    (ch04.rnn_step, step(lambda a: 1 / (1 + np.exp(-a))), "sigmoid"),
    (ch04.rnn_step, step(h=0), "remembers nothing"),
    (ch04.rnn_step, step(b=0), "bias b_h is missing"),
    (ch04.rnn_step, step(W=lambda W: W.T), "transposed"),
    (ch04.rnn_step, lambda x, h, W, U, b: np.tanh(x @ W + b) + h @ U, "inside"),
    (ch04.rnn_step, lambda x, h, W, U, b: np.tanh(x @ W + b) + h, "inside"),
    (ch04.rnn_step, lambda x, h, W, U, b: h * 0, "should be"),
    (ch04.rnn_step, lambda x, h, W, U, b: h[0], "of shape (2, 4)"),
    (ch04.loss, lambda o, t: -picked(log_p(o), t).sum(), "divide by T"),
    (ch04.loss, lambda o, t: picked(log_p(o), t).mean(), "sign is wrong"),
    (ch04.loss, lambda o, t: np.exp(-picked(log_p(o), t).mean()), "perplexity"),
    (ch04.loss, lambda o, t: -picked(log_p(o), t).mean() / np.log(2), "in bits"),
    (ch04.loss, lambda o, t: -np.log(np.exp(picked(log_p(o), t)).mean()), "were averaged"),
    (ch04.loss, lambda o, t: -picked(o, t).mean(), "no log-probabilities yet"),
    (ch04.loss, lambda o, t: -picked(o - np.log(np.exp(o).mean(-1, keepdims=True)), t).mean(), "not averaged"),
    (ch04.loss, lambda o, t: -picked(log_p(o, 0), t).mean(), "down the columns"),
    (ch04.loss, lambda o, t: -picked(log_p(o), t).mean(), "subtract each row's largest"),
    (ch04.loss, lambda o, t: -picked(log_p(np.clip(o, -50, 50)), t).mean(), "with scores of 1,000 it should be"),
    (ch04.loss, lambda o, t: 0.5, "was expected"),
    (ch04.forgotten, lambda s, share: math.floor(math.log(share) / math.log(s)), "round up"),
    (ch04.forgotten, lambda s, share: math.log(share) / math.log(s), "steps are whole"),
    (ch04.forgotten, lambda s, share: -math.ceil(math.log(share) / math.log(s)), "the sign"),
    (ch04.forgotten, lambda s, share: math.log(s) / math.log(share), "upside down"),
    (ch04.forgotten, lambda s, share: (1 - share) / (1 - s), "multiplies"),
    (ch04.forgotten, lambda s, share: math.ceil(math.log(share) / math.log(s)), "return math.inf"),
    (ch04.forgotten, lambda s, share: math.ceil(math.log(share) / math.log(min(s, 0.99))), "never gets small"),
    (ch04.forgotten, lambda s, share: 7, "steps were expected"),
    (ch04.clipped, lambda gs, t: [g * t / norm(gs) for g in gs], "min(1, θ / ‖g‖)"),
    (ch04.clipped, lambda gs, t: gs, "nothing was changed"),
    (ch04.clipped, lambda gs, t: [np.clip(g, -t, t) for g in gs], "each number was cut off"),
    (ch04.clipped, lambda gs, t: [g * min(1, t / norm([g])) for g in gs], "its own norm"),
    (ch04.clipped, lambda gs, t: [g * min(1, t / norm(gs) ** 2) for g in gs], "square root"),
    (ch04.clipped, lambda gs, t: [g * min(1, t / sum(norm([g]) for g in gs)) for g in gs], "norms do not add up"),
    (
        ch04.clipped,
        scaled_up_from_one,
        "norm is 0",
    ),
    (ch04.clipped, lambda gs, t: [g * 0 for g in gs], "was expected"),
    (ch04.clipped, lambda gs, t: gs[0], "a list of 3 arrays"),
    (ch04.write, writer(carry=False), "thrown away"),
    (ch04.write, writer(feed=False), "reads the first id again"),
    (ch04.write, writer(head=True), "it was read, not written"),
    (ch04.write, lambda *a: writer()(*a)[:-1], "9 ids are asked for"),
    (ch04.write, writer(warm=lambda z, t: z * t), "multiplied"),
    (ch04.write, writer(warm=lambda z, t: z), "changes nothing"),
    (ch04.write, writer(choose=lambda p: int(p.argmax())), "always the same id"),
    (ch04.write, writer(again=False), "differently each time"),
    (ch04.write, lambda *a: [float(i) for i in writer()(*a)], "whole numbers"),
    (ch04.write, lambda *a: [0] * a[3], "should come from"),
]


@pytest.mark.parametrize("check, answer, hint", MISTAKES, ids=[f"{c.__name__}: {h}" for c, _, h in MISTAKES])
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_other_ways_of_writing_the_same_are_correct():
    def joined(x, h, W_xh, W_hh, b):
        return np.tanh(np.concatenate([x, h], 1) @ np.concatenate([W_xh, W_hh]) + b)

    def in_place(grads, limit):
        factor = min(1, limit / norm(grads))
        for g in grads:
            g *= factor
        return tuple(grads)

    def as_a_loop(sigma, share):
        if sigma >= 1:
            return np.inf
        k, left = 0, 1.0
        while left > share:
            k, left = k + 1, left * sigma
        return k

    assert ch04.rnn_step(joined) and ch04.clipped(in_place) and ch04.forgotten(as_a_loop)
    assert ch04.write(lambda *a: np.array(writer()(*a)))
