"""Widgets of the course: `Panel` redraws a picture when a control moves, `Explorer` shows what went on inside a network."""

from d2lrnn.explore.explorer import Explorer
from d2lrnn.explore.panel import Panel

__all__ = ["Explorer", "Panel"]
