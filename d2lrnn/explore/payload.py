"""What an explorer sends to the browser, once: the arrays as one signed byte a value, with their scales, and a header in JSON.

4 bytes: the header's length, little-endian; the header; then arrays unit after unit, (H, T) int8, and other numbers as float32. T tokens, H units.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np

from d2lrnn.trace.arrays import KINDS, Trace

MOST_TOKENS = 10_000
MOST_BYTES = 32_000_000
TOP = 8  # answers that are sent for each token, the likeliest
_GATES = frozenset("iforz")


def pack(traces: Sequence[Trace], numbers: Sequence[Mapping[str, np.ndarray]] = ()) -> bytes:
    """The payload of some traces. numbers: for each trace, further arrays by name, which a view wants.

    Arrays of one name have one scale in all traces, so that colours can be compared. Raises ValueError for more than a page can show.
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
    scales = _scales(traces)
    header, blocks, at = {"traces": []}, [], 0

    def add(block: np.ndarray) -> int:
        nonlocal at
        data = block.tobytes()
        blocks.append(data)
        at += len(data)
        return at - len(data)

    for trace, more in zip(traces, numbers, strict=True):
        arrays = []
        for name, array in trace.arrays.items():
            scale = scales[name]
            quantised = np.rint(array.T * np.float32(127 / scale)).astype(np.int8)
            arrays.append({"name": name, "label": label(name, trace), "units": array.shape[1], "scale": scale, "at": add(quantised)})  # fmt: skip
        floats = {**_answers(trace), **{f"begin.{name}": value for name, value in trace.begin.items()}, **more}
        header["traces"].append({
            "title": trace.title, "tokens": trace.tokens, "arrays": arrays, "classes": trace.classes, "nextToken": trace.next_token,
            "cell": trace.about.get("network", {}).get("cell"),
            "numbers": {name: {"shape": np.shape(value), "at": add(np.asarray(value, "<f4"))} for name, value in floats.items()},
        })  # fmt: skip
    text = json.dumps(header).encode("ascii")
    return len(text).to_bytes(4, "little") + text + b"".join(blocks)


def label(name: str, trace: Trace) -> str:
    """An array's name for people: `layer1.backward.f` is "forget gate, layer 2, backward"; the layer is left out where there is one."""
    found = re.fullmatch(r"layer(\d+)\.(?:(forward|backward)\.)?(\w+)", name)
    if found is None or found[3] not in KINDS:
        return name
    layers = {each[1] for each in (re.match(r"layer(\d+)\.", other) for other in trace.names) if each}
    where = [f"layer {int(found[1]) + 1}"] * (len(layers) > 1) + [found[2]] * (found[2] is not None)
    return ", ".join([KINDS[found[3]], *where])


def _scales(traces: Sequence[Trace]) -> dict[str, float]:
    """The value that stands for the strongest colour, by name: 1 for gates and for what stays within −1 and 1."""
    scales: dict[str, float] = {}
    for trace in traces:
        for name, array in trace.arrays.items():
            most = 1.0 if name.rpartition(".")[2] in _GATES else float(np.abs(array).max())
            scales[name] = max(scales.get(name, 1.0 if most > 0.1 else 1e-6), most)
    return scales


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
