"""Byte pair encoding (Sennrich, Haddow & Birch 2016; on bytes, Radford et al. 2019; deck slide 12).

A text is cut into pieces (words with the space before them, `d2lrnn.text.tokenizers.pieces`), each piece into bytes, and the most frequent
neighbours are merged again and again. Since every byte has an id, nothing is ever unknown: `decode(encode(s)) == s` for any string.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.data.files import write_whole
from d2lrnn.text.merging import learn, segment
from d2lrnn.text.tokenizers import Tokenizer, check_text, ids_below, pieces
from d2lrnn.text.vocab import Vocab

# Bytes that print come first: GPT-2's order, which decides ties as the `tokenizers` package does.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_BYTES = [*_PRINTABLE, *(b for b in range(256) if b not in _PRINTABLE)]
_ORDER = bytes(_BYTES.index(b) for b in range(256))  # byte value -> its place in that order
_CACHED = 200_000


class Merge(NamedTuple):
    """A learnt merge: `left` and `right` become one token; they were neighbours `count` times when it was learnt."""

    left: str
    right: str
    count: int

    @property
    def token(self) -> str:
        return join(self.left, self.right)


class BPETokenizer(Tokenizer):
    """Byte pair encoding. Ids: `<unk>` (never used), the reserved tokens, the 256 bytes, then one token for each merge in the order they were learnt.

    A token is a string: the text of its bytes, with a byte that is no character by itself written as a lone surrogate, U+DC80 + byte - 0x80
    (Python's `surrogateescape`). `d2lrnn.text.visible` makes any token printable.

    Attributes: `merges` (a list of `Merge`), `lengths` (how many tokens the training text had after 0, 1, 2, ... merges).
    """

    def __init__(self, merges: Sequence[Merge] = (), reserved: Sequence[str] = (), lengths: Sequence[int] = ()):
        self.merges, self.reserved, self.lengths = [Merge(*m) for m in merges], tuple(reserved), list(lengths)
        base = [from_bytes(bytes([b])) for b in _BYTES]
        index = {token: i for i, token in enumerate(base)}
        self._rank: dict[tuple[int, int], int] = {}
        for k, merge in enumerate(self.merges):
            if merge.left not in index or merge.right not in index:
                raise ValueError(
                    f"BPETokenizer: merge {k} joins {merge.left!r} and {merge.right!r}, which no earlier merge makes"
                )
            if merge.token in index:
                raise ValueError(f"BPETokenizer: merge {k} makes {merge.token!r}, which is there already")
            self._rank[index[merge.left], index[merge.right]] = k
            index[merge.token] = 256 + k
        self.vocab = Vocab.in_order(list(index), reserved)
        self._first = 1 + len(self.reserved)
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def train(
        cls, text: str, num_merges: int = 1000, *, min_freq: int = 1, reserved: Sequence[str] = ()
    ) -> BPETokenizer:
        """Learn up to `num_merges` merges from a text; fewer if no pair is left that occurs `min_freq` times.

        Of equally frequent pairs the one with the smaller ids is merged first. Raises ValueError for a negative number of merges or `min_freq` below 1,
        TypeError if one is no whole number.
        """
        check_whole("BPETokenizer: num_merges", num_merges, 0)
        check_whole("BPETokenizer: min_freq", min_freq, 1)
        words = {_symbols(piece): count for piece, count in Counter(pieces(check_text(text))).items()}
        learnt, shortened = learn(words, num_merges, 256, min_freq)
        tokens = [from_bytes(bytes([b])) for b in _BYTES]
        merges = []
        for left, right, count in learnt:
            merges.append(Merge(tokens[left], tokens[right], count))
            tokens.append(merges[-1].token)
        length = sum(len(word) * count for word, count in words.items())
        lengths = length - np.cumsum([0, *shortened])
        return cls(merges, reserved, lengths.tolist())

    def _segment(self, piece: str, limit: int | None = None) -> list[int]:
        return [self._first + s for s in segment(_symbols(piece), self._rank, 256, limit)]

    def encode(self, text: str) -> np.ndarray:
        found = pieces(check_text(text))
        if len(self._cache) > _CACHED:
            self._cache.clear()
        cache = self._cache
        for piece in set(found).difference(cache):
            cache[piece] = self._segment(piece)
        return np.fromiter(chain.from_iterable(map(cache.__getitem__, found)), np.int32)

    def decode(self, ids: Sequence[int] | np.ndarray) -> str:
        """The text of some ids. Bytes that are no UTF-8 (a character cut in half, say) become U+FFFD."""
        return self.detokenize(map(self.vocab.tokens.__getitem__, ids_below(ids, len(self)).tolist()))

    def tokenize(self, text: str) -> list[str]:
        return self.apply(text)

    def apply(self, text: str, num_merges: int | None = None) -> list[str]:
        """The tokens of a text after only the first `num_merges` merges: 0 gives bytes, None (the default) uses all."""
        if num_merges is not None and not 0 <= num_merges <= len(self.merges):
            raise ValueError(f"BPETokenizer: num_merges must be from 0 to {len(self.merges)}, got {num_merges}")
        ids = (
            self.encode(text).tolist()
            if num_merges is None
            else chain(*(self._segment(p, num_merges) for p in pieces(check_text(text))))
        )
        return [self.vocab.tokens[i] for i in ids]

    def steps(self, text: str) -> Iterator[tuple[int, Merge | None, list[str]]]:
        """The text as merges build it: (0, None, its bytes), then (k, merge k, the tokens after it) for each merge that changes it, counted from 1."""
        tokens = self.apply(text, 0)
        yield 0, None, tokens
        used = sorted({k for piece in pieces(text) for k in self._used(piece)})
        for k in used:
            yield k + 1, self.merges[k], self.apply(text, k + 1)

    def _used(self, piece: str) -> set[int]:
        """The merges that build a piece: those of its tokens, and of their halves."""
        used, todo = set(), self._segment(piece)
        halves = {merge: pair for pair, merge in self._rank.items()}
        while todo:
            k = todo.pop() - self._first - 256
            if k >= 0 and k not in used:
                used.add(k)
                todo.extend(self._first + half for half in halves[k])
        return used

    def detokenize(self, tokens: Iterable[str]) -> str:
        data = b"".join(to_bytes(token) for token in tokens)
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace")

    def save(self, path: str | os.PathLike) -> None:
        """Write the merges as JSON, whole or not at all."""
        data = {
            "format": "d2lrnn byte pairs",
            "version": 1,
            "reserved": self.reserved,
            "lengths": self.lengths,
            "merges": self.merges,
        }
        write_whole(Path(path), json.dumps(data).encode("ascii"))

    @classmethod
    def load(cls, path: str | os.PathLike) -> BPETokenizer:
        """Read what `save` wrote. Raises ValueError for any other file."""
        try:
            data = json.loads(Path(path).read_text(encoding="ascii"))
            if data["format"] != "d2lrnn byte pairs" or data["version"] != 1:
                raise ValueError(f"format {data['format']!r}, version {data['version']!r}")
            for number in chain(data["lengths"], (count for _, _, count in data["merges"])):
                if type(number) is not int or number < 0:
                    raise ValueError(f"a count is a whole number, got {number!r}")
            return cls(data["merges"], data["reserved"], data["lengths"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"BPETokenizer: {path} is not a file that BPETokenizer.save wrote ({error})") from error


def from_bytes(data: bytes) -> str:
    """The token of some bytes."""
    return data.decode("utf-8", "surrogateescape")


def to_bytes(token: str) -> bytes:
    """The bytes of a token."""
    return token.encode("utf-8", "surrogateescape")


def join(left: str, right: str) -> str:
    """The token of two tokens. (Not `left + right`: two halves of a character make the character.)"""
    return from_bytes(to_bytes(left) + to_bytes(right))


def _symbols(piece: str) -> bytes:
    """The bytes of a piece as base symbols 0 ... 255."""
    return piece.encode("utf-8", "surrogatepass").translate(_ORDER)
