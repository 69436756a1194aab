"""The two algorithms of byte pair encoding: learning merges, and applying them. Both work on ids; `bpe` gives them strings.

Each keeps a text as a linked list of symbols, so that a merge costs as much as it changes.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence


def learn(
    words: Mapping[Sequence[int], int], num_merges: int, first_id: int, min_freq: int = 1
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Learn up to `num_merges` merges (Sennrich, Haddow & Birch 2016, algorithm 1).

    words: symbol sequences with how often each occurs. Merge k makes the symbol `first_id + k` of the most frequent neighbours; of equally frequent
    pairs the one with the smallest ids is taken, which is also what the `tokenizers` package does. Stops early when no pair occurs `min_freq` times.

    Returns the merges (left, right, count), and by how many symbols each shortened the text. (The two counts differ where a pair overlaps itself.)
    """
    symbol, weight, before, after = [], [], [], []
    for word, count in words.items():
        start, last = len(symbol), len(symbol) + len(word) - 1
        symbol.extend(word)
        weight.extend([count] * len(word))
        before.extend([-1, *range(start, last)] if word else ())
        after.extend([*range(start + 1, last + 1), -1] if word else ())

    counts: dict[tuple[int, int], int] = defaultdict(int)
    places: dict[tuple[int, int], set[int]] = defaultdict(set)  # where the left symbol of each pair stands
    for i, j in enumerate(after):
        if j >= 0:
            pair = symbol[i], symbol[j]
            counts[pair] += weight[i]
            places[pair].add(i)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)

    merges, shortened = [], []
    while heap and len(merges) < num_merges:
        negative, pair = heapq.heappop(heap)
        if -negative != counts[pair]:  # counts only ever fall after a pair is made: put it back where it belongs now
            if counts[pair] > 0:
                heapq.heappush(heap, (-counts[pair], pair))
            continue
        if -negative < min_freq:
            break
        left, right = pair
        new = first_id + len(merges)
        made, applied = set(), 0
        for i in sorted(places.pop(pair)):  # left to right, which decides how "aaa" is cut
            j = after[i]
            if symbol[i] != left or j < 0 or symbol[j] != right:
                continue  # its left half was just used by the place before
            w, p, n = weight[i], before[i], after[j]
            if p >= 0:
                old = symbol[p], left
                counts[old] -= w
                if old != pair:
                    places[old].discard(p)
                counts[symbol[p], new] += w
                places[symbol[p], new].add(p)
                made.add((symbol[p], new))
            if n >= 0:
                old = right, symbol[n]
                counts[old] -= w
                if old != pair:
                    places[old].discard(j)
                counts[new, symbol[n]] += w
                places[new, symbol[n]].add(i)
                made.add((new, symbol[n]))
                before[n] = i
            symbol[i], after[i], symbol[j] = new, n, -1
            applied += w
        del counts[pair]
        for pair in made:
            if counts[pair] > 0:
                heapq.heappush(heap, (-counts[pair], pair))
        merges.append((left, right, -negative))
        shortened.append(applied)
    return merges, shortened


def segment(
    symbols: Sequence[int], rank: Mapping[tuple[int, int], int], first_id: int, limit: int | None = None
) -> list[int]:
    """Apply learnt merges to one sequence: always the earliest merge that fits, from left to right. `limit`: only the first so many merges.

    That is the same as running through the merges in their order, since a merge makes only pairs that were learnt later.
    """
    symbols = list(symbols)
    size = len(symbols)
    limit = len(rank) if limit is None else limit
    before, after = list(range(-1, size - 1)), [*range(1, size), -1]
    heap = []
    for i in range(size - 1):
        r = rank.get((symbols[i], symbols[i + 1]), limit)
        if r < limit:
            heap.append((r, i))
    heapq.heapify(heap)
    while heap:
        r, i = heapq.heappop(heap)
        j = after[i]
        if j < 0 or symbols[i] < 0 or rank.get((symbols[i], symbols[j])) != r:
            continue
        symbols[i], symbols[j] = first_id + r, -1
        n = after[i] = after[j]
        if n >= 0:
            before[n] = i
            s = rank.get((symbols[i], symbols[n]), limit)
            if s < limit:
                heapq.heappush(heap, (s, i))
        p = before[i]
        if p >= 0:
            s = rank.get((symbols[p], symbols[i]), limit)
            if s < limit:
                heapq.heappush(heap, (s, p))
    return [s for s in symbols if s >= 0]
