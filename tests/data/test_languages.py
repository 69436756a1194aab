"""Small languages: what is claimed to be the best possible is found again by hand, by brute force and by drawing samples."""

import itertools
import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2lrnn
from d2lrnn.data import hungry
from d2lrnn.data.languages import BLANK, PAD, BlankLanguage, BracketLanguage
from d2lrnn.text.ngrams import KneserNey, NGramCounts

SIDES = ("left", "right", "both")


@pytest.fixture(scope="module")
def language() -> BlankLanguage:
    return BlankLanguage()


# ---- sentences with a blank


def test_a_tiny_language_by_hand():
    tiny = BlankLanguage(
        {
            "I am [hungry].": 3,
            "I am [happy].": 1,
            "I am [not] very hungry.": 2,
            "So am [not] I.": 2,
            "No, I am [not].": 0,
        }
    )
    assert len(tiny.sentences) == 4 and tiny.probabilities.tolist() == [3 / 8, 1 / 8, 1 / 4, 1 / 4]
    assert tiny.answers == ("not", "hungry", "happy")
    assert tiny.vocab.tokens == ("<unk>", PAD, BLANK, "not", "hungry", "happy", ".", "I", "So", "am", "very")
    # From the left "I am": hungry 3, not 2, happy 1 of 6; "So am": not. From the right ".": hungry 3, happy 1; else certain.
    assert tiny.best_accuracy("left") == 5 / 8 and tiny.best_accuracy("right") == tiny.best_accuracy("both") == 7 / 8
    six = -sum(n / 6 * math.log(n / 6) for n in (3, 2, 1))
    four = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert tiny.best_loss("left") == pytest.approx(6 / 8 * six) and tiny.best_loss("both") == pytest.approx(four / 2)
    assert tiny.posterior("I am ___", "left") == pytest.approx({"not": 1 / 3, "hungry": 1 / 2, "happy": 1 / 6})
    assert tiny.posterior("I am ___.", "both") == {"not": 0, "hungry": 3 / 4, "happy": 1 / 4}
    assert tiny.posterior("___ very hungry.", "right") == {"not": 1, "hungry": 0, "happy": 0}
    batch = tiny.every()
    assert batch.inputs.T.tolist() == [[7, 9, 2, 6, 1, 1]] * 2 + [[7, 9, 2, 10, 4, 6], [8, 9, 2, 7, 6, 1]]
    assert batch.targets.tolist() == [4, 5, 3, 3] and batch.lengths.tolist() == [4, 4, 6, 5]
    assert batch.blanks.tolist() == [2] * 4


def test_one_certain_sentence_has_no_loss():
    sure = BlankLanguage({"Who [goes] there?": np.int64(5)})
    assert [sure.best_loss(side) for side in SIDES] == [0, 0, 0] == [1 - sure.best_accuracy(side) for side in SIDES]
    assert math.copysign(1, sure.best_loss("left")) == 1  # 0, not −0
    assert sure.sentences[0].text == "Who ___ there?" and str(sure.sentences[0]) == "Who [goes] there?"


@pytest.mark.parametrize("side", SIDES)
def test_the_bounds_by_brute_force(side):
    """From the written sentences, cut at the brackets as strings: no code in common with the language."""
    seen = defaultdict(lambda: defaultdict(float))
    for text, p in hungry.hungry_sentences().items():
        left, rest = text.split("[")
        word, right = rest.split("]")
        seen[{"left": left, "right": right, "both": left + "|" + right}[side]][word] += float(p)
    accuracy = sum(max(words.values()) for words in seen.values())
    loss = sum(-p * math.log(p / sum(words.values())) for words in seen.values() for p in words.values())
    language = BlankLanguage()
    assert language.best_accuracy(side) == pytest.approx(accuracy, abs=1e-12)
    assert language.best_loss(side) == pytest.approx(loss, abs=1e-12)


