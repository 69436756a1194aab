"""Chapter 08's figures show what they are given."""

import numpy as np

from d2lrnn.plots import ch08


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_shapes_are_slide_49s():
    examples = dict.fromkeys(ch08.SHAPES, "a task")
    panels = ch08.shapes(examples).axes
    letters = [[t for t in texts(axes) if len(t) == 1] for axes in panels]
    assert [(row.count("x"), row.count("H"), row.count("o")) for row in letters] == [
        (1, 1, 1),
        (1, 3, 3),
        (3, 3, 1),
        (3, 3, 3),
        (3, 5, 2),
    ]
    assert all("a task" in texts(axes) for axes in panels)


def test_line_lengths_count_what_is_in_the_band():
    figure = ch08.line_lengths({"one": [10, 30, 40, 52], "two": [90, 100]}, (30, 52))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "one: 75% of 4 lines in the band",
        "two: 0% of 2 lines in the band",
    ]


def test_line_lengths_lose_no_line():
    figure = ch08.line_lengths({"one": [0, 80, 81, 82, 83, 120]}, (30, 52))
    (bars,) = figure.axes[0].containers
    shares = [bar.get_height() * bar.get_width() for bar in bars]
    assert np.isclose(shares[0], 1 / 6) and np.isclose(shares[-1], 4 / 6) and np.isclose(sum(shares), 1)


def test_splits_have_a_bar_for_each_and_say_its_height():
    (axes,) = ch08.splits(
        {"random": {"a": 0.8, "b": 0.7}, "whole": {"a": 0.6, "b": 0.55}}, {"random": 0.5, "whole": 0.52}
    ).axes
    assert [[bar.get_height() for bar in bars] for bars in axes.containers] == [[0.8, 0.6], [0.7, 0.55]]
    assert texts(axes)[:4] == ["0.80", "0.60", "0.70", "0.55"]
    assert [line.get_ydata()[0] for line in axes.lines] == [0.5, 0.52]


def test_plays_stand_by_genre_then_by_the_first_model():
    accuracy = {"a": {"x": 0.9, "y": 0.4, "z": 0.6}, "b": {"x": 0.5, "y": 0.6, "z": 0.7}}
    (axes,) = ch08.by_play(accuracy, {"x": "comedy", "y": "comedy", "z": "tragedy"}).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["z  (tragedy)", "y  (comedy)", "x  (comedy)"]
    assert list(axes.lines[1].get_xdata()) == [0.6, 0.4, 0.9] and list(axes.lines[2].get_xdata()) == [0.7, 0.6, 0.5]


def test_restored_has_a_row_a_method():
    (axes,) = ch08.restored({"nothing": [0, 0], "net": [0.3, 0.5]}, ("One", "Two")).axes
    assert texts(axes) == ["0.00  0.00", "0.30  0.50"]


def test_candidates_mark_what_greedy_took():
    (axes,) = ch08.candidates("03/04/12", {"a": (0.4, 0.45), "b": (0.3, 0.25)}, "b").axes
    assert texts(axes) == ["0.40", "0.30   ← greedy"]
    assert [bar.get_hatch() or "" for bars in axes.containers for bar in bars] == ["", "///"]
    assert [line.get_xdata()[0] for line in axes.lines] == [0.45, 0.25]


def test_first_figures_show_sum_and_best():
    (axes,) = ch08.first_figures({"1": 0.55, "2": 0.45}, {"1": 0.3, "2": 0.45}).axes
    assert np.allclose([bar.get_width() for bars in axes.containers for bar in bars], [0.55, 0.3, 0.45, 0.45])


def test_by_width_has_a_bound_for_each_kind():
    (axes,) = ch08.by_width(
        (1, 2, 5), {"one": [0.9, 1, 1], "three": [0.3, 0.4, 0.43]}, {"one": 1.0, "three": 0.45}
    ).axes
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.9, 1, 1], [1, 1], [0.3, 0.4, 0.43], [0.45, 0.45]]
    assert "three:\n0.43, to be expected 0.45" in texts(axes)
