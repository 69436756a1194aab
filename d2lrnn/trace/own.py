"""A reader's own question of a text, and what else may be said in the place of a predicate."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import numpy as np

from d2lrnn.trace.arrays import Trace
from d2lrnn.trace.predicates import PREDICATES, Predicate, ends_of


def own(function: Callable, name: str = "") -> Predicate:
    """Your own: `f(text, i)`, asked for each token with i the place of its last character; or `f(text)`, which answers for all characters or tokens at once.

    Raises TypeError for what is no such function. What the function itself raises becomes a ValueError that names the place.
    """
    name = name or getattr(function, "__name__", "").replace("<lambda>", "") or "your own function"
    wanted = _arguments(function)

    def values(trace: Trace) -> np.ndarray:
        text = trace.text
        if wanted == 1:
            try:
                return np.asarray(function(text))
            except Exception as error:
                raise ValueError(f"{name}: failed on the text: {type(error).__name__}: {error}") from error
        answers = []
        for t, end in enumerate(ends_of(trace).tolist()):
            i = max(0, end - 1)
            try:
                answers.append(function(text, i))
            except Exception as error:
                where = f"token {t}, {trace.tokens[t]!r}, character {i} of the text"
                raise ValueError(f"{name}: failed at {where}: {type(error).__name__}: {error}") from error
        return np.asarray(answers)

    return Predicate(name, values)


def predicate(wanted: Predicate | str | Callable | Sequence | np.ndarray) -> Predicate:
    """What is meant by a name of `PREDICATES`, a function (`own`), an array of one value a token, or a Predicate.

    Raises ValueError for another name, TypeError for anything else.
    """
    if isinstance(wanted, Predicate):
        return wanted
    if isinstance(wanted, str):
        if wanted not in PREDICATES:
            raise ValueError(f"find: there is no predicate {wanted!r}; there are {', '.join(map(repr, PREDICATES))}")
        return PREDICATES[wanted]
    if callable(wanted):
        return own(wanted)
    if isinstance(wanted, Sequence | np.ndarray):
        return Predicate("your own values", lambda trace: np.asarray(wanted))
    raise TypeError(
        f"find: a predicate is a name, a function f(text, i) or f(text), or one value a token; got {type(wanted).__name__}"
    )


def _arguments(function: Callable) -> int:
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1  # a built-in that does not say: most take one thing
    needed = [p for p in given if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(needed) not in (1, 2):
        raise TypeError(f"find: a function f(text, i) or f(text) is needed, got one of {len(needed)} arguments")
    return len(needed)