def test_the_bounds_of_the_course_are_far_apart(language):
    """The numbers that chapter 07 draws, and the gap that it needs."""
    assert language.best_accuracy("left") == pytest.approx(0.5064, abs=1e-9)
    assert language.best_accuracy("both") == pytest.approx(0.9373, abs=1e-9)
    assert language.best_accuracy("left") < language.best_accuracy("right") < language.best_accuracy("both") < 1
    assert language.best_loss("left") > language.best_loss("right") > language.best_loss("both") > 0
    assert language.best_loss("left") > 5 * language.best_loss("both")


@pytest.mark.parametrize("side", SIDES)
def test_the_bounds_by_simulation(language, side):
    """The posterior, played as a model on a fresh sample of 20,000: within four standard errors of both bounds."""
    sample = language.sample(20_000, rng=0)
    told = {sentence: language.posterior(sentence, side) for sentence in set(sample.sentences)}
    right = np.array([max(told[s], key=told[s].get) == s.answer for s in sample.sentences], float)
    loss = np.array([-math.log(told[s][s.answer]) for s in sample.sentences])
    for found, bound in ((right, language.best_accuracy(side)), (loss, language.best_loss(side))):
        assert abs(found.mean() - bound) < 4 * found.std() / len(found) ** 0.5 < 0.03


def test_the_best_loss_is_the_posterior_over_every_sentence(language):
    every = language.every()
    assert every.sentences == language.sentences and len(every) == len(language.probabilities) == 2112
    for side in SIDES:
        losses = [-math.log(language.posterior(s, side)[s.answer]) for s in every.sentences]
        assert language.probabilities @ losses == pytest.approx(language.best_loss(side), abs=1e-12)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("de")), min_size=1), st.data()
)
def test_looking_at_more_never_hurts(triples, data):
    weights = {f"{left} [{word}] {right}": data.draw(st.floats(0.01, 100)) for left, word, right in triples}
    some = BlankLanguage(weights)
    for side in ("left", "right"):
        assert some.best_accuracy(side) <= some.best_accuracy("both") <= 1
        assert some.best_loss(side) >= some.best_loss("both") - 1e-12 >= -1e-12


def test_the_sentences_have_exact_probabilities():
    sentences = hungry.hungry_sentences()
    assert len(sentences) == 2112 and sum(sentences.values()) == 1 and min(sentences.values()) > 0
    assert sum(share for share, _, _ in hungry.OPENINGS.values()) == 100
    for _, feelings, degrees in hungry.OPENINGS.values():
        assert sum(feelings) == sum(degrees) == 100
    assert sentences["I am [very] very hungry, I could eat half a pig."] == (
        Fraction(40, 100) / 8 * Fraction(40, 100) * Fraction(15, 100) * Fraction(85, 100) / 3
    )
    assert "After lunch Anna is [not] very tired, she had a long nap." in sentences and "I am [happy]." in sentences


def test_sentences_are_english(language):
    for sentence in map(str, language.sentences):
        assert sentence[0].isupper() and sentence.endswith(".") and "  " not in sentence and " ." not in sentence
        verb = {"am": ("I",), "are": ("you", "we", "they"), "is": ("she", "he", "Anna", "Tom")}
        subject, be = sentence.split(" [")[0].split()[-2:]
        assert subject in verb[be] or subject.lower() in verb[be]


def test_the_deck_says_what_changes_the_blank(language):
    """Slides 45 to 47: from the left all look alike; the rest of the sentence decides."""
    texts = ("I am ___.", "I am ___ very hungry.", "I am ___ very hungry, I could eat half a pig.")
    left = [language.posterior(text, "left") for text in texts]
    assert left[0] == left[1] == left[2] and max(left[0].values()) < 0.5
    best = [max(language.posterior(text, "both").items(), key=lambda item: item[1]) for text in texts]
    assert [word for word, _ in best] == ["hungry", "not", "very"] and best[2][1] == 1 and best[1][1] > 0.9
    assert language.posterior("Before lunch we are ___", "left")["hungry"] == pytest.approx(0.8 * 0.65)


