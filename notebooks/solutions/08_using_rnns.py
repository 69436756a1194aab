"""Solutions to the exercises of chapter 08."""

import numpy as np


def folds(play, k):
    names, number = np.unique(play, return_inverse=True)
    return number % k


def f1(said, true):
    hits = np.sum((said == true) & (true != 0))
    total = np.sum(said != 0) + np.sum(true != 0)
    return 2 * hits / total if total else 1.0


def teacher_forcing(target, begin, end):
    return np.array([begin, *target]), np.array([*target, end])


def beam_step(log_probs, scores, width):
    totals = scores[:, None] + log_probs
    best = np.argsort(-totals, axis=None)[:width]
    return [divmod(int(i), totals.shape[1]) for i in best]
