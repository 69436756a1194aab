"""Chapter 07's figures show what they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, Rectangle

from d2lrnn.plots import ch07
from d2lrnn.plots.style import BLUE, GREEN, ORANGE


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_posteriors_have_a_row_a_sentence_and_a_column_a_side():
    rows = {
        "I am ___.": {"left": {"not": 0.4, "hungry": 0.6}, "right": {"not": 0.0, "hungry": 1.0}},
        "You ___.": {"left": {"not": 0.25, "hungry": 0.75}, "right": {"not": 0.001, "hungry": 0.999}},
    }
    axes = ch07.posteriors(rows).axes
    assert len(axes) == 4
    first, second, third, fourth = axes
    assert [bar.get_width() for bar in first.patches] == [0.4, 0.6] and [b.get_width() for b in second.patches] == [
        0,
        1,
    ]
    assert texts(first) == ["0.40", "0.60"] and texts(second) == ["0.00", "1.00"] and texts(fourth)[0] == "< 0.01"
    assert to_hex(first.patches[0].get_facecolor()).upper() == BLUE
    assert to_hex(second.patches[0].get_facecolor()).upper() == ORANGE
    assert first.get_title(loc="left") == "“I am ___.”" and third.get_title(loc="left") == "“You ___.”"
    assert third.get_xlabel().endswith("the left alone") and fourth.get_xlabel().endswith("the right alone")
    low, high = first.get_ylim()
    assert low > high, "the likeliest word on top"


def test_stacked_bars_add_up_to_1_and_name_what_is_large():
    read = np.array([[0.5, 0.42, 0.08], [0.0, 1.0, 0.0]])
    axes = ch07.unfolding(
        ["I am\n___", "very"], read, [0.3, 0.7, 0.0], ["not", "very", "tired"], "I am ___ very."
    ).axes[0]
    not_, very, tired = axes.containers
    assert [bar.get_height() for bar in not_] == [0.5, 0, 0.3] and [bar.get_y() for bar in very] == [0.5, 0, 0.3]
    for k in range(3):
        assert tired[k].get_y() + tired[k].get_height() == pytest.approx(1)
    assert "not\n0.50" in texts(axes) and "very\n1.00" in texts(axes) and not any("0.08" in t for t in texts(axes))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["I am\n___", "very", "right\nalone"]
    assert axes.get_title(loc="left") == "“I am ___ very.”"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_graph_colours_what_reaches_an_output(at):
    axes = ch07.graph(["a", "b", "c"], at).axes[0]
    arrows = [p for p in axes.patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == 4 * 3 + 2 * 2  # in and out of both states, and along both chains
    blue = sum(to_hex(a.get_edgecolor()).upper() == BLUE for a in arrows)
    orange = sum(to_hex(a.get_edgecolor()).upper() == ORANGE for a in arrows)
    assert blue == (at + 1) + at + 1, "an arrow from each input up to here, along the chain, and into the output"
    assert orange == (3 - at) + (2 - at) + 1
    filled = [to_hex(line.get_markerfacecolor()).upper() for line in axes.lines]
    assert filled.count(BLUE) == at + 1 and filled.count(ORANGE) == 3 - at and filled.count(GREEN) == 1
    assert {"a", "b", "c"} < set(texts(axes))


def test_a_chain_points_the_way_it_is_read():
    axes = ch07.graph(["a", "b"], 0).axes[0]
    ends = [p._posA_posB for p in axes.patches if isinstance(p, FancyArrowPatch)]
    level = [(a, b) for a, b in ends if a[1] == b[1]]
    (forward,) = [pair for pair in level if pair[0][1] == 1.25]
    (backward,) = [pair for pair in level if pair[0][1] == 2.25]
    assert forward[0][0] < forward[1][0] and backward[0][0] > backward[1][0]


def test_passes_put_the_forward_states_on_top():
    forward, backward = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[-0.5, -0.6], [-0.7, -0.8]])
    axes = ch07.passes(["a", "b"], forward, backward).axes[0]
    assert np.array_equal(axes.images[0].get_array(), [[0.1, 0.3], [0.2, 0.4], [-0.5, -0.7], [-0.6, -0.8]])
    numbers = [text.get_text() for text in axes.texts][:8]
    assert numbers == ["0.10", "0.30", "0.20", "0.40", "−0.50", "−0.70", "−0.60", "−0.80"]


def test_padding_says_0_where_nothing_moved():
    panels = {"no lengths": np.array([[0.1, 0.002]]), "lengths": np.array([[0.0, 1e-8]])}
    without, given = ch07.padding(panels, ["a", "b"], [3]).axes
    assert texts(without) == ["0.10", "0.002"] and texts(given) == ["0", "0"]
    assert without.images[0].get_clim() == given.images[0].get_clim()
    assert [label.get_text() for label in without.get_yticklabels()] == ["3"]


def test_bounds_are_lines_and_every_seed_a_mark():
    axes = ch07.bounds({"a": [0.5, 0.6], "b": [0.9]}, {"left": (0.5, "left"), "both": (0.95, "both")}, "x").axes[0]
    a, b, left, both = axes.lines
    assert list(a.get_xdata()) == [0.5, 0.6] and len(set(a.get_ydata())) == 2 and list(b.get_ydata()) == [1]
    assert set(left.get_xdata()) == {0.5} and set(both.get_xdata()) == {0.95} and left.get_color() == BLUE
    assert texts(axes) == ["left: 0.5000", "both: 0.9500"]
    assert axes.get_xlim()[0] < 0.5 and axes.get_xlim()[1] > 0.95


def test_learning_and_delay_have_the_bounds_across():
    lines = {"left": (1.4, "left"), "both": (0.16, "both")}
    learning = ch07.learning({"a": [(0, 2.0), (25, 0.2)], "b": [(0, 1.9)]}, lines).axes[0]
    a, b, left, both = learning.lines
    assert list(a.get_xdata()) == [0, 25] and list(b.get_ydata()) == [1.9]
    assert left.get_ydata()[0] == 1.4 and both.get_ydata()[0] == 0.16 and learning.get_ylim()[0] < 0.16
    delay = ch07.delay([1.4, 0.7, 0.16], lines).axes[0]
    assert list(delay.lines[0].get_xdata()) == [0, 1, 2] and list(delay.lines[0].get_ydata()) == [1.4, 0.7, 0.16]
    for axes in (learning, delay):
        assert axes.get_yscale() == "log" and texts(axes) == ["left:\n1.4000", "both:\n0.1600"]


def test_a_network_stands_beside_the_truth():
    panels = {"forward": ("left", {"not": 0.6, "very": 0.4}, {"very": 0.3, "not": 0.7})}
    axes = ch07.against("I am ___.", panels).axes[0]
    exact, said = axes.containers
    assert [bar.get_width() for bar in exact] == [0.6, 0.4] and [bar.get_width() for bar in said] == [0.7, 0.3]
    assert to_hex(said[0].get_facecolor()).upper() == BLUE and exact[0].get_hatch()


def test_positions_count_from_1_and_show_perplexity():
    losses = {"forward": np.log([8.0, 8.0, 8.0]), "bidirectional": np.log([1.0, 1.0, 13.0])}
    axes = ch07.by_position(losses, {"counts": np.log(4.5)}).axes[0]
    forward, both, counts = axes.lines
    assert list(forward.get_xdata()) == [1, 2, 3] and np.allclose(both.get_ydata(), [1, 1, 13])
    assert counts.get_ydata()[0] == pytest.approx(4.5) and axes.get_yscale() == "log"
    assert texts(axes) == ["the last position: 13.0\n(nothing after it to read)", "counts: 4.50"]


def test_the_matrix_outlines_each_output_s_answer():
    triangular = np.tril(np.ones((3, 3)))
    forward, both, bar = ch07.leaks({"forward": triangular, "bidirectional": np.ones((3, 3))}, "a b").axes
    squares = [(p.get_x() + 0.5, p.get_y() + 0.5) for p in forward.patches if isinstance(p, Rectangle)]
    assert squares == [(1, 0), (2, 1)], "column t + 1 of row t"
    dots = [(t.get_position()[0], t.get_position()[1]) for t in forward.texts]
    assert sorted(dots) == [(1, 0), (2, 0), (2, 1)] and texts(both) == [], "dots where nothing moved"
    assert [label.get_text() for label in forward.get_xticklabels()] == ["a", "·", "b"]
    shown = forward.images[0].get_array()
    assert shown[0, 0] == 0 and shown[0, 1] == -6, "a logarithm, so that small moves are seen"


def test_the_next_letter_is_hatched_and_spaces_can_be_read():
    panels = {"forward": {" ": 0.3, "o": 0.1}, "bidirectional": {"o": 0.9}}
    forward, both = ch07.next_letter("O Rome", "o", panels).axes
    assert [bool(bar.get_hatch()) for bar in forward.patches] == [False, True]
    assert [label.get_text() for label in forward.get_yticklabels()] == ["(space)", "o"]
    assert texts(both) == ["0.900"] and both.patches[0].get_hatch()
