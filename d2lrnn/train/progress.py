"""A bar for whoever watches a run."""

from __future__ import annotations

import os
import sys


class _NoBar:
    def update(self, run) -> None: ...

    def close(self) -> None: ...


class _Bar:
    """tqdm's bar: steps or seconds done, training loss, the last held-out perplexity, tokens a second."""

    def __init__(self, run):
        from tqdm.auto import tqdm

        self._clock, self._updates = run.total is None, 0
        total = run.recipe.seconds if self._clock else run.total
        self._bar = tqdm(
            total=round(total, 1),
            initial=0 if self._clock else run.history.steps,
            unit="s" if self._clock else "step",
            mininterval=0.3,
        )

    def update(self, run) -> None:
        self._bar.update(min(run.seconds(), run.recipe.seconds) - self._bar.n if self._clock else 1)
        self._updates += 1
        history = run.history
        if history.losses and self._updates % 20 == 0:
            seen = {"loss": f"{history.smooth(20)[-1]:.3f}", "tokens/s": f"{history.tokens_per_second:,.0f}"}
            if history.valid:
                seen["held out"] = f"{history.valid[-1][1]:.3f}"
            self._bar.set_postfix(seen, refresh=False)

    def close(self) -> None:
        self._bar.close()


def bar(run, wanted: bool | None):
    """A bar if it is wanted; None: in a terminal or a notebook, and not under CI."""
    if wanted is None:
        wanted = (sys.stderr.isatty() or _in_notebook()) and not os.environ.get("CI")
    return _Bar(run) if wanted else _NoBar()


def _in_notebook() -> bool:
    """Whether a kernel runs this; that ipykernel was imported says little, for other packages import it."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
