"""Chapter 06's figures show what they are given."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from d2lrnn.plots import ch06
from d2lrnn.plots.style import BLUE, GREEN, ORANGE


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_adding_by_hand_marks_the_two_numbers_and_the_answer():
    inputs = np.array([[0.5, 0], [0.8, 1], [0.1, 0], [0.3, 1]])
    figure = ch06.adding_by_hand(
        inputs, np.array([0, 0.8, 0.7, 0.9]), 3.0, (np.array([0, 3, 6]), np.array([0.16, 0.04, 0])), 0.04, 1 / 6
    )
    top, below, right = figure.axes
    assert [bar.get_height() for bar in top.patches] == [0.5, 0.8, 0.1, 0.3]
    marked = [i for i, bar in enumerate(top.patches) if bar.get_facecolor() == plt.matplotlib.colors.to_rgba(ORANGE)]
    assert marked == [1, 3] and texts(top) == ["0.80", "0.30"]
    assert texts(below) == ["the answer, 1.10"] and below.lines[0].get_ydata()[0] == pytest.approx(1.1)
    assert list(below.lines[1].get_ydata()) == [0, 0.8, 0.7, 0.9]
    assert "0.953" in below.get_title(loc="left") and "0.90 at the end" in below.get_title(loc="left")
    assert texts(right) == ["always saying 1: 0.167", "0.040"]
    assert (right.lines[-1].get_xdata()[0], right.lines[-1].get_ydata()[0]) == (3.0, 0.04)


def test_learning_has_a_line_a_seed_and_what_can_be_had_without_memory():
    runs = {"LSTM": [[(1, 0.2), (2, 0.1)], [(1, 0.2), (2, 0.0)]], "GRU": [[(1, 0.1)]], "LSTM, b_f = 0": [[(1, 0.3)]]}
    (axes,) = ch06.learning({"adding": runs}, [("neither", 1 / 6), ("one", 1 / 12)], "error").axes
    first, second, gru, other, neither, one = axes.lines
    assert list(first.get_ydata()) == [0.2, 0.1] and second.get_ydata()[1] > 0, "0 has no place on a logarithmic axis"
    assert first.get_color() == BLUE == second.get_color() and gru.get_color() == GREEN != other.get_color() != BLUE
    assert neither.get_ydata()[0] == 1 / 6 and one.get_ydata()[0] == 1 / 12
    assert neither._dash_pattern != one._dash_pattern
    assert texts(axes) == ["neither: 0.167", "one: 0.083"] and axes.get_yscale() == "log"
    (axes,) = ch06.learning({"copying": runs}, [("none", 0.24)], "loss", log=False).axes
    assert axes.get_yscale() == "linear" and axes.get_ylim() == (0, pytest.approx(0.324))
    assert axes.lines[1].get_ydata()[1] == 0


def test_copied_has_a_bar_a_place_and_a_mark_a_seed():
    (axes,) = ch06.copied(
        {"RNN": [np.array([0.1, 0.2]), np.array([0.3, 0.2])], "GRU": [np.array([1, 0.5])]}, 1 / 8
    ).axes
    first, second = axes.containers
    assert np.allclose([bar.get_height() for bar in first], [0.2, 1]) and second[1].get_height() == 0.5
    assert first[0].get_facecolor() != second[0].get_facecolor()
    marks = [sorted(line.get_ydata()) for line in axes.lines if line.get_marker() == "o"]
    assert [0.1, 0.3] in marks and [1] in marks and texts(axes) == ["guessing: 0.125"]


def test_what_is_left_of_a_memory_is_a_power_and_half_is_marked():
    axes = ch06.memory_left(0.9, 20, np.log(0.5) / np.log(0.9)).axes[0]
    curve = next(line for line in axes.lines if line.get_color() == BLUE)
    assert np.allclose(curve.get_ydata(), 0.9 ** np.arange(21))
    assert "half after 6.6 steps" in texts(axes) and "half-life 6.6 steps" in axes.get_title(loc="left")
    assert any(list(line.get_ydata()) == [0.5] for line in axes.lines if line.get_marker() == "o")
    assert not any("half" in text for text in texts(ch06.memory_left(0.99, 20, 69.0).axes[0]))


def test_paths_are_logarithmic_and_keep_their_own_distances():
    panels = {
        "adding": {"RNN": ([1, 28], np.array([1, 0.1])), "LSTM": ([1, 28], np.array([1, 0.9]))},
        "a text": {"RNN": ([1, 64], np.array([1, 1e-9]))},
    }
    adding, text = ch06.paths(panels, "gradient").axes
    assert list(adding.lines[1].get_ydata()) == [1, 0.9] and list(text.lines[0].get_xdata()) == [1, 64]
    assert adding.get_xscale() == adding.get_yscale() == text.get_yscale() == "log"
    assert [t.get_text() for t in adding.get_xticklabels()] == ["1", "28"]
    assert adding.lines[0].get_color() == text.lines[0].get_color() != adding.lines[1].get_color()


def test_starts_counts_the_runs_below_half_the_baseline():
    axes = ch06.starts({"0": [2.08, 2.0, 1.9], "5": [0.01, 1.5, 0.0]}, ("nothing", 2.08), "bias").axes[0]
    assert texts(axes) == ["0 of 3", "2 of 3", "nothing, 2.08"]
    dots = [line for line in axes.lines if line.get_linestyle() != (0, (6, 2)) and len(line.get_xdata()) == 1]
    assert [line.get_marker() for line in dots] == ["X", "X", "X", "o", "o", "X"]
    assert min(line.get_ydata()[0] for line in dots) > 0


def test_gates_stand_over_their_characters():
    F, C = np.arange(12.0).reshape(4, 3) / 11, np.tile([[-1.0], [0], [1], [1]], 3)
    figure = ch06.gates_along("a b\n", {"F": (F, "gate"), "tanh(C)": (C, "state")}, "title")
    gate, cell = figure.axes[:2]
    assert np.allclose(gate.images[0].get_array(), F.T) and np.allclose(cell.images[0].get_array(), C.T)
    assert gate.images[0].get_clim() == (0, 1) and cell.images[0].get_clim() == (-1, 1)
    assert [t.get_text() for t in cell.get_xticklabels()] == ["a", "·", "b", "⏎"]


SIZES = [100_000, 10_000, 1_000_000]
LOSSES = {"counts": [1.6, 2.0, 1.4], "LSTM": [1.7, 2.3, 1.3], "GRU": [1.5, 2.4, 1.2]}


def test_crossing_draws_all_in_order_of_size_and_marks_where_they_meet():
    (axes,) = ch06.crossing(SIZES, LOSSES, {"LSTM": 316_000.0, "GRU": None}, "title").axes
    counts, lstm, mark, gru = axes.lines
    assert all(list(line.get_xdata()) == [10_000, 100_000, 1_000_000] for line in (counts, lstm, gru))
    assert list(counts.get_ydata()) == [2.0, 1.6, 1.4] and list(lstm.get_ydata()) == [2.3, 1.7, 1.3]
    assert list(gru.get_ydata()) == [2.4, 1.5, 1.2]
    assert mark.get_xdata()[0] == 316_000 and mark.get_ydata()[0] == pytest.approx(1.5, abs=0.001)
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["counts (Kneser–Ney)", "LSTM, overtakes at about 320 k", "GRU"]
    assert texts(axes) == ["2.00", "1.60", "1.40", "2.30", "1.50", "1.20"]  # the counts, and the better network
    assert axes.get_xscale() == "log"
    assert [axes.xaxis.get_major_formatter()(x) for x in (10_000, 2_000_000)] == ["10 k", "2 M"]
    assert axes.get_ylim()[0] < 1.2 and axes.get_ylim()[1] > 2.4


def test_without_a_crossing_nothing_is_marked():
    (axes,) = ch06.crossing(SIZES, {name: LOSSES[name] for name in ("counts", "LSTM")}, {}, "title").axes
    assert len(axes.lines) == 2


def test_the_file_of_measured_points_can_be_drawn():
    file = Path(__file__).parents[2] / "notebooks" / "data" / "06_crossing.json"
    measured = json.loads(file.read_text())
    assert set(measured) == {"command", "text", "scored", "columns", "seconds", "points", "overtakes"}
    sizes, *losses = zip(*measured["points"], strict=True)
    assert list(sizes) == sorted(sizes) and len(measured["seconds"]) == len(sizes)
    assert all(0.5 < loss < 4 for column in losses for loss in column)
    names = measured["columns"][1:]
    assert set(measured["overtakes"]) == set(names) - {"counts"}
    assert all(at is None or sizes[0] < at < sizes[-1] for at in measured["overtakes"].values())
    ch06.crossing(sizes, dict(zip(names, losses, strict=True)), measured["overtakes"], "")


def test_mixing_marks_the_lowest_and_names_both_ends():
    weights = np.linspace(0, 1, 101)
    losses = 1 + (weights - 0.3) ** 2
    (axes,) = ch06.mixing(weights, losses, 0.3).axes
    curve, best = axes.lines[:2]
    assert np.allclose(curve.get_ydata(), np.exp(losses))
    assert best.get_xdata()[0] == 0.3 and best.get_ydata()[0] == pytest.approx(np.e)
    assert texts(axes) == ["w = 0.30: 2.72", f"counts alone: {np.exp(1.09):.2f}", f"network alone: {np.exp(1.49):.2f}"]


def test_the_equation_is_that_of_chapter_05():
    from d2lrnn.plots import ch05

    assert ch06.equation is ch05.equation
