"""Networks and training runs in files: whole or not at all, versioned, and without a line of code in them.

A checkpoint is a `.npz`: arrays by name, and under `about` a JSON text that says what they are: the network's configuration, the tokenizer with its
vocabulary, the recipe with its seed and optimizer, the position in the text, what happened so far, and versions. It is read without pickle.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import mxnet
import numpy as np

import d2lrnn
from d2lrnn import device as devices
from d2lrnn import npz
from d2lrnn.nn.models import network_from
from d2lrnn.nn.network import Network
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import CharTokenizer, Tokenizer, WordTokenizer
from d2lrnn.text.vocab import Vocab

FORMAT, VERSION = "d2lrnn checkpoint", 1


class CheckpointError(Exception):
    """A file is no checkpoint, is damaged, or does not fit; the message says which and what to do."""


@dataclass(frozen=True)
class Checkpoint:
    """What a file held: `about` (plain values) and `arrays` (NumPy, by name)."""

    path: Path
    about: dict
    arrays: dict[str, np.ndarray]

    def network(self, *, engine: str | None = None, device=None, best: bool = True) -> Network:
        """The network with its weights: the best ones on the validation text, where there was one, else their mean, where they were averaged, else the last
        ones; with best=False the last ones."""
        device = devices.choose(device)
        try:
            network = network_from(
                self.about["network"], engine=engine or self.about["engine"], device=device, dtype=self.about["dtype"]
            )
            names = ("best", "mean", "weights") if best else ("weights",)
            network.parameters.set(self.arrays[next((name for name in names if name in self.arrays), "weights")])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{self.path} is a checkpoint whose network cannot be made: {error}") from error
        return network

    def tokenizer(self) -> Tokenizer | None:
        """The tokenizer that was stored, or None."""
        stored = self.about.get("tokenizer")
        try:
            return None if stored is None else tokenizer_from(stored)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise CheckpointError(f"{self.path} is a checkpoint whose tokenizer cannot be made: {error}") from error


def save(
    path: str | os.PathLike,
    network: Network,
    tokenizer: Tokenizer | None = None,
    *,
    more: dict | None = None,
    arrays: dict | None = None,
) -> None:
    """Write a checkpoint, in the place of an older one only when it is complete.

    more: plain values to store beside what describes the network. arrays: NumPy arrays beside the weights. Raises OSError if the file cannot be written.
    """
    about = {
        "format": FORMAT, "version": VERSION, "d2lrnn": d2lrnn.__version__, "mxnet": mxnet.__version__, "numpy": np.__version__,
        "network": network.config(), "engine": network.engine, "dtype": network.dtype,
        "tokenizer": None if tokenizer is None else tokenizer_config(tokenizer), **(more or {}),
    }  # fmt: skip
    npz.write(path, about, {"weights": network.parameters.get(), **(arrays or {})})


def load(path: str | os.PathLike) -> Checkpoint:
    """Read a checkpoint. Raises CheckpointError for a missing, foreign, truncated or damaged file, or one of a later version."""
    about, arrays = npz.read(path, "checkpoint", CheckpointError, VERSION)
    if "weights" not in arrays:
        raise CheckpointError(f"{path} is a checkpoint without weights")
    return Checkpoint(Path(path), about, arrays)


def sweep(path: Path) -> None:
    """Remove what a run that was killed while it wrote `path` left beside it."""
    left = re.compile(re.escape(path.name) + r"\.[0-9a-f]{8}\.part")
    for other in path.parent.iterdir():
        if left.fullmatch(other.name):
            other.unlink(missing_ok=True)


def tokenizer_config(tokenizer: Tokenizer) -> dict:
    """A tokenizer as plain values. Raises TypeError for a kind that is not the course's own."""
    kind = type(tokenizer)
    if kind is BPETokenizer:
        return {
            "kind": "byte_pair",
            "merges": [list(m) for m in tokenizer.merges],
            "reserved": list(tokenizer.reserved),
            "lengths": tokenizer.lengths,
        }
    if kind is CharTokenizer:
        return {"kind": "character", "tokens": list(tokenizer.vocab.tokens[1:])}
    if kind is WordTokenizer:
        return {"kind": "word", "tokens": list(tokenizer.vocab.tokens[1:]), "spaces": tokenizer.spaces}
    raise TypeError(f"a checkpoint holds character, word and byte pair tokenizers, got {kind.__name__}")


def tokenizer_from(config: dict) -> Tokenizer:
    """The tokenizer of `tokenizer_config`. Raises ValueError for another kind."""
    kind = config["kind"]
    if kind == "byte_pair":
        return BPETokenizer(config["merges"], config["reserved"], config["lengths"])
    if kind == "character":
        return CharTokenizer(Vocab.in_order(config["tokens"]))
    if kind == "word":
        return WordTokenizer(Vocab.in_order(config["tokens"]), config["spaces"])
    raise ValueError(f"there is no tokenizer of the kind {kind!r}")
