"""From one long line of tokens to minibatches (deck slides 11 and 14), and to parts for training, validation and test.

T is the number of time steps of a minibatch, B its rows; arrays are time-major, (T, B). Row b of a minibatch is a window of T tokens; its targets are the
same window one token later.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.seeding import generator

_CHUNK = 1 << 20  # windows that are shuffled at a time
_TOGETHER = 1 << 16  # tokens that go to MXNet at a time


class Batches:
    """Minibatches of a line of tokens; made by `random_batches` and `sequential_batches`.

    Iterating gives one epoch of pairs (inputs, targets), each (T, B), copies of the tokens' dtype. Iterating again gives the next epoch. `at(epoch)` gives any
    epoch, always the same for the same seed. `len` is the number of minibatches of an epoch, the same for every epoch.

    In an epoch every token from `first(epoch) + 1` to `first(epoch) + len * B * T` is a target exactly once; fewer than (B + 1) T tokens are left out, and
    which ones changes with the random start.
    """

    def __init__(self, tokens, batch_size: int, num_steps: int, sequential: bool, start: int | None, rng):
        name = "sequential_batches" if sequential else "random_batches"
        self.batch_size, self.num_steps = (
            check_whole("batch_size", batch_size, 1),
            check_whole("num_steps", num_steps, 1),
        )
        self.tokens = (
            tokens
            if isinstance(tokens, np.ndarray)
            else tokens.asnumpy()
            if hasattr(tokens, "asnumpy")
            else np.asarray(tokens)
        )
        if self.tokens.ndim != 1:
            raise ValueError(f"{name}: one line of tokens is needed, shape (T,), got shape {self.tokens.shape}")
        window = self.batch_size * self.num_steps
        skipped = 0 if start is None else check_whole("start", start, 0)
        needed = skipped + window + 1
        if len(self.tokens) < needed:
            raise ValueError(
                f"{name}: {self.batch_size} rows of {self.num_steps} steps{f' from token {start}' if start else ''} need at least {needed:,} tokens, "
                f"got {len(self.tokens):,}; take fewer rows or steps, or a longer text"
            )
        # With a random start, at least T - 1 tokens stay over for it to vary by, if there are that many.
        spare = self.num_steps - 1 if start is None else skipped
        self._length = max(1, (len(self.tokens) - 1 - spare) // window)
        self.sequential, self.start, self.epoch = sequential, None if start is None else skipped, 0
        self._seed = int(generator(rng).integers(2**63))
        self._crc32 = None

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        kind = "sequential" if self.sequential else "random"
        return f"Batches({kind}, {len(self):,} an epoch, inputs and targets of shape ({self.num_steps}, {self.batch_size}))"

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        self.epoch += 1
        return self.at(self.epoch - 1)

    def config(self) -> dict:
        """What decides every minibatch, as plain values: two `Batches` with the same are the same."""
        if self._crc32 is None:
            self._crc32 = checksum(self.tokens)
        return {
            "kind": "sequential" if self.sequential else "random", "batch_size": self.batch_size, "num_steps": self.num_steps, "start": self.start,
            "seed": self._seed, "tokens": len(self.tokens), "crc32": self._crc32,
        }  # fmt: skip

    def first(self, epoch: int = 0) -> int:
        """The position of the first input of an epoch (counted from 0)."""
        return self._begin(epoch)[0]

    def _begin(self, epoch: int) -> tuple[int, np.random.Generator]:
        rng = np.random.default_rng([self._seed, check_whole("epoch", epoch, 0)])
        if self.start is not None:
            return self.start, rng
        spare = len(self.tokens) - 1 - self._length * self.batch_size * self.num_steps
        return int(rng.integers(spare + 1)), rng

    def positions(self, epoch: int = 0) -> Iterator[np.ndarray]:
        """Where each minibatch's rows begin in the text, (B,), in the order of the epoch."""
        first, rng = self._begin(epoch)
        rows, steps = self.batch_size, self.num_steps
        if self.sequential:  # row b goes on where it stopped in the minibatch before
            begin = first + np.arange(rows) * (self._length * steps)
            for i in range(self._length):
                yield begin + i * steps
            return
        # Shuffled in chunks taken in random order, so that a text larger than memory needs no list of all its windows. Most texts are one chunk.
        size = max(1, _CHUNK // rows)
        for chunk in rng.permutation(-(-self._length // size)):
            last = min(self._length, (chunk + 1) * size)
            windows = rng.permutation(np.arange(chunk * size * rows, last * rows))
            yield from first + windows.reshape(-1, rows) * steps

    def at(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The minibatches of one epoch, counted from 0, whatever was iterated before."""
        within = np.arange(self.num_steps + 1)[:, None]
        for begin in self.positions(epoch):
            block = np.asarray(self.tokens[begin + within])  # (T + 1, B)
            yield block[:-1], block[1:]


def checksum(values: np.ndarray) -> int:
    """CRC-32 of an array's numbers, whatever type they are stored in; a part at a time, so that a text larger than memory has one too."""
    values = np.asarray(values).reshape(-1)
    kind, crc = "<i8" if values.dtype.kind in "iub" else "<f8", 0
    for at in range(0, len(values), _CHUNK):
        crc = zlib.crc32(np.ascontiguousarray(values[at : at + _CHUNK], kind), crc)
    return crc


def random_batches(
    tokens: np.ndarray,
    batch_size: int,
    num_steps: int,
    *,
    start: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> Batches:
    """Random partitioning: the text is cut into windows, which are dealt out in random order. Neighbouring rows have nothing to do with each other.

    tokens: (T,), an array (memory-mapped ones too), a list or an MXNet array. start: where to begin cutting; None (the default) draws it anew each epoch.
    rng: see `d2lrnn.generator`; the same seed gives the same epochs. Raises ValueError if the text is too short for one minibatch.
    """
    return Batches(tokens, batch_size, num_steps, False, start, rng)


def sequential_batches(
    tokens: np.ndarray,
    batch_size: int,
    num_steps: int,
    *,
    start: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> Batches:
    """Sequential partitioning: the text is cut into B long rows, and each minibatch goes on in every row where the one before stopped, so that a hidden
    state can be carried over. Arguments as for `random_batches`.
    """
    return Batches(tokens, batch_size, num_steps, True, start, rng)


def as_mxnet(pairs: Iterable[tuple[np.ndarray, np.ndarray]], device=None) -> Iterator[tuple]:
    """Minibatches (inputs, targets), all of one shape, as MXNet arrays; whole numbers become int32. `device`: an MXNet context, None for the current one.

    Handing an array to MXNet costs about 0.1 ms, however small it is. So many minibatches are handed over together, and each one served is a view of them.
    """
    from mxnet import np as mxnp  # here, since a text can be cut without MXNet

    def served(pairs):
        stacks = [np.stack(arrays) for arrays in zip(*pairs, strict=True)]
        types = [np.int32 if stack.dtype.kind in "iu" else stack.dtype for stack in stacks]
        inputs, targets = (mxnp.array(s, dtype=t, ctx=device) for s, t in zip(stacks, types, strict=True))
        for i in range(len(pairs)):
            yield inputs[i], targets[i]

    waiting = []
    for pair in pairs:
        waiting.append(pair)
        if len(waiting) * pair[0].size >= _TOGETHER:
            yield from served(waiting)
            waiting = []
    if waiting:
        yield from served(waiting)


def split(tokens: Sequence, fractions: Sequence[float] = (0.8, 0.1, 0.1)) -> tuple:
    """Cut tokens (or a text) by position into parts that never overlap, in order: views of an array, slices of a list or string.

    fractions: the share of each part, e.g. (0.9, 0.1); what is missing from 1 is left out at the end.
    Raises ValueError for shares that are not above 0 or sum to more than 1, and if a part would be empty.
    """
    shares = np.asarray(fractions, float)
    if shares.ndim != 1 or not len(shares) or not (shares > 0).all() or shares.sum() > 1 + 1e-9:
        raise ValueError(f"split: fractions must be above 0 and sum to at most 1, got {fractions}")
    ends = np.floor(shares.cumsum() * len(tokens) + 1e-6).astype(int)
    begins = [0, *ends[:-1]]
    if (ends == begins).any():
        raise ValueError(f"split: {len(tokens)} tokens are too few for parts of {fractions}; one would be empty")
    return tuple(tokens[a:b] for a, b in zip(begins, ends.tolist(), strict=True))
