"""What can be asked of a text, place by place: inside quotes, start of a word, position in a line. `find` looks for units that know it.

A predicate says what is known once a token has been read, as a network's state does: the quote that opens is inside, the one that closes is not. T tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.trace.arrays import Trace

FEWEST = 5
"""Tokens at which a predicate must hold, and at which it must not, in each part of a text."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_OPENS, _CLOSES = "([{", ")]}"


@dataclass(frozen=True)
class Predicate:
    """name: for people. values: of a trace, one value a token, (T,): True or False, or a number. split: a token before which the text has to be cut in two,
    as a marked span needs; None where any place will do."""

    name: str
    values: Callable[[Trace], np.ndarray]
    split: int | None = None

    def on(self, trace: Trace) -> np.ndarray:
        """(T,), bool or float64. Raises ValueError for answers that are neither, or not one a token or character."""
        return _checked(self.name, self.values(trace), trace)


def by_character(name: str, of_text: Callable[[str], Iterable], *, anywhere: bool = False) -> Predicate:
    """A predicate from one value a character. A token of several characters has the value of its last one, or with `anywhere` is True if any of them is."""

    def values(trace: Trace) -> np.ndarray:
        if not trace.text:
            raise ValueError(f"{name}: it is asked of a text, and the tokens of this trace are empty")
        found, ends = np.asarray(list(of_text(trace.text))), ends_of(trace)
        if not anywhere:
            return _at(found, ends)
        upto = np.concatenate([[0], np.cumsum(found, dtype=int)])
        return np.diff(upto[ends], prepend=0) > 0

    return Predicate(name, values)


def beyond_column(n: int) -> Predicate:
    """More than `n` characters of the line have been read."""
    check_whole("beyond_column: n", n, 0)
    return by_character(f"beyond column {n}", lambda text: (column > n for column in _columns(text)))


def line_end_near(n: int = 5) -> Predicate:
    """One of the next `n` characters ends the line."""
    check_whole("line_end_near: n", n, 1)
    return by_character(
        f"line end within {n}", lambda text: ("\n" in text[i + 1 : i + 1 + n] for i in range(len(text)))
    )


def one_of(name: str, characters: str) -> Predicate:
    """The character is one of these."""
    return by_character(name, lambda text: (char in characters for char in text), anywhere=True)


def span(start: int, stop: int) -> Predicate:
    """Tokens `start` to `stop`, `stop` not among them. Units are chosen on its first part and what comes before, and judged on the rest and what comes after.

    Raises ValueError if it is empty or begins before the text; that it ends within the text is checked when it is asked of one.
    """
    check_whole("span: start", start, 0)
    check_whole("span: stop", stop, start + 1)

    def values(trace: Trace) -> np.ndarray:
        if stop > len(trace):
            raise ValueError(f"span: {start} to {stop} is outside the text, which has {len(trace):,} tokens")
        return (np.arange(len(trace)) >= start) & (np.arange(len(trace)) < stop)

    return Predicate(f"tokens {start} to {stop - 1}", values, split=start + -(-(stop - start) // 2))


# From a text to one value a character


def _inside_quotes(text: str) -> list[bool]:
    """Double quotes, straight or curly. A blank line ends a quotation: a speech of several paragraphs opens again with each."""
    inside, found = False, []
    for i, char in enumerate(text):
        if char == '"':
            inside = not inside
        elif char in "“”":
            inside = char == "“"
        elif char == "\n" and text[i - 1 : i] == "\n":
            inside = False
        found.append(inside)
    return found


def _columns(text: str) -> Iterable[int]:
    """How many characters of its line have been read; 0 once the line has ended."""
    column = 0
    for char in text:
        column = 0 if char == "\n" else column + 1
        yield column


def _depth(text: str) -> Iterable[int]:
    """How many brackets are open, whichever they are; one that closes nothing does not count."""
    depth = 0
    for char in text:
        depth = depth + 1 if char in _OPENS else max(0, depth - 1) if char in _CLOSES else depth
        yield depth


def _words(text: str, first: bool) -> np.ndarray:
    """Where a word begins, or where it goes on. A word is letters and digits, with apostrophes between them."""
    found = np.zeros(len(text), bool)
    for word in _WORD.finditer(text):
        found[word.start() : word.start() + 1 if first else word.end()] = True
        if not first:
            found[word.start()] = False
    return found


PREDICATES = {
    one.name: one
    for one in (
        by_character("inside quotes", _inside_quotes),
        by_character("position in line", _columns),
        Predicate("line end near", line_end_near().values),
        by_character("start of a word", lambda text: _words(text, True), anywhere=True),
        by_character("inside a word", lambda text: _words(text, False)),
        by_character("capital", lambda text: (char.isupper() for char in text), anywhere=True),
        one_of("vowel", "aeiouAEIOU"),
        by_character("inside brackets", lambda text: (depth > 0 for depth in _depth(text))),
        by_character("bracket depth", _depth),
    )
}
"""By name. "position in line" and "bracket depth" are numbers; "line end near" means within 5 characters."""


# Fitting it to tokens


def ends_of(trace: Trace) -> np.ndarray:
    """How many characters have been read after each token, (T,)."""
    return np.cumsum([len(token) for token in trace.tokens])


def _at(of_characters: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The values at the last character of each token; before the first character, that of the first."""
    return of_characters[np.maximum(ends - 1, 0)]


def _checked(name: str, values: np.ndarray, trace: Trace) -> np.ndarray:
    values = np.asarray(values)
    characters = len(trace.text)
    if values.shape == (characters,) and characters != len(trace):
        values = _at(values, ends_of(trace))
    if values.shape != (len(trace),):
        raise ValueError(
            f"{name}: one value for each of the {len(trace):,} tokens or {characters:,} characters is needed, got shape {values.shape}"
        )
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name}: values must be True or False, or numbers, got {values.dtype}, such as {values[0]!r}")
    if values.dtype == bool or np.isin(values, (0, 1)).all():
        return values.astype(bool)
    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        t = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"{name}: numbers must be finite, got {values[t]} at token {t}")
    return values
