"""Everything here runs on cpu(0) and on cpu(1), and fails if an array lands elsewhere."""

import pytest
from contexts import device, guarded  # noqa: F401

from d2lrnn.device import use_threads


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """The networks here are tiny: on a busy machine, threads that wait for each other would take a hundred times as long."""
    use_threads(1)
    yield
    use_threads()
