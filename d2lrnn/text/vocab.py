"""`Vocab`: which token has which number (deck slide 13).

V is the size of the vocabulary: the ids are 0 ... V - 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

UNK = "<unk>"


class Vocab:
    """Tokens and their ids, in both directions.

    Id 0 is `<unk>`, the token that stands for every token not in the vocabulary. The reserved tokens follow, then the other tokens,
    the most frequent first; among equally frequent ones the smaller string (by code points) comes first.

    tokens: a sequence of strings (lists may be nested, e.g. one a line), or a mapping from token to count.
    min_freq: tokens seen fewer times than this become `<unk>`; the deck's slide 13 suggests 5.
    reserved: tokens that get an id whether they occur or not, e.g. `("<pad>", "<bos>")`.

    Attributes: `tokens` (the token of each id), `token_freqs` (every token that was seen with its count, in the order above, those below
    `min_freq` included), `unk` (0).

    Raises TypeError for tokens that are no strings, ValueError for a negative `min_freq` or count, or a reserved token named twice.
    """

    unk = 0

    def __init__(self, tokens: Iterable | Mapping[str, int] = (), min_freq: int = 0, reserved: Sequence[str] = ()):
        if isinstance(min_freq, bool) or not isinstance(min_freq, int | np.integer):
            raise TypeError(f"Vocab: min_freq must be a whole number, got {min_freq!r}")
        if min_freq < 0:
            raise ValueError(f"Vocab: min_freq must be 0 or more, got {min_freq}")
        counts = _count(tokens)
        self.token_freqs = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        first = _first(reserved)
        taken = set(first)
        rest = [token for token, count in self.token_freqs if count >= min_freq and token not in taken]
        self._index([*first, *rest])

    @classmethod
    def in_order(cls, tokens: Sequence[str], reserved: Sequence[str] = ()) -> Vocab:
        """The vocabulary that keeps `tokens` in the order given, after `<unk>` and the reserved ones. Raises ValueError if a token repeats."""
        vocab = cls()
        everything = [*_first(reserved), *tokens]
        if len(set(everything)) != len(everything):
            twice = next(token for token, count in Counter(everything).items() if count > 1)
            raise ValueError(f"Vocab: the token {twice!r} is there twice; each needs one id")
        vocab._index(everything)
        return vocab

    def _index(self, tokens: list[str]) -> None:
        self.tokens = tuple(tokens)
        self._ids = {token: i for i, token in enumerate(tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __repr__(self) -> str:
        head = ", ".join(map(repr, self.tokens[:6]))
        return f"Vocab({len(self)} tokens: {head}{', …' if len(self) > 6 else ''})"

    def __getitem__(self, tokens):
        """The id of a token; for a list, tuple or array of tokens (nested or not, of any length) the same shape of ids.

        A token that is not in the vocabulary gets id 0. Lists give lists, arrays give int32 arrays. Raises TypeError for anything but strings.
        """
        if isinstance(tokens, str):
            return self._ids.get(tokens, self.unk)
        if isinstance(tokens, np.ndarray):
            return np.array([self[token] for token in tokens.ravel().tolist()], np.int32).reshape(tokens.shape)
        if isinstance(tokens, list | tuple):
            return [self[token] for token in tokens]
        raise TypeError(
            f"Vocab: a token is a string, got {tokens!r} ({type(tokens).__name__}); for the token of an id use to_tokens"
        )

    def to_tokens(self, ids):
        """The token of an id; for a list, tuple or array of ids (nested or not, of any length) the same shape of tokens.

        Lists give lists, arrays give arrays of Python strings. Raises IndexError for an id outside 0 ... V - 1, TypeError for what is no whole number.
        """
        if isinstance(ids, list | tuple):
            return [self.to_tokens(i) for i in ids]
        if hasattr(ids, "asnumpy"):  # an MXNet array
            ids = ids.asnumpy()
        if isinstance(ids, np.ndarray) and ids.ndim:
            out = np.empty(ids.size, object)
            out[:] = [self.to_tokens(i) for i in ids.ravel()]
            return out.reshape(ids.shape)
        value = ids.item() if isinstance(ids, np.ndarray | np.generic) else ids
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(
                f"Vocab: an id is a whole number, got {value!r} ({type(value).__name__}); for the id of a token use vocab[token]"
            )
        if not 0 <= value < len(self):
            raise IndexError(f"Vocab: ids run from 0 to {len(self) - 1}, got {value}")
        return self.tokens[value]

    def ids(self, tokens: Sequence[str]) -> np.ndarray:
        """The ids of a flat sequence of tokens as an int32 array: `vocab[tokens]` for millions of them, without checking each."""
        get = self._ids.get
        return np.fromiter((get(token, 0) for token in tokens), np.int32, len(tokens))


def _first(reserved: Sequence[str]) -> list[str]:
    """`<unk>`, then the reserved tokens, checked."""
    if isinstance(reserved, str):
        raise TypeError(
            f"Vocab: reserved must be a sequence of tokens, got the string {reserved!r}; write ({reserved!r},)"
        )
    first = [UNK]
    for token in reserved:
        if not isinstance(token, str):
            raise TypeError(f"Vocab: a reserved token is a string, got {token!r} ({type(token).__name__})")
        if token in first:
            reason = "is always there, at id 0" if token == UNK else "is named twice"
            raise ValueError(f"Vocab: the reserved token {token!r} {reason}; name each once")
        first.append(token)
    return first


def _count(tokens: Iterable | Mapping[str, int]) -> Counter:
    """How often each token occurs."""
    if isinstance(tokens, str):
        raise TypeError("Vocab: got a string; cut it into tokens first, e.g. list(text) for characters")
    if isinstance(tokens, Mapping):
        for token, count in tokens.items():
            if not isinstance(count, int | np.integer) or count < 0:
                raise ValueError(f"Vocab: a count is a whole number of 0 or more, got {count!r} for {token!r}")
        counts = Counter({token: int(count) for token, count in tokens.items()})
    else:
        tokens = tokens.tolist() if isinstance(tokens, np.ndarray) else list(tokens)
        while any(isinstance(token, list | tuple | np.ndarray) for token in tokens):
            tokens = [
                t for token in tokens for t in (token if isinstance(token, list | tuple | np.ndarray) else [token])
            ]
        try:
            counts = Counter(tokens)
        except TypeError as error:
            raise TypeError(f"Vocab: tokens must be strings ({error})") from error
    for token in counts:
        if not isinstance(token, str):
            raise TypeError(f"Vocab: a token is a string, got {token!r} ({type(token).__name__})")
    return counts
