"""Weights in and out, twins, first weights, dropout, contexts: what every network has in common."""

import mxnet as mx
import numpy as np
import pytest
from contexts import unguarded
from ladder import ENGINES, randomize
from mxnet import autograd

from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import EncoderDecoder, LanguageModel, SequenceClassifier, SequenceTagger
from d2lrnn.nn.parameters import Parameters

V, H = 5, 4


def each_kind(device, **options):
    yield LanguageModel(V, hidden=H, layers=2, device=device, **options)
    yield LanguageModel(V, hidden=H, embedding=H, tied=True, device=device, **options)
    yield SequenceClassifier(V, 3, hidden=H, bidirectional=True, embedding=2, device=device, **options)
    yield SequenceTagger(3, 2, hidden=H, encoding="vectors", layers=2, device=device, **options)
    yield EncoderDecoder(V, 6, hidden=H, embedding=3, layers=2, device=device, **options)


def run(net, rng):
    """Some output of a network of any kind, for the same inputs each time."""
    ids = np.random.default_rng(5).integers(0, 3, (4, 2))
    if isinstance(net, EncoderDecoder):
        return net(ids, net.encode(ids))[0].asnumpy()
    if net.layers.encoding == "vectors":
        ids = np.random.default_rng(5).normal(size=(4, 2, 3))
    found = net(ids)
    return (found[0] if isinstance(found, tuple) else found).asnumpy()


@pytest.mark.parametrize("cell, engine", ENGINES)
def test_weights_go_out_and_in(cell, engine, device, rng):
    for net, other in zip(each_kind(device, cell=cell, engine=engine), each_kind(device, cell=cell, engine=engine), strict=True):  # fmt: skip
        randomize(net, rng)
        assert np.abs(run(net, rng) - run(other, rng)).max() > 1e-4
        other.set_weights(net.weights())
        for name, value in net.weights().items():
            assert np.abs(other.weights()[name] - value).max() < 1e-6
        assert np.abs(run(net, rng) - run(other, rng)).max() < 1e-5
        kept = other.parameters.get()
        other.set_weights(other.weights())
        assert (other.parameters.get() == kept).all()


def test_weights_have_the_deck_s_names_and_orientation(device):
    net = LanguageModel(V, hidden=H, layers=2, device=device)
    weights = net.weights()
    gates = "ifco"
    assert set(weights) == {f"layer{l}.{n}{g}" for l in (0, 1) for n in ("W_x", "W_h", "b_") for g in gates} | {"W_ho", "b_o"}  # fmt: skip
    assert weights["layer0.W_xi"].shape == (V, H) and weights["layer1.W_xo"].shape == (H, H)
    assert weights["layer0.b_f"].shape == (H,) and weights["W_ho"].shape == (H, V) and weights["b_o"].shape == (V,)
    both = SequenceTagger(V, 2, cell="gru_after", hidden=H, device=device).weights()
    assert {"layer0.forward.W_xr", "layer0.backward.W_hz", "layer0.backward.c_h"} <= set(both)
    assert both["W_ho"].shape == (2 * H, 2) and "layer0.forward.c_r" not in both
    assert {"encoder.embedding", "decoder.layer1.W_hf"} <= set(EncoderDecoder(V, V, layers=2, embedding=2, hidden=H, device=device).weights())  # fmt: skip
    assert "W_ho" not in LanguageModel(V, hidden=H, embedding=H, tied=True, device=device).weights()


def test_weights_are_copies(device, rng):
    net = randomize(LanguageModel(V, hidden=H, device=device), rng)
    before = net.parameters.get()
    for value in net.weights().values():
        value[:] = 99
    net.parameters.get()[:] = 99
    assert (net.parameters.get() == before).all()


