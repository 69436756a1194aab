"""One step of each cell against the slides' equations in NumPy, and how a layer's weights lie in their vector.

B batch, I inputs, H hidden units.
"""

import itertools

import formulas
import mxnet as mx
import numpy as np
import pytest

from d2lrnn.nn import cells
from d2lrnn.nn.cells import CELLS

B, I, H = 5, 3, 4
GATES = {"rnn": "h", "rnn_relu": "h", "gru": "rzh", "gru_after": "rzh", "lstm": "ifoc"}


def names(cell):
    """A direction's weights as the slides name them, with their shapes."""
    for g in GATES[cell]:
        yield from ((f"W_x{g}", (I, H)), (f"W_h{g}", (H, H)), (f"b_{g}", (H,)))
    if cell == "gru_after":
        yield "c_h", (H,)


def random_weights(cell, rng):
    return {name: rng.normal(0, 0.7, shape) for name, shape in names(cell)}


def vector_of(cell, directions, rng):
    """A layer's vector as the operator's documentation has it: of each direction W_x and W_h, then of each b_x and b_h; gates in the order i, f, c, o or
    r, z, n. The biases are cut in two unequal parts."""
    order = {"lstm": "ifco"}.get(cell, GATES[cell])
    weights, biases = [], []
    for w in directions:
        weights += [w[f"W_{side}{g}"].T.ravel() for side in "xh" for g in order]
        second = [rng.normal(size=H) for _ in order]
        if cell == "gru_after":
            second[-1] = w["c_h"]
        own = [g == "h" and cell == "gru_after" for g in order]
        biases += [w[f"b_{g}"] - (0 if o else c) for g, c, o in zip(order, second, own, strict=True)] + second
    return np.concatenate(weights + biases)


def inputs(cell, rng):
    return rng.normal(size=(B, I)), tuple(rng.normal(size=(B, H)) for _ in range(CELLS[cell].states))


def ours(cell, x, state, weights, device, rng):
    """The package's step with these weights, laid in a vector and cut out of it again."""
    vector = mx.np.array(vector_of(cell, [weights], rng), dtype="float64", ctx=device)
    (p,) = cells.layer_weights(vector, cell, I, H)
    arrays = [mx.np.array(a, dtype="float64", ctx=device) for a in (x, *state)]
    return [s.asnumpy() for s in CELLS[cell].step(arrays[0], tuple(arrays[1:]), p)]


def theirs(cell, x, state, weights):
    found = formulas.STEPS[cell](x, state[0], state[-1], weights.__getitem__)
    return list(found[: len(state)])


def apart(one, other):
    return max(np.abs(a - b).max() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_is_the_slide(cell, device, rng):
    weights, (x, state) = random_weights(cell, rng), inputs(cell, rng)
    assert apart(ours(cell, x, state, weights, device, rng), theirs(cell, x, state, weights)) < 1e-14


@pytest.mark.parametrize("cell", CELLS)
def test_any_two_swapped_weights_would_be_noticed(cell, device, rng):
    # Each pair of weights of one shape swapped, and each weight left out: what the step gives is then at least a hundredth off.
    weights, (x, state) = random_weights(cell, rng), inputs(cell, rng)
    right = ours(cell, x, state, weights, device, rng)
    for one, other in itertools.combinations(weights, 2):
        if weights[one].shape == weights[other].shape:
            wrong = weights | {one: weights[other], other: weights[one]}
            assert apart(right, theirs(cell, x, state, wrong)) > 1e-2, (one, other)
    for name in weights:
        assert apart(right, theirs(cell, x, state, weights | {name: weights[name] * 0})) > 1e-2, name


def test_the_two_grus_are_different_functions(device, rng):
    weights, (x, state) = random_weights("gru_after", rng), inputs("gru", rng)
    weights["c_h"][:] = 0
    before = ours("gru", x, state, weights, device, rng)
    after = ours("gru_after", x, state, weights, device, rng)
    assert apart(before, after) > 0.05
    assert apart(before, theirs("gru", x, state, weights)) < 1e-14


def test_z_keeps_the_old_state(device, rng):
    for cell in ("gru", "gru_after"):
        weights, (x, state) = random_weights(cell, rng), inputs(cell, rng)
        weights["b_z"][:] = 60
        assert apart(ours(cell, x, state, weights, device, rng), state) < 1e-14


def test_an_lstm_with_an_open_forget_gate_and_a_shut_input_gate_keeps_its_memory(device, rng):
    weights, (x, state) = random_weights("lstm", rng), inputs("lstm", rng)
    weights["b_f"][:], weights["b_i"][:] = 60, -60
    H_next, C_next = ours("lstm", x, state, weights, device, rng)
    assert np.abs(C_next - state[1]).max() < 1e-14 and np.abs(H_next).max() < 1


@pytest.mark.parametrize("cell", CELLS)
def test_both_directions_lie_in_one_vector(cell, device, rng):
    pair = [random_weights(cell, rng) for _ in range(2)]
    vector = mx.np.array(vector_of(cell, pair, rng), dtype="float64", ctx=device)
    shapes = cells.layer_shapes(cell, I, H, 2)
    assert sum(int(np.prod(shape)) for shape in shapes) == vector.size
    x, state = inputs(cell, rng)
    arrays = [mx.np.array(a, dtype="float64", ctx=device) for a in (x, *state)]
    for p, weights in zip(cells.layer_weights(vector, cell, I, H, 2), pair, strict=True):
        found = [s.asnumpy() for s in CELLS[cell].step(arrays[0], tuple(arrays[1:]), p)]
        assert apart(found, theirs(cell, x, state, weights)) < 1e-14


def test_another_cell_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match="cell must be one of rnn, rnn_relu, gru, gru_after, lstm, got 'LSTM'"):
        cells.cell_named("LSTM")
    with pytest.raises(ValueError, match="cell must be one of"):
        cells.layer_shapes("peephole", 2, 3)
