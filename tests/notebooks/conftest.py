"""A home for the notebook tests, and the line for each that says what it took."""

import subprocess
import sys

import pytest
from running import environment

TOOK = []


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """An empty home folder. Matplotlib's list of fonts is made in it now: while it is being made, a notebook would print a warning."""
    folder = tmp_path_factory.mktemp("home")
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env=environment(folder),
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def took():
    """Append (name, seconds, budget) and it is printed at the end."""
    return TOOK


def pytest_terminal_summary(terminalreporter):
    for name, seconds, budget in TOOK:
        terminalreporter.write_line(f"{name}: {seconds:.1f} s of {budget:.0f} s")
