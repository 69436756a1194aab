"""Beam search against trying everything, against greedy, and alone against in a batch."""

import itertools

import numpy as np
import pytest

from d2lrnn.generate import beam_search, generate, log_softmax, translate
from d2lrnn.generate.steppers import NetworkStepper
from d2lrnn.nn.models import EncoderDecoder, LanguageModel
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer

V, BEGIN, END = 5, 3, 4


def language(cell="lstm", seed=0, **options):
    net = LanguageModel(V, cell=cell, hidden=6, rng=seed, **options)
    net.parameters.set(net.parameters.get() * 3)
    return net


def pair(seed=0):
    net = EncoderDecoder(6, V, hidden=6, rng=seed)
    net.parameters.set(net.parameters.get() * 3)
    return net


def score_of(logits, line) -> float:
    """The log-probability of a line under logits (T, V), one row a token."""
    return float(log_softmax(logits)[np.arange(len(line)), line].sum())


def everything(call, length, end=None, alpha=0.0, never=(0,)):
    """Every sequence with its score, the best first. call(line) -> logits (T, V)."""
    found = []
    for n in range(1, length + 1):
        for line in itertools.product([i for i in range(V) if i not in never], repeat=n):
            if end in line[:-1] or not (line[-1] == end or n == length):
                continue
            log_prob = score_of(call(line), line)
            ids = line[:-1] if line[-1] == end else line
            found.append((log_prob / n**alpha, log_prob, ids, line[-1] == end))
    return sorted(found, key=lambda one: -one[0])


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("end", [None, END])
def test_a_beam_as_wide_as_everything_finds_the_best(end, alpha):
    for seed in range(3):
        net = language(seed=seed)

        def call(line, net=net):
            return net(np.array([1, 2, *line[:-1]])[:, None])[0][1:, 0].asnumpy()

        best = everything(call, 4, end, alpha)
        found = beam_search(net, [1, 2], width=V**4, length=4, end=end, alpha=alpha)
        assert len(found) == len(best)
        assert (found[0].ids, found[0].ended) == best[0][2:]
        np.testing.assert_allclose([b.score for b in found], [b[0] for b in best], atol=1e-4)
        np.testing.assert_allclose([b.log_prob for b in found][:5], [b[1] for b in best][:5], atol=1e-4)


def test_the_same_from_an_encoded_state():
    net = pair()
    source, lengths = np.array([[1], [5], [2], [0]]), np.array([3])
    state = net.encode(source, lengths)

    def call(line):
        return net(np.array([BEGIN, *line[:-1]])[:, None], state)[0][:, 0].asnumpy()

    best = everything(call, 4, END, never=(0, BEGIN))
    found = beam_search(net, BEGIN, state, width=V**4, length=4, end=END, never=(0, BEGIN))
    assert [b.ids for b in found[:3]] == [b[2] for b in best[:3]]
    np.testing.assert_allclose(found[0].log_prob, best[0][1], atol=1e-4)
    by_network = beam_search(NetworkStepper(net), BEGIN, state, width=3, length=4, end=END)
    assert [b.ids for b in by_network] == [b.ids for b in beam_search(net, BEGIN, state, width=3, length=4, end=END)]


@pytest.mark.parametrize("cell", ["rnn", "gru", "gru_after", "lstm"])
def test_width_one_is_greedy(cell):
    tokenizer = CharTokenizer.train("a sea, a sky and a shore\n")
    net = LanguageModel(len(tokenizer), cell=cell, hidden=8, rng=1, engine="scratch")
    net.parameters.set(net.parameters.get() * 3)
    (beam,) = beam_search(net, tokenizer.encode("a s"), width=1, length=30)
    assert "a s" + tokenizer.decode(beam.ids) == generate(net, tokenizer, "a s", 30, method="greedy")
    for alpha in (0.0, 1.0):
        end = tokenizer.vocab["e"]
        (beam,) = beam_search(net, tokenizer.encode("a s"), width=1, length=30, end=end, alpha=alpha)
        text = tokenizer.decode(beam.ids) + "e" * beam.ended
        assert "a s" + text == generate(net, tokenizer, "a s", 30, method="greedy", stop="e")


def test_a_wider_beam_finds_what_greedy_misses():
    better = 0
    for seed in range(20):
        net = language(seed=seed)
        greedy, wide = (beam_search(net, 1, width=width, length=6)[0].log_prob for width in (1, 4))
        better += wide > greedy + 1e-6
    assert better >= 5


def test_many_sources_at_once_are_as_each_alone():
    net, rng = pair(2), np.random.default_rng(0)
    source, lengths = rng.integers(0, 6, (5, 40)), rng.integers(1, 6, 40)
    for width, alpha in ((1, 0.0), (4, 0.0), (4, 0.8)):
        together = translate(net, source, lengths, begin=BEGIN, end=END, width=width, length=8, alpha=alpha)
        for n in range(40):
            state = net.encode(source[:, n : n + 1], lengths[n : n + 1])
            alone = beam_search(net, BEGIN, state, width=width, length=8, end=END, alpha=alpha, never=(0, BEGIN))
            assert [b.ids for b in together[n]] == [b.ids for b in alone]
            np.testing.assert_allclose([b.log_prob for b in together[n]], [b.log_prob for b in alone], atol=1e-4)
        assert {beam.ended for beams in together for beam in beams} == {True, False}


def test_counted_models_are_searched_too():
    tokenizer = CharTokenizer.train("abcabcabd")
    model = KneserNey(NGramCounts(tokenizer.encode("abcabcabd"), len(tokenizer), 3))
    best = beam_search(model, [], width=len(tokenizer) ** 3, length=3)[0]
    every = itertools.product(range(1, len(tokenizer)), repeat=3)
    likeliest = max(every, key=lambda ids: model.log_prob(ids))
    assert best.ids == likeliest
    np.testing.assert_allclose(best.log_prob, model.log_prob(likeliest))


def test_what_is_wrong_is_said():
    net = language()
    for wrong, error, says in (
        ({"start": []}, ValueError, "start"),
        ({"start": 5}, IndexError, "start: ids run from 0 to 4"),
        ({"start": 1, "end": -1}, IndexError, "end"),
        ({"start": 1, "width": 0}, ValueError, "width"),
        ({"start": 1, "length": 0}, ValueError, "length"),
        ({"start": 1, "alpha": -1}, ValueError, "alpha"),
        ({"start": 1, "state": pair().encode(np.zeros((2, 3), int))}, ValueError, "translate"),
    ):
        with pytest.raises(error, match=says):
            beam_search(net, **wrong)
    with pytest.raises(ValueError, match="reread"):
        beam_search(language(bidirectional=True), 1)
    with pytest.raises(ValueError, match="state"):
        beam_search(pair(), BEGIN)
