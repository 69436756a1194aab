"""`ClampExplorer`: hold a unit or a gate, and see what becomes of the text that the network writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from d2lrnn.explore.explorer import Explorer, fitting
from d2lrnn.generate import Hold, generate, log_softmax
from d2lrnn.generate.holding import HoldingStepper
from d2lrnn.generate.steppers import stepper_for
from d2lrnn.text.visible import visible
from d2lrnn.trace import Trace

MOST = 1000  # tokens written, and characters of a prompt
SHOWN = 10  # probabilities that moved most
SETTINGS = ("value", "more", "prompt", "temperature", "length", "seed")


class ClampExplorer(Explorer):
    """What a `LanguageModel` writes after a prompt, and what it writes from the same seed with units held; and how the probabilities of the next token move.

    network, tokenizer: a language model that reads forwards, and its tokenizer. prompt: in the tokenizer's vocabulary; empty: as `generate` begins.
    held: what to hold first; None: unit 0 of the memory cell, or of the hidden state. temperature, length, seed: as for `generate`, at most 1,000 tokens.
    state: another explorer's.

    The kernel writes whenever a control moves. Raises ValueError for what cannot be written or held, and says what can.
    """

    VIEWS = ("clamp", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "clamp": 900}
    FINE = True  # since where a unit goes by itself is what a value to hold it at is chosen by

    def __init__(
        self, network, tokenizer, prompt: str = "", *, held: Hold | None = None, temperature: float = 1.0, length: int = 200, seed: int = 0,
        views: Sequence[str] | None = None, state: Mapping | None = None, title: str = "",
    ):  # fmt: skip
        self._network, self._tokenizer = network, tokenizer
        stepper_for(network, held=[Hold("layer0.h", unit=0, value=0)])  # or says why this network has nothing to hold
        self._free_key, self._free = None, None
        state = dict(state or {})
        settings = {
            "value": 1.0,
            "more": "",
            "prompt": prompt,
            "temperature": temperature,
            "length": length,
            "seed": seed,
        }
        if held is not None:
            settings |= {"value": float(held.value), "more": _more(held.unit)}
            state |= {"array": held.array, "unit": _first(held.unit)}
        if isinstance(state.get("clamp"), Mapping):
            settings |= {name: state["clamp"][name] for name in SETTINGS if name in state["clamp"]}
        _, trace = self._without(settings)
        if held is None and state.get("array") not in trace.names:
            state["array"] = next((name for name in trace.names if name.endswith(".c")), None)
        place = fitting(state, [trace]) if held is None else state
        answer = self._write({**settings, "array": place["array"], "unit": place["unit"]})
        super().__init__(trace, views, state={**place, "clamp": {**settings, "answer": answer}}, title=title)

    def answer(self, kind, body):
        """To "write": both texts, and how the probabilities moved. If the text without is another one, what is shown changes too (`Explorer.show`)."""
        if kind != "write":
            return super().answer(kind, body)
        written, before = self._write(body), self.traces[0]
        _, trace = self._without(body)
        if trace is not before:
            self.show(trace)
        return written, []

    def _write(self, asked: Mapping) -> dict:
        """What a view shows, in plain values. asked: `SETTINGS`, array and unit."""
        free, trace = self._without(asked)
        if asked["array"] not in trace.names:
            raise ValueError(
                f"there is no array {asked['array']!r} in this network; there are {', '.join(trace.names)}"
            )
        units = units_named(asked["more"], asked["unit"], trace[asked["array"]].shape[1])
        hold = Hold(asked["array"], unit=units, value=_finite("value", asked["value"]))
        stepper, settings = HoldingStepper(self._network, [hold]), self._settings(asked)
        held = generate(stepper, self._tokenizer, **settings)[len(settings["prompt"]) :]
        ids, started = self._head(settings["prompt"])
        before, after = (_next(each, ids) for each in (HoldingStepper(self._network), stepper))
        order = np.argsort(-np.abs(after - before), kind="stable")[:SHOWN]
        tokens = self._tokenizer.vocab.tokens
        return {
            "array": hold.array, "units": units, "value": hold.value, "prompt": settings["prompt"], "started": started,
            "temperature": settings["temperature"], "seed": settings["rng"], "free": free, "held": held,
            "movers": [[tokens[i], float(before[i]), float(after[i])] for i in order.tolist()],
            "moved": float(np.abs(after - before).sum() / 2),
        }  # fmt: skip

    def _without(self, asked: Mapping) -> tuple[str, Trace]:
        """The text written with nothing held, without its prompt, and the trace of both; kept until another is asked for."""
        settings = self._settings(asked)
        if settings != self._free_key:
            text = generate(HoldingStepper(self._network), self._tokenizer, **settings)
            trace = Trace.record(self._network, text, self._tokenizer, unknown=True)
            self._free_key, self._free = settings, (text[len(settings["prompt"]) :], trace)
        return self._free

    def _settings(self, asked: Mapping) -> dict:
        """Arguments of `generate`. Raises ValueError for what it would not take, in words for a reader."""
        prompt = asked["prompt"]
        if not isinstance(prompt, str) or len(prompt) > MOST:
            raise ValueError(f"the prompt is a text of at most {MOST:,} characters")
        strange = [
            token for token in dict.fromkeys(self._tokenizer.tokenize(prompt)) if token not in self._tokenizer.vocab
        ]
        if strange:
            named = " ".join(visible(token) for token in strange[:10])
            raise ValueError(f"the prompt has what the network has never read: {named}; write it without")
        length, seed = _whole("length", asked["length"], 1, MOST), _whole("seed", asked["seed"], 0, 2**31)
        return {
            "prompt": prompt,
            "length": length,
            "temperature": _finite("temperature", asked["temperature"]),
            "rng": seed,
        }

    def _head(self, prompt: str) -> tuple[list[int], str]:
        """The ids that are read before the first token is written; and the text they are where there is no prompt."""
        if prompt:
            return self._tokenizer.encode(prompt).tolist(), ""
        start = next((token for token in ("\n", " ") if token in self._tokenizer.vocab), None)
        if start is None:
            raise ValueError(
                "write a prompt of one token at least: this vocabulary has no line break and no space to begin after"
            )
        return [self._tokenizer.vocab[start]], start


def units_named(text: str, first: int, count: int) -> list[int]:
    """The units that "7, 12-15" or "all" stands for, and `first`, in order. Raises ValueError for another text, or units that are not there."""
    text = str(text).strip().lower()
    if text == "all":
        return list(range(count))
    found = {_whole("unit", first, 0, count - 1)}
    for part in re.split(r"[,\s]+", re.sub(r"\s*[-–]\s*", "-", text)) if text else ():
        ends = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part)
        if not ends and part:
            raise ValueError(f"units are written as 7, 12-15 or all, got {part!r}")
        if part:
            low, high = int(ends[1]), int(ends[2] or ends[1])
            if not low <= high < count:
                raise ValueError(f"units run from 0 to {count - 1}, the smaller first, got {part}")
            found |= set(range(low, high + 1))
    return sorted(found)


def _next(stepper: HoldingStepper, ids: Sequence[int]) -> np.ndarray:
    """Probabilities (V,) of the token after those."""
    state = stepper.begin(1)
    for n, i in enumerate(ids):
        scores, state = stepper.step(np.array([i]), state, wanted=n == len(ids) - 1)
    return np.exp(log_softmax(scores[0]))


def _first(unit) -> int:
    return 0 if unit is None else int(unit) if np.ndim(unit) == 0 else int(min(unit))


def _more(unit) -> str:
    """What a reader would write for the units after the first."""
    if unit is None:
        return "all"
    return "" if np.ndim(unit) == 0 else ", ".join(str(each) for each in sorted(unit)[1:])


def _whole(name: str, value, low: int, high: int) -> int:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | np.integer)
        or not float(value).is_integer()
        or not low <= value <= high
    ):
        raise ValueError(f"{name} is a whole number from {low} to {high:,}, got {value!r}")
    return int(value)


def _finite(name: str, value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
        raise ValueError(f"{name} is a number, got {value!r}")
    return float(value)
