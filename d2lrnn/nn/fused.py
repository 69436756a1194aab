"""A layer on MXNet's own operator, with the weights and the interface of `unroll.scratch_layer`.

The operator computes all time steps in one call. It has no GRU that resets before the product (the deck's), and on the CPU it knows no lengths:
sequences of different lengths are reversed, cut and masked around it. There its GRU is up to three times as slow where `hidden` is no multiple of 16.
"""

from __future__ import annotations

import mxnet as mx

from d2lrnn.nn.cells import cell_named, gate, layer_shapes, layer_weights
from d2lrnn.nn.ops import concat, cut, np_of, npx_of, sigmoid, split, tanh


def has(cell: str) -> bool:
    """Whether the operator has this cell."""
    return cell_named(cell).fused is not None


def fused_layer(
    T: int, X, state: tuple, vector, lengths=None, mask=None, *, cell: str, inputs: int, hidden: int, directions: int
):
    """One layer, in one direction or both. X: (T, B, I); state: arrays (D, B, H); lengths: (B,) float32 and mask: (T, B, 1), or None.

    Returns the outputs (T, B, D H), 0 after a sequence's end, and the state after its last token.
    """
    if mask is None:
        return _operator(X, state, vector, cell, hidden, directions)
    by_direction = list(zip(*(split(s, directions) for s in state), strict=True))
    outputs, ends = [], []
    for d, piece in enumerate(_by_direction(vector, cell, inputs, hidden, directions)):
        Xd = X if d == 0 else _sequence_op("SequenceReverse", X, lengths)
        Y, _ = _operator(Xd, by_direction[d], piece, cell, hidden, 1)
        H = _sequence_op("SequenceLast", Y, lengths)
        end = [np_of(H).expand_dims(H, axis=0)]
        if cell_named(cell).states == 2:
            end.append(_last_memory(T, Xd, Y, by_direction[d], piece, mask, cell, inputs, hidden))
        ends.append(end)
        Y = Y * mask
        outputs.append(Y if d == 0 else _sequence_op("SequenceReverse", Y, lengths))
    return concat(outputs), tuple(concat(parts, axis=0) for parts in zip(*ends, strict=True))


def _operator(X, state, vector, cell, hidden, directions):
    names = dict(zip(("state", "state_cell"), state, strict=False))
    Y, *end = npx_of(X).rnn(
        data=X, parameters=vector, **names, mode=cell_named(cell).fused, state_size=hidden, num_layers=1,
        bidirectional=directions == 2, state_outputs=True,
    )  # fmt: skip
    return Y, tuple(end)


def _by_direction(vector, cell, inputs, hidden, directions):
    """The layer's vector as one vector for each direction."""
    F = np_of(vector)
    parts = [F.reshape(a, (-1,)) for a in cut(vector, layer_shapes(cell, inputs, hidden, directions))]
    weights, biases = parts[: 2 * directions], parts[2 * directions :]
    return [concat(weights[2 * d : 2 * d + 2] + biases[2 * d : 2 * d + 2], axis=0) for d in range(directions)]


def _sequence_op(name: str, X, lengths):
    """MXNet's SequenceReverse and SequenceLast, which have no name in `npx`."""
    F = mx.sym if isinstance(X, mx.sym.Symbol) else mx.nd
    return getattr(F, name)(X.as_nd_ndarray(), lengths.as_nd_ndarray(), use_sequence_length=True).as_np_ndarray()


def _last_memory(T, X, Y, state, vector, mask, cell, inputs, hidden):
    """C after the last token of each sequence, which the operator does not tell: with every hidden state known, the gates of all steps are one product,
    and C follows (slide 40). Returns (1, B, H)."""
    H, C = state
    before = concat([H, *split(Y, T)[:-1]], axis=0)
    (p,) = layer_weights(vector, cell, inputs, hidden)
    XH = concat([X, before])
    write = sigmoid(gate(XH, p, "i")) * tanh(gate(XH, p, "c"))
    keep = sigmoid(gate(XH, p, "f"))
    write, keep = mask * write, mask * keep + (1 - mask)
    for w, k in zip(split(write, T), split(keep, T), strict=True):
        C = k * C + w
    return C
