"""Widgets of the course."""

from d2lrnn.explore.panel import Panel

__all__ = ["Panel"]