def test_samples(language):
    sample = language.sample(300, rng=3)
    vocab, steps = language.vocab, language.steps
    assert sample.inputs.shape == (steps, 300) and len(sample) == 300 and len(vocab) == 80
    assert sample.targets.shape == sample.blanks.shape == sample.lengths.shape == (300,)
    for array in (sample.inputs, sample.targets, sample.blanks, sample.lengths):
        assert array.dtype == np.int32
    assert len(set(sample.lengths.tolist())) > 5 and sample.lengths.max() <= steps
    for b, sentence in enumerate(sample.sentences):
        tokens = vocab.to_tokens(sample.inputs[:, b]).tolist()
        length = sample.lengths[b]
        assert tuple(tokens[:length]) == sentence.question and set(tokens[length:]) <= {PAD}
        assert tokens[sample.blanks[b]] == BLANK and vocab.to_tokens(sample.targets[b]) == sentence.answer
    assert repr(sample).startswith("Sentences(300, inputs of shape (17, 300)")
    assert (sample.inputs != vocab.unk).all()


def test_a_sample_has_the_language_s_probabilities(language):
    sample = language.sample(50_000, rng=1)
    at_the_party = [s for s in sample.sentences if s.question[:3] == ("At", "the", "party")]
    assert len(at_the_party) / 50_000 == pytest.approx(0.12, abs=0.006)
    happy = sum(s.answer == "happy" for s in at_the_party) / len(at_the_party)
    assert happy == pytest.approx(0.7 * 0.8, abs=0.03)
    counts = np.bincount(sample.targets, minlength=len(language.vocab))[language.vocab[list(language.answers)]]
    assert (np.diff(counts) < 0).sum() >= 4  # the answers are in the order of their probability


def test_the_same_seed_gives_the_same_sentences(language):
    first = language.sample(20, rng=3)
    assert first.sentences == language.sample(20, rng=np.random.default_rng(3)).sentences
    assert first.sentences != language.sample(20, rng=4).sentences
    d2lrnn.seed(5)
    shared = language.sample(20).sentences
    d2lrnn.seed(5)
    assert shared == language.sample(20).sentences
    first.inputs[:] = 0  # a sample is the reader's own
    assert language.every().inputs.all()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda language: BlankLanguage({}), ValueError, "at least one sentence .* got none"),
        (
            lambda language: BlankLanguage({"I am [so] [so].": 1}),
            ValueError,
            "one word in brackets.*got 'I am .so. .so..'",
        ),
        (lambda language: BlankLanguage({"I am so.": 1}), ValueError, "one word in brackets"),
        (lambda language: BlankLanguage({"I am [so] ___.": 1}), ValueError, "one word in brackets"),
        (lambda language: BlankLanguage({"I am [so].": -1}), ValueError, "0 or more, got -1 for 'I am .so..'"),
        (lambda language: BlankLanguage({"I am [so].": math.nan}), ValueError, "finite number"),
        (lambda language: BlankLanguage({"I am [so].": "1"}), ValueError, "finite number of 0 or more, got '1'"),
        (lambda language: language.best_accuracy("up"), ValueError, "one of 'left', 'right', 'both', got 'up'"),
        (lambda language: language.best_loss(None), ValueError, "got None"),
        (lambda language: language.posterior("I am hungry.", "left"), ValueError, "one blank, written ___.*got 0 in"),
        (lambda language: language.posterior("___ am ___.", "left"), ValueError, "got 2 in"),
        (
            lambda language: language.posterior("We was ___.", "left"),
            ValueError,
            "these words before it: 'We was ___ .'",
        ),
        (lambda language: language.posterior("I am ___ blue.", "both"), ValueError, "on both sides of it.*look like"),
        (lambda language: language.sample(0), ValueError, "sample: n must be 1 or more, got 0"),
        (lambda language: language.sample(5, rng="1"), TypeError, "rng must be a whole number"),
    ],
)
def test_errors_say_what_was_given(language, make, error, match):
    with pytest.raises(error, match=match):
        make(language)


# ---- brackets

