"""Gradients against central finite differences in double precision: within 1e-6 of the largest one, for the weights, the state to begin with, and inputs.

L layers, D directions.
"""

import mxnet as mx
import numpy as np
import pytest
from contexts import on_cpu1
from ladder import ENGINES, LENGTHS, B, Pass, T, inputs_and_state, randomize, small, worst_slope

from d2lrnn.nn.models import EncoderDecoder, LanguageModel, SequenceClassifier, SequenceTagger

ENCODINGS = ["vectors", "one_hot", "embedding"]
IN_SINGLE = ("rnn_relu", "fused")  # MXNet's ReLU operator: double goes in and single precision comes out


def check(net, X, state, lengths, rng, **which):
    passed = Pass(net, X, state, lengths)
    gradients = passed.gradients()
    head = sum(int(np.prod(shape)) for shape in net.head_shapes().values())  # the layers do not use it
    assert np.abs(gradients[0][:-head]).min() > 0 or net.layers.cell == "rnn_relu" or net.layers.encoding != "vectors"
    if (net.layers.cell, net.engine) == IN_SINGLE:
        judge = Pass(net.twin(engine="scratch"), X, state, lengths).gradients()
        largest = max(np.abs(g).max() for g in judge)
        assert max(np.abs(a - b).max() for a, b in zip(gradients, judge, strict=True)) <= 1e-6 * largest
    else:
        assert worst_slope(passed.number, passed.arguments(), gradients, rng, **which) <= 1e-6


@on_cpu1
@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_gradients_of_layers(cell, engine, layers, both, device, rng):
    count = 0
    for residual in {False, layers > 1}:
        for lengths in (None, LENGTHS):
            encoding = ENCODINGS[(count + layers + ENGINES.index((cell, engine))) % 3]  # each with each over the grid
            shape = {"cell": cell, "layers": layers, "bidirectional": both, "residual": residual}
            net = small(device, rng, engine=engine, encoding=encoding, **shape)
            check(net, *inputs_and_state(net, rng), lengths, rng)
            count += 1


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_gradients_under_each_encoding(cell, engine, encoding, device, rng):
    net = small(device, rng, cell=cell, engine=engine, encoding=encoding)
    check(net, *inputs_and_state(net, rng), LENGTHS, rng)


@on_cpu1
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_every_coordinate_of_two_layers(cell, engine, device, rng):
    net = small(device, rng, cell=cell, engine=engine, layers=2, hidden=2)
    check(net, *inputs_and_state(net, rng), LENGTHS, rng, coordinates=None, lines=0)


def test_single_precision_inside_the_relu_operator_is_still_there(device, rng):
    # Why `IN_SINGLE` is judged otherwise. Should this fail one day, the exceptions here and in test_unroll.py can go.
    net = small(device, rng, cell="rnn_relu", engine="fused")
    passed = Pass(net, *inputs_and_state(net, rng))
    off = max(np.abs(a - b).max() for a, b in zip(passed.outputs(), passed.formula(), strict=True))
    assert 1e-9 < off < 1e-6


def models(cell, engine, device, rng):
    """Each kind of network, with what its loss takes, a state to begin with or none, and a name for people."""
    common = {"cell": cell, "engine": engine, "hidden": 3, "device": device, "rng": rng, "dtype": "float64"}
    ids, tags = rng.integers(0, 4, (T, B)), rng.integers(0, 2, (T, B))
    vectors = rng.normal(size=(T, B, 4))
    yield "language model", LanguageModel(4, layers=2, **common), (ids, ids[::-1].copy())
    yield "embedding", LanguageModel(4, embedding=2, **common), (ids, ids[::-1].copy())
    yield "tied", LanguageModel(4, embedding=3, tied=True, **common), (ids, ids[::-1].copy())
    tied = LanguageModel(4, embedding=6, tied=True, bidirectional=True, layers=2, residual=True, **common)
    yield "tied, both ways", tied, (ids, ids[::-1].copy())
    yield "tagger", SequenceTagger(4, 2, **common), (ids, LENGTHS, tags)
    weighted = SequenceTagger(4, 2, embedding=2, **common)
    yield "tagger, weighted", weighted, (ids, None, tags, rng.uniform(size=(T, B)))
    yield "classifier", SequenceClassifier(4, 2, layers=2, bidirectional=True, **common), (ids, LENGTHS, tags[0])
    regression = SequenceClassifier(4, regression=True, encoding="vectors", **common)
    yield "regression", regression, (vectors, LENGTHS, rng.normal(size=B))
    target = rng.integers(0, 5, (T + 1, B))
    translator = EncoderDecoder(4, 5, layers=2, embedding=2, **common)
    yield "encoder-decoder", translator, (ids, LENGTHS, target, np.array([T + 1, 2, 3]))


