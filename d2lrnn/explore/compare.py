"""`Compare`: several networks on one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from d2lrnn.explore.explorer import Explorer
from d2lrnn.trace.arrays import Trace


class Compare(Explorer):
    """Several networks read the same text: a row each, with a unit of its own to look at, one cursor, one scale of colours; and what each foretold.

    traces: of the same tokens, two or more; their titles tell them apart. state: another explorer's; `compare.rows` has the array and unit of each.
    Raises ValueError for one trace alone, and for traces of other tokens.
    """

    VIEWS = ("compare",)
    HEIGHTS = {**Explorer.HEIGHTS, "compare": 900}

    def __init__(
        self, traces: Sequence[Trace], views: Sequence[str] | None = None, *, state: Mapping | None = None, title: str = "",
    ):  # fmt: skip
        traces = self._several(traces)
        if len(traces) < 2:
            raise ValueError(f"Compare: two traces or more are needed, got {len(traces)}")
        same_tokens("Compare", traces)
        super().__init__(traces, views, state=state, title=title)


def same_tokens(who: str, traces: Sequence[Trace]) -> None:
    """Raises ValueError unless the traces are of the same tokens."""
    first = traces[0]
    for k, other in enumerate(traces[1:], 2):
        if len(other) != len(first):
            raise ValueError(
                f"{who}: the traces must be of the same tokens; the first has {len(first):,}, trace {k} has {len(other):,}"
            )
        for t, (a, b) in enumerate(zip(first.tokens, other.tokens, strict=True)):
            if a != b:
                raise ValueError(
                    f"{who}: the traces must be of the same tokens; token {t} is {a!r} in the first and {b!r} in trace {k}"
                )
