"""Counted models against nltk on the same counts, against the plain definition, and on the texts whose figures are published."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.lm import MLE, Vocabulary
from nltk.lm import Laplace as NltkLaplace
from nltk.lm.api import LanguageModel, Smoothing
from nltk.lm.models import KneserNeyInterpolated
from nltk.util import everygrams

import d2lrnn
from d2lrnn.data import corpora
from d2lrnn.text.ngrams import Interpolated, KneserNey, Laplace, MaximumLikelihood, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer, letters_only

IDS = st.lists(st.integers(0, 4), min_size=6, max_size=40)
MODELS = [
    MaximumLikelihood,
    Laplace,
    lambda c, o: Laplace(c, o, alpha=0.1),
    Interpolated,
    lambda c, o: Interpolated(c, o, weights=1.0),
    KneserNey,
    lambda c, o: KneserNey(c, o, discount=0.75),
    lambda c, o: KneserNey(c, o, uniform=False),
]


@given(IDS, st.integers(1, 6))
def test_counts_are_those_of_a_counter(ids, order):
    counts = NGramCounts(ids, 5, order)
    for k in range(1, order + 1):
        plain = Counter(tuple(ids[i : i + k]) for i in range(len(ids) - k + 1))
        assert len(counts.keys[k]) == len(plain) and counts.counts[k].sum() == len(ids) - k + 1
        for gram, count in plain.items():
            assert counts.count(gram) == count
    assert counts.count(()) == len(ids)


@pytest.mark.parametrize("make", MODELS)
def test_probabilities_sum_to_one_after_any_context(make):
    @given(IDS, st.integers(1, 6), st.lists(st.integers(0, 5), max_size=8))
    def sums(ids, order, context):  # token 5 is in the vocabulary, never in the text
        model = make(NGramCounts(ids, 6, 6), order)
        p = model.distribution(context)
        assert p.shape == (6,) and (p >= 0).all() and abs(p.sum() - 1) < 1e-9
        one_by_one = [model.prob(token, context) for token in range(6)]
        assert np.allclose(p, one_by_one, rtol=0, atol=1e-12)

    sums()


@pytest.mark.parametrize("make", MODELS)
def test_probs_of_a_sequence_are_those_of_its_steps(make, hamlet):
    ids = CharTokenizer.train(hamlet).encode(hamlet[:3000])
    model = make(NGramCounts(ids[:2000], int(ids.max()) + 1, 5), 4)
    test, before = ids[2000:2040], ids[1990:2000]
    steps = [model.distribution([*before, *test[:t]])[test[t]] for t in range(len(test))]
    assert np.allclose(model.probs(test, before), steps, rtol=0, atol=1e-12)
    assert model.log_prob(test, before) == pytest.approx(sum(math.log(p) if p else -math.inf for p in steps))


class Fixed(Smoothing):
    """Interpolation with one weight, in nltk's own terms."""

    def unigram_score(self, word):
        return self.counts.unigrams.freq(word)

    def alpha_gamma(self, word, context):
        return 0.6 * self.counts[context].freq(word), 0.4


@pytest.fixture(scope="module")
def sentence(hamlet):
    words = hamlet[:12_000].lower().split()
    kinds = sorted(set(words)) + ["<UNK>"]
    return words, kinds, [kinds.index(word) for word in words]


def peers(words, order):
    """Each of nltk's models beside ours; nltk's lowest order is never mixed with 1 / V."""
    from nltk.lm.models import InterpolatedLanguageModel

    class Mixed(InterpolatedLanguageModel):
        def __init__(self, order, **options):
            super().__init__(Fixed, order, **options)

    return [
        (MLE, MaximumLikelihood, {}),
        (NltkLaplace, Laplace, {}),
        (
            lambda order, **o: KneserNeyInterpolated(order, discount=0.75, **o),
            KneserNey,
            {"discount": 0.75, "uniform": False},
        ),
        (Mixed, Interpolated, {"weights": [1.0] + [0.6] * (order - 1)}),
    ]


@pytest.mark.parametrize(
    ("which", "order"), [(0, 1), (0, 4), (1, 1), (1, 2), (1, 4), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (3, 4)]
)
def test_agrees_with_nltk(sentence, which, order):
    words, kinds, ids = sentence
    theirs, ours, options = peers(words, order)[which]
    theirs: LanguageModel = theirs(order, vocabulary=Vocabulary(kinds[:-1]))  # it adds <UNK> itself
    theirs.fit([everygrams(words, max_len=order)])
    model = ours(NGramCounts(ids, len(kinds), order), order, **options)
    rng = np.random.default_rng(0)
    compared = 0
    for t in rng.integers(order, len(ids), 150):
        context = words[t - order + 1 : t]
        for word in (words[t], kinds[rng.integers(len(kinds) - 1)]):
            expected = theirs.score(word, context)
            assert model.prob(kinds.index(word), ids[t - order + 1 : t]) == pytest.approx(expected, abs=1e-12)
            compared += expected > 0
    assert compared > 100


