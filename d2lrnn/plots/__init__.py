"""Figures of the course, one function a figure. Importing this package sets the notebook's figure style."""

from d2lrnn.plots import style

style.use()
