"""Our Kneser–Ney model as the counted peer of a network, its order chosen without the text that is scored."""

from __future__ import annotations

import numpy as np

from d2lrnn.text.ngrams import KneserNey, NGramCounts

ORDERS = range(1, 9)


def best_order(train: np.ndarray, valid: np.ndarray, symbols: int) -> int:
    """The order with the lowest loss on `valid`, which follows `train`."""
    counts = NGramCounts(train, symbols, max(ORDERS))
    return min(ORDERS, key=lambda order: -KneserNey(counts, order).log_probs(valid, train[-order:]).mean())


def counted(train: np.ndarray, test: np.ndarray, symbols: int) -> tuple[float, int]:
    """The loss on `test` in nats of a model of all of `train`, and its order, chosen on the last tenth of `train`."""
    cut = int(0.9 * len(train))
    order = best_order(train[:cut], train[cut:], symbols)
    model = KneserNey(NGramCounts(train, symbols, order))
    return float(-model.log_probs(test, train[-order:]).mean()), order
