"""Chapter 03's figures draw the numbers that they were given."""

import math

import numpy as np
import pytest

from d2lrnn.plots import ch03


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_the_staircase_falls_by_each_factor():
    axes = ch03.chain(["deep", "fun", "."], [0.5, 1e-5, 0.2]).axes[0]
    steps = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "-"]
    assert steps == pytest.approx([1, 0.5, 5e-6, 1e-6])
    assert texts(axes) == ["1", "× 0.5", "× 1.0·$10^{-5}$", "× 0.2", "= 1.0·$10^{-6}$"]
    for none in ([], [0.5, 0.0]):
        with pytest.raises(ValueError, match="above 0"):
            ch03.chain(["a"] * len(none), none)


def test_unseen_draws_each_line_as_far_as_it_was_counted():
    axes = ch03.unseen({"characters": [0, 0.01, 0.2], "words": [0, 0.9]}).axes[0]
    assert [list(line.get_xdata()) for line in axes.lines] == [[1, 2, 3], [1, 2]]
    assert texts(axes) == ["1.0%", "20%", "characters", "90%", "words"]


def test_infinite_perplexity_is_an_arrow_at_the_top():
    curves = {"ML": ([20, 3.0], [21, math.inf]), "KN": ([20, 4], [21, 5.5])}
    figure = ch03.train_and_valid([1, 2], curves, {"KN": ("other", [22, 6])})
    ml, kn = figure.axes
    arrows = next(line for line in ml.lines if line.get_marker() == "^")
    assert list(arrows.get_xdata()) == [2] and arrows.get_ydata()[0] < ml.get_ylim()[1]
    assert "∞ from here on" in texts(ml) and {"5.50", "4.00", "other: 6.00"} <= set(texts(kn))
    assert ml.get_ylim() == kn.get_ylim()


def test_verdicts_point_to_the_more_probable_sentence_and_mark_disagreement():
    axes = ch03.verdicts([("a b", "b a"), ("c", "d")], [[2.0, 3.0], [-1.0, 1.0]]).axes[0]
    agreed, split = axes.lines[1:]
    assert list(agreed.get_xdata()) == [-2, -3] and agreed.get_marker() != split.get_marker()
    assert texts(axes) == ["a b", "b a", "c", "d"]


def test_accuracy_has_a_panel_a_task():
    tasks = {"typing": {"five": [0.1, 0.3], "first": [0.0, 0.1]}, "order": {"": [0.5, 0.9]}}
    typing, order = ch03.accuracy([1, 2], tasks, {"order": 0.5}).axes
    assert [list(line.get_ydata()) for line in typing.lines] == [[0.1, 0.3], [0.0, 0.1]]
    assert "guessing" in texts(order) and "guessing" not in texts(typing)


def test_copied_draws_every_sample_and_their_mean():
    axes = ch03.copied([2, 4], {"ML": np.array([[1, 3], [4, 8]])}, [2.0, 2.5]).axes[0]
    dots, means = axes.lines
    assert list(dots.get_ydata()) == [1, 3, 4, 8] and list(means.get_ydata()) == [2, 6]
    assert "ML 6.0" in texts(axes)
