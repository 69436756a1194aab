"""Pictures that only slides have."""

import matplotlib.pyplot as plt
import pytest

from d2lrnn.plots import deck


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_unrolling_covers_what_has_not_happened_and_keeps_its_size():
    tokens = list("deep")
    figures = [deck.unrolled_until(tokens, steps) for steps in range(4)]
    assert len({tuple(figure.get_size_inches()) for figure in figures}) == 1
    covers = [[patch for patch in figure.axes[0].patches if patch.get_zorder() == 20] for figure in figures]
    assert [len(found) for found in covers] == [1, 1, 1, 0]
    lefts = [found[0].get_x() for found in covers[:3]]
    assert lefts == sorted(lefts)
    states = [text for text in figures[1].axes[0].texts if text.get_text() in ("$H_{1}$", "$H_{2}$")]
    assert [text.get_position()[0] < lefts[1] for text in states] == [True, False]


@pytest.mark.parametrize("steps", [-1, 4])
def test_unrolling_knows_how_many_steps_there_are(steps):
    with pytest.raises(ValueError, match="0 to 3 steps"):
        deck.unrolled_until(list("deep"), steps)


def test_pieces_draw_every_token_and_strike_out_what_is_lost():
    figure = deck.pieces({"words": ["is", " fun"], "characters": list("is fun")}, {"words": [1]})
    (axes,) = figure.axes
    assert len(axes.patches) == 2 + 6 and len(axes.lines) == 1
    assert [text for text in texts(figure) if len(text) > 1] == ["words", "characters"]
    assert texts(figure).count("·") == 2 and {"2", "6"} <= set(texts(figure))


def test_pieces_must_be_one_text():
    with pytest.raises(ValueError, match="the same text"):
        deck.pieces({"a": ["to", "be"], "b": ["to", "bee"]})


def test_pieces_leave_room_for_lines_that_come_later():
    one, three = deck.pieces({"a": ["to"]}, lines=3), deck.pieces({"a": ["to"], "b": ["to"], "c": ["to"]})
    assert one.get_size_inches()[1] == three.get_size_inches()[1]
