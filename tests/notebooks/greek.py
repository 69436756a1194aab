"""A text in Greek letters, made up by rule: words of syllables, each the more rarely used the later it was made, in sentences and paragraphs."""

from __future__ import annotations

import numpy as np

ONSETS = "β γ δ ζ θ κ λ μ ν ξ π ρ σ τ φ χ ψ στ πρ κλ τρ".split() + [""]
VOWELS = "α ε η ι ο υ ω ά έ ή ί ό ύ ώ αι ει οι ου".split()
ENDS = ["", "", "ς", "ν"]


def greek(characters: int, seed: int = 0) -> str:
    """A text of about so many characters."""
    rng = np.random.default_rng(seed)
    words: list[str] = []
    while len(words) < 3000:
        syllables = [str(rng.choice(ONSETS)) + str(rng.choice(VOWELS)) for _ in range(rng.integers(1, 4))]
        word = "".join(syllables) + str(rng.choice(ENDS))
        if word not in words:
            words.append(word)
    chances = 1 / np.arange(2, len(words) + 2)
    chances /= chances.sum()
    # A word has its own few followers, so that there is something to learn.
    followers = rng.choice(len(words), size=(len(words), 6), p=chances)
    pieces, length, at = [], 0, 0
    while length < characters:
        sentence = []
        for _ in range(rng.integers(4, 14)):
            at = int(rng.choice(followers[at])) if rng.random() < 0.7 else int(rng.choice(len(words), p=chances))
            sentence.append(words[at])
        said = " ".join(sentence).capitalize() + str(rng.choice([".", ".", ";", "!"]))
        said = said.replace(" ", ",\n" if rng.random() < 0.3 else " ", 1)
        pieces.append(said + ("\n\n" if rng.random() < 0.2 else "\n"))
        length += len(pieces[-1])
    return "".join(pieces)
