"""Exercises that check themselves: one module a notebook (`ch02` for chapter 02), one function an exercise.

A check takes the reader's answer and returns a `Verdict`, which prints one line: not tried yet, correct, or not yet with a reason.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """What a check found. `state` is "untried", "correct" or "wrong"."""

    exercise: str
    state: str
    message: str = ""

    def __bool__(self) -> bool:
        return self.state == "correct"

    def __repr__(self) -> str:
        said = {"untried": "not tried yet", "correct": "correct ✓", "wrong": "not yet"}[self.state]
        return f"Exercise {self.exercise}: {said}" + (f": {self.message}" if self.message else "")


class Untried(Exception):
    """The answer is still the stub's `...`."""


class Wrong(Exception):
    """The answer is not right; the message says what to look at."""


def exercise(number: str) -> Callable:
    """Make a check of `check(answer)`: it returns praise or None, or raises `Wrong` with a hint. `number` is "2.1" for chapter 02's first."""

    def decorate(check: Callable) -> Callable:
        @functools.wraps(check)
        def judged(answer) -> Verdict:
            if answer is ...:
                return Verdict(number, "untried")
            try:
                return Verdict(number, "correct", check(answer) or "")
            except Untried:
                return Verdict(number, "untried")
            except Wrong as wrong:
                return Verdict(number, "wrong", str(wrong))
            except Exception as error:  # an answer of a kind that the check did not think of
                return Verdict(
                    number,
                    "wrong",
                    f"what your function returned cannot be compared ({error}): is it of the kind that was asked for?",
                )

        judged.number = number
        return judged

    return decorate


def ask(answer: Callable, *args, may_change: bool = False):
    """Call the reader's function. Raises Untried if it still returns `...`, and Wrong if it returns nothing, fails, or, unless it may, changes
    an array, a list or a dict that it was given: right once, and wrong for whoever looks at it afterwards."""
    if not callable(answer):
        raise Wrong(f"a function is needed, got {type(answer).__name__}")
    kept = [(arg, copy.deepcopy(arg)) for arg in args if isinstance(arg, np.ndarray | list | dict) and not may_change]
    try:
        given = answer(*args)
    except Exception as error:  # whatever the reader's code raises becomes the verdict
        hint = ""
        if isinstance(error, TypeError) and str(error).startswith(
            "Cannot cast ufunc"
        ):  # NumPy's, for `whole_numbers += 0.5`
            hint = "; an array of whole numbers can hold no fractions: make a new one (`a = a + 0.5`) in the place of changing it (`a += 0.5`)"
        raise Wrong(f"your function raised {type(error).__name__}: {error}{hint}") from error
    if given is ...:
        raise Untried
    if given is None:
        raise Wrong("your function returned None: is a `return` missing?")
    for arg, before in kept:
        if not _same(arg, before):
            raise Wrong(
                f"your function changed the {type(arg).__name__} that it was given, from {_told(before)} to {_told(arg)}: "
                "whoever called it still needs it. Make a new one (`a = a + 1` in the place of `a += 1`)"
            )
    return given


def _same(a, b) -> bool:
    """Whether two arrays, lists or dicts, also nested ones, hold the same."""
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    return True if hasattr(a, "asnumpy") else a is b or a == b


def _told(values) -> str:
    text = str(values).replace("\n", " ")
    return text if len(text) < 60 else text[:57] + "…"


def number(given, what: str, *, finite: bool = False) -> float:
    """The reader's answer as one number; `what` names it in the message. Raises Wrong for anything else, and if `finite` for infinity and NaN."""
    try:
        value = np.asarray(given, float)
    except (TypeError, ValueError):
        value = None
    if value is None or isinstance(given, bool | str):
        raise Wrong(f"{what} must be one number, got {type(given).__name__}")
    if value.size != 1:
        raise Wrong(f"{what} must be one number, got an array of shape {value.shape}")
    if finite and not np.isfinite(value).all():
        raise Wrong(f"{what} must be finite, got {value.item()}")
    return float(value.reshape(()))


def array(given, shape: tuple[int, ...], what: str) -> np.ndarray:
    """The reader's answer as an array of that shape."""
    try:
        values = np.asarray(given, float)
    except (TypeError, ValueError):
        raise Wrong(f"{what}: an array of shape {shape} is asked for, got {type(given).__name__}") from None
    if values.shape != shape:
        raise Wrong(f"{what}: an array of shape {shape} is asked for, got shape {values.shape}")
    return values


def first(values: np.ndarray) -> str:
    """The first row of an array, for a hint."""
    return str(values[0].round(3).tolist())
