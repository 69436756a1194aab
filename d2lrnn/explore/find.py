"""`FindACell`: which units tell where something holds in a text, ranked, beside the text in which each can be looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.explore.explorer import Explorer
from d2lrnn.trace import Trace
from d2lrnn.trace.find import Asked, answers, ask
from d2lrnn.trace.found import Found
from d2lrnn.trace.own import own
from d2lrnn.trace.own import predicate as meant
from d2lrnn.trace.predicates import PREDICATES, Predicate, span

TOKENS = 2000  # shown, of a longer text
ROWS = 40  # units of a ranking that are sent
_ONE_VALUE = (bool, int, float, np.generic)


class FindACell(Explorer):
    """Units ranked by how well they tell where a predicate holds (`d2lrnn.trace.find`), and the text under the one that is chosen.

    trace: of a long text, 50,000 tokens or so; of one that is longer than `tokens`, that many are shown, from the part on which units are judged.
    predicate: what `find` takes, or several by name, `{"digits": lambda text, i: text[i].isdigit()}`, or a list. None: all of `PREDICATES` that this text can
    answer. control: a trace of an untrained network of the same shape on the same text. start: the first token that is shown. share, shuffles, rng: as in
    `find`. state: another explorer's. A reader can mark a stretch of the text, or type a rule, and ask the kernel.

    `found`: the answers of `find`, by name. Raises what `find` raises.
    """

    VIEWS = ("find", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "find": 700}

    def __init__(
        self, trace: Trace, predicate=None, *, control: Trace | None = None, tokens: int = TOKENS, start: int | None = None, share: float = 0.6,
        shuffles: int = 20, rng=0, views: Sequence[str] | None = None, state: Mapping | None = None, title: str = "",
    ):  # fmt: skip
        self._several(trace)
        check_whole("FindACell: tokens", tokens, 1)
        self._whole, self._share, self._how = trace, share, {"control": control, "shuffles": shuffles, "rng": rng}
        asked, left_out = _asked(trace, predicate, share)
        self.found: dict[str, Found] = {one.name: one for one in answers(trace, asked, **self._how)}
        if start is not None:
            check_whole("FindACell: start", start, 0)
        else:
            start = _beginning(trace, round(share * len(trace)), tokens)
        shown = trace.excerpt(start, min(len(trace), start + tokens))
        self._start, self._stop = start, start + len(shown)
        numbers = {f"find.{k}": found.values[start : self._stop] for k, found in enumerate(self.found.values())}
        words = {
            "findings": [{**plain(found), "where": f"find.{k}"} for k, found in enumerate(self.found.values())],
            "leftOut": left_out, "start": start, "of": len(trace),
        }  # fmt: skip
        best = next(iter(self.found.values()))[0]
        kept = dict(state or {})
        place = {"array": best.array, "unit": best.unit, **kept}
        place["find"] = {"which": next(iter(self.found)), "own": None, "rule": "", **(kept.get("find") or {})}
        super().__init__(shown, views, state=place, numbers=[numbers], words={"find": words}, title=title)

    def answer(self, kind, body):
        """To "find": the ranking for a marked stretch, `{"span": [start, stop]}` in tokens of what is shown, or for a rule, `{"rule": "text[i].isdigit()"}`."""
        if kind != "find":
            return super().answer(kind, body)
        if "span" in body:
            start, stop = (int(place) + self._start for place in body["span"])
            wanted: Predicate = span(start, stop)
        else:
            wanted = own(rule(str(body.get("rule", ""))), str(body["rule"]).strip())
        (found,) = answers(self._whole, [ask(self._whole, wanted, self._share)], **self._how)
        seen = found.values[self._start : self._stop]
        return {
            **plain(found),
            "values": seen.astype(int).tolist() if seen.dtype == bool else [float(f"{value:.4g}") for value in seen],
        }, []


def rule(text: str) -> Callable[[str, int], object]:
    """A Python expression in `text` and `i` as a function of both; `re` is at hand. Raises ValueError for what is none."""
    if not text.strip():
        raise ValueError("a rule is needed: a Python expression in text and i, such as text[i].isdigit()")
    try:
        function = eval(compile(f"lambda text, i: (\n{text}\n)", "<rule>", "eval"), {"re": re})
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no Python expression: {error.msg}") from error

    def asked(text: str, i: int):
        answer = function(text, i)
        return answer if isinstance(answer, _ONE_VALUE) else bool(answer)  # a match of `re` counts as True

    return asked


def plain(found: Found) -> dict:
    """A ranking as plain JSON, as `js/finding.js` reads it: the first `ROWS` units, scores to four digits."""
    parts = (found.values[: found.cut], found.values[found.cut :])
    of_bool = found.values.dtype == bool
    return {
        "name": found.name,
        "measure": found.measure,
        "units": len(found.rows),
        "tokens": [len(part) for part in parts],
        "holds": [int(part.sum()) for part in parts] if of_bool else None,
        "rows": [
            [*row[:2], round(row.chosen_on, 4), round(row.held_out, 4), row.direction] for row in found.rows[:ROWS]
        ],
        "turned": {"times": len(found.shuffled), "most": round(found.chance, 4)},
        "beyond": found.beyond,
        "control": None
        if found.control is None
        else {
            "title": found.control_title,
            "array": found.control.array,
            "unit": found.control.unit,
            "held": round(found.control.held_out, 4),
            "beyond": found.beyond_control,
        },
    }


def _beginning(trace: Trace, cut: int, tokens: int) -> int:
    """Where to begin to show `tokens` of them: the first line that begins in the part held out, if one does soon."""
    if len(trace) <= tokens:
        return 0
    line = next((t + 1 for t in range(cut - 1, min(cut + 200, len(trace))) if trace.tokens[t].endswith("\n")), cut)
    return min(line, len(trace) - tokens)


def _asked(trace: Trace, wanted, share: float) -> tuple[list, list]:
    """What can be asked; and of all `PREDICATES`, if none was named, those that cannot, with the reason."""
    if wanted is not None:
        if isinstance(wanted, Mapping):
            named = [Predicate(name, one.values, one.split) for name, one in ((n, meant(p)) for n, p in wanted.items())]
        elif isinstance(wanted, list | tuple) and not (wanted and all(isinstance(v, _ONE_VALUE) for v in wanted)):
            named = [meant(one) for one in wanted]
        else:
            named = [meant(wanted)]
        if not named:
            raise ValueError(
                f"FindACell: at least one predicate is needed; there are {', '.join(map(repr, PREDICATES))}"
            )
        return _told_apart([ask(trace, one, share) for one in named]), []
    asked, left_out = [], []
    for name, one in PREDICATES.items():
        try:
            asked.append(ask(trace, one, share))
        except ValueError as error:
            left_out.append([name, str(error).removeprefix("find: ")])
    if not asked:
        raise ValueError(f"FindACell: nothing can be asked of this text: {left_out[0][1]}")
    return asked, left_out


def _told_apart(asked: list[Asked]) -> list[Asked]:
    """Two functions without a name have the same one: the later get a number."""
    names: list[str] = []
    for one in asked:
        names.append(one.name if one.name not in names else f"{one.name} ({len(names) + 1})")
    return [one._replace(name=name) for one, name in zip(asked, names, strict=True)]
