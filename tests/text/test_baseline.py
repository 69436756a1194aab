"""The split that every network is measured on, and the counted baseline's figures on it."""

import math

import numpy as np
import pytest

from d2lrnn.data import corpora
from d2lrnn.text.baseline import Parts, Score, counted_baseline, split_corpus
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import WordTokenizer, letters_only


def test_parts_are_the_text_in_order_and_know_only_the_training_part():
    parts = split_corpus("shakespeare/hamlet")
    text = corpora.load("shakespeare/hamlet").text
    decode = parts.tokenizer.decode
    assert decode(parts.train) + decode(parts.valid) + decode(parts.test) == text
    assert len(parts.train) == int(0.8 * len(text))
    assert set(parts.tokenizer.vocab.tokens) == set(decode(parts.train)) | {"<unk>"}


def test_words_and_prepared_texts_are_split_alike():
    parts = split_corpus(
        "shakespeare/hamlet", tokenizer=WordTokenizer.train, prepare=letters_only, fractions=(0.5, 0.25, 0.25)
    )
    assert 0 in parts.valid  # words that only the later parts have
    assert not set("".join(parts.tokenizer.vocab.tokens[1:])) - set("abcdefghijklmnopqrstuvwxyz ")


def test_a_part_s_context_is_what_comes_before_it():
    parts = Parts("small", None, np.arange(5), np.arange(5, 7), np.arange(7, 9))
    assert parts.before("valid", 3).tolist() == [2, 3, 4]
    assert parts.before("test", 4).tolist() == [3, 4, 5, 6]
    assert parts.before("test", 99).tolist() == list(range(7))
    assert len(parts.before("valid", 0)) == 0


def test_a_score_is_one_number_in_three_units():
    score = Score.of(np.log([[0.5, 0.25], [0.125, 1.0]]))
    assert score.tokens == 4 and score.bits == pytest.approx(1.5)
    assert score.nats == pytest.approx(1.5 * math.log(2)) and score.perplexity == pytest.approx(2**1.5)
    assert Score.of([-math.inf, 0]).perplexity == math.inf


def test_the_order_is_chosen_on_validation_and_test_is_only_measured():
    # Validation repeats what training has at order 2; test is another matter and must not change the choice.
    rng = np.random.default_rng(0)
    train, valid = np.tile([1, 2, 3, 4], 50), np.tile([1, 2, 3, 4], 10)
    for test in (valid, rng.integers(1, 5, 40)):
        best = counted_baseline(Parts("small", range(5), train, valid, test), orders=(2, 1))
        assert best.model.order == 2
        right = best.model.perplexity(test, [*train, *valid])
        assert best.test.perplexity == pytest.approx(right) and best.test.tokens == len(test)


def test_counts_made_before_are_used():
    parts = split_corpus("shakespeare/hamlet")
    counts = NGramCounts(parts.train, len(parts.tokenizer), 4)
    best = counted_baseline(parts, range(1, 5), counts)
    assert best.model.counts is counts and best.model.order == 4
    assert best.valid.perplexity == pytest.approx(KneserNey(counts, 4).perplexity(parts.valid, parts.train[-9:]))


# What chapter 03 states of each corpus: the order chosen, validation and test perplexity.
FIGURES = {
    "shakespeare/hamlet": (6, 5.66, 4.94),
    "shakespeare/comedy": (6, 4.50, 4.46),
    "shakespeare/tragedy": (6, 4.56, 4.76),
    "shakespeare/history": (6, 4.15, 4.07),
    "shakespeare": (6, 4.30, 4.22),
    "time_machine": (6, 3.61, 3.78),
    "tiny_shakespeare": (6, 4.43, 5.43),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_that_chapter_03_states(name):
    if corpora.where(name.partition("/")[0]) is None:
        pytest.skip(f"{name} is not on this machine (see $D2LRNN_DATA)")
    prepare = letters_only if name == "time_machine" else str
    best = counted_baseline(split_corpus(name, prepare=prepare), orders=range(4, 7))
    figures = best.model.order, best.valid.perplexity, best.test.perplexity
    order, valid, test = FIGURES[name]
    assert figures == (order, pytest.approx(valid, abs=0.02), pytest.approx(test, abs=0.02))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: split_corpus("shakespeare/hamlet", fractions=(0.9, 0.1)), "three fractions"),
        (
            lambda: counted_baseline(Parts("x", range(3), np.zeros(5, int), np.zeros(2, int), np.zeros(2, int)), ()),
            "at least one order",
        ),
        (lambda: Score.of([]), "got none"),
        (lambda: Score.of([-1.0, math.nan]), "at most 0, got nan"),
        (lambda: Score.of([0.5]), "at most 0, got 0.5"),
        (lambda: Parts("x", None, [1], [1], [1]).before("train", 2), "got 'train'"),
    ],
)
def test_bad_arguments_are_explained(call, says):
    with pytest.raises(ValueError, match=says):
        call()
