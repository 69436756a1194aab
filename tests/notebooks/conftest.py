"""A home for the notebook tests."""

import subprocess
import sys

import pytest
from running import environment


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
