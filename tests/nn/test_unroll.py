"""Time, depth and direction against NumPy, on both engines: outputs and all last states. States are explicit; padding changes nothing.

T time steps, B batch, I inputs, H hidden units, L layers, D directions.
"""

import formulas
import mxnet as mx
import numpy as np
import pytest
from contexts import on_cpu1
from ladder import ENGINES, LENGTHS, B, Pass, T, inputs_and_state, small
from mxnet import autograd

from d2lrnn.nn import unroll
from d2lrnn.nn.models import LanguageModel, SequenceClassifier, SequenceTagger
from d2lrnn.nn.ops import dropout

DEPTHS = [(layers, both) for layers in (1, 2, 3) for both in (False, True)]


def apart(one, other):
    return max(np.abs(a - b).max() for a, b in zip(one, other, strict=True))


@on_cpu1
@pytest.mark.parametrize("layers, both", DEPTHS)
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_layers_are_the_formula(cell, engine, layers, both, device, rng):
    # MXNet's ReLU operator computes in single precision also when it is given double.
    limit = 1e-6 if (cell, engine) == ("rnn_relu", "fused") else 1e-13
    for residual in {False, layers > 1}:
        for lengths in (None, LENGTHS):
            shape = {"cell": cell, "layers": layers, "bidirectional": both, "residual": residual}
            net = small(device, rng, engine=engine, **shape)
            passed = Pass(net, *inputs_and_state(net, rng), lengths)
            right = passed.formula(lengths)
            assert apart(passed.outputs(), right) < limit * max(1, np.abs(right[0]).max()), (residual, lengths)


@pytest.mark.parametrize("encoding", ["one_hot", "embedding"])
@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_ids_are_encoded_as_the_formula_has_it(engine, encoding, device, rng):
    net = small(device, rng, engine=engine, encoding=encoding)
    passed = Pass(net, *inputs_and_state(net, rng), LENGTHS)
    assert apart(passed.outputs(), passed.formula(LENGTHS)) < 1e-13


def test_an_indicator_vector_times_a_matrix_is_a_row_of_it(device, rng):
    by_row = small(device, rng, encoding="embedding", embedding=4)
    weights = by_row.weights()
    weights["embedding"] = np.eye(4)
    by_row.set_weights(weights)
    del weights["embedding"]
    one_hot = small(device, rng, encoding="one_hot")
    one_hot.set_weights(weights)
    ids, _ = inputs_and_state(one_hot, rng)
    assert apart([one_hot(ids).asnumpy()], [by_row(ids).asnumpy()]) < 1e-14


@pytest.mark.parametrize("cell, engine", ENGINES)
def test_swapped_layers_directions_and_states_would_be_noticed(cell, engine, device, rng):
    net = small(device, rng, cell=cell, engine=engine, layers=3, bidirectional=True)
    passed = Pass(net, *inputs_and_state(net, rng))
    right = passed.outputs()
    weights, state = net.weights(), [s.asnumpy() for s in passed.state]

    def formula(weights, state):
        shape = {"cell": cell, "layers": 3, "bidirectional": True}
        Y, end = formulas.stack(weights, passed.X.asnumpy(), state, **shape)
        return [Y, *end]

    for swap in ({"layer1": "layer2", "layer2": "layer1"}, {"forward": "backward", "backward": "forward"}):
        swapped = {".".join(swap.get(part, part) for part in name.split(".")): w for name, w in weights.items()}
        assert apart(right, formula(swapped, state)) > 1e-2
    for order in ([2, 3, 0, 1, 4, 5], [1, 0, 3, 2, 5, 4]):
        assert apart(right, formula(weights, [s[order] for s in state])) > 1e-2
    if len(state) == 2:
        assert apart(right, formula(weights, state[::-1])) > 1e-2


