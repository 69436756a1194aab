"""What was found wrong in d2l 1.0.3's recurrent layers, as properties: each is asked of ours, and of d2l's class, which fails it. So the questions do ask.

T time steps, B batch, V vocabulary, H hidden units.
"""

import mxnet as mx
import numpy as np
import pytest
from contexts import unguarded
from formulas import nats
from ladder import ENGINES, randomize
from mxnet import autograd

from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.baseline import Score
from d2lrnn.text.vocab import Vocab
from d2lrnn.train.metrics import log_probs, score

T, B, V, H = 5, 4, 6, 8


@pytest.fixture
def d2l():
    """d2l's package. Its arrays are made wherever MXNet's default is."""
    with unguarded():
        from d2l import mxnet

        yield mxnet


@pytest.fixture
def batch(rng):
    return rng.integers(0, V, (2, T, B))


# Training a stack trains all of it.


def all_layers_learn(before: dict, after: dict):
    same = [name for name in before if np.array_equal(before[name], after[name])]
    assert not same, f"unchanged by a training step: {same}"


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_a_training_step_changes_every_layer_and_direction(cell, engine, both, batch, device, rng):
    net = LanguageModel(V, cell=cell, engine=engine, hidden=H, layers=3, bidirectional=both, device=device, rng=rng)
    before = net.weights()
    with autograd.record():
        loss, _ = net.loss(batch)
    loss.backward()
    gradient = net.twin(engine="scratch")
    gradient.parameters.flat[:] = net.parameters.grad
    for name, value in gradient.weights().items():  # the gradients, under the weights' names
        assert np.abs(value).max() > 0, name
    net.parameters.flat -= 0.5 * net.parameters.grad
    all_layers_learn(before, net.weights())
    assert float(net.loss(batch)[0]) < float(loss)


def test_d2l_does_not_find_the_layers_of_a_stack(batch, d2l):
    class Stack(d2l.Module):
        """Layers in a list, which is where d2l's own stacked network has them."""

        def __init__(self):
            super().__init__()
            self.num_hiddens, self.sigma = H, 0.1
            self.layers = [d2l.RNNScratch(V, H, 0.1), d2l.RNNScratch(H, H, 0.1)]

        def forward(self, inputs, state=None):
            for layer in self.layers:
                inputs, _ = layer(inputs)
                inputs = d2l.stack(inputs, 0)
            return inputs, None

    model = d2l.RNNLMScratch(Stack(), V)

    def weights():
        found = {"W_ho": model.W_hq.asnumpy(), "b_o": model.b_q.asnumpy()}
        for l, layer in enumerate(model.rnn.layers):
            found |= {f"layer{l}.{name}": getattr(layer, name).asnumpy() for name in ("W_xh", "W_hh", "b_h")}
        return found

    before = weights()
    X, Y = (mx.np.array(ids.T) for ids in batch)
    with autograd.record():
        loss = model.loss(model(X), Y)
    loss.backward()
    d2l.SGD(model.get_scratch_params(), 0.5).step(None)
    with pytest.raises(AssertionError, match=r"unchanged by a training step: \['layer0.W_xh', .*'layer1.b_h'\]"):
        all_layers_learn(before, weights())


# From scratch, a network runs backward too.


@pytest.mark.parametrize("cell", CELLS)
def test_both_directions_run_from_scratch_and_learn(cell, batch, device, rng):
    net = LanguageModel(V, cell=cell, engine="scratch", hidden=H, bidirectional=True, device=device, rng=rng)
    randomize(net, rng)
    with autograd.record():
        loss, state = net.loss(batch)
    loss.backward()
    assert state[0].shape == (2, B, H)
    gradient = net.twin()
    gradient.parameters.flat[:] = net.parameters.grad
    gradients = gradient.weights()
    for direction in ("forward", "backward"):
        for name in gradients:
            if f".{direction}." in name:
                assert np.abs(gradients[name]).max() > 0, name
    # The first output depends on the last input, by the backward direction alone.
    ids = batch[0]
    other = ids.copy()
    other[-1] = (other[-1] + 1) % V
    assert np.abs(net(ids)[0].asnumpy()[0] - net(other)[0].asnumpy()[0]).max() > 1e-6


def test_d2l_s_scratch_network_cannot_read_backward(batch, d2l):
    inputs = mx.npx.one_hot(mx.np.array(batch[0]), V)
    network = d2l.RNNScratch(V, H)
    network(inputs)
    with pytest.raises(AttributeError, match="shape"):
        network(reversed(inputs))


# A state goes in again, for any batch.


def state_is_carried(run, ids):
    """run(ids, state or None) -> outputs (T, ...), state: two halves give what the whole gives."""
    whole, _ = run(ids, None)
    first, state = run(ids[:2], None)
    second, _ = run(ids[2:], state)
    assert np.abs(np.concatenate([first, second]) - whole).max() < 1e-5
    assert np.abs(run(ids[2:], None)[0] - second).max() > 1e-4


@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("cell, engine", ENGINES)
def test_the_state_is_carried_for_any_batch(cell, engine, rows, batch, device, rng):
    net = LanguageModel(V, cell=cell, engine=engine, hidden=H, layers=2, device=device, rng=rng)

    def run(ids, state):
        logits, state = net(ids, state)
        return logits.asnumpy(), state

    state_is_carried(run, batch[0][:, :rows])


