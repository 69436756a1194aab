"""The same weights on three engines give the same numbers: the deck's equations, MXNet's operator as the package calls it, and Gluon's own layers.

In single precision, as networks train: outputs, last states and gradients within 1e-5 (gradients: of the largest one).
T time steps, B batch, H hidden units, D directions.
"""

import mxnet as mx
import numpy as np
import pytest
from contexts import on_cpu1, unguarded
from ladder import LENGTHS, B, Pass, T, inputs_and_state, small
from mxnet import autograd, gluon

from d2lrnn.nn import fused
from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import LanguageModel

FUSED = [cell for cell in CELLS if cell != "gru"]
H = 5


def same(ours, theirs, limit=1e-5):
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape and np.isfinite(one).all()
        assert np.abs(one - other).max() <= limit * max(1, np.abs(other).max())


def small32(device, rng, **shape):
    return small(device, rng, dtype="float32", **({"hidden": H} | shape))


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", FUSED)
def test_the_operator_computes_the_deck_s_equations(cell, layers, both, device, rng):
    for lengths in (None, LENGTHS):
        net = small32(device, rng, cell=cell, layers=layers, bidirectional=both, engine="scratch")
        X, state = inputs_and_state(net, rng)
        scratch, operator = Pass(net, X, state, lengths), Pass(net.twin(engine="fused"), X, state, lengths)
        assert (net.engine, operator.net.engine) == ("scratch", "fused")
        same(operator.outputs(), scratch.outputs())
        same(operator.gradients(), scratch.gradients())


def gluon_layer(net):
    """Gluon's layer with a network's weights. Its biases are two: the first is the deck's b, the second 0 (a GRU's second is c_h)."""
    layers = net.layers
    weights = net.weights()
    kind, gates = {"lstm": (gluon.rnn.LSTM, "ifco"), "gru_after": (gluon.rnn.GRU, "rzh")}.get(
        layers.cell, (gluon.rnn.RNN, "h")
    )
    options = {"activation": {"rnn": "tanh", "rnn_relu": "relu"}[layers.cell]} if kind is gluon.rnn.RNN else {}
    layer = kind(layers.hidden, layers.layers, bidirectional=layers.bidirectional, input_size=4, **options)
    parameters = layer.collect_params()
    with unguarded():  # Gluon begins on cpu(0), wherever it is sent
        layer.initialize(ctx=net.device)
    for l in range(layers.layers):
        for side, direction in zip("lr", ("forward.", "backward.") if layers.bidirectional else ("",), strict=False):
            at = f"layer{l}.{direction}"
            second = [weights.get(f"{at}c_{g}", np.zeros(layers.hidden)) for g in gates]
            for name, arrays in {
                "i2h_weight": [weights[f"{at}W_x{g}"].T for g in gates],
                "h2h_weight": [weights[f"{at}W_h{g}"].T for g in gates],
                "i2h_bias": [weights[f"{at}b_{g}"] for g in gates],
                "h2h_bias": second,
            }.items():
                values = np.concatenate(arrays).astype(np.float32)
                (parameter,) = [p for key, p in parameters.items() if key.endswith(f"{side}{l}_{name}")]
                parameter.data(net.device)[:] = mx.np.array(values, ctx=net.device)
    return layer


@on_cpu1
@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", FUSED)
def test_gluon_s_layers_give_the_same(cell, layers, both, device, rng):
    """Sequences of different lengths go through Gluon alone, each cut at its end: on the CPU its layers know no lengths."""
    net = small32(device, rng, cell=cell, layers=layers, bidirectional=both)
    X, state = inputs_and_state(net, rng)
    layer = gluon_layer(net)
    for engine in ("scratch", "fused"):
        for lengths in (None, LENGTHS):
            ours = Pass(net.twin(engine=engine), X, state, lengths)
            outputs, gradients = ours.outputs(), ours.gradients()
            R, *S = [w.asnumpy() for w in ours.weights]
            for b in range(B):
                steps = T if lengths is None else lengths[b]
                x = net.array(X[:steps, b : b + 1])
                begin = [net.array(np.ascontiguousarray(s[:, b : b + 1])) for s in state]
                for array in (x, *begin):
                    array.attach_grad()
                with autograd.record():
                    Y, end = layer(x, begin)
                    number = (Y * net.array(R[:steps, b : b + 1])).sum()
                    for e, s in zip(end, S, strict=True):
                        number = number + (e * net.array(s[:, b : b + 1])).sum()
                number.backward()
                mine = [outputs[0][:steps, b : b + 1], *(o[:, b : b + 1] for o in outputs[1:])]
                same(mine, [a.asnumpy() for a in (Y, *end)])
                grads = [*(g[:, b : b + 1] for g in gradients[1:-1]), gradients[-1][:steps, b : b + 1]]
                same(grads, [a.grad.asnumpy() for a in (*begin, x)])


@pytest.mark.parametrize("cell", FUSED)
def test_gluon_s_layers_get_the_same_gradients_for_their_weights(cell, device, rng):
    net = small32(device, rng, cell=cell, layers=2, bidirectional=True)
    ours = Pass(net, *inputs_and_state(net, rng))
    ours.gradients()
    layer = gluon_layer(net)
    with autograd.record():
        Y, end = layer(ours.X, ours.state)
        number = sum((a * w).sum() for a, w in zip((Y, *end), ours.weights, strict=True))
    number.backward()
    order = [f"{part}_{kind}" for kind in ("weight", "bias") for part in ("i2h", "h2h")]
    for l in range(2):
        found = net.parameters.arrays[f"layer{l}"].grad.asnumpy()
        grads = {
            key[key.index(f"{side}{l}_") :]: p.grad(net.device).asnumpy().ravel()
            for side in "lr"
            for key, p in layer.collect_params().items()
            if f"{side}{l}_" in key
        }
        theirs = [grads[f"{side}{l}_{name}"] for pair in (order[:2], order[2:]) for side in "lr" for name in pair]
        same([found], [np.concatenate(theirs)])


def test_which_cells_the_operator_has():
    assert [cell for cell in CELLS if not fused.has(cell)] == ["gru"]
    with pytest.raises(ValueError, match="cell must be one of"):
        fused.has("elman")


def test_a_cell_without_operator_says_so_and_takes_the_equations(device, capsys):
    net = LanguageModel(4, cell="gru", hidden=3, engine="fused", device=device)
    said = capsys.readouterr().out
    assert net.engine == "scratch" and "no gru" in said and "gru_after" in said and said.count("\n") == 1
    LanguageModel(4, cell="gru", hidden=3, engine="scratch", device=device)
    LanguageModel(4, cell="gru_after", hidden=3, engine="fused", device=device)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_a_later_call_leaves_the_results_of_an_earlier_one(engine, device, rng):
    # Graphs reuse their memory from call to call; what was handed out must not be part of it.
    net = LanguageModel(4, hidden=3, engine=engine, device=device, rng=rng)
    ids = rng.integers(0, 4, (T, B))
    logits, state = net(ids)
    before = [a.asnumpy() for a in (logits, *state)]
    for _ in range(3):
        net(rng.integers(0, 4, (T, B)), state)
    assert all((a == b.asnumpy()).all() for a, b in zip(before, (logits, *state), strict=True))