@pytest.mark.parametrize("cell, engine", ENGINES)
def test_gradients_of_the_models_losses(cell, engine, device, rng):
    for name, net, batch in models(cell, engine, device, rng):
        randomize(net, rng)
        state = None
        if isinstance(net, LanguageModel):
            state = tuple(net.array(rng.normal(size=s.shape) * 0.5) for s in net.begin_state(B))
            for array in state:
                array.attach_grad()

        def gradients(net, batch=batch, state=state):
            with mx.autograd.record():
                loss, _ = net.loss(batch, state)
            loss.backward()
            return [net.parameters.grad.asnumpy(), *(s.grad.asnumpy() for s in state or ())]

        found = gradients(net)
        net.gradient(batch, state)
        assert (net.parameters.grad.asnumpy() == found[0]).all(), name
        if (cell, engine) == IN_SINGLE:
            judge = gradients(net.twin(engine="scratch"))
            off = max(np.abs(a - b).max() for a, b in zip(found, judge, strict=True))
            assert off <= 1e-6 * max(np.abs(g).max() for g in judge), name
        else:
            arguments = [net.parameters.flat, *(state or ())]
            off = worst_slope(lambda n=net, b=batch, s=state: float(n.loss(b, s)[0]), arguments, found, rng)
            assert off <= 1e-6, name


@on_cpu1
@pytest.mark.parametrize(
    "dropout", [{}, {"dropout": 0.4}, {"dropout": 0.4, "locked_dropout": True}], ids=["", "dropout", "locked"]
)
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_a_training_step_is_record_and_backward_to_the_last_bit(cell, engine, dropout, device, capfd, rng):
    """Also where minibatches of several shapes take turns, each going on with the state of the one before."""
    common = {"cell": cell, "layers": 2, "hidden": 5, "engine": engine, "device": device, "rng": 1}
    net, other = (LanguageModel(4, **common | dropout) for _ in range(2))
    state, right = None, None
    for seed, steps in enumerate((T, T + 2, T, T + 2)):
        ids = rng.integers(0, 4, (steps + 1, B))
        batch = ids[:-1], ids[1:]
        mx.random.seed(seed, ctx=device)
        with mx.autograd.record():
            mean, right = other.loss(batch, right)
        mean.backward()
        right = tuple(s.detach() for s in right)
        mx.random.seed(seed, ctx=device)
        loss, state = net.gradient(batch, state)
        assert loss.item() == mean.item()
        assert (net.parameters.grad.asnumpy() == other.parameters.grad.asnumpy()).all()
        for mine, its in zip(state, right, strict=True):
            assert (mine.asnumpy() == its.asnumpy()).all()
        for one in (net, other):
            one.parameters.flat -= 0.1 * one.parameters.grad
    assert np.abs(net.parameters.grad.asnumpy()).max() > 1e-3
    assert capfd.readouterr() == ("", "")  # MXNet would tell of every graph that it binds


def test_a_minibatch_that_does_not_fit_is_no_gradient(device, rng):
    net, ids = LanguageModel(4, hidden=3, device=device, rng=0), rng.integers(0, 4, (T + 1, B))
    net.gradient((ids, ids))
    before = net.parameters.grad.asnumpy()
    for batch, state in (((ids, ids.T), None), ((ids, ids[:-1]), None), ((ids, ids), net.begin_state(B + 1))):
        with pytest.raises(mx.MXNetError, match="Shape inconsistent"):
            net.gradient(batch, state)
    with pytest.raises(IndexError, match="ids run from 0 to 3, got 4"):
        net.gradient((ids, ids + 1))
    assert (net.parameters.grad.asnumpy() == before).all()
