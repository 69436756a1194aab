"""Tokens as HTML: everything is there, made visible, and nothing of it could run."""

import html
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2lrnn.explore import tokens as see
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.visible import visible

HOSTILE = "<img src=x onerror=alert(1)>\"'&</code></div><script>alert(2)</script>"


def boxes(page):
    """The text of each token's box."""
    return [html.unescape(re.sub("<[^>]*>", "", box)) for box in re.findall(r"<code[^>]*>(.*?)</code>", page)]


@given(st.lists(st.text(min_size=1, max_size=8), max_size=12))
def test_each_token_is_one_box_that_shows_it(tokens):
    page = see.spans(tokens)
    assert boxes(page) == [visible(token) for token in tokens]
    assert page.encode("utf-8")  # no lone surrogate is left


def test_what_cannot_be_seen_is_made_visible():
    assert visible(" a\n\t") == "·a↵⇥"
    assert visible("\u0301") == "◌\u0301" and visible("e\u0301") == "e\u0301"
    assert visible("\u200d\ud800") == "‹200D›‹D800›"
    assert [visible(token) for token in BPETokenizer().tokenize("é")] == ["‹C3›", "‹A9›"]
    assert visible("a·b") == "a·b" and visible("🙂") == "🙂"


@pytest.mark.parametrize(
    "page",
    [
        see.spans([HOSTILE], caption=HOSTILE, ids=[1], strong=[0], lost=[0]),
        see.spans(list(HOSTILE)),
        see.card("", HOSTILE),
        see.card(see.merged(HOSTILE, HOSTILE, HOSTILE)),
        see.card(see.curve([0, 3], [5, 2], 1, HOSTILE)),
    ],
    ids="spans letters card merged curve".split(),
)
def test_hostile_text_is_shown_as_text(page):
    assert "<img" not in page and "<script" not in page
    assert page.count("<div") == page.count("</div>") and page.count("<code") == page.count("</code>")


def test_neighbours_look_different_also_without_colour():
    styles = re.findall(r'<code style="([^"]*)"', see.spans(["a", "b", "c"]))
    assert "2px solid" in styles[0] and "2px dotted" in styles[1] and styles[0] == styles[2]
    assert all("background:" in style for style in styles)


def test_the_card_sets_its_own_background_and_ink():
    assert re.match(r'<div style="background:#FFF;color:#\w+;', see.spans(["a"]))


def test_ids_strong_and_lost_belong_to_their_tokens():
    page = see.spans(["a", "b", "c"], ids=np.array([7, 8, 9]), strong=[1], lost=[2])
    assert re.findall(r"<small[^>]*>(\d+)</small>", page) == ["7", "8", "9"]
    styles = re.findall(r'<code style="([^"]*)"', page)
    assert ["outline" in style for style in styles] == [False, True, False]
    assert ["line-through" in style for style in styles] == [False, False, True]
    with pytest.raises(ValueError, match="one id for each of the 2 tokens is needed, got 1"):
        see.spans(["a", "b"], ids=[1])


def test_a_line_ends_where_a_token_ends_it():
    assert see.spans(["a", "\n", "\n\n\n", "b"]).count("<br>") == 3  # an empty line at most


def test_curve_puts_the_dot_on_the_step_it_stands_on():
    def dot(at):
        page = see.curve([0, 10, 100], [40, 20, 10], at, "tokens")
        return [float(n) for n in re.search(r'cx="([\d.]+)" cy="([\d.]+)"', page).groups()]

    assert dot(0)[1] == dot(9)[1] < dot(10)[1] == dot(99)[1] < dot(100)[1]
    assert dot(0)[0] < dot(9)[0] < dot(100)[0]
    assert "nan" not in see.curve([0], [0], 0, "of an empty text")
