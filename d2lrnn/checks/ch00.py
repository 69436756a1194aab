"""Checks for the exercises of chapter 00."""

from __future__ import annotations

import re
import string
from collections import Counter

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise

_LETTERS = list("abcdeé ?\n") + ["Ω", "字"]


def _text(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(_LETTERS, length))


@exercise("0.1")
def alphabet(answer):
    rng = np.random.default_rng(1)
    for text in ("banana", "A a\n", *(_text(rng, n) for n in (5, 40, 200)), string.printable, ""):
        given, right = ask(answer, text), len(set(text))
        if isinstance(given, set | list | str | dict) and len(given) == right:
            raise Wrong(
                f"these are the characters themselves ({type(given).__name__}); the question is how many there are"
            )
        if isinstance(given, bool) or not isinstance(given, int | np.integer):
            raise Wrong(f"a whole number is asked for, got {type(given).__name__}")
        if given == right:
            continue
        if given == len(text):
            raise Wrong(f"{text!r} has {len(text)} characters, but some are the same one twice: count each kind once")
        if given == len(set(text.lower())):
            raise Wrong("a capital and its small letter are two different characters here")
        if given == len(set(text.replace(" ", "").replace("\n", ""))) or given == len(set("".join(text.split()))):
            raise Wrong("spaces and newlines are characters too")
        raise Wrong(f"{text!r} has {right} different characters, and your function says {given}")
    return "so many tokens does a character vocabulary need"


@exercise("0.2")
def followers(answer):
    rng = np.random.default_rng(2)
    trials = [
        ("aaaa", "a"),
        ("banana", "an"),
        ("aaaaa", "aa"),
        ("banana", "na"),
        ("abc", "c"),
        ("abc", "z"),
        ("a.b.axb", "."),
    ]
    trials += [("abc", "")]
    trials += [(text, text[k : k + n]) for n in (1, 2) for k, text in ((i, _text(rng, 60)) for i in range(4))]
    for text, context in trials:
        n = len(context)
        try:
            given = ask(answer, text, context)
        except Wrong as wrong:
            if context and text.endswith(context):
                raise Wrong(
                    f"in {text!r} after {context!r}: {wrong}; here the context is also the end of the text, with nothing after it"
                ) from wrong
            raise
        right = Counter(text[i + n] for i in range(len(text) - n) if text[i : i + n] == context)
        if not isinstance(given, dict):
            raise Wrong(f"a Counter (or a dict) is asked for, got {type(given).__name__}")
        counts = {character: count for character, count in given.items() if count}
        if counts == right:
            continue
        where = f"in {text!r} after {context!r}"
        if counts == Counter(text[i] for i in range(len(text) - n + 1) if text[i : i + n] == context and context):
            raise Wrong(f"{where}: these characters begin the context; the one that comes after it is wanted")
        if context and counts in (
            Counter(part[0] for part in text.split(context)[1:] if part),
            Counter(text[m.end()] for m in re.finditer(re.escape(context), text) if m.end() < len(text)),
            Counter(re.findall(f"{re.escape(context)}(.)", text, re.DOTALL)),
        ):
            raise Wrong(
                f"{where}: occurrences that overlap are missing, as in 'aaaa', where 'a' is followed three times; "
                "look at every position of the text"
            )
        if set(counts) == set(right) and set(counts.values()) == {1}:
            raise Wrong(f"{where}: the characters are right, but each is counted only once")
        if sum(counts.values()) > sum(right.values()):
            raise Wrong(
                f"{where}: {sum(counts.values())} counted, but only {sum(right.values())} places have a next character"
            )
        raise Wrong(f"{where}: {dict(right)} was expected, and your function gave {counts}")
    return "that is all a counted language model knows"


@exercise("0.3")
def choose(answer):
    rng = np.random.default_rng(3)
    for counts in ({"a": 8, "b": 1, "c": 1}, {"x": 1}, {"b": 3, " ": 3, "é": 6}):
        draws = [ask(answer, Counter(counts), rng) for _ in range(1500)]
        total, seen = sum(counts.values()), Counter(map(str, draws))
        foreign = [draw for draw in draws if not isinstance(draw, str) or draw not in counts]
        if foreign:
            raise Wrong(
                f"one of {list(counts)} is asked for, and your function gave {foreign[0]!r} ({type(foreign[0]).__name__})"
            )
        if len(counts) > 1 and len(seen) == 1:
            raise Wrong(
                f"of {counts} it gave {draws[0]!r} 1,500 times in a row: a draw by chance is asked for. Always taking the likeliest goes round in circles"
            )
        shares = np.array([seen[character] / 1500 for character in counts])
        right = np.array([count / total for count in counts.values()])
        if np.abs(shares - right).max() < 0.06:
            continue
        if np.abs(shares - 1 / len(counts)).max() < 0.06:
            raise Wrong(
                f"of {counts} every character comes equally often; one that was counted more often should come more often"
            )
        got = ", ".join(f"{c!r} {s:.2f}" for c, s in zip(counts, shares, strict=True))
        raise Wrong(f"of {counts} it drew {got} of the time; each character's share of the counts is wanted")
    # The same generator must give the same draw, or nothing can be repeated.
    pair = [[ask(answer, Counter("abcdefgh"), np.random.default_rng(7)) for _ in range(1)] for _ in range(6)]
    if any(draw != pair[0] for draw in pair):
        raise Wrong(
            "with the same generator it draws differently each time: draw with the `rng` that is given, or nobody can repeat your text"
        )
    return "chapter 03 writes whole pages this way"
