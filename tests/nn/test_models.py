"""The four networks against NumPy, end to end; that they learn; that their configurations make them again.

T time steps, B batch, V vocabulary, H hidden units, K classes.
"""

import json

import formulas
import numpy as np
import pytest
from ladder import ENGINES, LENGTHS, B, T, randomize
from mxnet import autograd

from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import (
    EncoderDecoder,
    LanguageModel,
    SequenceClassifier,
    SequenceTagger,
    cross_entropy,
    network_from,
)

V, H, K = 6, 4, 3


@pytest.fixture
def common(device, rng):
    return {"hidden": H, "device": device, "rng": rng, "dtype": "float64"}


def zeros(layers):
    shape = (layers.layers * layers.directions, B, layers.hidden)
    return tuple(np.zeros(shape) for _ in range(layers.states))


def layers_of(net, inputs, state, lengths=None, part="", layers=None):
    """What comes out of a network's recurrent layers, by NumPy."""
    layers, weights = layers or net.layers, net.weights()
    X = formulas.encode(np.asarray(inputs), weights, layers.encoding, layers.inputs, part)
    return formulas.stack(
        weights, X, state, lengths, prefix=part,
        cell=layers.cell, layers=layers.layers, bidirectional=layers.bidirectional, residual=layers.residual,
    )  # fmt: skip


def head(net, Y):
    weights = net.weights()
    return Y @ weights.get("W_ho", weights.get("embedding", np.zeros(0)).T) + weights["b_o"]


def close(ours, theirs):
    assert ours.shape == theirs.shape
    assert np.abs(ours.asnumpy() - theirs).max() < 1e-12


def test_cross_entropy_is_minus_log_softmax(device, rng):
    logits, targets = rng.normal(size=(T, B, V)) * 30, rng.integers(0, V, (T, B))
    net = LanguageModel(V, hidden=2, device=device, dtype="float64")
    close(cross_entropy(net.array(logits), net.array(targets)), formulas.nats(logits, targets))


@pytest.mark.parametrize(
    "shape", [{}, {"embedding": 3}, {"embedding": H, "tied": True}], ids=["one-hot", "embedding", "tied"]
)
@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_a_language_model_is_the_formula(engine, shape, common, rng):
    net = randomize(LanguageModel(V, layers=2, engine=engine, residual=True, **shape, **common), rng)
    ids, targets = rng.integers(0, V, (2, T, B))
    state = tuple(rng.normal(size=s.shape) for s in net.begin_state(B))
    Y, end = layers_of(net, ids, state)
    logits, found = net(ids, tuple(net.array(s) for s in state))
    close(logits, head(net, Y))
    for s, e in zip(found, end, strict=True):
        close(s, e)
    mean, each, found = net.losses((ids, targets), tuple(net.array(s) for s in state))
    right = formulas.nats(head(net, Y), targets)
    close(each, right)
    close(mean, right.mean())
    close(found[0], end[0])
    close(
        net.loss((ids, targets))[0], formulas.nats(head(net, layers_of(net, ids, zeros(net.layers))[0]), targets).mean()
    )


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_a_classifier_reads_each_direction_s_last_state_of_the_top_layer(engine, both, common, rng):
    net = SequenceClassifier(V, K, layers=2, bidirectional=both, engine=engine, **common)
    randomize(net, rng)
    ids, answers = rng.integers(0, V, (T, B)), rng.integers(0, K, B)
    for lengths in (None, LENGTHS):
        _, end = layers_of(net, ids, zeros(net.layers), lengths)
        top = np.concatenate([end[0][2], end[0][3]], axis=1) if both else end[0][1]
        logits = head(net, top)
        close(net(ids, lengths), logits)
        close(net.loss((ids, lengths, answers))[0], formulas.nats(logits, answers).mean())
        assert net.loss((ids, lengths, answers))[1] is None


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_regression_has_one_number_and_the_squared_error(engine, common, rng):
    net = randomize(SequenceClassifier(2, regression=True, encoding="vectors", engine=engine, **common), rng)
    X, answers = rng.normal(size=(T, B, 2)), rng.normal(size=B)
    _, end = layers_of(net, X, zeros(net.layers), LENGTHS)
    numbers = head(net, end[0][0])
    close(net(X, LENGTHS), numbers)
    close(net.loss((X, LENGTHS, answers))[0], np.mean((numbers[:, 0] - answers) ** 2))


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_a_tagger_answers_for_each_token_up_to_the_end(engine, common, rng):
    net = randomize(SequenceTagger(V, K, embedding=3, layers=2, engine=engine, **common), rng)
    assert net.layers.bidirectional
    ids, tags, weights = rng.integers(0, V, (T, B)), rng.integers(0, K, (T, B)), rng.uniform(size=(T, B))
    within = np.arange(T)[:, None] < LENGTHS
    logits = head(net, layers_of(net, ids, zeros(net.layers), LENGTHS)[0])
    close(net(ids, LENGTHS), logits)
    losses = formulas.nats(logits, tags)
    close(net.loss((ids, LENGTHS, tags))[0], losses[within].mean())
    close(net.loss((ids, net.array(LENGTHS), net.array(tags)))[0], losses[within].mean())
    close(net.loss((ids, LENGTHS, tags, weights))[0], (losses * weights).sum() / weights.sum())
    whole = formulas.nats(head(net, layers_of(net, ids, zeros(net.layers))[0]), tags)
    close(net.loss((ids, None, tags))[0], whole.mean())


