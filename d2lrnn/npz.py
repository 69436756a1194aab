"""One file for arrays and what they are: a `.npz` with plain values as JSON under `about`. Written whole or not at all, and read without running code."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np

from d2lrnn.data.files import write_whole


def write(path: str | os.PathLike, about: dict, arrays: dict[str, np.ndarray]) -> None:
    """Write the file, in the place of an older one only when it is complete.

    Raises TypeError for a value that is not plain (NumPy's numbers are), OSError if the file cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(buffer, about=np.frombuffer(as_json(about).encode("ascii"), np.uint8), **arrays)
    write_whole(Path(path), buffer.getvalue())


def read(
    path: str | os.PathLike, kind: str, error: type[Exception], version: int
) -> tuple[dict, dict[str, np.ndarray]]:
    """`about` and the arrays of a file that `write` wrote with "format": "d2lrnn <kind>" and a "version".

    Raises `error` for a missing, foreign, truncated or damaged file, or one of a later version.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as failed:
        raise error(f"{path} cannot be read: {failed.strerror or failed}") from failed
    if not data.startswith(b"PK"):
        raise error(f"{path} is no {kind}: it is not a .npz file" + (" but an empty one" if not data else ""))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            wrong = archive.testzip()  # before a number of it is believed
        if wrong is not None:
            raise zipfile.BadZipFile(f"the checksum of {wrong} is wrong")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except Exception as failed:  # a damaged file can raise nearly anything
        if "allow_pickle" in str(failed):
            raise error(
                f"{path} is no {kind} of d2lrnn: there are Python objects in it, which could run code, so it was not loaded"
            ) from failed
        raise error(f"{path} is damaged or cut off ({failed}); take an older copy of it") from failed
    try:
        about = json.loads(bytes(arrays.pop("about")))
        if about["format"] != f"d2lrnn {kind}":
            raise KeyError(about["format"])
    except (KeyError, ValueError, TypeError, RecursionError) as failed:
        raise error(f"{path} is no {kind} of d2lrnn: it is a .npz file without a description") from failed
    if about.get("version") != version:
        raise error(
            f"{path} has version {about.get('version')!r} of the format, and this d2lrnn reads {version}; update d2lrnn"
        )
    return about, arrays


def kind(path: str | os.PathLike) -> str:
    """What a file says that it is, "trace" or "checkpoint"; empty for one that says nothing. Nothing else of it is read or believed."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return str(json.loads(bytes(stored["about"]))["format"]).removeprefix("d2lrnn ")
    except Exception:  # a damaged file can raise nearly anything; whoever reads the whole of it says what is wrong
        return ""


def plain(values):
    """Values as they come back from a file: NumPy's numbers become Python's, tuples become lists."""
    return json.loads(as_json(values))


def as_json(values) -> str:
    return json.dumps(values, default=_number)


def _number(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a file holds plain values and NumPy's numbers, got {type(value).__name__}: {value!r}")
