"""`Trace`: the states and gates of one pass over a text, framework-free.

T tokens, H units of an array, V what the logits are about.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from d2lrnn import npz

VERSION = 1
KINDS = {
    "h": "hidden state",
    "c": "memory cell",
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "candidate": "candidate",
}
"""What the last part of an array's name stands for."""


class TraceError(ValueError):
    """Arrays that make no trace, or a file that holds none; the message says what is wrong and what is needed."""


@dataclass(frozen=True, eq=False)
class Trace:
    """tokens: the T pieces of text that were read. arrays: by name, one row a token, (T, H), float32.

    Names as `record` gives them: `layer0.h` and so on, the last part one of `KINDS`; with two directions `layer0.forward.h` and `layer0.backward.h`.
    By hand any name will do; an array (T, 1, H), as frameworks have it for a batch of one, is taken as (T, H).
    begin: for arrays that have one, the value before the first token, (H,); where it is missing, 0.
    logits: (T, V), what was answered after each token, or None. classes: what its columns are about, V names.
    next_token: whether the answers say what token comes next, as a language model's do; then `surprisal` is known.
    title: a name for people. about: plain values that are kept with it.
    """

    tokens: Sequence[str]
    arrays: Mapping[str, np.ndarray]
    begin: Mapping[str, np.ndarray] = field(default_factory=dict)
    logits: np.ndarray | None = None
    classes: Sequence[str] = ()
    next_token: bool = True
    title: str = ""
    about: Mapping = field(default_factory=dict)

    def __post_init__(self):
        tokens = tuple(self.tokens)
        if not tokens or not all(isinstance(token, str) for token in tokens):
            raise TraceError(f"Trace: one or more tokens are needed, each a string, got {_short(self.tokens)}")
        if not self.arrays:
            raise TraceError("Trace: at least one array is needed, such as {'layer0.h': the hidden states (T, H)}")
        T = len(tokens)
        arrays = {str(name): _matrix(str(name), array, T) for name, array in self.arrays.items()}
        for name, value in self.begin.items():
            if name not in arrays or np.shape(value) != arrays[name].shape[1:]:
                wanted = arrays[name].shape[1:] if name in arrays else "an array of that name"
                raise TraceError(f"Trace: begin[{name!r}] has shape {np.shape(value)}, and {wanted} is needed")
        logits = None if self.logits is None else _matrix("logits", self.logits, T)
        if logits is not None and len(self.classes) != logits.shape[1]:
            raise TraceError(
                f"Trace: logits of shape {logits.shape} need {logits.shape[1]} classes, got {len(self.classes)}"
            )
        begin = {name: np.asarray(value, np.float32) for name, value in self.begin.items()}
        for name, value in {
            "tokens": tokens, "arrays": arrays, "begin": begin, "logits": logits, "classes": tuple(self.classes), "about": dict(self.about),
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)

    @classmethod
    def record(cls, network, text, tokenizer=None, **options) -> Trace:
        """What a network of `d2lrnn.nn` does with a text; see `d2lrnn.trace.record.record`."""
        from d2lrnn.trace.record import record

        return record(network, text, tokenizer, **options)

    # Reading it

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, name: str) -> np.ndarray:
        """The array of that name, (T, H). Raises KeyError, which lists them all, for another."""
        try:
            return self.arrays[name]
        except KeyError:
            raise KeyError(f"there is no array {name!r}; there are {', '.join(self.arrays)}") from None

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""
        return list(self.arrays)

    @property
    def text(self) -> str:
        return "".join(self.tokens)

    def before(self, name: str) -> np.ndarray:
        """The same array one token earlier, (T, H): what each step started from. Of a backward direction, one token later."""
        array, first = self[name], self.begin.get(name)
        first = np.zeros(array.shape[1], np.float32) if first is None else first
        if ".backward." in name:
            return np.concatenate([array[1:], first[None]])
        return np.concatenate([first[None], array[:-1]])

    @property
    def log_probs(self) -> np.ndarray | None:
        """Natural logarithms of what was answered after each token, (T, V); None without logits."""
        if self.logits is None:
            return None
        shifted = self.logits - self.logits.max(1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))

    @property
    def surprisal(self) -> np.ndarray | None:
        """-ln p(token | those before it) in nats, (T,): NaN for the first, of which nothing was said, and for a token that is none of the classes.

        None if the answers are not about the next token.
        """
        if self.logits is None or not self.next_token:
            return None
        place = {name: i for i, name in enumerate(self.classes)}
        found = np.full(len(self), np.nan, np.float32)
        ids = np.array([place.get(token, -1) for token in self.tokens[1:]], int)
        known = np.flatnonzero(ids >= 0)
        found[known + 1] = -self.log_probs[known, ids[known]]
        return found

    def excerpt(self, start: int, stop: int) -> Trace:
        """Tokens `start` to `stop` alone, with what came before them as their beginning. Raises TraceError for an empty stretch."""
        start, stop, _ = slice(start, stop).indices(len(self))
        if start >= stop:
            raise TraceError(f"Trace: an excerpt needs at least one of the {len(self)} tokens, got {start} to {stop}")
        edge = {name: stop - 1 if ".backward." in name else start for name in self.arrays}
        return replace(
            self,
            tokens=self.tokens[start:stop],
            arrays={name: array[start:stop] for name, array in self.arrays.items()},
            begin={name: self.before(name)[edge[name]] for name in self.arrays},
            logits=None if self.logits is None else self.logits[start:stop],
        )

    def only(self, *kinds: str) -> Trace:
        """The same with fewer arrays: those whose name ends in one of `kinds`, such as "h" or "c", or is one. Raises TraceError if none is left."""
        arrays = {
            name: array for name, array in self.arrays.items() if name in kinds or name.rpartition(".")[2] in kinds
        }
        if not arrays:
            raise TraceError(f"Trace: none of {', '.join(self.names)} is {' or '.join(kinds) or 'asked for'}")
        return replace(self, arrays=arrays, begin={name: self.begin[name] for name in arrays if name in self.begin})

    def __repr__(self) -> str:
        inside = ", ".join(f"{name} {array.shape[1]}" for name, array in self.arrays.items())
        answers = "" if self.logits is None else f"; logits over {len(self.classes)}"
        return f"Trace({self.title or 'of ' + _short(self.text)}, {len(self)} tokens: {inside}{answers})"

    # Keeping it

    def save(self, path: str | os.PathLike) -> None:
        """Write it as `.npz`, in the place of an older one only when it is complete. Raises OSError if the file cannot be written."""
        about = {
            "format": "d2lrnn trace", "version": VERSION, "tokens": self.tokens, "arrays": self.names, "begin": list(self.begin),
            "classes": self.classes, "next_token": self.next_token, "title": self.title, "about": self.about,
        }  # fmt: skip
        arrays = {f"array{i}": array for i, array in enumerate(self.arrays.values())}
        arrays |= {f"begin{i}": value for i, value in enumerate(self.begin.values())}
        if self.logits is not None:
            arrays["logits"] = self.logits
        npz.write(path, about, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike) -> Trace:
        """Read one. Raises TraceError for a missing, foreign, truncated or damaged file, or one of a later version. No code of the file is run."""
        about, arrays = npz.read(path, "trace", TraceError, VERSION)
        try:
            return cls(
                about["tokens"],
                {name: arrays[f"array{i}"] for i, name in enumerate(about["arrays"])},
                {name: arrays[f"begin{i}"] for i, name in enumerate(about["begin"])},
                arrays.get("logits"),
                about["classes"],
                about["next_token"],
                about["title"],
                about["about"],
            )
        except (KeyError, TypeError) as error:
            raise TraceError(f"{path} is a trace with a part missing: {error}") from error


def _matrix(name: str, array, T: int) -> np.ndarray:
    """An array as (T, H), float32."""
    try:
        array = array.asnumpy() if hasattr(array, "asnumpy") else np.asarray(array)
        array = array.astype(np.float32, copy=False)
    except (TypeError, ValueError, RuntimeError) as error:  # a tensor of PyTorch that is still part of a graph, for one
        raise TraceError(f"Trace: {name} cannot be read as a NumPy array of numbers: {error}") from error
    if array.ndim == 3 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 2 or array.shape[0] != T or not array.shape[1]:
        raise TraceError(f"Trace: {name} must have one row for each of the {T} tokens, (T, H), got shape {array.shape}")
    if not np.isfinite(array).all():
        t, unit = np.argwhere(~np.isfinite(array))[0]
        raise TraceError(f"Trace: {name} is not finite: {array[t, unit]} at token {t}, unit {unit}")
    return np.ascontiguousarray(array)


def _short(value) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…" + text[0]
