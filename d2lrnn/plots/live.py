"""`LivePlot`: the learning curves while a network trains."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping


class LivePlot:
    """For `fit(watch=[LivePlot({"Kneser–Ney 6": nats})])`: in a notebook one figure that is redrawn in place; elsewhere, and under CI, drawn once, at the end.

    baselines, unit, x, bounds: as for `d2lrnn.plots.training.curves`. name: what the network is called. runs: earlier runs to draw beside it.
    least: seconds between two drawings; it is more where drawing takes long, so that training has four fifths of the time.

    `figure` is the last figure drawn, or None. Outside a notebook it stays open for `plt.show()` or `figure.savefig`.
    """

    def __init__(
        self,
        baselines: Mapping[str, float] | None = None,
        unit: str = "perplexity",
        x: str | None = None,
        *,
        name: str = "network",
        runs: Mapping[str, object] | None = None,
        bounds: Mapping[str, float] | None = None,
        least: float = 1.0,
    ):
        self.name, self.runs, self.least = name, dict(runs or {}), least
        self._how = {"baselines": baselines, "unit": unit, "x": x, "bounds": bounds}
        self.figure = self._handle = None
        self._next = 0.0

    def __call__(self, network, history) -> None:
        over = bool(history.stopped)
        notebook = _in_notebook()
        if not over and (os.environ.get("CI") or not notebook or time.perf_counter() < self._next):
            return
        began = time.perf_counter()
        self._draw(history, notebook)
        now = time.perf_counter()
        self._next = now + max(self.least, 4 * (now - began))
        if over:  # the same plot can watch the next run, in a figure of its own
            self._handle, self._next = None, 0.0

    def _draw(self, history, notebook: bool) -> None:
        import matplotlib.pyplot as plt

        from d2lrnn.plots.training import curves

        self.figure = curves({**self.runs, self.name: history}, **self._how)
        if not notebook:
            return
        if self._handle is None:
            from IPython.display import display

            self._handle = display(self.figure, display_id=True)
        else:
            self._handle.update(self.figure)
        plt.close(self.figure)  # or the notebook would show it once more at the end of the cell


def _in_notebook() -> bool:
    import sys

    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
