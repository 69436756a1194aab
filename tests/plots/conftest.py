"""Every figure that a test makes must be drawable, and is closed."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def drawn_and_closed():
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # what cannot be drawn fails here
    plt.close("all")
