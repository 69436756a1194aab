"""Trained networks that come with the course, so that nobody has to wait for one in class.

    from d2lrnn import pretrained

    lstm = pretrained.load("lstm")
    lstm.network, lstm.tokenizer, lstm.card["held_out"]

Each is a checkpoint with its card in it: what it learnt from, what was held out, its loss there, the seed, and the command that makes it again
(`python -m d2lrnn pretrain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from d2lrnn.pretrained.recipes import RECIPES

if TYPE_CHECKING:
    from d2lrnn.nn.network import Network
    from d2lrnn.text.tokenizers import Tokenizer

__all__ = ["Pretrained", "card", "load", "names", "where"]


@dataclass(frozen=True)
class Pretrained:
    """A network with its weights, its tokenizer, and its card (plain values)."""

    network: Network
    tokenizer: Tokenizer
    card: dict


def names() -> list[str]:
    """The networks there are."""
    return list(RECIPES)


def where(name: str) -> Path:
    """The file of a network. Raises ValueError, which lists them all, for another name."""
    if name not in RECIPES:
        raise ValueError(f"pretrained: there is no network {name!r}; there are {', '.join(RECIPES)}")
    return Path(__file__).resolve().parent / f"{name}.npz"


def load(name: str, *, device=None) -> Pretrained:
    """One of the networks. device: see `d2lrnn.device.choose`. Raises ValueError for a name that is none, CheckpointError for a damaged file."""
    from d2lrnn.train import checkpoints

    stored = checkpoints.load(where(name))
    return Pretrained(stored.network(device=device), stored.tokenizer(), stored.about["card"])


def card(name: str) -> dict:
    """What a network was trained on, how, and how well it does."""
    from d2lrnn.train import checkpoints

    return checkpoints.load(where(name)).about["card"]
