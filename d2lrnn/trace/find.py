"""Find a cell: which units tell where something holds in a text? Chosen on its first part, judged on the rest, beside chance and an untrained network.

    found = find(trace, "inside quotes", control=untrained)
    print(found)

One unit of 1,536 looks good by luck, the more so as both texts and units change slowly. So the labels are also turned round, each part of them as a ring,
by a random distance: they keep their runs and lose their places, and the best of all units on them says what choosing among so many gives. T tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.seeding import generator
from d2lrnn.trace.arrays import Trace
from d2lrnn.trace.found import Found, Row
from d2lrnn.trace.own import predicate as meant
from d2lrnn.trace.predicates import FEWEST
from d2lrnn.trace.ranks import scores


def find(trace: Trace, predicate, *, control: Trace | None = None, share: float = 0.6, shuffles: int = 20, rng=None) -> Found:  # fmt: skip
    """Rank all units of all arrays of a trace by how well their values tell where a predicate holds.

    predicate: a name of `predicates.PREDICATES`; a function `f(text, i)` or `f(text)`; True or False, or a number, for each token; or a Predicate, such as
    `span(120, 160)` or `beyond_column(60)`. Of numbers, the rank correlation is the score.
    control: a trace of an untrained network of the same shape on the same text. share: how much of the text units are chosen on; where a span was marked, its
    middle parts the text. shuffles: how often the labels are turned round.

    Raises ValueError if it never or always holds, or at too few tokens of either part, and for a control of another text or shape.
    """
    return find_each(trace, [predicate], control=control, share=share, shuffles=shuffles, rng=rng)[0]


def find_each(
    trace: Trace,
    predicates: Sequence,
    *,
    control: Trace | None = None,
    share: float = 0.6,
    shuffles: int = 20,
    rng=None,
) -> list[Found]:
    """`find` for several predicates, in little more time than for one."""
    asked = [ask(trace, one, share) for one in predicates]
    return answers(trace, asked, control=control, shuffles=shuffles, rng=rng)


class Asked(NamedTuple):
    """A predicate's name and values, (T,), and the token where the text is parted."""

    name: str
    values: np.ndarray
    cut: int


def ask(trace: Trace, predicate, share: float = 0.6) -> Asked:
    """What `find` is asked, if it can be answered. Raises ValueError if it cannot."""
    if not 0 < share < 1:
        raise ValueError(f"find: share must be above 0 and below 1, got {share!r}")
    one = meant(predicate)
    values = one.on(trace)
    asked = Asked(one.name, values, round(share * len(trace)) if one.split is None else one.split)
    _check(*asked, share, one.split is not None)
    return asked


def answers(
    trace: Trace, asked: Sequence[Asked], *, control: Trace | None = None, shuffles: int = 20, rng=None
) -> list[Found]:
    """What `find` answers to all that was asked of the same trace."""
    check_whole("find: shuffles", shuffles, 1)
    if control is not None and (control.tokens != trace.tokens or _units(control) != _units(trace)):
        raise ValueError(
            f"find: the control must be a trace of the same text through a network of the same shape; got {control!r} beside {trace!r}"
        )
    rng = generator(rng)
    found: dict[int, Found] = {}
    for cut in dict.fromkeys(one.cut for one in asked):  # with the same cut, the ranks are the same
        group = [k for k, one in enumerate(asked) if one.cut == cut]
        labels = [_turned(asked[k].values, cut, shuffles, rng) for k in group]
        scored = [_scored(one, labels, cut) for one in ((trace,) if control is None else (trace, control))]
        for place, k in enumerate(group):
            found[k] = _found(asked[k], trace, control, [one[place] for one in scored])
    return [found[k] for k in range(len(asked))]


def _units(trace: Trace) -> Mapping[str, int]:
    return {name: array.shape[1] for name, array in trace.arrays.items()}


def _check(name: str, values: np.ndarray, cut: int, share: float, marked: bool) -> None:
    if values.dtype != bool:
        for part in (values[:cut], values[cut:]):
            if len(part) < 2 * FEWEST or part.min() == part.max():
                raise ValueError(
                    f"find: {name!r} is the same number, or there are fewer than {2 * FEWEST} tokens, in a part of the text; "
                    f"it is parted at token {cut:,} of {len(values):,}"
                )
        return
    if not values.any() or values.all():
        raise ValueError(
            f"find: {name!r} holds at {'every' if values.any() else 'no'} token of the {len(values):,}, so no unit can tell where; "
            "ask something else, or of another text"
        )
    holds = int(values[:cut].sum()), int(values[cut:].sum())
    others = cut - holds[0], len(values) - cut - holds[1]
    if min(*holds, *others) < FEWEST:
        advice = (
            f"mark {2 * FEWEST} or more tokens, with {FEWEST} or more before and after them"
            if marked
            else f"take a longer text, or another share than {share:g}"
        )
        raise ValueError(
            f"find: {name!r} holds at {holds[0]:,} of the {cut:,} tokens to choose on and at {holds[1]:,} of the {len(values) - cut:,} held out; "
            f"{FEWEST} or more where it holds and {FEWEST} or more where it does not are needed in both: {advice}"
        )


def _turned(values: np.ndarray, cut: int, shuffles: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """The labels of both parts, (1 + S, tokens of the part): as they are, then turned round by at least a tenth of the part."""
    parts = []
    for part in (values[:cut], values[cut:]):
        least = max(1, len(part) // 10)
        by = rng.integers(least, len(part) - least + 1, size=shuffles)
        parts.append(np.stack([part, *(np.roll(part, int(k)) for k in by)]))
    return parts[0], parts[1]


def _scored(trace: Trace, labels: Sequence[tuple[np.ndarray, np.ndarray]], cut: int) -> list[np.ndarray]:
    """For each predicate the scores of all N units in either part, (2, N, 1 + S)."""
    parts = []
    for part, which in ((slice(0, cut), 0), (slice(cut, None), 1)):
        by_array = [scores(array[part], [pair[which] for pair in labels]) for array in trace.arrays.values()]
        parts.append([np.concatenate(one) for one in zip(*by_array, strict=True)])
    return [np.stack(pair) for pair in zip(*parts, strict=True)]


def _found(asked: Asked, trace: Trace, control: Trace | None, scored: Sequence[np.ndarray]) -> Found:
    """scored: for the trace, and the control if there is one, (2, N, 1 + S)."""
    nothing = 0.5 if asked.values.dtype == bool else 0.0
    units = [(name, unit) for name, array in trace.arrays.items() for unit in range(array.shape[1])]

    def rows(chosen: np.ndarray, held: np.ndarray) -> list[Row]:
        """From scores (N,) less what says nothing."""
        directions = np.where(chosen < 0, -1, 1)
        order = np.argsort(-np.abs(chosen), kind="stable")
        chosen, held = nothing + np.abs(chosen), nothing + directions * held
        return [Row(*units[n], float(chosen[n]), float(held[n]), int(directions[n])) for n in order.tolist()]

    true = [one[:, :, 0] - nothing for one in scored]
    chosen, held = scored[0][:, :, 1:] - nothing
    best, shuffles = np.abs(chosen).argmax(0), np.arange(chosen.shape[1])
    return Found(
        asked.name,
        "AUC" if nothing else "rank correlation",
        rows(*true[0]),
        asked.values,
        asked.cut,
        nothing + np.abs(held).max(0),
        nothing + np.sign(chosen[best, shuffles]) * held[best, shuffles],
        None if control is None else rows(*true[1])[0],
        "" if control is None else control.title or "the control",
        trace.title,
    )
