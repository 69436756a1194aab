"""The split and the counted baseline that every network of the course is judged beside (chapter 03).

    parts = split_corpus("shakespeare/tragedy")     ids for training, validation and test, cut by position
    best = counted_baseline(parts)                  the best counted model: chosen on validation, measured once on test
    Score.of(log_probs_of_a_network)                the same measure for anything that gives log-probabilities

T is the number of tokens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from d2lrnn.data import corpora
from d2lrnn.text.batches import split
from d2lrnn.text.ngrams import KneserNey, NGramCounts, NGramModel
from d2lrnn.text.tokenizers import CharTokenizer, Tokenizer


@dataclass(frozen=True)
class Parts:
    """One text as ids, cut by position: `train`, `valid`, `test`, each (T,). The `tokenizer` knows only what `train` contains."""

    name: str
    tokenizer: Tokenizer = field(repr=False)
    train: np.ndarray = field(repr=False)
    valid: np.ndarray = field(repr=False)
    test: np.ndarray = field(repr=False)

    def before(self, part: str, length: int) -> np.ndarray:
        """The last `length` ids before a part ("valid" or "test"), as its context. Raises ValueError for another part."""
        if part not in ("valid", "test"):
            raise ValueError(f"Parts: something comes before 'valid' and 'test', got {part!r}")
        line = self.train if part == "valid" else np.concatenate([self.train[-length:], self.valid])
        return line[max(0, len(line) - length) :]


@dataclass(frozen=True)
class Score:
    """Mean negative log-probability a token, over `tokens` tokens: `nats`; and the same number as `bits` and as `perplexity`."""

    nats: float
    tokens: int

    @classmethod
    def of(cls, log_probs: Sequence[float] | np.ndarray) -> Score:
        """The score of some log-probabilities in nats, one a token, of any shape. Raises ValueError for none, for NaN, or for one above 0."""
        logs = np.asarray(log_probs, float)
        if not logs.size:
            raise ValueError("Score: at least one log-probability is needed, got none")
        if not (logs <= 1e-6).all():
            raise ValueError(f"Score: a log-probability is at most 0, got {logs[~(logs <= 1e-6)][0]:g}")
        return cls(float(-logs.mean()), logs.size)

    @property
    def bits(self) -> float:
        return self.nats / math.log(2)

    @property
    def perplexity(self) -> float:
        return math.exp(self.nats) if self.nats < 700 else math.inf


@dataclass(frozen=True)
class Baseline:
    """A counted model, and its scores on the text it was chosen by (`valid`) and on text that chose nothing (`test`)."""

    model: NGramModel
    valid: Score
    test: Score


def split_corpus(
    name: str = "shakespeare/tragedy",
    *,
    tokenizer: Callable[[str], Tokenizer] = CharTokenizer.train,
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    prepare: Callable[[str], str] = str,
) -> Parts:
    """A corpus as ids for training, validation and test, the first, the middle and the last part of its text.

    name: see `corpora.load`. tokenizer: makes one from a text; it is given the first part alone, and what only the others contain becomes id 0.
    prepare: what is done to the text first, e.g. `letters_only`. Raises ValueError unless there are three fractions, and what `split` raises.
    """
    if len(fractions) != 3:
        raise ValueError(f"split_corpus: three fractions are needed, for train, valid and test, got {fractions}")
    train, valid, test = split(prepare(corpora.load(name).text), fractions)
    trained = tokenizer(train)
    return Parts(name, trained, *(trained.encode(part) for part in (train, valid, test)))


def counted_baseline(parts: Parts, orders: Iterable[int] = range(1, 7), counts: NGramCounts | None = None) -> Baseline:
    """The Kneser–Ney model with the lowest perplexity on `parts.valid` among `orders`, scored on both held-out parts.

    counts: of `parts.train`, if they were counted already. Raises ValueError for no orders.
    """
    orders = sorted(orders)
    if not orders:
        raise ValueError("counted_baseline: at least one order is needed, got none")
    counts = NGramCounts(parts.train, len(parts.tokenizer), orders[-1]) if counts is None else counts

    def score(model: NGramModel, part: str) -> Score:
        return Score.of(model.log_probs(getattr(parts, part), parts.before(part, model.order)))

    tried = [(model, score(model, "valid")) for model in (KneserNey(counts, order) for order in orders)]
    model, valid = min(tried, key=lambda pair: pair[1].nats)
    return Baseline(model, valid, score(model, "test"))
