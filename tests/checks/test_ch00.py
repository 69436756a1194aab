"""Chapter 00's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import random
import re
from collections import Counter

import pytest

from d2lrnn.checks import ch00


def split_followers(text, context):
    return Counter(part[0] for part in text.split(context)[1:] if part) if context else Counter(text)


def without_bounds(text, c):
    return Counter(text[i + len(c)] for i in range(len(text)) if text[i : i + len(c)] == c)


@pytest.mark.parametrize(
    ("check", "mistake", "hint"),
    [
        (ch00.alphabet, len, "count each kind once"),
        (ch00.alphabet, set, "how many there are"),
        (ch00.alphabet, lambda text: len(set(text.lower())), "capital"),
        (ch00.alphabet, lambda text: len(set("".join(text.split()))), "spaces and newlines"),
        (ch00.followers, split_followers, "overlap"),
        (ch00.followers, lambda text, c: Counter(re.findall(f"{re.escape(c)}(.)", text, re.DOTALL)), "overlap"),
        (ch00.followers, without_bounds, "also the end of the text"),
        (
            ch00.followers,
            lambda text, c: Counter(text[i] for i in range(len(text) - len(c) + 1) if c and text[i : i + len(c)] == c),
            "begin the context",
        ),
        (
            ch00.followers,
            lambda text, c: dict.fromkeys(
                (text[i + len(c)] for i in range(len(text) - len(c)) if text[i : i + len(c)] == c), 1
            ),
            "counted only once",
        ),
        (ch00.followers, lambda text, c: [], "Counter"),
        (ch00.choose, lambda counts, rng: max(counts, key=counts.get), "by chance"),
        (ch00.choose, lambda counts, rng: list(counts)[rng.integers(len(counts))], "equally often"),
        (ch00.choose, lambda counts, rng: int(rng.integers(len(counts))), "is asked for"),
        (
            ch00.choose,
            lambda counts, rng: random.choices(list(counts), list(counts.values()))[0],
            "the `rng` that is given",
        ),
    ],
)
def test_a_classic_mistake_gets_its_hint(check, mistake, hint):
    verdict = check(mistake)
    assert verdict.state == "wrong" and hint in verdict.message, verdict