def test_kneser_ney_counts_what_a_token_follows_not_how_often():
    # "francisco" is frequent but follows one word only: after an unseen context it must not win.
    kinds = ["san", "francisco", "glass", "a", "b", "c"]
    line = [kinds.index(w) for w in ("san francisco " * 10 + "a glass b glass c glass a b c").split()]
    counts = NGramCounts(line, 6, 2)
    assert counts.count([1]) > counts.count([2])
    after = KneserNey(counts, discount=0.75).distribution([4])  # after "b"
    assert after[2] > after[1]
    mixed = Interpolated(counts).distribution([5])
    assert KneserNey(counts, discount=0.75).distribution([5])[1] < mixed[1]


def test_modified_discounts_follow_chen_and_goodman():
    # Three levels are enough: the top level's counts of counts are 3 ones, 2 twos, 1 three, 1 four.
    ids = [0, 1] * 4 + [2, 3] * 3 + [4, 5] * 2 + [6, 7] * 2 + [8, 9] + [10, 11]
    counts = NGramCounts(ids, 12, 2)
    n = [np.sum(counts.counts[2] == c) for c in (1, 2, 3, 4)]
    assert all(n)
    y = n[0] / (n[0] + 2 * n[1])
    expected = [0, 1 - 2 * y * n[1] / n[0], 2 - 3 * y * n[2] / n[1], 3 - 4 * y * n[3] / n[2]]
    assert KneserNey(counts).discounts(2) == pytest.approx(np.clip(expected, 0, [0, 1, 2, 3])[1:])
    with pytest.raises(ValueError, match="from 1 to the order, 2, got 3"):
        KneserNey(counts).discounts(3)


def test_fitted_weights_are_the_best_on_the_text_they_were_fitted_to(hamlet):
    ids = CharTokenizer.train(hamlet).encode(hamlet)
    counts = NGramCounts(ids[:100_000], int(ids.max()) + 1, 4)
    held_out = ids[100_000:120_000]
    best = Interpolated.fit(counts, held_out)
    perplexity = best.perplexity(held_out)
    assert (best.weights < 1).all()
    for k in range(4):
        for step in (-0.05, 0.05):
            weights = best.weights.copy()
            weights[k] = np.clip(weights[k] + step, 0, 0.999)
            assert Interpolated(counts, weights=weights).perplexity(held_out) > perplexity - 1e-4


def test_perplexity_is_exp_of_the_mean():
    model = Laplace(NGramCounts([0, 1, 0, 1, 1], 2, 2))
    logs = model.log_probs([0, 1, 1])
    assert model.perplexity([0, 1, 1]) == pytest.approx(math.exp(-sum(logs) / 3))
    uniform = Laplace(NGramCounts([0, 1, 2, 3], 4, 1))
    assert uniform.perplexity([0, 1, 2, 3]) == pytest.approx(4)


def test_the_zero_that_ruins_a_sentence():
    counts = NGramCounts([0, 1, 2, 0, 1], 3, 2)
    assert MaximumLikelihood(counts).log_prob([0, 1, 0]) == -math.inf
    assert math.isinf(MaximumLikelihood(counts).perplexity([0, 1, 0]))
    for model in (Laplace(counts), Interpolated(counts), KneserNey(counts)):
        assert model.log_prob([0, 1, 0]) > -math.inf


def test_training_perplexity_of_maximum_likelihood_falls_with_order(hamlet):
    ids = CharTokenizer.train(hamlet).encode(hamlet[:20_000])
    counts = NGramCounts(ids, int(ids.max()) + 1, 6)
    seen = [MaximumLikelihood(counts, order).perplexity(ids) for order in range(1, 7)]
    assert seen == sorted(seen, reverse=True) and seen[-1] < 1.7


def test_ranking_is_by_probability_then_by_id():
    model = MaximumLikelihood(NGramCounts([0, 1, 0, 2, 0, 1], 4, 2))
    assert model.rank([0], 3) == [(1, pytest.approx(2 / 3)), (2, pytest.approx(1 / 3)), (0, 0.0)]
    assert len(model.rank([0], 100)) == 4


def test_samples_follow_the_distribution():
    model = KneserNey(NGramCounts([0, 1, 2, 0, 1, 1, 2, 2, 0, 0, 1], 3, 2))
    drawn = [model.sample(1, [0], rng=rng)[0] for rng in [np.random.default_rng(0)] for _ in range(4000)]
    assert np.bincount(drawn, minlength=3) / 4000 == pytest.approx(model.distribution([0]), abs=0.03)


def test_samples_repeat_with_a_seed_and_cool_down():
    model = KneserNey(NGramCounts([0, 1, 2, 0, 1, 1, 2, 2, 0, 0, 1], 3, 3))
    assert model.sample(50, rng=3).tolist() == model.sample(50, rng=3).tolist() != model.sample(50, rng=4).tolist()
    d2lrnn.seed(1)
    first = model.sample(20).tolist()
    d2lrnn.seed(1)
    assert model.sample(20).tolist() == first
    greedy = model.sample(20, [0], temperature=0).tolist()
    assert greedy[0] == model.rank([0], 1)[0][0] and greedy == model.sample(20, [0], temperature=1e-9, rng=0).tolist()
    assert model.sample(0).shape == (0,)