BRACKETS = [(1, 1, 0.5), (2, 1, 0.3), (2, 3, 0.5), (3, 2, 0.7), (2, 4, 0.35), (4, 3, 0.1)]


@pytest.mark.parametrize(("kinds", "max_depth", "opens"), BRACKETS)
def test_the_entropy_rate_from_the_chain_of_whole_stacks(kinds, max_depth, opens):
    """Every stack of open brackets is a state; the stationary distribution by linear algebra, the rate as the mean entropy of a step."""
    stacks = [stack for d in range(max_depth + 1) for stack in itertools.product(range(kinds), repeat=d)]
    place = {stack: i for i, stack in enumerate(stacks)}
    move = np.zeros((len(stacks), len(stacks)))
    for stack, i in place.items():
        up = 1 if not stack else 0 if len(stack) == max_depth else opens
        for kind in range(kinds):
            if up:
                move[i, place[(*stack, kind)]] += up / kinds
        if stack:
            move[i, place[stack[:-1]]] += 1 - up
    assert np.allclose(move.sum(1), 1)
    balance = np.vstack([move.T - np.eye(len(stacks)), np.ones(len(stacks))])
    stationary = np.linalg.lstsq(balance, np.append(np.zeros(len(stacks)), 1), rcond=None)[0]
    entropies = [-sum(p * math.log(p) for p in row if p > 0) for row in move]  # each token leads to a stack of its own
    language = BracketLanguage(kinds, max_depth, opens)
    assert language.entropy_rate == pytest.approx(stationary @ entropies, abs=1e-9)
    by_depth = np.bincount([len(stack) for stack in stacks], stationary)
    assert np.allclose(language.depth_probabilities, by_depth)


@pytest.mark.parametrize(("kinds", "max_depth", "opens"), BRACKETS)
def test_the_probabilities_of_all_short_lines_sum_to_one(kinds, max_depth, opens):
    """And their mean −log p is the entropy of the first steps, which the depth's own distribution gives too."""
    language, steps = BracketLanguage(kinds, max_depth, opens), 5 if kinds < 4 else 4
    total = entropy = 0
    for ids in itertools.product(range(1, 2 * kinds + 1), repeat=steps):
        try:
            log_p = language.log_probs(np.array(ids)).sum()
        except ValueError as error:  # no line of the language
            assert "does not close" in str(error) or "deep" in str(error)
            continue
        total += math.exp(log_p)
        entropy -= math.exp(log_p) * log_p
    assert total == pytest.approx(1, abs=1e-12)
    at, expected = np.eye(max_depth + 1)[0], 0
    up = language.open_probabilities
    step = [-sum(q * math.log(q) for q in (u, 1 - u) if q) + u * math.log(kinds) for u in up]
    for _ in range(steps):
        expected += at @ step
        at = np.append(0, (at * up)[:-1]) + np.append((at * (1 - up))[1:], 0)
    assert entropy == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("kinds", "max_depth", "opens"), BRACKETS)
