"""How well each of many units tells where something holds, by ranks: the area under the ROC curve, and the rank correlation with a number.

Sorting 150 million values takes a minute. Here the values of a unit are rounded to `LEVELS` steps between its least and its greatest, and counted; the
rank of a step is the mean rank of all values on it. With the ranks at hand the scores for any number of labels, shuffled ones too, are one product.
T tokens, H units, K sets of labels.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

LEVELS = 4096
_UNITS, _STEPS = 32, 256  # looked at together: rows become columns a third faster if they were put side by side before


def scores(array: np.ndarray, labels: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Of an array (T, H) and several labels, each (K, T), the scores, each (H, K).

    Labels of bool: the AUC, the probability that a value where they hold is above one where they do not, a tie counting half; 0.5 says nothing.
    Numbers: Spearman's rank correlation, −1 to 1. A unit that never moves has 0.5, or 0. Each row of labels must hold somewhere but not everywhere, or vary.
    """
    T, H = array.shape
    ranks, spread = np.zeros((H, T), np.float32), np.ones((H, 1), np.float32)

    def block(start: int) -> None:
        rows = slice(start, start + _UNITS)
        for t in range(0, T, _STEPS):
            ranks[rows, t : t + _STEPS] = np.ascontiguousarray(array[t : t + _STEPS, rows]).T
        for unit in range(start, min(H, start + _UNITS)):
            spread[unit] = _centre(ranks[unit])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(block, range(0, H, _UNITS)))
    return [_against(ranks, spread, one) for one in labels]


def _against(ranks: np.ndarray, spread: np.ndarray, labels: np.ndarray) -> np.ndarray:
    T = ranks.shape[1]
    if labels.dtype == bool:
        holds = labels.sum(1, dtype=np.float64)
        weights = labels.astype(np.float32)
        weights *= (T / (holds * (T - holds))).astype(np.float32)[:, None]
        return ranks @ weights.T + np.float32(0.5)
    weights = np.stack([_unit_ranks(row) for row in labels]).astype(np.float32)
    return ranks @ weights.T / spread


def _centre(values: np.ndarray) -> float:
    """Put mean ranks, less the mean of all and divided by T, in the place of values (T,) float32. Returns the root of their sum of squares, 1 if all are 0."""
    low, high = float(values.min()), float(values.max())
    if not high - low > 1e-30:  # it stands still
        values[:] = 0
        return 1.0
    steps = np.subtract(values, low, dtype=np.float32 if high - low < 1e30 else np.float64)
    steps *= (LEVELS - 1) / (high - low)
    levels = steps.astype(np.intp)
    counts = np.bincount(levels, minlength=LEVELS)
    middle = (np.cumsum(counts) - counts / 2) / len(values) - 0.5
    values[:] = middle.astype(np.float32)[levels]
    return float(np.sqrt(counts @ middle**2))


def _unit_ranks(numbers: np.ndarray) -> np.ndarray:
    """Exact mean ranks, centred, with a sum of squares of 1."""
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2 - len(numbers) / 2
    ranks = middle[place]
    return ranks / np.sqrt((ranks**2).sum())
