"""Chapter 09's figures show what they are given."""

import numpy as np

from d2lrnn.plots import ch09


def texts(figure):
    figure.draw_without_rendering()
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_every_layer_and_step_has_its_box():
    said = texts(ch09.unrolled(2, list("abc")))
    assert [said.count(name) for name in (r"$H^{1}_{1}$", r"$H^{2}_{2}$", "layer 2", "a", "b", "c")] == [
        1,
        1,
        1,
        1,
        2,
        1,
    ]
    assert r"$H^{3}_{1}$" not in said and r"$H^{1}_{3}$" not in said


def test_gradients_are_drawn_by_layer_with_every_run():
    norms = {"plain": np.array([[1.0, 4.0], [4.0, 16.0]]), "residual": np.array([[2.0, 2.0]])}
    (axes,) = ch09.gradients(norms).axes
    mean = axes.lines[0]
    assert mean.get_label() == "plain" and np.allclose(mean.get_ydata(), [2, 8]) and list(mean.get_xdata()) == [1, 2]
    assert np.allclose(axes.lines[2].get_ydata(), [4, 16])
    assert axes.get_yscale() == "log"


def test_perplexities_show_each_seed_the_mean_and_the_counts():
    figure = ch09.perplexities({"one": [6.0, 8.0], "two": [10.0]}, ("counts", 4.5))
    (axes,) = figure.axes
    assert {"7.00", "10.00", "counts, 4.50"} <= set(texts(figure))
    low, high = axes.get_xlim()
    assert low < 4.5 and high > 10
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]


def test_probes_have_a_panel_for_each_question():
    scores = {"vowel": {"a": np.array([0.1, 0.2]), "b": np.array([0.3, 0.4])}, "word": {"a": np.array([0.5, 0.6])}}
    figure = ch09.probes(scores)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["vowel", "word"]
    assert np.allclose(figure.axes[0].lines[1].get_ydata(), [0.3, 0.4])


def test_states_are_signed_around_zero_and_show_white_space():
    figure = ch09.states("a b\n", np.linspace(-1, 1, 12).reshape(4, 3), "layer 1")
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-1, 1) and image.get_array().shape == (3, 4)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["a", "␣", "b", "⏎"]
