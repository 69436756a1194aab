"""The figures show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np

from d2lrnn.plots import ch10


def test_by_letters():
    accuracy = {"RNN": [0.1, 0.4, 0.5], "LSTM": [0.2, 0.5, 0.7]}
    figure = ch10.by_letters(accuracy)
    (axes,) = figure.axes
    assert [list(line.get_ydata()) for line in axes.lines] == list(accuracy.values())
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "2+"]
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2, "told apart without colour"
    plt.close(figure)


def test_by_length():
    errors = {"RNN": {10: [0.1, 0.2], 40: [0.16, 0.17]}, "LSTM": {10: [0.001, 0.002], 40: [0.003, 0.1]}}
    figure = ch10.by_length(errors, {"one twelfth": 1 / 12})
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_linestyle() not in ("None", "")]
    assert list(lines[0].get_ydata()) == [0.1, 0.16] and list(lines[1].get_ydata()) == [0.001, 0.003]
    marks = [line for line in axes.lines if line.get_linestyle() in ("None", "")]
    assert sorted(np.concatenate([line.get_ydata() for line in marks])) == sorted(
        sum((v for lengths in errors.values() for v in lengths.values()), [])
    )
    assert any(np.allclose(line.get_ydata(), 1 / 12) for line in axes.lines)
    assert "one twelfth" in [text.get_text() for text in axes.texts]
    plt.close(figure)