def test_a_long_line_has_the_rate_and_the_depths(kinds, max_depth, opens):
    language = BracketLanguage(kinds, max_depth, opens)
    ids = language.sample(40_000, rng=0)
    assert ids.dtype == np.int32 and ids.shape == (40_000,)
    assert -language.log_probs(ids).mean() == pytest.approx(language.entropy_rate, abs=0.02)
    depth = language.depth(ids)
    before = np.append(0, depth[:-1])
    assert np.allclose(np.bincount(before, minlength=max_depth + 1) / 40_000, language.depth_probabilities, atol=0.02)
    assert depth.max() == max_depth and depth.min() == 0 and (np.abs(np.diff(depth)) == 1).all()
    opened = ids[ids % 2 == 1]
    assert np.allclose(np.bincount(opened // 2, minlength=kinds) / len(opened), 1 / kinds, atol=0.02)


def test_brackets_match_by_erasing_pairs():
    """What stays of a line when every adjacent pair is erased, again and again, is what is still open."""
    language = BracketLanguage(3, 4)
    line = language.text(language.sample(301, rng=2))
    for cut in (1, 10, 77, 300):
        rest = line[:cut]
        while any(pair in rest for pair in ("()", "[]", "{}")):
            rest = rest.replace("()", "").replace("[]", "").replace("{}", "")
        assert set(rest) <= set("([{") and language.depth(line[:cut])[-1] == len(rest)


def test_brackets_by_hand():
    language = BracketLanguage(2, 2, 0.25)
    assert language.vocab.tokens == ("<unk>", "(", ")", "[", "]")
    assert language.depth("([])[").tolist() == language.depth([1, 3, 4, 2, 3]).tolist() == [1, 2, 1, 0, 1]
    expected = np.log([1 / 2, 1 / 4 / 2, 1, 3 / 4, 1 / 2])
    assert np.allclose(language.log_probs("([])["), expected)
    # Depths 0, 1, 2 are met in the ratio 3 : 4 : 1 (three quarters of the steps from 1 go down, one quarter up).
    assert np.allclose(language.depth_probabilities, np.array([3, 4, 1]) / 8)
    middle = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)) + 0.25 * math.log(2)
    assert language.entropy_rate == pytest.approx(3 / 8 * math.log(2) + 4 / 8 * middle)
    assert BracketLanguage(1, 1).entropy_rate == 0 and BracketLanguage(4, 1).entropy_rate == math.log(4) / 2
    assert language.depth("").shape == language.log_probs([]).shape == language.sample(0).shape == (0,)


def test_a_counted_model_comes_near_the_rate_and_not_below():
    language = BracketLanguage(2, 2)
    ids = language.sample(30_000, rng=4)
    model = KneserNey(NGramCounts(ids[:25_000], len(language.vocab), 5), 5)
    held_out = -np.mean(model.log_probs(ids[25_000:], ids[:25_000]))
    best = -language.log_probs(ids)[25_000:].mean()
    assert best < held_out < best + 0.15 and held_out < math.log(4)


def test_the_same_seed_gives_the_same_line():
    language = BracketLanguage()
    first = language.sample(50, rng=3)
    assert np.array_equal(first, language.sample(50, rng=np.random.default_rng(3)))
    assert not np.array_equal(first, language.sample(50, rng=4))
    d2lrnn.seed(5)
    shared = language.sample(50)
    d2lrnn.seed(5)
    assert np.array_equal(shared, language.sample(50))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: BracketLanguage(0), ValueError, "kinds must be 1 or more, got 0"),
        (lambda: BracketLanguage(5), ValueError, r"kinds must be 4 or fewer \(\(\) \[\] \{\} <>\), got 5"),
        (lambda: BracketLanguage(max_depth=0), ValueError, "max_depth must be 1 or more, got 0"),
        (lambda: BracketLanguage(max_depth=2.0), TypeError, "whole number, got 2.0"),
        (lambda: BracketLanguage(opens=1), ValueError, "opens must be above 0 and below 1, got 1"),
        (lambda: BracketLanguage().sample(-1), ValueError, "steps must be 0 or more, got -1"),
        (lambda: BracketLanguage().depth("(a)"), ValueError, r"'a' at token 1 is no bracket of \(\) \[\]"),
        (lambda: BracketLanguage().depth([1, 7]), ValueError, "id 7 at token 1 is no bracket"),
        (lambda: BracketLanguage().log_probs(")"), ValueError, r"'\)' at token 0 does not close"),
        (lambda: BracketLanguage().depth("())"), ValueError, r"'\)' at token 2 does not close"),
        (lambda: BracketLanguage().log_probs("([)]"), ValueError, r"'\)' at token 2 does not close"),
        (
            lambda: BracketLanguage(max_depth=2).log_probs("((("),
            ValueError,
            "token 2 is 3 deep; the language ends at 2",
        ),
        (lambda: BracketLanguage().depth([[1, 2]]), ValueError, "ids must be one sequence"),
    ],
)
def test_bracket_errors_say_what_was_given(make, error, match):
    with pytest.raises(error, match=match):
        make()