def test_wrong_weights_change_nothing(device, rng):
    net = randomize(LanguageModel(V, hidden=H, device=device), rng)
    before, weights = net.parameters.get(), {n: w * 2 for n, w in net.weights().items()}
    without = {n: w for n, w in weights.items() if n != "layer0.W_hi"}
    broken = {
        r"missing \['layer0.W_hi'\], unknown none": without,
        r"missing none, unknown \['layer9.W_hi'\]": weights | {"layer9.W_hi": weights["layer0.W_hi"]},
        r"missing \['layer0.W_hi'\], unknown \['W_hi'\]": without | {"W_hi": weights["layer0.W_hi"]},
        r"b_o has shape \(5,\), got \(4,\)": weights | {"b_o": np.zeros(4)},
        r"W_ho has shape \(4, 5\), got \(5, 4\)": weights | {"W_ho": weights["W_ho"].T},
        "NaN or infinity among the numbers; nothing was changed": weights | {"b_o": np.full(V, np.nan)},
    }
    for message, wrong in broken.items():
        with pytest.raises(ValueError, match=message):
            net.set_weights(wrong)
        assert (net.parameters.get() == before).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_twin_has_a_copy_of_the_weights(cell, device, rng):
    for net in each_kind(device, cell=cell, engine="scratch"):
        randomize(net, rng)
        for engine in ("scratch",) if cell == "gru" else ("scratch", "fused"):
            twin = net.twin(engine=engine)
            assert type(twin) is type(net) and twin.engine == engine and twin.device == device
            assert twin.config() == net.config() and twin.dtype == net.dtype
            assert np.abs(run(twin, rng) - run(net, rng)).max() < 1e-5
        twin.parameters.flat[:] = 0
        assert np.abs(net.parameters.get()).min() > 0


def test_a_twin_elsewhere_and_an_array_that_is_not_there(device, rng):
    other = mx.cpu(1 - device.device_id)
    net = randomize(LanguageModel(V, hidden=H, device=device), rng)
    right = run(net, rng)
    with unguarded():
        twin = net.twin(device=other)
        assert {a.ctx for a in (*twin._arrays, twin.parameters.flat, twin.parameters.grad)} == {other}
        assert np.abs(run(twin, rng) - right).max() == 0
        away = mx.np.zeros((3, 2), dtype="int32", ctx=other)
    message = rf"LanguageModel is on cpu\({device.device_id}\), got an array on cpu\({other.device_id}\); make it there"
    with pytest.raises(ValueError, match=message):
        net(away)


def test_the_same_rng_gives_the_same_weights_everywhere(device):
    with unguarded():
        for cell in CELLS:
            made = [
                LanguageModel(V, cell=cell, hidden=H, layers=2, engine=engine, device=where, rng=7).parameters.get()
                for engine in ("scratch", "fused")
                for where in (mx.cpu(0), mx.cpu(1))
            ]
            assert all((m == made[0]).all() for m in made)
    shape = {"cell": "lstm", "hidden": H, "layers": 2}
    assert (LanguageModel(V, device=device, rng=7, **shape).parameters.get() == made[0]).all()
    assert (LanguageModel(V, device=device, rng=8, **shape).parameters.get() != made[0]).any()


def test_the_shared_generator_is_used_without_rng(device):
    import d2lrnn

    made = []
    for _ in range(2):
        d2lrnn.seed(4)
        made += [LanguageModel(V, hidden=H, device=device).parameters.get() for _ in range(2)]
    assert (made[0] == made[2]).all() and (made[1] == made[3]).all() and (made[0] != made[1]).any()


@pytest.mark.parametrize("cell", CELLS)
def test_first_weights(cell, device):
    H = 32
    for both in (False, True):
        net = SequenceTagger(9, 2, cell=cell, hidden=H, layers=2, bidirectional=both, engine="scratch", device=device, forget_bias=1.5)  # fmt: skip
        for name, value in net.weights().items():
            last = name.rpartition(".")[2]
            if last == "W_ho" and "." not in name:
                assert 0.8 < np.abs(value).max() / np.sqrt(6 / sum(value.shape)) <= 1.0001
            elif last.startswith("W_h"):  # orthogonal: lengths and angles stay
                assert np.abs(value @ value.T - np.eye(H)).max() < 1e-5, name
            elif last.startswith("W_x"):  # within Glorot and Bengio's bounds, and nearly up to them
                limit = np.sqrt(6 / sum(value.shape))
                assert 0.9 * limit < np.abs(value).max() <= limit * 1.0001
                assert abs(value.mean()) < 0.1 * limit and value.std() == pytest.approx(limit / np.sqrt(3), rel=0.15)
            else:
                assert (value == (1.5 if last == "b_f" else 0)).all(), name


