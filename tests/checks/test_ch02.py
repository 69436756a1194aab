"""Chapter 02's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import math
import runpy
from collections import Counter

import numpy as np
import pytest

from d2lrnn.checks import ch02

UNK = "<unk>"


def ranked(tokens):
    counts = Counter(tokens)
    return sorted(counts, key=lambda token: (-counts[token], token))


def merge(tokens, left, right, most=None):
    out, i, done = [], 0, 0
    while i < len(tokens):
        if tokens[i : i + 2] == [left, right] and done != most:
            out.append(left + right)
            i, done = i + 2, done + 1
        else:
            out.append(tokens[i])
            i += 1
    return out


def in_order(piece, merges, most=None):
    tokens = list(piece)
    for left, right in merges:
        tokens = merge(tokens, left, right, most)
    return tokens


def longest(piece, merges):
    known, out = {a + b for a, b in merges}, []
    while piece:
        n = max([1, *(n for n in range(2, len(piece) + 1) if piece[:n] in known)])
        out.append(piece[:n])
        piece = piece[n:]
    return out


def from_the_right(piece, merges):
    tokens = list(piece)
    for left, right in merges:
        i = len(tokens) - 2
        while i >= 0:
            if tokens[i : i + 2] == [left, right]:
                tokens[i : i + 2] = [left + right]
                i -= 1
            i -= 1
    return tokens


def by_replacing(piece, merges):
    line = "|".join(piece)
    for left, right in merges:
        line = line.replace(f"{left}|{right}", left + right)
    return line.split("|")


def rate(train, heldout, least):
    counts = Counter(train)
    return sum(counts[t] < least for t in heldout) / len(heldout)


def batches(tokens, B, T, shift=1, stride=None, count=None, turned=False):
    count = (len(tokens) - 1) // (B * T) if count is None else count
    begins = [row * (count * T if stride is None else stride(len(tokens), B, T)) for row in range(B)]
    out = []
    for m in range(count):
        pair = [np.array([tokens[(b + m * T + s) % len(tokens) :][:T].tolist() for b in begins]) for s in (0, shift)]
        out.append(tuple(array if turned else array.T for array in pair))
    return out


def side_by_side(tokens, B, T):
    count = (len(tokens) - 1) // (B * T)
    begins = np.arange(count * B).reshape(count, B) * T
    return [tuple(np.array([tokens[b + s : b + s + T] for b in row]).T for s in (0, 1)) for row in begins]


def rolled(tokens, B, T):
    """Targets by np.roll inside each window: the last one is the window's own first token."""
    return [(inputs, np.roll(inputs, -1, 0)) for inputs, _ in batches(tokens, B, T)]


