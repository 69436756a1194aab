"""A minibatch on its text: what is drawn is what the batches give."""

import html
import re

import numpy as np
import pytest

from d2lrnn.explore.windows import minibatch
from d2lrnn.plots.style import ROWS
from d2lrnn.text.batches import random_batches, sequential_batches

KINDS = pytest.mark.parametrize("make", [random_batches, sequential_batches])
ALPHABET = [chr(0x4E00 + i) for i in range(60)]  # a text in which each token occurs once


def plain(page):
    return html.unescape(re.sub("<[^>]*>", "", page))


def text_of(page):
    """The drawn text, without labels."""
    body = page[page.index("line-height:2.2") : page.index("<table")]
    body = body[body.index(">") + 1 :]
    return plain(re.sub(r'<(b|span) style="font:bold[^>]*>[^<]*</\1>', "", body))


def tables(page):
    """Inputs and targets as lists of lines of cells."""
    found = []
    for table in re.findall(r"<table.*?</table>", page):
        lines = [
            re.findall(r"<td[^>]*>(.*?)<sub[^>]*>(\d+)</sub></td>", line) for line in re.findall("<tr.*?</tr>", table)
        ]
        found.append([[(plain(token), int(number)) for token, number in line] for line in lines if line])
    return found


@KINDS
@pytest.mark.parametrize(("rows", "steps"), [(1, 1), (3, 4), (6, 2), (2, 12)])
def test_tables_are_the_arrays_and_the_text_is_whole(make, rows, steps):
    batches = make(np.arange(60), rows, steps, rng=5)
    for epoch in (0, 3):
        for step, arrays in enumerate(batches.at(epoch)):
            page = minibatch(ALPHABET, batches, epoch, step)
            assert text_of(page) == "".join(ALPHABET)
            drawn = [np.array([[number for _, number in line] for line in table]) for table in tables(page)]
            assert np.array_equal(drawn, arrays)
            assert all(ALPHABET[number] == token for table in tables(page) for line in table for token, number in line)


@KINDS
def test_colours_struck_and_underlined_are_where_they_belong(make):
    batches = make(np.arange(60), 3, 4, rng=1)
    step = 2
    begins = list(batches.positions(0))[step]
    page = minibatch(ALPHABET, batches, 0, step)
    for row, begin in enumerate(begins):
        tint, colour, line = ROWS[row]
        window = re.search(
            rf'background:{tint};border-bottom:3px {line} {colour}"><b[^>]*>{step}\.{row}</b>(.*?)</span>', page
        )
        assert plain(window[1]) == "".join(ALPHABET[begin : begin + 4])
    struck = "".join(plain(part) for part in re.findall(r"<s style.*?</s>", page))
    first, last = batches.first(0), batches.first(0) + len(batches) * 12
    assert struck == "".join(ALPHABET[:first] + ALPHABET[last + 1 :])
    assert f"{60 - (last - first) - 1} of the 60 tokens sit this epoch out" in page
    underlined = [plain(part) for part in re.findall(r"<u style.*?</u>", page)]
    assert sorted(underlined) == sorted(ALPHABET[begin + 4] for begin in begins)
    labels = re.findall(r">(\d+\.\d+)</(?:b|span)>", page)
    assert len(labels) == len(set(labels)) == len(batches) * 3


def test_hostile_text_is_shown_as_text():
    text = list("<img src=x onerror=alert(1)>&\n</div>") + ["<script>alert(2)</script>"]
    page = minibatch(text, sequential_batches(np.arange(len(text)), 2, 3, rng=0))
    assert "<img" not in page and "<script" not in page and page.count("<div") == page.count("</div>")


def test_errors_say_what_was_given():
    batches = sequential_batches(np.arange(60), 7, 2, rng=0)
    with pytest.raises(ValueError, match="60 tokens are needed, as many as were cut, got 3"):
        minibatch(["a"] * 3, batches)
    with pytest.raises(ValueError, match="at most 6 rows"):
        minibatch(ALPHABET, batches)
    batches = sequential_batches(np.arange(60), 2, 5, rng=0)
    with pytest.raises(ValueError, match=r"has 5 minibatches of this size, numbered 0 to 4, so there is no number 5"):
        minibatch(ALPHABET, batches, 0, 5)
