"""Time, depth and direction: loops around one step (deck slides 22, 48, 50–52).

T time steps, B batch, I inputs, H hidden units, L layers, D directions. Sequences are (T, B, ·).
A state is explicit: a tuple of one array (`H`) or two (`H`, `C` of an LSTM), each (L D, B, H): layer by layer, forward before backward.
"""

from __future__ import annotations

from collections.abc import Callable

from d2lrnn.nn.cells import cell_named, layer_weights
from d2lrnn.nn.ops import concat, split, stack


def through_time(step: Callable, X: list, state: tuple, p: dict, *, backward: bool = False, mask: list | None = None):
    """The same step at every position, from the first to the last, or backward.

    X: T arrays (B, I). mask: T arrays (B, 1), 1 where a sequence has a token and 0 after its end: there the state stays as it is and the output is 0.
    Returns the hidden state after each step, T arrays (B, H) in the order of X, and the last state.
    """
    outputs = [None] * len(X)
    for t in reversed(range(len(X))) if backward else range(len(X)):
        new = step(X[t], state, p)
        if mask is None:
            state = new
            outputs[t] = state[0]
        else:
            state = tuple(mask[t] * n + (1 - mask[t]) * old for n, old in zip(new, state, strict=True))
            outputs[t] = mask[t] * state[0]
    return outputs, state


def scratch_layer(T: int, X, state: tuple, vector, mask=None, *, cell: str, inputs: int, hidden: int, directions: int):
    """One layer, in one direction or both, by the deck's equations.

    X: (T, B, I); state: arrays (D, B, H); vector: `cells.layer_shapes`; mask: (T, B, 1) or None.
    Returns the outputs (T, B, D H), both directions side by side (slide 48), and the state.
    """
    steps = split(X, T, squeeze=True)
    masks = None if mask is None else split(mask, T, squeeze=True)
    begin = [split(s, directions, squeeze=True) for s in state]
    outputs, ends = [], []
    for d, p in enumerate(layer_weights(vector, cell, inputs, hidden, directions)):
        out, end = through_time(
            cell_named(cell).step, steps, tuple(s[d] for s in begin), p, backward=d == 1, mask=masks
        )
        outputs.append(stack(out))
        ends.append(end)
    return concat(outputs), tuple(stack(parts) for parts in zip(*ends, strict=True))


def through_depth(
    layer: Callable, X, state: tuple, vectors: list, *, directions: int, residual: bool, drop: Callable = lambda X: X
):
    """One layer above the other (slides 50–52): each takes the outputs of the one below, after dropout.

    layer(l, X, state of the layer, vector) -> (Y, state). drop(X): X after dropout. residual: a layer above the first adds the outputs of the one
    below to its own (He et al. 2016), so that gradients have a way around it; dropout is on the way into a layer, not on the way around it.
    """
    L = len(vectors)
    by_layer = [[s] if L == 1 else split(s, L) for s in state]
    ends = []
    for l, vector in enumerate(vectors):
        below = drop(X) if l else X
        Y, end = layer(l, below, tuple(s[l] for s in by_layer), vector)
        X = X + Y if residual and l else Y
        ends.append(end)
    return X, tuple(concat(parts, axis=0) for parts in zip(*ends, strict=True))
