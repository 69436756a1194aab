"""Held-out losses of a network: every token scored once, the state carried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from d2lrnn.arguments import check_whole, flat_ids
from d2lrnn.nn.network import Network
from d2lrnn.text.baseline import Score

_FUSED_STEPS, _SCRATCH_STEPS = 256, 32  # a scratch network's graph grows with them


def log_probs(
    network: Network, ids: Sequence[int] | np.ndarray, context: Sequence[int] | np.ndarray = (), *, rows: int = 1
) -> np.ndarray:
    """log p(token | every token before it) of a language model, in nats, for each of `ids`, (T,).

    context: the ids before them, read first; if there are none, the first id has nothing before it, is not scored, and T - 1 numbers are returned.
    rows: 1 reads from beginning to end with one state. More are quicker: the text is cut in that many rows, and each begins by reading, unscored,
    as many tokens before it as the context has (with none, rows must be 1).

    Raises ValueError for too short a text.
    """
    ids, context = flat_ids(ids), flat_ids(context)
    check_whole("rows", rows, 1)
    line = np.concatenate([context, ids]).astype(np.int32)
    before = max(len(context), 1)
    count = len(line) - before
    if count < 1:
        raise ValueError(
            f"log_probs: at least one token to score is needed, and one before it; got {len(ids)} and a context of {len(context)}"
        )
    if rows > 1 and not len(context):
        raise ValueError("log_probs: rows above 1 need a context, to warm up on; pass the ids before these, or rows=1")
    rows = min(rows, count)
    length = -(-count // rows)
    step = _FUSED_STEPS if network.engine == "fused" else _SCRATCH_STEPS
    total = -(-(before - 1 + length) // step) * step
    # Row r scores positions before + r·length …; it reads from `before` tokens earlier. What lies beyond the end is read and not scored.
    at = np.arange(rows)[None] * length + np.arange(total + 1)[:, None]
    block = line[np.minimum(at, len(line) - 1)]
    state, losses = None, []
    for t in range(0, total, step):
        _, each, state = network.losses((block[t : t + step], block[t + 1 : t + step + 1]), state)
        losses.append(each.asnumpy())
    each = np.concatenate(losses)[before - 1 : before - 1 + length]  # (length, rows)
    return -each.T.ravel()[:count].astype(float)


def score(network: Network, ids, context=(), *, rows: int = 1) -> Score:
    """The held-out score of a language model on `ids`: exp of the mean loss is the perplexity. Arguments as for `log_probs`."""
    return Score.of(np.minimum(log_probs(network, ids, context, rows=rows), 0))


def mean_loss(network: Network, batches: Iterable) -> float:
    """The mean loss of some minibatches of any network, each batch counting the same."""
    losses = [float(network.loss(batch)[0]) for batch in batches]
    if not losses:
        raise ValueError("mean_loss: at least one minibatch is needed, got none")
    return float(np.mean(losses))