def test_mxnet_ids_are_counted_too():
    from mxnet import np as mxnp

    model = KneserNey(NGramCounts(mxnp.array([0, 1, 0, 1, 1], dtype="int32"), 2, 2))
    assert model.prob(1, mxnp.array([0], dtype="int32")) == model.prob(1, [0])


@pytest.mark.parametrize("order", range(1, 7))
@pytest.mark.parametrize("make", MODELS)
def test_the_smallest_texts_sum_to_one_too(make, order):
    for ids, size in (([0] * order, 1), ([0] * order, 3), (range(order), order)):
        model = make(NGramCounts(ids, size, order), order)
        for context in ([], [0], [*ids], [size - 1] * 9):
            assert abs(model.distribution(context).sum() - 1) < 1e-9
        assert model.sample(5, rng=0).max() < size


def test_order_six_of_words_needs_no_more_than_64_bits():
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 1_000_000, 5000)
    counts = NGramCounts(ids, 1_000_000, 6)
    assert counts.count(ids[10:16]) == 1 and counts.count([*ids[10:15], (ids[15] + 1) % 1_000_000]) == 0
    assert abs(KneserNey(counts).distribution(ids[10:15]).sum() - 1) < 1e-9


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda c: NGramCounts([0, 1], 2, 0), ValueError, "order must be 1 or more, got 0"),
        (lambda c: NGramCounts([0, 1], 2, 1.5), TypeError, "whole number, got 1.5"),
        (lambda c: NGramCounts([0, 1], 2, 3), ValueError, "at least 3 tokens, got 2"),
        (lambda c: NGramCounts([0] * 9, 2**60, 2), ValueError, "too large for keys of 64 bits"),
        (lambda c: KneserNey([0, 1]), TypeError, "takes NGramCounts.*got list"),
        (lambda c: Interpolated(c, 1.5), TypeError, "order must be a whole number, got 1.5"),
        (lambda c: NGramCounts("text", 2, 3), TypeError, "encode it with a tokenizer"),
        (lambda c: NGramCounts([0.5, 1], 2, 1), TypeError, "whole numbers"),
        (lambda c: NGramCounts([0, 7], 2, 1), ValueError, "from 0 to 1, got 7"),
        (lambda c: NGramCounts([[0, 1]], 2, 1), ValueError, "one sequence"),
        (lambda c: c.count([0, 0, 0, 0]), ValueError, "up to 3 tokens"),
        (lambda c: KneserNey(c, 4), ValueError, "and 3 were counted"),
        (lambda c: KneserNey(c, discount=1.5), ValueError, "from 0 to 1, or None"),
        (lambda c: Laplace(c, alpha=0), ValueError, "above 0, got 0"),
        (lambda c: Interpolated(c, weights=[0.5]), ValueError, "3 weights from 0 to 1"),
        (lambda c: Interpolated(c, weights=1.5), ValueError, "from 0 to 1"),
        (lambda c: Interpolated.fit(c, []), ValueError, "held-out tokens, got none"),
        (lambda c: KneserNey(c).perplexity([]), ValueError, "at least one token"),
        (lambda c: KneserNey(c).prob(9), ValueError, "from 0 to 1, got 9"),
        (lambda c: KneserNey(c).rank([], 0), ValueError, "top must be 1 or more"),
        (lambda c: KneserNey(c).sample(-1), ValueError, "length must be 0 or more"),
        (lambda c: KneserNey(c).sample(1, temperature=-1), ValueError, "temperature must be 0 or more"),
    ],
)
def test_bad_arguments_are_explained(call, error, says):
    with pytest.raises(error, match=says):
        call(NGramCounts([0, 1, 0, 1, 1], 2, 3))


def held_out(text, train, valid, **options):
    ids = CharTokenizer.train(text).encode(text)
    counts = NGramCounts(ids[:train], int(ids.max()) + 1, 6)
    return KneserNey(counts, **options).perplexity(ids[train:valid], ids[:train])


@pytest.mark.skipif(
    corpora.where("time_machine") is None, reason="The Time Machine is not on this machine (see $D2LRNN_DATA)"
)
def test_held_out_perplexity_of_the_time_machine():
    text = letters_only(corpora.load("time_machine").text)
    assert len(CharTokenizer.train(text)) == 28  # as d2l counts them
    assert held_out(text, 10_032, 15_064, discount=0.75) == pytest.approx(4.68, abs=0.02)
    assert held_out(text, 10_032, 15_064) <= 4.62
    assert held_out(text, 10_032, 15_032) <= 4.70  # the last character that any of d2l's 5,000 windows of 33 reaches
    assert held_out(text, int(0.9 * len(text)), len(text)) <= 3.73


@pytest.mark.skipif(
    corpora.where("tiny_shakespeare") is None, reason="tiny Shakespeare is not on this machine (see $D2LRNN_DATA)"
)
def test_held_out_perplexity_of_tiny_shakespeare():
    text = corpora.load("tiny_shakespeare").text
    assert held_out(text, int(0.9 * len(text)), len(text)) <= 4.60
