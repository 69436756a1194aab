"""The sentences of chapter 07, in the manner of the deck's slides 45–47, each with its probability.

An opening, somebody, a blank, the rest: `After lunch Anna is [not] very hungry, she had two sandwiches.` The opening, left of the blank, makes some words
likelier; what settles it mostly comes on the right. Words and probabilities are ours, except for the deck's half a pig.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

SUBJECTS = (  # equally likely: subject, verb, pronoun
    ("I", "am", "I"),
    ("you", "are", "you"),
    ("we", "are", "we"),
    ("they", "are", "they"),
    ("she", "is", "she"),
    ("he", "is", "he"),
    ("Anna", "is", "she"),
    ("Tom", "is", "he"),
)
FEELINGS = ("hungry", "thirsty", "tired", "happy")
DEGREES = ("{feeling}", "not very {feeling}", "very very {feeling}")  # the first word is the blank

# Per cent. An opening's own, those of the feelings after it, those of the degrees after it.
OPENINGS = {
    "": (40, (40, 20, 20, 20), (40, 45, 15)),
    "before lunch": (12, (80, 8, 6, 6), (65, 10, 25)),
    "after lunch": (12, (60, 10, 20, 10), (30, 60, 10)),
    "late at night": (12, (6, 6, 80, 8), (65, 10, 25)),
    "after the race": (12, (6, 80, 8, 6), (65, 10, 25)),
    "at the party": (12, (6, 8, 6, 80), (70, 10, 20)),
}
NO_ENDING = (20, 50, 15)  # per cent, by degree: the sentence stops after the feeling

# All equally likely, for those who feel it (very much or plainly), and for those who do not.
REASONS = {
    "hungry": (
        ("could eat half a pig", "could eat a horse", "could eat the whole cake"),
        ("had a big breakfast", "had two sandwiches"),
    ),
    "thirsty": (
        ("could drink a river", "could drink the whole lake", "could drink a bucket of water"),
        ("had a pot of tea", "had two glasses of water"),
    ),
    "tired": (
        ("could sleep for a week", "could sleep on the floor", "could sleep until Monday"),
        ("slept all morning", "had a long nap"),
    ),
    "happy": (
        ("could dance all night", "could sing all day", "could hug everybody"),
        ("lost the keys", "had bad news"),
    ),
}


def hungry_sentences() -> dict[str, Fraction]:
    """Every sentence, its blank in brackets, with its probability: 2,112 of them, and the probabilities sum to exactly 1."""
    sentences = {}
    for (opening, (share, feelings, degrees)), (subject, verb, pronoun) in product(OPENINGS.items(), SUBJECTS):
        start = f"{opening} {subject} {verb}".strip()
        start = start[0].upper() + start[1:]
        for (feeling, likely), (i, degree) in product(zip(FEELINGS, feelings, strict=True), enumerate(DEGREES)):
            p = _percent(share) / len(SUBJECTS) * _percent(likely) * _percent(degrees[i])
            blank, *rest = degree.format(feeling=feeling).split()
            words = " ".join([start, f"[{blank}]", *rest])
            sentences[f"{words}."] = p * _percent(NO_ENDING[i])
            reasons = REASONS[feeling][blank == "not"]
            for reason in reasons:
                sentences[f"{words}, {pronoun} {reason}."] = p * _percent(100 - NO_ENDING[i]) / len(reasons)
    return sentences


def _percent(whole: int) -> Fraction:
    return Fraction(whole, 100)
