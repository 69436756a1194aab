"""Every figure that a test makes must be drawable, say in words what it shows, tell nothing by colour alone, and is closed."""

import matplotlib.pyplot as plt
import pytest

from d2lrnn.plots.alt import describe, told_by_colour_alone


@pytest.fixture(autouse=True)
def drawn_and_closed(request):
    yield
    for number in plt.get_fignums():
        figure = plt.figure(number)
        figure.canvas.draw()  # what cannot be drawn fails here
        if request.path.name != "test_alt.py":
            assert any(map(str.isalpha, describe(figure)))
            assert told_by_colour_alone(figure) == []
    plt.close("all")
