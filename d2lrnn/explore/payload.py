"""What an explorer sends to the browser, once: the arrays as one signed byte a value, with their scales, and a header in JSON.

4 bytes: the header's length, little-endian; the header; then arrays unit after unit, (H, T) int8, with a scale for each unit, (H,) float32, and other
numbers as float32. T tokens, H units.
Where every digit counts, two more bytes a value say what the first left out: then the values are as exact as float32 has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np

from d2lrnn.trace.arrays import KINDS, Trace

MOST_TOKENS = 10_000
MOST_BYTES = 32_000_000
MOST_FINE = 3_900_000  # bytes of arrays, up to which two more a value are sent
TOP = 8  # answers that are sent for each token, the likeliest
_GATES = frozenset("iforz")


def pack(
    traces: Sequence[Trace], numbers: Sequence[Mapping[str, np.ndarray]] = (), words: Mapping | None = None, fine: bool = False
) -> bytes:  # fmt: skip
    """The payload of some traces. numbers: for each trace, further arrays by name, which a view wants. words: plain JSON that a view wants, by its name.
    fine: whether to send three bytes a value in the place of one, as long as they are no more than `MOST_FINE`.

    Each unit is sent on a scale of its own, its greatest value, so that one unit that goes far takes no digits from the others; arrays of one name have one
    scale for their colours in all traces, so that these can be compared. Raises ValueError for more than a page can show, and for a name
    that is no text.
    """
    traces, numbers = list(traces), [dict(one) for one in numbers] or [{} for _ in traces]
    if not traces:
        raise ValueError("an explorer needs a trace")
    longest = max(len(trace) for trace in traces)
    size = sum(len(trace) * sum(array.shape[1] for array in trace.arrays.values()) for trace in traces)
    if longest > MOST_TOKENS or size > MOST_BYTES:
        raise ValueError(
            f"an explorer shows at most {MOST_TOKENS:,} tokens and {MOST_BYTES / 1e6:g} million values, "
            f"got {longest:,} tokens and {size / 1e6:.1f} million; show an excerpt, such as trace.excerpt(0, 2000)"
        )
    for name in (name for trace in traces for name in trace.names if name != sayable(name)):
        raise ValueError(f"an explorer cannot send the array name {name!r}: half a character is no text; rename it")
    scales, fine = _scales(traces), fine and 3 * size <= MOST_FINE
    header, blocks, at = {"traces": [], "words": dict(words or {})}, [], 0

    def add(block: np.ndarray) -> int:
        nonlocal at
        data = block.tobytes()
        blocks.append(data)
        at += len(data)
        return at - len(data)

    for trace, more in zip(traces, numbers, strict=True):
        arrays = []
        for name, array in trace.arrays.items():
            own = np.abs(array).max(0).astype("<f4")
            own[own == 0] = 1
            shares = array.T * (127 / own.astype(np.float64 if fine else np.float32))[:, None]
            quantised = np.rint(shares).astype(np.int8)
            arrays.append({
                "name": name, "label": label(name, trace), "units": array.shape[1], "scale": scales[name], "scales": add(own), "at": add(quantised),
            })  # fmt: skip
            if fine:
                rest = shares - quantised
                arrays[-1]["fine"] = add(np.rint(rest * 65_534).clip(-32_767, 32_767).astype("<i2"))
        floats = {**_answers(trace), **{f"begin.{name}": value for name, value in trace.begin.items()}, **more}
        header["traces"].append({
            "title": trace.title, "tokens": trace.tokens, "arrays": arrays, "classes": trace.classes, "nextToken": trace.next_token,
            "cell": trace.about.get("network", {}).get("cell"),
            "numbers": {name: {"shape": np.shape(value), "at": add(np.asarray(value, "<f4"))} for name, value in floats.items()},
        })  # fmt: skip
    text = json.dumps(header, allow_nan=False).encode("ascii")
    return len(text).to_bytes(4, "little") + text + b"".join(blocks)


def label(name: str, trace: Trace) -> str:
    """An array's name for people: `layer1.backward.f` is "forget gate, layer 2, backward"; the layer is left out where there is one."""
    found = re.fullmatch(r"layer(\d+)\.(?:(forward|backward)\.)?(\w+)", name)
    if found is None or found[3] not in KINDS:
        return name
    layers = {each[1] for each in (re.match(r"layer(\d+)\.", other) for other in trace.names) if each}
    where = [f"layer {int(found[1]) + 1}"] * (len(layers) > 1) + [found[2]] * (found[2] is not None)
    return ", ".join([KINDS[found[3]], *where])


def sayable(text: str) -> str:
    """The same without lone surrogates, which no message can hold."""
    return text.encode("utf-8", "replace").decode()


def _scales(traces: Sequence[Trace]) -> dict[str, float]:
    """The value that stands for the strongest colour, by name: 1 for gates and for what stays within −1 and 1."""
    most: dict[str, float] = {}
    for trace in traces:
        for name, array in trace.arrays.items():
            most[name] = max(most.get(name, 0.0), float(np.abs(array).max()))
    return {
        name: max(value, 1.0 if value > 0.1 or name.rpartition(".")[2] in _GATES else 1e-6)
        for name, value in most.items()
    }


def _answers(trace: Trace) -> dict[str, np.ndarray]:
    """Surprisal (T,), NaN where there is none, and of each answer the likeliest classes: ids and probabilities (T, k)."""
    if trace.logits is None:
        return {}
    p = np.exp(trace.log_probs)
    top = np.argsort(-p, axis=1, kind="stable")[:, :TOP]
    found = {"top.ids": top, "top.p": np.take_along_axis(p, top, 1)}
    if trace.surprisal is not None:
        found["surprisal"] = trace.surprisal
    return found
