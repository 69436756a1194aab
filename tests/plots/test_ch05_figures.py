"""Chapter 05's figures show what they are given."""

import numpy as np

from d2lrnn.plots import ch05


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_an_equation_shows_every_number_and_sign():
    gate, state = np.array([[0.0, 1.0, 0.25]]), np.array([[-1.0, 0.5, 0.04]])
    figure = ch05.equation(("Z", gate, "gate"), "⊙", ("H", state, "state"), "=", ("sum", gate * state, "sum"))
    first, sign, second, equals, third = figure.axes
    assert texts(first) == ["0.00", "1.00", "0.25"] and texts(second) == ["−1.00", "0.50", "0.04"]
    assert texts(sign) == ["⊙"] and texts(equals) == ["="] and texts(third)[1] == "0.50"
    assert [axes.images[0].get_clim() for axes in (first, second, third)] == [(0, 1), (-1, 1), (-3, 3)]
    assert [axes.get_title() for axes in (first, second, third)] == ["Z", "H", "sum"]


def test_an_equation_fits_the_page_however_many_arrays_it_has():
    parts = [("A", np.zeros((3, 4)), "state"), "+"] * 6
    assert ch05.equation(*parts).get_size_inches()[0] < 9.8


def test_numbers_stand_out_from_what_they_stand_on():
    (axes,) = ch05.equation(("Z", np.array([[0.0, 1.0]]), "gate")).axes
    pale, strong = axes.texts
    assert strong.get_color() == "white" != pale.get_color()
    (axes,) = ch05.equation(("H", np.array([[-1.0, 0.0, 1.0]]), "state")).axes
    assert [text.get_color() == "white" for text in axes.texts] == [True, False, True]


def test_decay_marks_where_half_is_gone():
    t = np.arange(41.0)
    axes = ch05.decay(0.9**t, 0.9**t, 0.5**t, "title").axes[0]
    assert texts(axes) == ["half after 7 steps"]
    assert np.allclose(axes.lines[0].get_ydata(), 0.9**t) and np.allclose(axes.lines[2].get_ydata(), 0.5**t)
    for never in (np.ones(41), 0.999**t):
        assert texts(ch05.decay(never, never, never, "").axes[0]) == []
    assert texts(ch05.decay(0.3**t, 0.3**t, 0.3**t, "").axes[0]) == ["half after 1 step"]


def test_learning_has_a_panel_a_task_and_a_line_a_seed():
    panels = {"20": {"RNN": [[(1, 2.0), (2, 1.0)], [(1, 2.1), (2, 0.0)]]}, "60": {"RNN": [[(1, 2.0)]]}}
    left, right = ch05.learning(panels, ("nothing", 2.08)).axes
    first, second, line = left.lines
    assert list(first.get_ydata()) == [2, 1] and list(second.get_xdata()) == [1, 2]
    assert second.get_ydata()[1] > 0, "a loss of 0 has no place on a logarithmic axis"
    assert line.get_ydata()[0] == 2.08 and texts(left) == ["nothing, 2.08"] == texts(right)
    assert left.get_title(loc="left") == "20" and left.get_yscale() == "log"


def test_gates_are_drawn_from_0_to_1_around_what_happens_at_0():
    panels = {"Z": {"a": ([-1, 0, 1], np.array([0.5, 0.2, 0.5]))}, "R": {"a": ([-1, 0, 1], np.array([0.4, 0.3, 0.4]))}}
    z, r = ch05.gates(panels, "break", "steps").axes
    mark, line = z.lines
    assert set(mark.get_xdata()) == {0} and np.allclose(line.get_ydata(), [0.5, 0.2, 0.5])
    assert texts(z) == ["break"] and z.get_ylim()[0] == 0 and r.get_title(loc="left") == "R"


def test_answers_since_the_break_begin_with_the_first_symbol():
    axes = ch05.since_break({"GRU": np.array([1, 0.9]), "RNN": np.array([1, 0.5])}, 0.2).axes[0]
    gru, rnn, guessing = axes.lines
    assert list(gru.get_xdata()) == [1, 2] and list(rnn.get_ydata()) == [1, 0.5]
    assert guessing.get_ydata()[0] == 0.2 and texts(axes) == ["guessing, 0.20"]
    assert gru.get_linestyle() != rnn.get_linestyle() and gru.get_marker() != rnn.get_marker()


def test_gradients_by_distance_are_logarithmic_both_ways():
    panels = {"untrained": {"RNN": np.array([1, 0.1])}, "trained": {"RNN": np.array([1, 1e-9])}}
    before, after = ch05.by_distance(panels, [1, 64]).axes
    assert list(before.lines[0].get_xdata()) == [1, 64] and list(after.lines[0].get_ydata()) == [1, 1e-9]
    assert before.get_xscale() == before.get_yscale() == "log"
    assert [label.get_text() for label in before.get_xticklabels()] == ["1", "64"]
