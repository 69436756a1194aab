"""The slides' formulas, which judge traces too, are those of tests/nn."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "nn"))
