"""What is taken from a text can be put back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2lrnn.text.restoring import LETTERS, MARKS, TAGS, restore, strip


def test_a_line():
    letters, tags = strip("Who's there?\n\nNay, answer me: stand!")
    assert letters == "who's there nay answer me stand"
    assert restore(letters, tags) == "Who's there? Nay, answer me: stand!"
    assert [TAGS[t] for t in tags if t] == ["X", "x?", "X", "x,", "x:", "x!"]
    assert tags.dtype == np.int32


def test_what_has_no_place_is_left_out():
    letters, tags = strip('?! [He - "dies"] 3 times--so .')
    assert letters == "he dies times so " and restore(letters, tags) == "He dies times so. "


@given(st.text(alphabet=LETTERS + LETTERS.upper() + "".join(MARKS) + "\n-—[3É", max_size=80))
def test_restored_text_is_stripped_to_the_same(text):
    letters, tags = strip(text)
    assert len(letters) == len(tags) and set(letters) <= set(LETTERS) and "  " not in letters
    again, same = strip(restore(letters, tags))
    assert again == letters and (same == tags).all()


def test_wrong_tags():
    with pytest.raises(ValueError, match="one tag for each of the 2 characters is needed, got 1"):
        restore("ab", [0])
    with pytest.raises(ValueError, match="tags run from 0 to 13, got 0 to 14"):
        restore("ab", [0, 14])