def test_a_batch_in_which_nothing_counts_has_loss_0(common, rng):
    net = SequenceTagger(V, K, **common)
    ids = rng.integers(0, V, (T, B))
    assert float(net.loss((ids, None, ids % K, np.zeros((T, B))))[0]) == 0


@pytest.mark.parametrize("engine", ["scratch", "fused"])
def test_a_decoder_begins_where_the_encoder_ended(engine, common, rng):
    net = randomize(EncoderDecoder(V, V + 1, layers=2, embedding=3, engine=engine, **common), rng)
    source, target = rng.integers(0, V, (T, B)), rng.integers(0, V + 1, (T + 2, B))
    target_lengths = np.array([T + 2, 3, 2])
    _, begin = layers_of(net, source, zeros(net.encoder), LENGTHS, "encoder.", net.encoder)
    encoded = net.encode(source, LENGTHS)
    for s, right in zip(encoded, begin, strict=True):
        close(s, right)
    Y, end = layers_of(net, target[:-1], begin, None, "decoder.", net.decoder)
    logits, state = net(target[:-1], encoded)
    close(logits, head(net, Y))
    close(state[0], end[0])
    losses = formulas.nats(head(net, Y), target[1:])
    said = np.arange(1, T + 2)[:, None] < target_lengths
    close(net.loss((source, LENGTHS, target, target_lengths))[0], losses[said].mean())
    close(net.encode(source)[0], layers_of(net, source, zeros(net.encoder), None, "encoder.", net.encoder)[1][0])
    padded = np.where(np.arange(T + 2)[:, None] < target_lengths, target, 0)
    close(net.loss((source, LENGTHS, padded, target_lengths))[0], losses[said].mean())
    with pytest.raises(ValueError, match="target: at least two tokens are needed"):
        net.loss((source, LENGTHS, target[:1], np.ones(B)))
    with pytest.raises(ValueError, match="target: at least two tokens are needed"):
        net.loss((source, LENGTHS, target, np.array([T + 2, 3, 1])))


@pytest.mark.parametrize("cell, engine", ENGINES)
def test_ten_characters_are_learnt_by_heart(cell, engine, device):
    """Adam (Kingma & Ba 2015), written out on the one vector of weights. After an "a" come b, c, d and b again: only the state can tell."""
    text = "abracadabra"
    followers = [other for one, other in zip(text, text[1:], strict=False) if one == "a"]
    without_state = -sum(np.log(followers.count(f) / len(followers)) for f in followers) / 10
    assert without_state > 0.4
    letters = sorted(set(text))
    ids = np.array([[letters.index(c)] for c in text])
    net = LanguageModel(len(letters), cell=cell, engine=engine, hidden=16, device=device, rng=3)
    weights, gradient = net.parameters.flat, net.parameters.grad
    m = v = 0
    for step in range(1, 121):
        with autograd.record():
            loss, _ = net.loss((ids[:-1], ids[1:]))
        if float(loss) < 0.01:
            break
        loss.backward()
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        weights -= 0.03 * (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)) ** 0.5 + 1e-8)
    assert float(loss) < 0.01
    said, state = ["a"], None
    for _ in range(10):
        logits, state = net([[letters.index(said[-1])]], state)
        said.append(letters[int(logits.asnumpy().argmax())])
    assert "".join(said) == text


