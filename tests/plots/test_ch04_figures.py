"""Chapter 04's figures draw the numbers that they were given."""

import numpy as np
import pytest

from d2lrnn.plots import ch04
from d2lrnn.train import History


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_step_of_the_unrolled_network_reads_one_token_and_says_the_next():
    said = texts(ch04.unrolled(["a", " ", "b"]).axes[0])
    assert {"$H_t$", "$H_0$", "$H_{1}$", "$H_{2}$", "a", "␣", "-log p(␣)", "-log p(b)"} <= set(said)
    assert "$H_{3}$" not in said and "b" not in said
    assert said.count("$W_{hh}$") == 2  # of the loop, and from step 1 to step 2
    with pytest.raises(ValueError, match="at least two"):
        ch04.unrolled(["a"])


def test_lookup_shows_the_rows_of_the_matrix():
    W = np.array([[1.0, -2.0], [0.5, 0.3], [-0.1, 0.0]])
    one_hot, matrix, rows = ch04.lookup("caa", "abc", W).axes
    assert np.array_equal(one_hot.images[0].get_array(), [[0, 0, 1], [1, 0, 0], [1, 0, 0]])
    assert np.array_equal(matrix.images[0].get_array(), W)
    assert np.array_equal(rows.images[0].get_array(), W[[2, 0, 0]])
    assert [axes.patches[0].get_y() + 0.5 for axes in (one_hot, matrix, rows)] == [0, 2, 0]  # the first token's row
    with pytest.raises(ValueError, match="got 'x'"):
        ch04.lookup("ax", "abc", W)


def test_reach_is_relative_and_has_the_bound_beside_it():
    norms = 3 * 0.5 ** np.arange(9)[:, None] * np.array([1.0, 2.0])
    back, on = ch04.reach(norms, norms[:, :1], 0.8).axes
    thick = [line for line in back.lines if line.get_linewidth() > 2][0]
    dashed = [line for line in back.lines if line.get_linestyle() == "--"][0]
    assert np.allclose(thick.get_ydata(), 0.5 ** np.arange(9)) and np.allclose(dashed.get_ydata(), 0.8 ** np.arange(9))
    assert back.get_yscale() == "log" and "σ = 0.8" in " ".join(texts(back)) and "0.004" in texts(on)


def test_reach_survives_what_is_too_small_and_too_large():
    tiny = np.array([[1.0], [0.0]])
    ch04.reach(tiny, tiny + 1e-300, 4.0)
    ch04.reach(1e200 ** np.arange(2.0)[:, None], np.ones((2, 1)), 0.5)


def test_clipping_keeps_the_direction_on_the_left_and_turns_on_the_right():
    by_norm, by_number = ch04.clipping(np.array([[3.0, 4.0], [0.1, 0.2]]), 1.0).axes
    ends = [[tuple(a.xy) for a in axes.texts if a.get_text() == ""] for axes in (by_norm, by_number)]
    assert np.allclose(ends[0], [(0.6, 0.8), (0.1, 0.2)]) and np.allclose(ends[1], [(1, 1), (0.1, 0.2)])
    assert "turned 8°" in texts(by_number) and not any("turned" in text for text in texts(by_norm))


def test_divergence_draws_every_run():
    runs = {
        "a": [History([3.0, 9.0], [1.0, 5.0]), History([3.0, 8.0], [1.0, 4.0])],
        "b": [History([3.0, 2.5], [1.0, 0.5])],
    }
    losses, norms = ch04.divergence(runs, 4.0).axes
    assert [list(line.get_ydata()) for line in losses.lines] == [[3, 9], [3, 8], [3, 2.5], [4, 4]]
    assert [list(line.get_ydata()) for line in norms.lines] == [[1, 5], [1, 4], [1, 0.5]]
    assert {"a", "b", "knowing nothing"} <= set(texts(losses))


def test_ways_names_each_and_writes_its_mean():
    axes = ch04.ways({"one": [8.0, 9.0], "two": [9.5, 9.5]}).axes[0]
    assert texts(axes) == ["8.50", "9.50"] and [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "two"]


def test_memory_draws_each_model_where_it_has_read_so_much():
    axes = ch04.memory({"net": (range(1, 31), np.linspace(9, 6, 30)), "counts": ([0, 1], [20.0, 11.0])}).axes[0]
    net, counts = axes.lines
    assert list(net.get_xdata()) == list(range(1, 31)) and list(counts.get_ydata()) == [20, 11]
    assert texts(axes) == ["net: 6.00", "counts: 11.00"] and axes.get_yscale() == "log"


def test_temperatures_draw_one_panel_each():
    cold, warm = ch04.temperatures(["a", "\n"], {"cold": [0.9, 0.1], "warm": [0.6, 0.4]}).axes
    assert [bar.get_height() for bar in cold.patches] == [0.9, 0.1] and texts(warm) == ["60", "40"]
    assert [tick.get_text() for tick in cold.get_xticklabels()] == ["a", "⏎"]


def test_a_unit_has_a_bar_for_each_character_of_each_line():
    values = np.array([0.5, -0.5, 1.0, 0.2, -1.0])
    first, second = ch04.unit("ab c\n", values, "unit 1", wide=3).axes
    assert [bar.get_height() for bar in first.patches] == [0.5, -0.5, 1.0]
    assert [bar.get_height() for bar in second.patches] == [0.2, -1.0]
    assert texts(first) == ["a", "b", "␣"] and texts(second) == ["c", "⏎"]
    with pytest.raises(ValueError, match="5 characters"):
        ch04.unit("ab c\n", values[:2], "unit 1")
