"""One minibatch on two contexts gives what it gives on one, also where it cannot be halved, and for every kind of network."""

import mxnet as mx
import numpy as np
import pytest
from contexts import only_on
from small_runs import KINDS, V, kind, language_model, minibatch, minibatches, text

from d2lrnn.text.batches import sequential_batches
from d2lrnn.train import Diverged, fit
from d2lrnn.train.replicas import Replicas

BOTH = [mx.cpu(0), mx.cpu(1)]


@pytest.fixture
def device():
    return BOTH[0]


@pytest.fixture
def guarded():
    """Here arrays belong on two contexts."""
    with only_on(*BOTH):
        yield


def on(devices, name, batches, **settings):
    net = kind(name, BOTH[0], dtype="float64", layers=2)
    return fit(net, batches, devices=devices, **{"rate": 0.02} | settings), net.parameters.get()


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_two_contexts_train_like_one(name, optimizer):
    settings = {"steps": 10, "optimizer": optimizer, "clip": 0.2}
    batches = minibatches(name, 10)  # five rows: three and two
    one, weights = on(BOTH[:1], name, batches, **settings)
    two, shared = on(BOTH, name, batches, **settings)
    np.testing.assert_allclose(two.losses, one.losses, atol=1e-6)
    np.testing.assert_allclose(two.norms, one.norms, atol=1e-6)
    np.testing.assert_allclose(shared, weights, atol=1e-6)
    assert one.tokens == two.tokens and np.abs(weights - kind(name, BOTH[0], dtype="float64", layers=2).parameters.get()).max() > 1e-3  # fmt: skip


@pytest.mark.parametrize("carry", [True, False])
def test_float32_text_with_the_state_carried_on_each(carry):
    results = []
    for devices in (None, BOTH, "cpu(0),cpu(1)"):
        net = language_model(BOTH[0], cell="lstm")
        history = fit(net, sequential_batches(text(300), 5, 6, rng=0), text(50, 1), epochs=2, devices=devices, carry=carry, rate=0.02)  # fmt: skip
        results.append((history, net.parameters.get()))
    for history, weights in results[1:]:
        np.testing.assert_allclose(history.losses, results[0][0].losses, atol=1e-5)
        np.testing.assert_allclose(weights, results[0][1], atol=1e-4)
        assert history.valid[-1][1] == pytest.approx(results[0][0].valid[-1][1], abs=1e-5)


def test_the_gradient_is_that_of_the_whole_minibatch():
    net, batch = kind("SequenceTagger", BOTH[0], dtype="float64"), minibatch("SequenceTagger")
    with mx.autograd.record():
        whole, _ = net.loss(batch)
    whole.backward()
    gradient = net.parameters.grad.asnumpy()
    replicas = Replicas(net, BOTH)
    loss, _ = replicas.gradient(batch, [None, None])
    np.testing.assert_allclose(net.parameters.grad.asnumpy(), gradient, atol=1e-12)
    assert loss.item() == pytest.approx(whole.item(), abs=1e-12)
    counts = [net.count(share) for share in net.shares(batch, 2)]
    assert counts[0] != counts[1]  # so a plain mean of the two would be another number


def test_every_copy_has_the_same_weights_after_every_step():
    net = language_model(BOTH[0])
    replicas = Replicas(net, BOTH)
    net.parameters.flat[:] = 0.25
    replicas.spread()
    assert [n.parameters.get().tolist() for n in replicas.networks] == [[0.25] * len(net.parameters)] * 2
    assert [n.device for n in replicas.networks] == BOTH


def test_where_nothing_counts_nothing_moves():
    inputs, lengths, tags = minibatch("SequenceTagger")
    history, weights = on(BOTH, "SequenceTagger", [(inputs, lengths, tags, np.zeros(tags.shape))], steps=1)
    assert history.losses == [0] and history.norms == [0]
    assert (weights == kind("SequenceTagger", BOTH[0], dtype="float64", layers=2).parameters.get()).all()


def test_nan_on_the_second_context_stops_all():
    def batch(step):
        inputs, lengths, answers = minibatch("regression", step)
        if step == 3:
            inputs[0, -1, 0] = np.nan
        return inputs, lengths, answers

    steady = {"schedule": "constant", "warmup": 0}
    _, before = on(BOTH, "regression", batch, steps=3, **steady)
    net = kind("regression", BOTH[0], dtype="float64", layers=2)
    with pytest.raises(Diverged, match="at step 3 "):
        fit(net, batch, devices=BOTH, steps=9, rate=0.02, **steady)
    assert (net.parameters.get() == before).all()


def test_a_run_on_two_contexts_goes_on(tmp_path):
    class Killed(BaseException):
        pass

    def kill(net, history):
        if history.steps == 6:
            raise Killed

    def attempt(path, watch=(), **options):
        net = language_model(BOTH[0], layers=2, dropout=0.3)
        cut = sequential_batches(text(300), 5, 6, rng=0)
        history = fit(net, cut, steps=14, devices=BOTH, checkpoint=path, checkpoint_every=5, evaluate_every=3, watch=watch, **options)  # fmt: skip
        return history.losses, net.parameters.get().tolist()

    with pytest.raises(Killed):
        attempt(tmp_path / "b.npz", [kill])
    assert attempt(tmp_path / "b.npz", resume=True) == attempt(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "devices, message",
    [
        ([mx.cpu(1), mx.cpu(0)], r"the first must be the network's own, cpu\(0\), got cpu\(1\)"),
        ("cpu(0),cpu(0)", "different contexts are needed"),
        ([mx.cpu(i) for i in range(6)], "6 contexts need a minibatch of at least 6 rows, got 5"),
    ],
)
def test_contexts_that_do_not_fit(devices, message):
    with only_on(*[mx.cpu(i) for i in range(6)]), pytest.raises(ValueError, match=message):
        fit(language_model(BOTH[0]), minibatches("LanguageModel", 1), steps=1, devices=devices)


def test_arrays_of_mxnet_can_be_shared_out_too():
    batch = minibatch("LanguageModel")
    results = []
    for pair in (batch, tuple(mx.np.array(part, dtype="int32", ctx=BOTH[0]) for part in batch)):
        results.append(on(BOTH, "LanguageModel", [pair], steps=3)[0].losses)
    assert results[0] == results[1] and V == 7