NETWORKS = [
    (LanguageModel, {"vocab_size": 5, "cell": "gru", "engine": "scratch", "layers": 2, "dropout": 0.25}),
    (LanguageModel, {"vocab_size": 5, "cell": "lstm", "embedding": 4, "tied": True, "forget_bias": 2.5}),
    (SequenceClassifier, {"inputs": 5, "classes": 3, "cell": "gru_after", "bidirectional": True, "embedding": 2}),
    (SequenceClassifier, {"inputs": 2, "regression": True, "encoding": "vectors", "cell": "rnn"}),
    (SequenceTagger, {"inputs": 5, "tags": 4, "layers": 3, "residual": True, "bidirectional": False}),
    (SequenceTagger, {"inputs": 3, "tags": 2, "encoding": "vectors"}),
    (EncoderDecoder, {"source": 5, "target": 7, "cell": "rnn_relu", "layers": 2, "embedding": 3, "dropout": 0.5, "locked_dropout": True}),
]  # fmt: skip


@pytest.mark.parametrize("kind, shape", NETWORKS, ids=lambda v: getattr(v, "__name__", None))
def test_a_configuration_makes_the_network_again(kind, shape, device):
    net = kind(hidden=4, device=device, rng=0, **shape)
    config = json.loads(json.dumps(net.config()))  # plain values, as a file would keep them
    options = {"engine": net.engine, "device": device}
    again = network_from(config, rng=0, **options)
    assert type(again) is kind and again.config() == net.config() and config["kind"] == kind.__name__
    assert (again.parameters.get() == net.parameters.get()).all() and repr(again) == repr(net)
    for name, value in shape.items():
        if name != "engine":
            assert config[name] == value
    assert (network_from(config, rng=1, **options).parameters.get() != net.parameters.get()).any()


def test_what_is_no_configuration_is_an_error(device):
    config = LanguageModel(4, hidden=2, device=device).config()
    for broken in ({}, {**config, "kind": "Transformer"}):
        with pytest.raises(ValueError, match="network_from: kind must be one of LanguageModel, SequenceClassifier"):
            network_from(broken)
    with pytest.raises(ValueError, match="network_from: .*heads"):
        network_from({**config, "heads": 8}, device=device)
    with pytest.raises(ValueError, match="network_from: .*vocab_size"):
        network_from({"kind": "LanguageModel"}, device=device)
    before = dict(config)
    network_from(config, device=device)
    assert config == before


def test_arguments_that_cannot_be(device):
    def language_model(**shape):
        return LanguageModel(5, device=device, **({"hidden": 4} | shape))

    for shape, message in (
        ({"tied": True}, "tied: the embedding must be as long as an output vector, 4, got None"),
        ({"tied": True, "embedding": 3}, "tied: .*4, got 3"),
        ({"tied": True, "embedding": 4, "bidirectional": True}, "tied: .*8, got 4"),
        ({"encoding": "vectors", "embedding": 2}, "embedding is the length of an embedding, and None without one"),
        ({"encoding": "embedding"}, "embedding is the length of an embedding"),
        ({"encoding": "bytes"}, "encoding must be one_hot, embedding or vectors, got 'bytes'"),
        ({"dropout": 1.0}, "dropout is a share from 0 to below 1, got 1.0"),
        ({"dropout": -0.1}, "dropout is a share"),
        ({"locked_dropout": True}, "locked_dropout: nothing is dropped"),
        ({"residual": True}, "residual: there is something to add to only above the first layer"),
        ({"cell": "elman"}, "cell must be one of rnn, rnn_relu, gru, gru_after, lstm, got 'elman'"),
        ({"hidden": 0}, "hidden must be 1 or more, got 0"),
        ({"layers": 0}, "layers must be 1 or more"),
        ({"embedding": 0}, "embedding must be 1 or more"),
        ({"engine": "torch"}, "engine must be one of fused, scratch, got 'torch'"),
    ):
        with pytest.raises(ValueError, match=message):
            language_model(**shape)
    for shape, message in (
        ({"hidden": 2.5}, "hidden must be a whole number, got 2.5"),
        ({"layers": True}, "layers must be a whole number"),
        ({"hiden": 3}, "no argument 'hiden'.*cell, hidden"),
    ):
        with pytest.raises(TypeError, match=message):
            language_model(**shape)
    with pytest.raises(ValueError, match="vocab_size must be|inputs must be 1 or more"):
        LanguageModel(0, device=device)
    with pytest.raises(ValueError, match="from left to right; take bidirectional=False"):
        EncoderDecoder(3, 3, bidirectional=True, device=device)


