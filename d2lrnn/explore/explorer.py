"""`Explorer`: views of a trace in the browser. Its arrays are sent once; after that a reader moves through them without the kernel."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from d2lrnn.data.files import write_whole
from d2lrnn.explore import bundle
from d2lrnn.explore.needs import with_those_of
from d2lrnn.explore.page import framed, page, still, template
from d2lrnn.explore.payload import pack, sayable
from d2lrnn.trace.arrays import Trace


class Explorer(anywidget.AnyWidget):
    """One or more views of one or more traces, with one cursor.

    traces: a Trace, or several, which then share their colours. views: names, shown one under the other. state: where to begin, such as another explorer's
    `state`: trace, array, unit and t. numbers: for each trace, further arrays by name that a view wants; words: plain JSON that one wants.
    Raises ValueError for more than a page can show, TypeError for what is no trace.
    """

    _esm = bundle.source()
    _css = bundle.style()
    _payload = traitlets.Bytes().tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)
    views = traitlets.List(traitlets.Unicode()).tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    VIEWS: tuple[str, ...] = ("text", "heat")
    HEIGHTS = {"text": 420, "heat": 560}
    """How high each view is in a page, in pixels, about."""
    FINE = False
    """Whether values are sent with all their digits (`payload.pack`)."""

    def __init__(
        self,
        traces: Trace | Sequence[Trace],
        views: Sequence[str] | None = None,
        *,
        state: Mapping | None = None,
        numbers: Sequence[Mapping[str, np.ndarray]] = (),
        words: Mapping | None = None,
        title: str = "",
    ):
        self.traces, self._words = self._several(traces), words
        wanted = [views] if isinstance(views, str) else list(self.VIEWS if views is None else views)
        payload = pack(self.traces, with_those_of(wanted, self.traces, numbers), words, self.FINE)
        title = title or "; ".join(trace.title for trace in self.traces if trace.title) or "A recurrent network"
        self._title = sayable(title)
        super().__init__(
            _payload=payload, _page=template(self._title), views=wanted, state=fitting(state or {}, self.traces)
        )
        self.on_msg(self._asked)

    def _several(self, traces: Trace | Sequence[Trace]) -> list[Trace]:
        traces = [traces] if isinstance(traces, Trace) else list(traces)
        for trace in traces:
            if not isinstance(trace, Trace):
                raise TypeError(f"{type(self).__name__}: a Trace is needed, got {type(trace).__name__}")
        return traces

    def show(
        self, traces: Trace | Sequence[Trace], numbers: Sequence[Mapping[str, np.ndarray]] = (), *, state: Mapping | None = None
    ) -> None:  # fmt: skip
        """Other traces, as many, in the place of these, wherever this explorer is shown; its views stay. state: None keeps what fits. Raises as `Explorer`."""
        traces = self._several(traces)
        payload = pack(traces, with_those_of(self.views, traces, numbers), self._words, self.FINE)
        self.traces = traces
        with self.hold_sync():  # one message
            self._payload, self.state = payload, fitting(self.state if state is None else state, traces)

    def answer(self, kind: str, body: dict) -> tuple[dict, list[bytes]]:
        """What a view asks the kernel (`ctx.kernel.ask` in its module). An explorer that has answers overrides this; ValueError reaches the reader in words."""
        raise ValueError(f"this explorer has no answer to {kind!r}")

    def _asked(self, _widget, content, _buffers) -> None:
        try:
            body, buffers = self.answer(content["kind"], content["body"])
        except Exception as error:
            self.send({"answer": content.get("question"), "error": str(error) or type(error).__name__})
            if not isinstance(error, ValueError):
                raise  # a defect: seen in the log as well
            return
        self.send({"answer": content["question"], "body": body}, buffers)

    def html(self) -> str:
        """A page that shows the same with no kernel and no network."""
        return page(self._payload, tuple(self.views), dict(self.state), self._title)

    def save_html(self, path: str | os.PathLike) -> None:
        """Write that page, whole or not at all. Raises OSError if the file cannot be written."""
        write_whole(Path(path), self.html().encode("utf-8", "replace"))

    def __repr__(self) -> str:
        first, *others = self.traces
        shown = ", ".join(map(repr, self.traces)) if len(others) < 2 else f"{first!r} and {len(others)} others"
        return sayable(f"{type(self).__name__}({shown} | {self.state['array']} unit {self.state['unit']})")

    def _repr_mimebundle_(self, **kwargs):
        """The live widget; beside it, for pages without a kernel, the coloured text and the explorer itself in a frame."""
        bundled = super()._repr_mimebundle_(**kwargs)
        data, *rest = bundled if isinstance(bundled, tuple) else (bundled,)
        if data is not None:
            height = 150 + sum(self.HEIGHTS.get(view, 420) for view in self.views)
            trace = self.traces[self.state["trace"]]
            seen = still(trace, self.state["array"], self.state["unit"], self.state.get("scale") == "unit")
            data["text/html"] = f"<div>{seen}{framed(self.html(), height, self._title)}</div>"
        return (data, *rest) if rest else data


def fitting(state: Mapping, traces: Sequence[Trace]) -> dict:
    """A state that fits the traces: what is missing or out of range is put right, as the browser does (`js/store.js`)."""

    def whole(name, count):
        value = state.get(name)
        return (
            min(count - 1, max(0, int(value)))
            if isinstance(value, int | np.integer) and not isinstance(value, bool)
            else 0
        )

    which = whole("trace", len(traces))
    trace = traces[which]
    names = trace.names
    array = state.get("array") if state.get("array") in names else next((n for n in names if n.endswith("h")), names[0])
    return {
        **state, "trace": which, "array": array, "unit": whole("unit", trace[array].shape[1]), "t": whole("t", len(trace)),
    }  # fmt: skip