@pytest.mark.parametrize(
    ("check", "mistake", "hint"),
    [
        (ch02.vocabulary, lambda t, k: [w for w in ranked(t) if t.count(w) >= k], "must be '<unk>'"),
        (ch02.vocabulary, lambda t, k: [UNK, *(w for w in ranked(t) if t.count(w) > k)], ">=, not >"),
        (ch02.vocabulary, lambda t, k: [UNK, *ranked(t)], "fewer than min_freq"),
        (ch02.vocabulary, lambda t, k: [UNK, *sorted(w for w in set(t) if t.count(w) >= k)], "alphabetical"),
        (
            ch02.vocabulary,
            lambda t, k: [UNK, *(w for w, n in Counter(t[::-1]).most_common() if n >= k)],
            "of equally frequent tokens",
        ),
        (ch02.vocabulary, lambda t, k: [UNK, *(w for w in ranked(t)[::-1] if t.count(w) >= k)], "most frequent one"),
        (ch02.vocabulary, lambda t, k: [UNK, *(w for w in t if t.count(w) >= k)], "more than once"),
        (ch02.vocabulary, lambda t, k: {UNK: 0}, "a list of strings"),
        (
            ch02.vocabulary,
            lambda t, k: [
                UNK,
                *(w for w in sorted(ranked(t), key=lambda w: (-t.count(w), w.lower())) if t.count(w) >= k),
            ],
            "of equally frequent tokens",
        ),
        (ch02.apply_merges, lambda p, m: in_order(p, m, most=1), "not only at the first place"),
        (ch02.apply_merges, lambda p, m: in_order(p, m[::-1]), "last to first"),
        (ch02.apply_merges, longest, "another algorithm"),
        (ch02.apply_merges, from_the_right, "the left one is merged"),
        (ch02.apply_merges, by_replacing, "two whole tokens"),
        (ch02.apply_merges, lambda p, m: list(p), "nothing was merged"),
        (ch02.apply_merges, lambda p, m: in_order(p, m)[1:], "neither lose nor add"),
        (ch02.unknown_rate, lambda a, b, k: 100 * rate(a, b, k), "not per cent"),
        (ch02.unknown_rate, lambda a, b, k: round(rate(a, b, k) * len(b)), "divide by"),
        (ch02.unknown_rate, lambda a, b, k: rate(a, list(set(b)), k), "each occurrence counts"),
        (ch02.unknown_rate, lambda a, b, k: rate(a, b, 1), "fewer than min_freq times are unknown too"),
        (ch02.unknown_rate, lambda a, b, k: rate(a, b, k + 1), "<, not <="),
        (ch02.unknown_rate, lambda a, b, k: rate(a, a, k), "the held-out text decides"),
        (ch02.unknown_rate, lambda a, b, k: rate(b, b, k), "count in the training text"),
        (ch02.unknown_rate, lambda a, b, k: 1 - rate(a, b, k), "is known"),
        (ch02.unknown_rate, lambda a, b, k: sum(0 < a.count(t) < k for t in b) / len(b), "never saw is unknown"),
        (ch02.unknown_rate, lambda a, b, k: rate(a, b, k) * len(b) / len(a), "not by that of the training"),
        (ch02.bits_per_character, lambda z, s: math.log(len(z)) * len(z.encode(s)) / len(s), "nats"),
        (ch02.bits_per_character, lambda z, s: math.log2(len(z)), "bits per token"),
        (ch02.bits_per_character, lambda z, s: math.log2(len(z)) * len(z.encode(s)), "whole text"),
        (ch02.bits_per_character, lambda z, s: math.log2(len(z)) * len(s) / len(z.encode(s)), "upside down"),
        (
            ch02.bits_per_character,
            lambda z, s: math.log2(len(z)) * len(z.encode(s)) / len(s.encode()),
            "not by bytes",
        ),
        (ch02.bits_per_character, lambda z, s: math.ceil(math.log2(len(z))) * len(z.encode(s)) / len(s), "round"),
        (ch02.bits_per_character, lambda z, s: len(z.encode(s)) / len(s), "how many bits"),
        (ch02.bits_per_character, lambda z, s: math.log2(len(z)) / len(s), "bits of one token"),
        (
            ch02.bits_per_character,
            lambda z, s: math.log2(len(set(z.tokenize(s)))) * len(z.encode(s)) / len(s),
            "size of the vocabulary",
        ),
        (ch02.sequential, lambda t, B, T: batches(t, B, T, turned=True), "time comes first"),
        (ch02.sequential, lambda t, B, T: batches(t, B, T, shift=0), "inputs themselves"),
        (ch02.sequential, lambda t, B, T: [(y, x) for x, y in batches(t, B, T)], "one step earlier"),
        (ch02.sequential, rolled, "outside the window"),
        (ch02.sequential, side_by_side, "side by side"),
        (ch02.sequential, lambda t, B, T: batches(t, B, T)[:-1], "minibatches fit"),
        (ch02.sequential, lambda t, B, T: batches(t, B, T, stride=lambda n, B, T: (n - 1) // B), "a row is"),
        (ch02.sequential, lambda t, B, T: batches(t, B, T)[0], "a list of pairs"),
    ],
)
def test_a_classic_mistake_gets_its_hint(check, mistake, hint):
    verdict = check(mistake)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_solutions_are_correct_and_stubs_untried(root):
    solutions = runpy.run_path(str(root / "notebooks" / "solutions" / "02_text_preprocessing.py"))
    for name in ("vocabulary", "apply_merges", "unknown_rate", "bits_per_character", "sequential"):
        check = getattr(ch02, name)
        assert check(solutions[name]).state == "correct", check(solutions[name])
        assert check(lambda *args: ...).state == "untried"


def test_other_ways_to_be_right_are_accepted():
    """Arrays or lists, a generator of minibatches, NumPy numbers, tuples."""
    assert ch02.sequential(lambda t, B, T: iter(batches(t, B, T)))
    assert ch02.sequential(lambda t, B, T: [(x.tolist(), y.tolist()) for x, y in batches(t, B, T)])
    assert ch02.unknown_rate(lambda a, b, k: np.float64(rate(a, b, k)))
    assert ch02.apply_merges(lambda p, m: tuple(in_order(p, m)))
