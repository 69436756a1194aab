"""Solutions to the exercises of chapter 07."""

import numpy as np


def best_accuracy(joint):
    return joint.max(axis=1).sum()


def both_ways(X, forward, backward):
    return np.concatenate([forward(X), backward(X[::-1])[::-1]], axis=2)


def reverse(ids, lengths):
    turned = ids.copy()
    for b, n in enumerate(lengths):
        turned[:n, b] = ids[:n, b][::-1]
    return turned


def weights(I, H, K):
    return 2 * (I * H + H * H + H) + 2 * H * K + K


def looks_ahead(run, X):
    before = run(X)
    for s in range(1, len(X)):
        changed = X.copy()
        changed[s] += 1
        if np.abs(run(changed) - before)[:s].max() > 1e-9:
            return True
    return False
