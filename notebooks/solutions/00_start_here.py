"""Solutions to the exercises of chapter 00."""

from collections import Counter


def alphabet(text):
    return len(set(text))


def followers(text, context):
    n = len(context)
    return Counter(text[i + n] for i in range(len(text) - n) if text[i : i + n] == context)


def choose(counts, rng):
    characters = list(counts)
    shares = [counts[character] / sum(counts.values()) for character in characters]
    return characters[rng.choice(len(characters), p=shares)]
