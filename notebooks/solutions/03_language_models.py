"""Solutions to the exercises of chapter 03."""

from collections import Counter

import numpy as np


def estimate(words, context, word):
    followers = Counter(
        after for before, after in zip(words, words[1:], strict=False) if before == context
    )
    return followers[word] / followers.total() if followers else 0.0


def perplexity(log_probs):
    return float(np.exp(-np.mean(log_probs)))


def laplace(counts, alpha):
    return (counts + alpha) / (counts.sum() + alpha * len(counts))


def interpolated(counts, weights):
    size = len(counts[0])
    p = np.full(size, 1 / size)
    for followers, weight in zip(counts, weights, strict=True):
        if followers.sum() > 0:
            p = weight * followers / followers.sum() + (1 - weight) * p
    return p


def continuation(words):
    kinds = set(zip(words, words[1:], strict=False))
    before = Counter(second for _, second in kinds)
    return {word: count / len(kinds) for word, count in before.items()}


def draw(probabilities, temperature, rng):
    raised = probabilities ** (1 / temperature)
    return int(rng.choice(len(raised), p=raised / raised.sum()))
