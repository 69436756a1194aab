"""`NGramCounts`: how often each run of 1, 2, ..., n tokens occurs in a text, as sorted arrays.

V is the size of the vocabulary, T the number of tokens, n the order.

A k-gram has a number: its place in the sorted array `keys[k]`. Its key is (number of its first k - 1 tokens) * V + (last token), so that all k-grams with
the same context lie side by side, and a key fits in 64 bits whatever n is, as long as T * V does. The empty context is number 0 of level 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2lrnn.arguments import check_whole, flat_ids


class NGramCounts:
    """The n-grams of `ids` (T,), for every length up to `order`, with tokens 0 ... `size` - 1.

    Attributes, one entry a length k = 0 ... order (entry 0 is the empty context):
    keys[k]: the distinct k-grams, sorted. counts[k]: how often each occurs. before[k]: how many distinct tokens stand before each (0 for k = order).

    Raises TypeError or ValueError for ids that are no flat sequence of whole numbers below `size`, an order below 1, fewer than `order` tokens, or
    T * V beyond 2**63.
    """

    def __init__(self, ids: Sequence[int] | np.ndarray, size: int, order: int = 3):
        check_whole("order", order, 1)
        check_whole("size", size, 1)
        ids = check_ids(ids, size)
        if len(ids) < order:
            raise ValueError(f"NGramCounts: order {order} needs at least {order} tokens, got {len(ids)}")
        if (len(ids) + 1) * int(size) >= 2**63:
            raise ValueError(
                f"NGramCounts: {len(ids):,} tokens and a vocabulary of {size:,} are too large for keys of 64 bits"
            )
        self.size, self.order, self.total = int(size), int(order), len(ids)
        self.keys, self.counts = [np.zeros(1, np.int64)], [np.array([len(ids)])]
        self.before = [np.array([0])]
        numbers = np.zeros(len(ids) + 1, np.int64)  # of the k-gram that starts at each position
        for k in range(1, order + 1):
            ends = ids[k - 1 :].astype(np.int64)
            keys, first, inverse, counts = np.unique(
                numbers[: len(ends)] * size + ends, return_index=True, return_inverse=True, return_counts=True
            )
            if k > 1:  # each distinct k-gram is one distinct token before its last k - 1 tokens
                self.before[k - 1] = np.bincount(numbers[first + 1], minlength=len(self.keys[k - 1]))
            self.keys.append(keys)
            self.counts.append(counts)
            self.before.append(np.zeros(len(keys), np.int64))
            numbers = inverse

    def __repr__(self) -> str:
        kinds = ", ".join(f"{len(keys):,}" for keys in self.keys[1:])
        return f"NGramCounts({self.total:,} tokens, vocabulary {self.size:,}; distinct n-grams of length 1 to {self.order}: {kinds})"

    def context(self, k: int) -> np.ndarray:
        """The number of each k-gram's context, its first k - 1 tokens."""
        return self.keys[k] // self.size

    def find(self, k: int, contexts: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The numbers of k-grams given by their contexts' numbers and last tokens; -1 for one that was never seen (or whose context, -1, was not)."""
        wanted = contexts * self.size + tokens
        found = np.searchsorted(self.keys[k], wanted)
        found[found == len(self.keys[k])] = 0
        return np.where((self.keys[k][found] == wanted) & (contexts >= 0), found, -1)

    def numbers(self, ids: np.ndarray, order: int | None = None) -> list[np.ndarray]:
        """For each length k = 0 ... `order` (as many as were counted, if None), the number of the k-gram that starts at each position of
        `ids` (T,), shape (T - k + 1,); -1 where never seen."""
        found = [np.zeros(len(ids) + 1, np.int64)]
        for k in range(1, (self.order if order is None else order) + 1):
            ends = ids[k - 1 :]
            found.append(self.find(k, found[-1][: len(ends)], ends))
        return found

    def count(self, gram: Sequence[int]) -> int:
        """How often one n-gram of at most `order` tokens occurs; the empty one, T times."""
        gram = check_ids(gram, self.size)
        if len(gram) > self.order:
            raise ValueError(f"NGramCounts: n-grams of up to {self.order} tokens were counted, got {len(gram)}")
        number = int(self.numbers(gram, len(gram))[-1][0])
        return int(self.counts[len(gram)][number]) if number >= 0 else 0

    def followers(self, k: int, context: int) -> slice:
        """Where in `keys[k]` the k-grams lie that begin with context number `context`."""
        ends = np.searchsorted(self.keys[k], [context * self.size, (context + 1) * self.size])
        return slice(int(ends[0]), int(ends[1]))


def check_ids(ids: Sequence[int] | np.ndarray, size: int) -> np.ndarray:
    """`flat_ids`, int64, from 0 to `size` - 1. Raises TypeError or ValueError."""
    ids = flat_ids(ids)
    wrong = ids[(ids < 0) | (ids >= size)]
    if len(wrong):
        raise ValueError(f"ids must be from 0 to {size - 1}, got {wrong[0]}; was it another tokenizer that made them?")
    return ids.astype(np.int64, copy=False)
