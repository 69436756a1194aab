"""From text to tokens and back: by character and by word (deck slide 12). Byte pairs are in `d2lrnn.text.bpe`.

All tokenizers share one interface: `train(text)` makes one, `tokenize` and `detokenize` go between text and tokens, `encode` and `decode` between
text and ids. Nothing of a text is lost on the way to tokens, so `detokenize(tokenize(s)) == s` for any string, lone surrogates included
(`WordTokenizer(spaces="drop")` is the one exception). On the way to ids a token outside the vocabulary becomes id 0, `<unk>`, and decodes to `<unk>`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from d2lrnn.arguments import flat_ids
from d2lrnn.text.vocab import Vocab

# A word with its inner apostrophes, a number, or a run of other marks, each with the one space before it; then what space is left.
# It is GPT-2's pattern (Radford et al. 2019) but keeps "don't" whole. Letters are what Python calls \w, without digits and "_".
_WORD, _NUMBER, _MARKS = r"[^\W\d_]+(?:['’][^\W\d_]+)*", r"\d+", r"(?:[^\s\w]|_)+"
_PIECES = re.compile(rf" ?(?:{_WORD}|{_NUMBER}|{_MARKS})|\s+(?!\S)|\s+")
_WORDS = re.compile(f"{_WORD}|{_NUMBER}|{_MARKS}")
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}…")


def letters_only(text: str) -> str:
    """The text as d2l prepares *The Time Machine*: every run of characters outside A–Z and a–z becomes one space, capitals become small."""
    return re.sub("[^A-Za-z]+", " ", text).lower()


def pieces(text: str) -> list[str]:
    """The text cut into words, numbers, punctuation and white space, each with the space before it; joined they are the text again."""
    return _PIECES.findall(text)


class Tokenizer(ABC):
    """What every tokenizer can do. `vocab` is its `Vocab`, `len(tokenizer)` the number of ids."""

    vocab: Vocab

    @abstractmethod
    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text."""

    def detokenize(self, tokens: Iterable[str]) -> str:
        """The text of some tokens."""
        return "".join(tokens)

    def encode(self, text: str) -> np.ndarray:
        """The ids of a text, shape (T,), int32; 0 for a token outside the vocabulary."""
        return self.vocab.ids(self.tokenize(text))

    def decode(self, ids: Sequence[int] | np.ndarray) -> str:
        """The text of some ids, shape (T,). Raises IndexError for an id outside the vocabulary."""
        return self.detokenize(self.vocab.to_tokens(ids_below(ids, len(self)).tolist()))

    def __len__(self) -> int:
        return len(self.vocab)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} ids)"


class CharTokenizer(Tokenizer):
    """Each character (Unicode code point) is a token."""

    def __init__(self, vocab: Vocab):
        self.vocab = vocab
        chars = [(ord(token), i) for i, token in enumerate(vocab.tokens) if len(token) == 1]
        self._id_of = np.zeros(
            max((code for code, _ in chars), default=0) + 2, np.int32
        )  # its last entry is for all higher code points
        self._char_of = np.full(len(vocab), 0xFFFFFFFF, np.uint32)  # for tokens of several characters, such as <unk>
        for code, i in chars:
            self._id_of[code], self._char_of[i] = i, code

    @classmethod
    def train(cls, text: str, *, min_freq: int = 0, reserved: Sequence[str] = ()) -> CharTokenizer:
        """The tokenizer whose vocabulary is the text's characters that occur `min_freq` times or more."""
        counts = np.bincount(_codes(check_text(text)))
        seen = np.flatnonzero(counts)
        return cls(Vocab({chr(c): int(n) for c, n in zip(seen, counts[seen], strict=True)}, min_freq, reserved))

    def tokenize(self, text: str) -> list[str]:
        return list(check_text(text))

    def encode(self, text: str) -> np.ndarray:
        return self._id_of.take(_codes(check_text(text)), mode="clip")

    def decode(self, ids: Sequence[int] | np.ndarray) -> str:
        ids = ids_below(ids, len(self))
        codes = self._char_of[ids]
        if (codes == 0xFFFFFFFF).any():
            return "".join(map(self.vocab.tokens.__getitem__, ids.tolist()))
        return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


class WordTokenizer(Tokenizer):
    """Each word, number, run of punctuation or white space is a token.

    spaces="keep": a token carries the one space before it ("Deep", " learning", " is", " fun", "."), and joining restores the text.
    spaces="drop": the deck's list ("Deep", "learning", "is", "fun", "."). White space is lost; `detokenize` puts single spaces back, none before . , ; : ! ?
    """

    def __init__(self, vocab: Vocab, spaces: str = "keep"):
        if spaces not in ("keep", "drop"):
            raise ValueError(f"WordTokenizer: spaces must be 'keep' or 'drop', got {spaces!r}")
        self.vocab, self.spaces = vocab, spaces
        self._find = (_PIECES if spaces == "keep" else _WORDS).findall

    @classmethod
    def train(
        cls, text: str, *, min_freq: int = 0, reserved: Sequence[str] = (), spaces: str = "keep"
    ) -> WordTokenizer:
        """The tokenizer whose vocabulary is the text's words that occur `min_freq` times or more."""
        cut = cls(Vocab(), spaces)
        return cls(Vocab(Counter(cut.tokenize(text)), min_freq, reserved), spaces)

    def tokenize(self, text: str) -> list[str]:
        return self._find(check_text(text))

    def detokenize(self, tokens: Iterable[str]) -> str:
        if self.spaces == "keep":
            return "".join(tokens)
        return "".join(t if t[:1] in _NO_SPACE_BEFORE else " " + t for t in tokens).removeprefix(" ")


def check_text(text: str) -> str:
    """The text itself. Raises TypeError if it is no string."""
    if not isinstance(text, str):
        raise TypeError(f"a tokenizer takes a string, got {type(text).__name__}")
    return text


def ids_below(ids: Sequence[int] | np.ndarray, size: int) -> np.ndarray:
    """The ids as an array (T,). Raises TypeError, ValueError or IndexError for what is no flat sequence of ids below `size`."""
    ids = flat_ids(ids)
    wrong = ids[(ids < 0) | (ids >= size)]
    if len(wrong):
        raise IndexError(f"decode: ids run from 0 to {size - 1}, got {wrong[0]}")
    return ids.astype(np.intp, copy=False)


def _codes(text: str) -> np.ndarray:
    """The code points of a text as an array."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
