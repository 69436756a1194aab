"""Where things hold in a text, character by character, checked against texts marked by hand."""

import numpy as np
import pytest

from d2lrnn.trace import Trace
from d2lrnn.trace.own import own, predicate
from d2lrnn.trace.predicates import PREDICATES, beyond_column, line_end_near, one_of, span


def a_trace(tokens):
    return Trace(tokens, {"h": np.zeros((len(tokens), 1))})


def marks(wanted, tokens):
    """As a string: ^ where it holds."""
    return "".join(".^"[int(value)] for value in predicate(wanted).on(a_trace(tokens)))


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("inside quotes", 'a "b c" d', "..^^^^..."),
        ("inside quotes", "a “b” it's 'd'", "..^^.........."),
        ("inside quotes", 'say "a\n\nand "b" c', "....^^^.....^^..."),  # the second paragraph opens again
        ("start of a word", "Don't, 2 go_on", "^......^.^..^."),
        ("inside a word", "Don't, 2 go_on", ".^^^^.....^..^"),
        ("inside a word", "'tis o'", "..^^..."),
        ("capital", "To Be É", "^..^..^"),
        ("vowel", "Queue, why", ".^^^^....."),
        ("inside brackets", "a(b[c])d)e(", ".^^^^^....^"),
        ("line end near", "abcdefgh\nij", "...^^^^^..."),
    ],
)
def test_characters(name, text, wanted):
    assert marks(name, text) == wanted


def test_numbers_and_settings():
    text = "ab\ncde"
    assert predicate("position in line").on(a_trace(text)).tolist() == [1, 2, 0, 1, 2, 3]
    assert predicate("bracket depth").on(a_trace("([)])a")).tolist() == [1, 2, 1, 0, 0, 0]
    assert marks(beyond_column(1), text) == ".^..^^"
    assert marks(line_end_near(1), text) == ".^...."
    assert marks(one_of("x or y", "xy"), "axby") == ".^.^"
    assert marks(span(2, 4), text) == "..^^.."


def test_tokens_of_several_characters():
    """What has been read when a token ends; a capital, or the start of a word, anywhere in it."""
    tokens = ['He said "', "go", '" tHen', "", "b"]
    assert marks("inside quotes", tokens) == "^^..."
    assert marks("capital", tokens) == "^.^.."
    assert marks("start of a word", tokens) == "^^^.."
    assert marks("inside a word", tokens) == ".^^^^"


def test_a_function_of_ones_own():
    tokens = ["ab", "c", "1"]
    assert marks(lambda text, i: text[i].isdigit(), tokens) == "..^"
    assert marks(lambda text: [char in "b1" for char in text], tokens) == "^.^"
    assert marks(lambda text, i, extra=1: i == extra, tokens) == "^.."
    assert marks([0, 1, 1], tokens) == ".^^"
    assert predicate(lambda text, i: i / 2).on(a_trace(tokens)).tolist() == [0.5, 1, 1.5]
    assert own(str.isupper).name == "isupper" and predicate(lambda text: text).name == "your own function"


def test_what_cannot_be_asked():
    trace = a_trace("abc")
    with pytest.raises(ValueError, match="there is no predicate 'inside quote'; there are 'inside quotes', 'position"):
        predicate("inside quote")
    with pytest.raises(TypeError, match="got int"):
        predicate(3)
    with pytest.raises(TypeError, match="one of 3 arguments"):
        predicate(lambda text, i, j: True)
    with pytest.raises(ValueError, match=r"next: failed at token 2, 'c', character 2 of the text: IndexError"):
        own(lambda text, i: text[i + 1] == "b", "next").on(trace)
    with pytest.raises(ValueError, match="failed on the text: ZeroDivisionError"):
        own(lambda text: 1 / 0).on(trace)
    with pytest.raises(
        ValueError, match=r"one value for each of the 3 tokens or 3 characters is needed, got shape \(2,\)"
    ):
        predicate([True, False]).on(trace)
    with pytest.raises(ValueError, match="must be True or False, or numbers, got object, such as None"):
        own(lambda text, i: None).on(trace)
    with pytest.raises(ValueError, match="must be finite, got nan at token 1"):
        predicate([0, float("nan"), 2]).on(trace)
    with pytest.raises(ValueError, match="1 to 4 is outside the text, which has 3 tokens"):
        span(1, 4).on(trace)
    with pytest.raises(ValueError, match="stop must be 3 or more, got 2"):
        span(2, 2)
    with pytest.raises(ValueError, match="start must be 0 or more"):
        span(-1, 2)
    with pytest.raises(ValueError, match="tokens of this trace are empty"):
        PREDICATES["vowel"].on(a_trace(["", ""]))