def test_embeddings_begin_with_spread_1_and_tied_ones_with_length_1(device):
    free = LanguageModel(50, hidden=64, embedding=64, device=device, rng=0).weights()["embedding"]
    tied = LanguageModel(50, hidden=64, embedding=64, tied=True, device=device, rng=0).weights()["embedding"]
    assert free.std() == pytest.approx(1, rel=0.05)
    assert np.linalg.norm(tied, axis=1).mean() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_dropout_acts_only_while_training(engine, device, rng):
    ids = rng.integers(0, V, (6, 4))
    net = LanguageModel(V, hidden=16, layers=2, dropout=0.5, engine=engine, device=device, rng=1)
    plain = LanguageModel(V, hidden=16, layers=2, engine=engine, device=device, rng=1)
    right = plain(ids)[0].asnumpy()

    def logits():
        return net(ids)[0].asnumpy()

    assert (logits() == logits()).all() and np.abs(logits() - right).max() < 1e-6
    with autograd.predict_mode(), autograd.record(train_mode=False):
        assert np.abs(logits() - right).max() < 1e-6
    with autograd.train_mode():
        one, other = logits(), logits()
    assert np.abs(one - other).max() > 0.01 and np.abs(one - right).max() > 0.01
    with autograd.record():
        loss, _ = net.loss((ids, ids))
    loss.backward()
    assert float(loss) != float(net.loss((ids, ids))[0])
    assert np.abs(logits() - right).max() < 1e-6


def test_dropout_is_between_the_layers_and_before_the_output(device, rng):
    # Its share is right, and what is kept is scaled so that the mean stays: seen on a top layer whose output layer is the identity.
    net = LanguageModel(64, hidden=64, dropout=0.25, device=device, rng=1)
    weights = net.weights()
    weights |= {"W_ho": np.eye(64), "b_o": np.zeros(64)}
    net.set_weights(weights)
    ids = rng.integers(0, 64, (20, 8))
    kept = net(ids)[0].asnumpy()
    with autograd.train_mode():
        dropped = net(ids)[0].asnumpy()
    gone = dropped == 0
    assert gone.mean() == pytest.approx(0.25, abs=0.02)
    assert np.allclose(dropped[~gone], kept[~gone] / 0.75, atol=1e-6)
    # One layer: the recurrent state is not touched.
    with autograd.train_mode():
        state = net(ids)[1]
    assert np.allclose(state[0].asnumpy(), net(ids)[1][0].asnumpy(), atol=1e-6)


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_locked_dropout_drops_the_same_units_at_every_step(engine, device, rng):
    net = LanguageModel(32, hidden=32, layers=2, dropout=0.25, locked_dropout=True, engine=engine, device=device, rng=1)
    net.set_weights(net.weights() | {"W_ho": np.eye(32), "b_o": np.zeros(32)})
    ids = rng.integers(0, 32, (20, 16))
    with autograd.train_mode():
        gone = net(ids)[0].asnumpy() == 0  # (T, B, H)
        again = net(ids)[0].asnumpy() == 0
    assert (gone == gone[0]).all() and gone.mean() == pytest.approx(0.25, abs=0.05)
    assert (gone[0] != gone[0][0]).any() and (gone != again).any()  # each sequence and each minibatch has its own


