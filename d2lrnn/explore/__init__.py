"""Widgets of the course: `Panel` redraws a picture when a control moves, `Explorer` shows what went on inside a network."""

from d2lrnn.explore.clamp import ClampExplorer
from d2lrnn.explore.compare import Compare
from d2lrnn.explore.explorer import Explorer
from d2lrnn.explore.find import FindACell
from d2lrnn.explore.gradient import Connectivity, GradientExplorer
from d2lrnn.explore.live import LiveTyping
from d2lrnn.explore.panel import Panel
from d2lrnn.explore.predictions import Predictions
from d2lrnn.explore.saturation import Saturation
from d2lrnn.explore.snippets import Snippets
from d2lrnn.explore.step import StepExplorer
from d2lrnn.explore.training import Looks, TrainingSlider
from d2lrnn.explore.trajectories import Trajectories

__all__ = [
    "ClampExplorer",
    "Compare",
    "Connectivity",
    "Explorer",
    "FindACell",
    "GradientExplorer",
    "LiveTyping",
    "Looks",
    "Panel",
    "Predictions",
    "Saturation",
    "Snippets",
    "StepExplorer",
    "TrainingSlider",
    "Trajectories",
]
