"""A payload read as its description says (`d2lrnn.explore.payload`), without the code that wrote it; and traces that want a page to run them."""

from __future__ import annotations

import base64
import gzip
import json
import re

import numpy as np

from d2lrnn.trace.arrays import Trace

HOSTILE = (
    "<img src=x onerror=\"window.hacked='img'\">",
    "</script><script>window.hacked='script'</script>",
    "</iframe><b>out</b>",
    "</style></title>\"'`&amp;&lt;",
    "<!--",
    "\udcff\ud800",
    "«the payload»«the state»",
    "${window.hacked='template'}",
)
"""Pieces of text that would do something, or end something, where they are not escaped."""


def read(payload: bytes) -> dict:
    """The header, with `values` (H, T) in the place of each array's bytes and floats in that of each number's."""
    length = int.from_bytes(payload[:4], "little")
    data, body, used = json.loads(payload[4 : 4 + length]), payload[4 + length :], 0
    for trace in data["traces"]:
        T = len(trace["tokens"])
        for array in trace["arrays"]:
            size = array["units"] * T
            raw = np.frombuffer(body, np.int8, size, array["at"]).reshape(array["units"], T)
            used += size
            scales = np.frombuffer(body, "<f4", array["units"], array["scales"])
            used += 4 * array["units"]
            array["raw"], array["scales"], array["values"] = raw, scales, raw / 127 * scales[:, None]
            if "fine" in array:
                fine = np.frombuffer(body, "<i2", size, array["fine"]).reshape(array["units"], T)
                used += 2 * size
                array["values"] = (raw + fine / 65_534) / 127 * scales[:, None].astype(float)
        for number in trace["numbers"].values():
            size = int(np.prod(number["shape"]))
            number["values"] = np.frombuffer(body, "<f4", size, number["at"]).reshape(number["shape"])
            used += 4 * size
    data["bytes left over"] = len(body) - used
    return data


def hostile_trace() -> Trace:
    """Hostile tokens, classes, title and array names."""
    rng = np.random.default_rng(0)
    T = len(HOSTILE)
    names = [name for name in HOSTILE if name.isascii()]
    arrays = {"layer0.h": rng.normal(size=(T, 3))} | {name: rng.normal(size=(T, 3)) for name in names}
    return Trace(HOSTILE, arrays, logits=rng.normal(size=(T, T)), classes=HOSTILE, title=" ".join(HOSTILE))


def unpacked(frame: str) -> str:
    """The page that a frame unpacks. frame: its `srcdoc`."""
    (packed,) = re.findall(r'id="packed">([^<]*)</script>', frame)
    return gzip.decompress(base64.b64decode(packed)).decode("utf-8")
