"""Solutions to the exercises of chapter 05."""

import numpy as np


def candidate(X, H, R, W_xh, W_hh, b_h):
    return np.tanh(X @ W_xh + (R * H) @ W_hh + b_h)


def update(Z, H, new):
    return Z * H + (1 - Z) * new


def half_life(z):
    return np.log(0.5) / np.log(z)


def weights(I, H):
    return 3 * (I * H + H * H + H)