def test_locked_dropout_of_a_last_state_is_each_sequences_own(device, rng):
    net = SequenceClassifier(V, 32, hidden=32, dropout=0.5, locked_dropout=True, device=device, rng=1)
    net.set_weights(net.weights() | {"W_ho": np.eye(32), "b_o": np.zeros(32)})
    with autograd.train_mode():
        gone = net(rng.integers(0, V, (4, 16))).asnumpy() == 0  # (B, H)
    assert (gone != gone[0]).any()


def test_the_state_to_begin_with(device):
    net = SequenceTagger(V, 2, hidden=3, layers=2, device=device)
    state = net.begin_state(7)
    assert [s.shape for s in state] == [(4, 7, 3)] * 2 and not any(s.asnumpy().any() for s in state)
    assert len(LanguageModel(V, cell="gru_after", hidden=3, device=device).begin_state(1)) == 1


def test_parameters_are_one_vector_of_views(device, rng):
    parameters = Parameters({"a": (2, 3), "b": (4,)}, device)
    assert len(parameters) == parameters.size == 10 and parameters.get().dtype == np.float32
    parameters.set(np.arange(10))
    assert parameters.arrays["a"].asnumpy().tolist() == [[0, 1, 2], [3, 4, 5]]
    parameters.flat *= 2
    assert parameters.arrays["b"].asnumpy().tolist() == [12, 14, 16, 18]
    with autograd.record():
        loss = (parameters.arrays["a"] * 3).sum() + (parameters.arrays["b"] ** 2).sum()
    loss.backward()
    assert parameters.grad.asnumpy().tolist() == [3] * 6 + [24, 28, 32, 36]
    for wrong, message in (
        (np.zeros(9), r"10 numbers are needed, got shape \(9,\)"),
        (np.zeros((2, 5)), r"got shape \(2, 5\)"),
        (np.full(10, np.inf), "NaN or infinity among the numbers; nothing was changed"),
    ):
        with pytest.raises(ValueError, match=message):
            parameters.set(wrong)
    assert parameters.get().tolist() == list(range(0, 20, 2))


def test_what_a_network_says_of_itself(device):
    said = repr(LanguageModel(V, hidden=H, device=device))
    assert said.startswith("LanguageModel(vocab_size=5, cell='lstm', hidden=4") and said.endswith(f"weights, fused on {device})")  # fmt: skip
    assert "kind" not in said and f"{16 * V + 16 * H + 32 + 5 * H + 5:,} weights" in said


def test_shares_of_a_minibatch(device, rng):
    ids, tags = rng.integers(0, 3, (4, 5)), rng.integers(0, 2, (4, 5))
    lengths = np.array([1, 2, 3, 4, 4])
    tagger = SequenceTagger(V, 2, hidden=H, device=device)
    for batch in ((ids, lengths, tags), (ids, None, tags)):
        shares = tagger.shares(batch, 2)
        assert [s[0].shape for s in shares] == [(4, 3), (4, 2)]
        assert (np.concatenate([s[2] for s in shares], axis=1) == tags).all()
        assert sum(tagger.count(s) for s in shares) == tagger.count(batch) == (20 if batch[1] is None else 14)
        mean = sum(float(tagger.loss(s)[0]) * tagger.count(s) for s in shares) / tagger.count(batch)
        assert mean == pytest.approx(float(tagger.loss(batch)[0]), rel=1e-5)
    classifier = SequenceClassifier(V, 2, hidden=H, device=device)
    assert [classifier.count(s) for s in classifier.shares((ids, lengths, tags[0]), 2)] == [3, 2]
    model = LanguageModel(V, hidden=H, device=device)
    assert [model.count(s) for s in model.shares((ids, ids), 2)] == [12, 8]
    translator = EncoderDecoder(V, V, hidden=H, device=device)
    parts = translator.shares((ids, lengths, ids, np.array([2, 2, 3, 4, 4])), 2)
    assert [translator.count(s) for s in parts] == [1 + 1 + 2, 3 + 3]
    with pytest.raises(ValueError, match="6 contexts need a minibatch of at least 6 rows, got 5"):
        model.shares((ids, ids), 6)
