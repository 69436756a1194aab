"""Passages by genre, and naive Bayes against the formula."""

import numpy as np
import pytest

from d2lrnn.data import corpora
from d2lrnn.data.corpora import CorpusError
from d2lrnn.text.passages import NaiveBayes, passages


@pytest.fixture(scope="module")
def pages():
    return passages(words=50)


def test_passages_are_the_plays_words_in_order(pages):
    assert pages.genres == ("comedy", "tragedy") and set(pages.genre) == {0, 1}
    assert {len(words) for words in pages.words} == {50} and len(pages) == len(pages.genre) == len(pages.play)
    assert set(pages.play) == set(corpora.plays("comedy")) | set(corpora.plays("tragedy"))
    first = [words for words, play in zip(pages.words, pages.play, strict=True) if play == "hamlet"][0]
    assert first[:3] == ["who's", "there", "nay"]
    for play in ("hamlet", "twelfth-night"):
        assert set(pages.genre[pages.play == play]) == {int(play == "hamlet")}


def test_naive_bayes_is_its_formula():
    words = [["a", "b", "a"], ["b", "c"], ["c", "c", "a", "b"]]
    genre = np.array([0, 1, 1])
    model = NaiveBayes(words, genre, alpha=0.5, min_freq=1)
    V = len(model.vocab)

    def by_hand(text, k):
        mine = [w for ws, g in zip(words, genre, strict=True) if g == k for w in ws]
        share = [(mine.count(w) + 0.5) / (len(mine) + 0.5 * V) for w in text if w in "abc"]
        return np.log(np.mean(genre == k)) + np.log(share).sum()

    for text in (["a"], ["c", "b", "b"], ["never", "a"], []):
        assert np.allclose(model.scores(text), [by_hand(text, 0), by_hand(text, 1)])
    assert model.predict([["a", "a"], ["c", "c"]]).tolist() == [0, 1]
    assert model.telling(0, 1) == ["a"] and model.telling(1, 1) == ["c"]


def test_a_random_split_flatters_and_names_are_why(pages):
    rng = np.random.default_rng(0)
    mixed = rng.permutation(len(pages))
    held = np.isin(pages.play, ["hamlet", "othello", "as-you-like-it", "twelfth-night"])

    def right(train, test):
        model = NaiveBayes([pages.words[i] for i in train], pages.genre[train])
        return np.mean(model.predict([pages.words[i] for i in test]) == pages.genre[test]), model

    at_random, _ = right(mixed[1000:], mixed[:1000])
    whole, model = right(np.flatnonzero(~held), np.flatnonzero(held))
    assert at_random > whole + 0.1
    assert {"rosalind", "hamlet"} <= set(
        NaiveBayes(pages.words, pages.genre).telling(0, 5) + NaiveBayes(pages.words, pages.genre).telling(1, 5)
    )


def test_errors():
    with pytest.raises(ValueError, match="two genres or more"):
        passages(("comedy",))
    with pytest.raises(ValueError, match="words"):
        passages(words=0)
    with pytest.raises(CorpusError, match="western"):
        passages(("comedy", "western"))
    with pytest.raises(ValueError, match="a genre for each passage"):
        NaiveBayes([["a"]], np.array([0, 1]))
    with pytest.raises(ValueError, match="alpha"):
        NaiveBayes([["a"]], np.array([0]), alpha=0)
