"""`LiveTyping`: write, and see a network read along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from d2lrnn.explore.explorer import Explorer
from d2lrnn.trace import Trace

MOST = 1000  # characters, as in js/views/live.js


class LiveTyping(Explorer):
    """A field to write in, and the states of `network` while it reads what stands there; with what it thinks comes next.

    network: a `LanguageModel`, or another network that `Trace.record` takes, of tokens. tokenizer: the one it was trained with. text: what stands there
    first, at most 1,000 characters; those outside the vocabulary are read as `<unk>`, and named. state: another explorer's, with the text written there.

    The kernel reads the whole text anew at every key. Raises ValueError for a text that is empty or too long, and what `Trace.record` raises.
    """

    VIEWS = ("live", "text", "heat")
    HEIGHTS = {**Explorer.HEIGHTS, "live": 330}
    FINE = True  # 10 ms of 150, for values with all their digits

    def __init__(
        self, network, tokenizer, text: str = "To be, or not to be", *, views: Sequence[str] | None = None, state: Mapping | None = None,
        title: str = "",
    ):  # fmt: skip
        if getattr(getattr(network, "layers", None), "encoding", None) == "vectors":
            raise ValueError("LiveTyping: a network that reads tokens is needed; this one reads vectors")
        self._network, self._tokenizer = network, tokenizer
        state = dict(state or {})
        text = state["typed"] if isinstance(state.get("typed"), str) else text
        trace, numbers = self._read(text)
        state = {"t": len(trace) - 1, **state, "typed": text}
        super().__init__(trace, views, state=state, numbers=numbers, title=title)

    def answer(self, kind, body):
        """To "type": the text is read, and what is shown changes (`Explorer.show`)."""
        if kind != "type":
            return super().answer(kind, body)
        text = body.get("text")
        trace, numbers = self._read(text)
        self.show(trace, numbers, state={**self.state, "typed": text})
        return {}, []

    def _read(self, text) -> tuple[Trace, list[dict]]:
        """The trace, and which of its tokens are not in the vocabulary, (T,) of 0 and 1."""
        if not isinstance(text, str) or not text:
            raise ValueError(f"LiveTyping: a text is needed, one character at least, got {text!r}")
        if len(text) > MOST:
            raise ValueError(f"LiveTyping: at most {MOST:,} characters are read at every key, got {len(text):,}")
        trace = Trace.record(self._network, text, self._tokenizer, unknown=True)
        return trace, [{"unknown": self._tokenizer.encode(text) == 0}]
