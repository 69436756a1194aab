"""Sentences and next tokens as HTML: the right numbers, the right winner, and nothing that could run."""

import html
import math
import re

import pytest

from d2lrnn.explore.scores import Prediction, ScoredSentence, duel, next_tokens

HOSTILE = "<img src=x onerror=alert(1)>"


def plain(page):
    return html.unescape(re.sub("<[^>]*>", " ", page))


def test_every_token_has_its_surprisal_and_each_sentence_its_sums():
    page = plain(duel(ScoredSentence(["a", "b"], [-1.0, -2.5]), ScoredSentence(["c"], [-4.0])))
    for number in ("1.0", "2.5", "4.0", "−3.50 nats over 2 tokens, −1.75 per token", "−4.00 nats over 1 token, −4.00"):
        assert number in page


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ([-1, -1], [-2, -2], "A is more probable , 7.4 times."),
        ([-1, -9], [-2, -2], "B is more probable , 403 times."),
        ([-1, -30], [-2, -2], "B is more probable , 10 12 times."),
        ([-1.0, -1.05], [-1.0, -1.0], "next to nothing"),
        ([-3], [-2, -2], "A is more probable , 2.7 times. But per token B does better"),
        ([-3], [-4, -4], "Per token as well"),
        ([-2], [-2], "equally probable"),
        ([-math.inf], [-2], "B is more probable ; A is impossible"),
        ([-math.inf], [-math.inf, -1], "Both are impossible"),
        ([], [-1], "Type two sentences"),
    ],
)
def test_the_winner(a, b, says):
    sentences = [ScoredSentence(["x"] * len(logs), logs) for logs in (a, b)]
    assert says in re.sub(r"\s+", " ", plain(duel(*sentences)))


def test_unknown_words_are_said_and_the_rest_of_a_long_text_too():
    page = plain(duel(ScoredSentence(["to", "recognize"], [-1, -2], {1}), ScoredSentence(["x"] * 500, [-1] * 500)))
    assert "unknown here:" in page and "recognize" in page.split("unknown here:")[1]
    assert "and 440 more, counted but not drawn" in page and "−500.00 nats over 500 tokens" in page


def test_an_impossible_token_has_a_bar_that_fits():
    page = duel(ScoredSentence(["a"], [-math.inf]), ScoredSentence(["b"], [-900.0]))
    assert "∞" in page and max(int(height) for height in re.findall(r"height:(\d+)px", page)) < 80


def test_next_tokens_shows_each_model_s_context_and_numbers():
    page = plain(
        next_tokens([Prediction("remembers 1", ["be"], 1234, [("or", 0.5), ("not", 0.05), ("x", 2e-5)])], "a note")
    )
    for part in ("remembers 1", "seen 1,234 times", "or", "0.50", "0.050", "2e-05", "a note"):
        assert part in page
    assert "nothing that begins so" in next_tokens([Prediction("m", [], 0, [])])


def test_hostile_text_is_shown_as_text():
    pages = [
        duel(ScoredSentence([HOSTILE], [-1], {0}), ScoredSentence(["</div>"], [-1]), note=HOSTILE),
        next_tokens([Prediction(HOSTILE, [HOSTILE], 1, [(HOSTILE, 0.5)])], HOSTILE),
    ]
    for page in pages:
        assert "<img" not in page and page.count("<div") == page.count("</div>") and "onerror" in plain(page)


def test_a_sentence_needs_one_number_a_token():
    with pytest.raises(ValueError, match="each of the 2 tokens is needed, got 1"):
        ScoredSentence(["a", "b"], [-1.0])
