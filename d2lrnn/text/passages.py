"""Passages of plays and their genre (many-to-one: deck slide 49), and the simplest thing that can tell them apart: counting words.

N passages, W words in each, V vocabulary, K genres.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.data import corpora
from d2lrnn.text.vocab import Vocab


@dataclass(frozen=True)
class Passages:
    """`words`: N lists of W words in small letters. `genre`: (N,), the number of each one's genre among `genres`. `play`: (N,), its play's name."""

    words: list[list[str]]
    genre: np.ndarray
    play: np.ndarray
    genres: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)


def passages(genres: Sequence[str] = ("comedy", "tragedy"), words: int = 50) -> Passages:
    """Shakespeare's plays of these genres, cut into passages of so many words, without the speakers' names above the speeches.

    Raises ValueError unless there are two genres or more and a word or more, CorpusError for a genre that is unknown.
    """
    check_whole("words", words, 1)
    if len(set(genres)) < 2:
        raise ValueError(f"passages: two genres or more are needed, got {list(genres)}")
    found, genre, play = [], [], []
    for number, name in enumerate(genres):
        for title in corpora.plays(name):
            said = re.findall(r"[a-z']+", corpora.load(f"shakespeare/{title}", stand_in=False).text.lower())
            cut = [said[at : at + words] for at in range(0, len(said) - words + 1, words)]
            found += cut
            genre += [number] * len(cut)
            play += [title] * len(cut)
    return Passages(found, np.array(genre), np.array(play), tuple(genres))


class NaiveBayes:
    """Which genre uses such words? Every word counts for itself, wherever it stands (McCallum & Nigam 1998).

    log p(k | words) = log p(k) + Σ log p(word | k) + constant, with p(word | k) = (n(word, k) + α) / (n(k) + α V). Unknown words say nothing.
    """

    def __init__(self, passages: Sequence[Sequence[str]], genre: np.ndarray, *, alpha: float = 0.3, min_freq: int = 2):
        """passages: N lists of words, and their `genre` (N,), 0 to K - 1. min_freq: rarer words are unknown. Raises ValueError if they do not fit."""
        genre = np.asarray(genre)
        if len(passages) != len(genre) or not len(genre):
            raise ValueError(f"NaiveBayes: a genre for each passage is needed, got {len(passages)} and {len(genre)}")
        if not alpha > 0:
            raise ValueError(f"NaiveBayes: alpha must be above 0, got {alpha!r}")
        self.vocab = Vocab([word for words in passages for word in words], min_freq=min_freq)
        counts = np.zeros((int(genre.max()) + 1, len(self.vocab)))
        for words, k in zip(passages, genre, strict=True):
            np.add.at(counts[k], self.vocab[list(words)], 1)
        counts[:, 0] = 0
        share = (counts + alpha) / (counts.sum(1, keepdims=True) + alpha * len(self.vocab))
        self.log_share = np.log(share)
        self.log_share[:, 0] = 0
        self.log_prior = np.log(np.bincount(genre) / len(genre))

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """log p(k, words) of each genre, (K,)."""
        return self.log_prior + self.log_share[:, self.vocab[list(words)]].sum(1)

    def predict(self, passages: Sequence[Sequence[str]]) -> np.ndarray:
        """The likeliest genre of each passage, (N,)."""
        return np.array([int(self.scores(words).argmax()) for words in passages])

    def telling(self, genre: int, most: int = 10) -> list[str]:
        """The words that speak most clearly for a genre: those whose share in it is the largest multiple of their share in the rarest other one."""
        others = np.delete(self.log_share, genre, 0).max(0)
        order = np.argsort(others - self.log_share[genre], kind="stable")
        return self.vocab.to_tokens(order[:most].tolist())
