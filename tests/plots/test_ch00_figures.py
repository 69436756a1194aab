"""The figure shows the numbers that it was given."""

import matplotlib.pyplot as plt

from d2lrnn.plots import ch00


def test_next_characters_draws_each_probability():
    ranked = {0: [(" ", 0.5), ("e", 0.25)], 3: [("\n", 1.0), ("$", 0.0)]}
    figure = ch00.next_characters(ranked, "so be")
    for panel, likely in zip(figure.axes, ranked.values(), strict=True):
        assert [bar.get_width() for bar in panel.patches] == [p for _, p in likely]
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["↵", "$"]
    assert "…·be" in [text.get_text() for text in figure.axes[1].texts]
    figure.canvas.draw()
    plt.close(figure)