def test_ids_and_lengths_that_cannot_be(device, rng):
    ids = rng.integers(0, V, (T, B))
    model = LanguageModel(V, hidden=2, device=device)
    tagger = SequenceTagger(V, K, hidden=2, device=device)
    classifier = SequenceClassifier(V, K, hidden=2, device=device)
    translator = EncoderDecoder(V, K, hidden=2, device=device)
    for wrong in (V, -1):
        bad = ids.copy()
        bad[1, 2] = wrong
        for call, *arguments in (
            (model, bad), (model.loss, (ids, bad)), (tagger, bad), (classifier, bad, LENGTHS), (translator.encode, bad),
        ):  # fmt: skip
            with pytest.raises(IndexError, match=f"(inputs|targets|source): ids run from 0 to {V - 1}, got {wrong}"):
                call(*arguments)
    with pytest.raises(IndexError, match=f"tags: ids run from 0 to {K - 1}, got {K}"):
        tagger.loss((ids, None, np.full((T, B), K)))
    with pytest.raises(IndexError, match=f"answers: ids run from 0 to {K - 1}, got {K}"):
        classifier.loss((ids, None, np.full(B, K)))
    with pytest.raises(IndexError, match=f"target: ids run from 0 to {K - 1}, got {K}"):
        translator.loss((ids, LENGTHS, np.full((T, B), K), np.full(B, T)))
    with pytest.raises(IndexError, match="inputs: ids run from"):
        translator(np.full((T, B), K), translator.encode(ids))
    with pytest.raises(TypeError, match="inputs: whole numbers are needed, got an array of float64"):
        model(ids * 1.0)
    assert (tagger(ids, LENGTHS * 1.0).asnumpy() == tagger(ids, LENGTHS).asnumpy()).all()
    for shapeless in (ids[0], ids[None]):
        with pytest.raises(ValueError, match=r"inputs: ids of shape \(T, B\) are needed, got shape"):
            model(shapeless)
    vectors = SequenceTagger(3, K, encoding="vectors", hidden=2, device=device)
    for shape in ((T, B), (T, B, 4)):
        with pytest.raises(ValueError, match=r"inputs: vectors of shape \(T, B, 3\) are needed, got shape"):
            vectors(np.zeros(shape))
    for lengths in ([0, 1, 2], [1, 2, T + 1], [1, 2], [[1, 2, 3]], [1, 2.5, 3], [1, np.nan, 3]):
        with pytest.raises(ValueError, match=f"lengths: {B} whole numbers from 1 to {T} are needed"):
            tagger(ids, lengths)


@pytest.mark.parametrize("cell", CELLS)
def test_numpy_and_mxnet_arrays_are_taken_alike(cell, device, rng):
    net = LanguageModel(V, cell=cell, hidden=3, engine="scratch", device=device, rng=rng)
    ids = rng.integers(0, V, (T, B))
    one, _ = net(ids)
    for same in (ids.tolist(), net.array(ids), ids.astype(np.uint8)):
        assert (net(same)[0].asnumpy() == one.asnumpy()).all()