@pytest.mark.parametrize("layers, both", [(1, False), (1, True), (3, True)])
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_what_lies_beyond_the_lengths_changes_nothing(cell, engine, layers, both, device, rng):
    net = small(device, rng, cell=cell, engine=engine, layers=layers, bidirectional=both, residual=layers > 1)
    X, state = inputs_and_state(net, rng)
    beyond = np.arange(T)[:, None] >= LENGTHS
    results = []
    for filling in (0.0, 7.0, -1e30):
        padded = np.where(beyond[..., None], filling, X)
        passed = Pass(net, padded, state, LENGTHS)
        results.append((passed.outputs(), passed.gradients()))
    (outputs, gradients), *others = results
    assert all(np.isfinite(a).all() for a in outputs + gradients)
    assert not outputs[0][beyond].any() and not gradients[-1][beyond].any()
    assert np.abs(gradients[-1][~beyond]).min() > 0
    for changed, changed_gradients in others:
        assert apart(outputs, changed) == 0 and apart(gradients, changed_gradients) == 0


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_padding_ids_change_no_model(engine, device, rng):
    ids, beyond = rng.integers(0, 4, (T, B)), np.arange(T)[:, None] >= LENGTHS
    others = np.where(beyond, (ids + 1) % 4, ids)
    tags, answers = rng.integers(0, 2, (T, B)), rng.integers(0, 2, B)
    shape = {"hidden": 3, "bidirectional": True, "engine": engine, "device": device, "rng": rng}
    tagger, classifier = SequenceTagger(4, 2, **shape), SequenceClassifier(4, 2, **shape)
    for net, answer in ((tagger, tags), (classifier, answers)):
        assert (net(ids, LENGTHS).asnumpy() == net(others, LENGTHS).asnumpy()).all()
        one, other = (float(net.loss((x, LENGTHS, answer))[0]) for x in (ids, others))
        assert one == other and np.isfinite(one)
    assert (tagger(ids).asnumpy() != tagger(others).asnumpy()).any()
    other_tags = np.where(beyond, 1 - tags, tags)
    assert float(tagger.loss((ids, LENGTHS, tags))[0]) == float(tagger.loss((ids, LENGTHS, other_tags))[0])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_ten_steps_are_four_and_then_six(cell, engine, layers, device, rng):
    net = LanguageModel(5, cell=cell, engine=engine, hidden=8, layers=layers, device=device, rng=rng)
    ids = rng.integers(0, 5, (10, 2))
    whole, end = net(ids)
    first, state = net(ids[:4])
    rest, end_of_parts = net(ids[4:], state)
    assert apart([whole.asnumpy()], [np.concatenate([first.asnumpy(), rest.asnumpy()])]) < 1e-6
    assert apart([s.asnumpy() for s in end], [s.asnumpy() for s in end_of_parts]) < 1e-6
    forgotten, _ = net(ids[4:])
    assert apart([rest.asnumpy()], [forgotten.asnumpy()]) > 1e-3


def test_a_state_is_not_changed_by_using_it(device, rng):
    net = LanguageModel(5, hidden=3, device=device, rng=rng)
    _, state = net(rng.integers(0, 5, (3, 2)))
    before = [s.asnumpy() for s in state]
    net(rng.integers(0, 5, (3, 2)), state)
    assert apart(before, [s.asnumpy() for s in state]) == 0


def test_one_step_at_a_time_by_hand(device, rng):
    # `through_time` with a step that only counts: which positions it visits, in which order, and where a mask holds the state.
    X = [mx.np.array([[float(t)]], ctx=device) for t in (1, 2, 3)]

    def step(x, state, p):
        return (10 * state[0] + x,)

    zero = (mx.np.zeros((1, 1), ctx=device),)
    mask = [mx.np.array([[m]], ctx=device) for m in (1.0, 1.0, 0.0)]
    values = {}
    for backward in (False, True):
        for name, m in (("all", None), ("two", mask)):
            out, (end,) = unroll.through_time(step, X, zero, {}, backward=backward, mask=m)
            values[backward, name] = [float(o) for o in out], float(end)
    assert values[False, "all"] == ([1, 12, 123], 123) and values[True, "all"] == ([321, 32, 3], 321)
    assert values[False, "two"] == ([1, 12, 0], 12) and values[True, "two"] == ([21, 2, 0], 21)


def test_a_residual_layer_adds_what_it_was_given(device, rng):
    X = mx.np.array(rng.normal(size=(T, B, 2)), ctx=device)
    state = (mx.np.zeros((3, B, 2), ctx=device),)
    sums = []
    for residual in (False, True):
        Y, (end,) = unroll.through_depth(
            lambda l, x, s, v: (x * v, s), X, state, [2, 3, 5], directions=1, residual=residual
        )
        sums.append((Y / X).asnumpy())
        assert end.shape == (3, B, 2)
    assert np.allclose(sums[0], 2 * 3 * 5) and np.allclose(sums[1], 2 * (3 + 1) * (5 + 1))


def test_dropout_is_on_the_way_into_a_layer_and_not_around_it(device, rng):
    X = mx.np.array(rng.normal(1, 1, (3, 4, 5)), ctx=device)
    entered = []

    def silent(l, below, state, vector):
        entered.append(below)
        return (below if l == 0 else 0 * below), state

    state = (mx.np.zeros((2, 4, 5), ctx=device),)
    with autograd.train_mode():
        Y, _ = unroll.through_depth(
            silent, X, state, [None, None], directions=1, residual=True, drop=lambda X: dropout(X, 0.5)
        )
    assert (entered[1].asnumpy() == 0).any() and not (entered[1].asnumpy() == 0).all()
    assert np.array_equal(Y.asnumpy(), X.asnumpy())