def test_d2l_carries_a_state_for_one_row_only(batch, d2l):
    network = d2l.RNNScratch(V, H, 0.5)

    def run(ids, state):
        outputs, state = network(mx.npx.one_hot(mx.np.array(ids), V), state)
        return d2l.stack(outputs, 0).asnumpy(), state

    state_is_carried(run, batch[0][:, :1])
    with pytest.raises(ValueError, match="too many values to unpack"):
        state_is_carried(run, batch[0])


# An RNN is the deck's, with tanh, on both engines.


def nonlinearity_is_tanh(W_x, W_h, b, inputs, outputs):
    """outputs (T, B, H) of a network that began with a state of zeros."""
    state = np.zeros((inputs.shape[1], W_h.shape[0]))
    for x, found in zip(inputs, outputs, strict=True):
        state = np.tanh(x @ W_x + state @ W_h + b)
        assert np.abs(found - state).max() < 1e-5


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_an_rnn_is_tanh(engine, batch, device, rng):
    net = LanguageModel(V, cell="rnn", engine=engine, hidden=V, device=device, rng=rng)
    net.set_weights(net.weights() | {"W_ho": np.eye(V), "b_o": np.zeros(V)})  # so that logits are hidden states
    w, X = net.weights(), np.eye(V)[batch[0]]
    logits = net(batch[0])[0].asnumpy()
    nonlinearity_is_tanh(w["layer0.W_xh"], w["layer0.W_hh"], w["layer0.b_h"], X, logits)
    assert logits.min() < 0
    relu = LanguageModel(V, cell="rnn_relu", engine=engine, hidden=V, device=device)
    relu.set_weights(w)
    assert relu(batch[0])[0].asnumpy().min() == 0  # under a name of its own
    with pytest.raises(AssertionError):
        nonlinearity_is_tanh(w["layer0.W_xh"], w["layer0.W_hh"], w["layer0.b_h"], X, relu(batch[0])[0].asnumpy())


def test_d2l_s_concise_rnn_is_relu_and_its_scratch_rnn_tanh(batch, d2l):
    X = mx.npx.one_hot(mx.np.array(batch[0]), V)
    scratch = d2l.RNNScratch(V, H, 0.5)
    outputs = d2l.stack(scratch(X)[0], 0).asnumpy()
    nonlinearity_is_tanh(*(a.asnumpy() for a in (scratch.W_xh, scratch.W_hh, scratch.b_h, X)), outputs)
    concise = d2l.RNN(H)
    concise.initialize(mx.init.Normal(0.5))
    outputs = concise(X)[0].asnumpy()
    found = {name[name.index("l0_") :]: p.data().asnumpy() for name, p in concise.collect_params().items()}
    W_x, W_h, b = found["l0_i2h_weight"].T, found["l0_h2h_weight"].T, found["l0_i2h_bias"] + found["l0_h2h_bias"]
    with pytest.raises(AssertionError):
        nonlinearity_is_tanh(W_x, W_h, b, X.asnumpy(), outputs)
    assert outputs.min() == 0 and np.abs(outputs[0] - np.maximum(X.asnumpy()[0] @ W_x + b, 0)).max() < 1e-5


# Perplexity is exp of the mean over all tokens.


def perplexity_is_exp_of_the_mean(given: float, losses: np.ndarray):
    assert given == pytest.approx(np.exp(losses.mean()), rel=1e-5)


def test_perplexity_is_exp_of_the_mean(device, rng):
    losses = rng.exponential(2, (3, T, B))
    perplexity_is_exp_of_the_mean(Score.of(-losses).perplexity, losses)
    net = randomize(LanguageModel(V, hidden=H, device=device, rng=rng), rng)
    ids = rng.integers(0, V, 40)
    right = nats(net(ids[:-1, None])[0].asnumpy()[:, 0], ids[1:])
    assert np.abs(-log_probs(net, ids) - right).max() < 1e-5
    perplexity_is_exp_of_the_mean(score(net, ids).perplexity, right)


def test_d2l_s_perplexity_is_a_mean_of_exps(d2l, rng):
    model = d2l.RNNLMScratch(d2l.RNNScratch(V, H, 3.0), V)
    shown, losses = [], []
    model.plot = lambda name, value, train: shown.append(float(value))
    for _ in range(5):
        X, Y = mx.np.array(rng.integers(0, V, (2, B, T)))
        model.validation_step((X, Y))  # the board shows the mean of what these steps plot
        losses.append(float(model.loss(model(X), Y)))
    with pytest.raises(AssertionError):
        perplexity_is_exp_of_the_mean(np.mean(shown), np.array(losses))
    assert np.mean(shown) == pytest.approx(np.mean(np.exp(losses)), rel=1e-5)


# One id is a token, also in a list.


def one_id_in_a_list_is_one_token(vocab):
    assert vocab.to_tokens([vocab["b"]]) == ["b"] and vocab.to_tokens(vocab["b"]) == "b"


def test_one_id_in_a_list():
    one_id_in_a_list_is_one_token(Vocab(list("abc")))


def test_d2l_stumbles_over_one_id_in_a_list(d2l):
    with pytest.raises(TypeError):
        one_id_in_a_list_is_one_token(d2l.Vocab(list("abc")))
