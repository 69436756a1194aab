"""Everything here runs on cpu(0) and on cpu(1), and fails if an array lands elsewhere."""

import numpy as np
import pytest
from contexts import device, guarded  # noqa: F401


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
