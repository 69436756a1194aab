"""Solutions of chapter 01's exercises: one function each, named like its stub."""

import numpy as np


def weighted_mean(stars, propensity):
    weights = 1 / propensity
    return (weights * stars).sum() / weights.sum()


def autocorrelation_at(x, k):
    centred = x - x.mean()
    return (centred[: len(x) - k] * centred[k:]).sum() / (centred**2).sum()


def windows(x, order):
    inputs = np.array([x[i : i + order] for i in range(len(x) - order)])
    return inputs, x[order:]


def predict_ahead(step, x, t, k, order):
    window = list(x[: t - k + 1][-order:])
    for _ in range(k):
        window = window[1:] + [step(window)]
    return window[-1]


def time_split(day, share):
    cut = np.quantile(day, share)
    return day <= cut if (day <= cut).mean() < 1 else day < cut
