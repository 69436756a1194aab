"""Beam search: the likeliest sequence is not found by taking the likeliest token each time, so keep several.

N searches, K the width of the beam, V vocabulary, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from d2lrnn.arguments import check_whole, flat_ids
from d2lrnn.generate.sampling import log_softmax
from d2lrnn.generate.steppers import NetworkStepper, stepper_for


class Beam(NamedTuple):
    """A sequence that was found.

    ids: its tokens, (T,), without what it started from and without the end token. log_prob: of all of them and the end token, in nats. score: what the
    beams are ranked by. ended: whether the end token came, or the search stopped at its length.
    """

    ids: tuple[int, ...]
    log_prob: float
    score: float
    ended: bool


def beam_search(
    model, start: int | Sequence[int] | np.ndarray, state: tuple | None = None, *, width: int = 5, length: int = 50,
    end: int | None = None, alpha: float = 0.0, never: Sequence[int] = (0,), reread: bool = False,
) -> list[Beam]:  # fmt: skip
    """The `width` best sequences of at most `length` tokens that the search finds, the best first.

    model: what `generate` takes, or an `EncoderDecoder` with a `state` of its `encode` for one source.
    start: the ids that are read first: a prompt's, or the decoder's begin token.
    width: how many unfinished sequences are kept at each step. 1 is greedy; V to the power of `length` is exhaustive, and finds the best there is.
    end: the token with which a sequence is finished; it keeps its place in the beam (Sutskever, Vinyals & Le 2014). None: all have `length` tokens.
    alpha: the score is log p / T^alpha, the end token counted in T. 0 favours short sequences, since each token makes a sequence less likely; 1 is the mean.
    never: ids that are not used, by default `<unk>`. The others' probabilities stay what the model says.

    Raises ValueError for settings that are not as above, IndexError for ids outside the vocabulary, and what `stepper_for` raises.
    """
    stepper = stepper_for(model, reread=reread, state=state)
    ids = np.array([start]) if isinstance(start, int | np.integer) else flat_ids(start)
    if not len(ids) and not stepper.from_nothing:
        raise ValueError("start: at least one id is needed, e.g. that of a line break or of the begin token")
    if state is not None and state[0].shape[1] != 1:
        raise ValueError(f"state: one source is searched for, got {state[0].shape[1]}; use translate for several")
    (found,) = _search(
        stepper,
        (ids if len(ids) else np.array([-1]))[:, None],
        _inside(stepper, state, 1),
        width,
        length,
        end,
        alpha,
        never,
    )
    return found


def translate(
    model, source, lengths=None, *, begin: int, end: int, width: int = 1, length: int = 50, alpha: float = 0.0, never: Sequence[int] = (0,)
) -> list[list[Beam]]:  # fmt: skip
    """An `EncoderDecoder`'s answers to many sources at once: for each column of `source` (T, N) the beams that `beam_search` would find, the best first.

    lengths: (N,), how long each source is, None if all are T. begin and end: the marks of the decoder's vocabulary; `begin` is never written. width=1, the
    default, is greedy. The rest as for `beam_search`.
    """
    state = model.encode(source, lengths)
    stepper = stepper_for(model, state=state)
    starts = np.full((1, state[0].shape[1]), begin)
    never = [*never, begin]
    return _search(stepper, starts, _inside(stepper, state, starts.shape[1]), width, length, end, alpha, never)


def _inside(stepper, state, count: int):
    """A network's state as the stepper wants it."""
    if state is None:
        return stepper.begin(count)
    if isinstance(stepper, NetworkStepper):
        return tuple(stepper.network.array(s, stepper.network.dtype) for s in state)
    return tuple(s.asnumpy() if hasattr(s, "asnumpy") else np.asarray(s) for s in state)


def _search(stepper, starts: np.ndarray, state, width, length, end, alpha, never) -> list[list[Beam]]:
    """N searches side by side. starts: (S, N), read first; state: of N streams."""
    V, N = stepper.size, starts.shape[1]
    check_whole("width", width, 1)
    check_whole("length", length, 1)
    if not 0 <= alpha < np.inf:
        raise ValueError(f"alpha must be 0 or more, and finite; got {alpha!r}")
    for name, ids in {"start": starts, "end": [] if end is None else [end], "never": never}.items():
        if any(i >= V or (i < 0 and not (name == "start" and stepper.from_nothing)) for i in np.ravel(ids)):
            raise IndexError(f"{name}: ids run from 0 to {V - 1}, got {np.ravel(ids).tolist()}")
    barred = np.zeros(V)
    barred[[i for i in never if i != end]] = -np.inf

    for s, ids in enumerate(starts):
        scores, state = stepper.step(ids, state, wanted=s == len(starts) - 1)
    finished: list[list[Beam]] = [[] for _ in range(N)]
    searches, lines, log_probs = (
        np.arange(N),
        np.zeros((N, 0), int),
        np.zeros(N),
    )  # one row for each unfinished sequence
    for t in range(1, length + 1):
        totals = log_probs[:, None] + (log_softmax(scores) + barred)
        rows, ids = [], []
        for n, (first, past) in _blocks(searches):
            block = totals[first:past].ravel()
            best = np.argsort(-block, kind="stable")[: width - len(finished[n])]
            best = best[np.isfinite(block[best])]
            for row, i in zip(first + best // V, best % V, strict=True):
                if i == end or t == length:
                    line = lines[row].tolist() + ([] if i == end else [int(i)])
                    total = float(totals[row, i])
                    finished[n].append(Beam(tuple(line), total, total / t**alpha, bool(i == end)))
                else:
                    rows.append(row)
                    ids.append(i)
        if not rows:
            break
        rows, ids = np.array(rows), np.array(ids)
        searches, log_probs = searches[rows], totals[rows, ids]
        lines = np.concatenate([lines[rows], ids[:, None]], axis=1)
        scores, state = stepper.step(ids, stepper.select(state, rows))
    return [sorted(beams, key=lambda beam: -beam.score) for beams in finished]


def _blocks(searches: np.ndarray):
    """The rows of each search: (n, (first row, row past the last))."""
    firsts = np.flatnonzero(np.diff(searches, prepend=-1))
    return [(int(searches[a]), (int(a), int(b))) for a, b in zip(firsts, [*firsts[1:], len(searches)], strict=True)]
