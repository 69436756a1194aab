"""Solutions to the exercises of chapter 06."""

import numpy as np


def step(X, H, C, W, b):
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    I = sigmoid(X @ W["xi"] + H @ W["hi"] + b["i"])
    F = sigmoid(X @ W["xf"] + H @ W["hf"] + b["f"])
    O = sigmoid(X @ W["xo"] + H @ W["ho"] + b["o"])
    new = np.tanh(X @ W["xc"] + H @ W["hc"] + b["c"])
    C = F * C + I * new
    return O * np.tanh(C), C


def direct(F):
    return np.vstack([np.cumprod(F[::-1], 0)[::-1], np.ones(F.shape[1])])


def bias_for(steps):
    f = 0.5 ** (1 / steps)
    return np.log(f / (1 - f))


def largest(budget, I):
    H = 0
    while 4 * (I * (H + 1) + (H + 1) ** 2 + (H + 1)) <= budget:
        H += 1
    return H


def mix(network, counts):
    weights = np.arange(1, 100) / 100
    losses = [-np.log(w * np.exp(network) + (1 - w) * np.exp(counts)).mean() for w in weights]
    return weights[np.argmin(losses)]
