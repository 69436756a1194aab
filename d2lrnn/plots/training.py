"""Learning curves beside what counting reaches, and the end results of several models beside it.

    curves({"LSTM": history, "RNN": other}, {"Kneser–Ney 6": nats})   held-out loss against what was read
    compare({"LSTM": nats, "RNN": nats}, {"Kneser–Ney 6": nats})      a bar a model
    fit(…, watch=[LivePlot({"Kneser–Ney 6": nats})])                  the curves while they grow (`d2lrnn.plots.live`)

Every loss goes in as a mean loss in nats (with unit="loss": as it is) and comes out in the unit asked for.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from d2lrnn.plots.labels import Label, beside
from d2lrnn.plots.live import LivePlot
from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PINK, YELLOW

__all__ = ["LivePlot", "compare", "curves"]

_LOOKS = (
    (BLUE, "o", "-"), (ORANGE, "s", "--"), (PINK, "D", "-."), ("#8F6200", "v", (0, (5, 1, 1, 1, 1, 1))),
    ("#1F78A8", "P", (0, (1, 1))), (GREY, "X", "-"),
)  # fmt: skip
_DASHES = ((0, (6, 2)), (0, (3, 2)), (0, (1.5, 1.5)), (0, (8, 2, 2, 2)))
_WINS, _LOSES = {"color": BLUE}, {"facecolor": "white", "edgecolor": GREY, "hatch": "////"}
_UNITS = {
    "perplexity": (np.exp, "perplexity"),
    "nats": (lambda loss: loss, "loss (nats a token)"),
    "bits": (lambda loss: loss / math.log(2), "loss (bits a token)"),
    "loss": (lambda loss: loss, "loss"),
}
_POINTS = 800  # of a training curve; more are not seen
_MEAN = 50  # steps
_WIDE = 34  # characters of a baseline's name in a line


class _Run(NamedTuple):
    """One curve, in the unit of the figure. trained: positions and values of the training curve, or None."""

    name: str
    at: np.ndarray
    values: np.ndarray
    trained: tuple[np.ndarray, np.ndarray] | None
    held_out: bool
    running: bool

    @property
    def best(self) -> int:
        """Where the best value is; a training curve has none that means anything but the last."""
        return int(np.argmin(self.values)) if self.held_out else len(self.values) - 1


def curves(
    runs: Mapping[str, object],
    baselines: Mapping[str, float] | None = None,
    unit: str = "perplexity",
    x: str | None = None,
    *,
    bounds: Mapping[str, float] | None = None,
    title: str | None = None,
) -> Figure:
    """Held-out loss while training, with every baseline as a line of its own; the title says who is ahead, and the tinted part lies below the best baseline.

    runs: by name a `History`, or a pair (positions, held-out losses). A history's training loss is drawn behind, thin and pale; one without held-out
    losses is drawn by its training loss, and says so.
    baselines: losses to beat, by name. bounds: losses that nobody can beat, e.g. a language's entropy.
    unit: "perplexity", "nats", "bits", or "loss" for a loss that is no negative log-probability.
    x: "tokens" read or "steps"; a pair's positions are taken to be that. None: tokens if every run is a history, else steps.
    title: None for the verdict, "" for none.

    Raises ValueError for no runs, a run without losses, numbers that are not finite, an unknown unit or x.
    """
    baselines, bounds = _converted("baselines", baselines, unit), _converted("bounds", bounds, unit)
    drawn = _runs(runs, unit, x)
    x = x or ("tokens" if all(hasattr(run, "valid") for run in runs.values()) else "steps")
    names = len(drawn) + len(baselines) + len(bounds)
    figure, axes = plt.subplots(figsize=(9.2, max(4.6, 0.3 * names + 2.2)))
    _limits(axes, drawn, baselines, bounds, unit)
    labels, best = [], min(baselines.values(), default=None)
    if best is not None:
        axes.axhspan(axes.get_ylim()[0], best, color=GREEN, alpha=0.09, linewidth=0, zorder=0)
        said = "better than every baseline" if len(baselines) > 1 else "better than the baseline"
        axes.text(0.012, 0.02, said, transform=axes.transAxes, color="#00664A", fontsize=10.5, style="italic")
    for (name, value), dash in zip(baselines.items(), _cycle(_DASHES), strict=False):
        axes.axhline(value, color=INK, linestyle=dash, linewidth=1.9, zorder=2, label=name)
        labels.append(Label(f"{name}: {_digits(value)}", value, INK))
    for name, value in bounds.items():
        axes.axhline(value, color=GREEN, linewidth=2.2, linestyle=(0, (1, 1)), zorder=2, label=name)
        labels.append(Label(f"{name}: {_digits(value)}", value, "#00664A"))
    for run, (colour, marker, line) in zip(drawn, _cycle(_LOOKS), strict=False):
        labels.append(_draw(axes, run, best, colour, marker, line))
    _explain(axes, drawn, best)
    what = (
        "held-out" if all(run.held_out for run in drawn) else "training" if not any(r.held_out for r in drawn) else ""
    )
    axes.set_xlabel(f"{x} read" if x == "tokens" else "training steps", fontsize=12)
    axes.set_ylabel(f"{what} {_UNITS[unit][1]}".strip(), fontsize=12)
    if title is None:
        title = _verdict([(run.name, run.values[run.best]) for run in drawn], baselines, any(r.running for r in drawn))
    axes.set_title(textwrap.fill(title, 72), fontsize=13, pad=10)
    beside(axes, labels)
    return figure


def compare(
    scores: Mapping[str, float | Sequence[float]],
    baselines: Mapping[str, float] | None = None,
    unit: str = "perplexity",
    *,
    title: str | None = None,
) -> Figure:
    """Held-out results, a bar a model, with every baseline as a line across. Bars that beat them all are filled, the others hatched.

    scores: by name a mean loss in nats (unit="loss": any loss), a `Score`, or several of them, one a seed: then the bar is their mean and each is a mark.
    baselines, unit, title: as for `curves`.
    """
    baselines = _converted("baselines", baselines, unit)
    if not scores:
        raise ValueError("compare: at least one model is needed, got none")
    models = {name: np.atleast_1d(_values("scores", name, score, unit)) for name, score in scores.items()}
    best = min(baselines.values(), default=math.inf)
    rows = np.arange(len(models))
    above = (
        0.45 if all(len(name) < _WIDE - 8 for name in baselines) else 0.8
    )  # rows above the bars for a baseline's name
    figure, axes = plt.subplots(figsize=(9.2, 0.52 * (len(models) + above * len(baselines)) + 1.8))
    top = max([*(v.max() for v in models.values()), *baselines.values()])
    for row, (name, values) in zip(rows, models.items(), strict=True):
        mean = values.mean()
        wins = mean < best
        axes.barh(row, mean, height=0.62, zorder=2, label=name, **(_WINS if wins else _LOSES))
        if len(values) > 1:
            axes.plot(values, [row] * len(values), "o", color=YELLOW, markeredgecolor=INK, markersize=6, zorder=5)
        axes.text(
            1.02, row, _digits(mean), transform=axes.get_yaxis_transform(), va="center", fontsize=12.5, color=INK,
            weight="bold" if wins else "normal",
        )  # fmt: skip
    ordered = sorted(baselines.items(), key=lambda pair: pair[1])
    for k, ((name, value), dash) in enumerate(zip(ordered, _cycle(_DASHES), strict=False)):
        high = -0.62 - above * (len(baselines) - 1 - k)  # the lowest on top, so that no line crosses another one's name
        axes.plot([value, value], [high, len(models) - 0.5], color=INK, linestyle=dash, linewidth=1.9, zorder=4)
        axes.annotate(
            textwrap.fill(f"{name}: {_digits(value)}", _WIDE), (value, high), (6, 0), textcoords="offset points",
            va="center", color=INK, fontsize=11.5, linespacing=1.1,
        )  # fmt: skip
    if baselines:
        every = "every baseline" if len(baselines) > 1 else "the baseline"
        handles = [Patch(**_WINS, label=f"beats {every}"), Patch(**_LOSES, label="does not")]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=10.5)
    axes.set_yticks(rows, list(models), fontsize=12, color=INK)
    axes.set_ylim(len(models) - 0.5, -0.55 - above * len(baselines))
    axes.set_xlim(0, 1.12 * top)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="x", labelsize=11, labelcolor=INK)
    axes.set_xlabel(f"held-out {_UNITS[unit][1]} (less is better)", fontsize=12)
    if title is None:
        title = _verdict([(name, v.mean()) for name, v in models.items()], baselines, False)
    axes.set_title(textwrap.fill(title, 72), fontsize=13, x=0)
    return figure


def _cycle(looks: Sequence):
    while True:
        yield from looks


def _values(what: str, name: str, losses, unit: str) -> np.ndarray:
    """Losses in the unit asked for. Raises ValueError for an unknown unit, for none, or for one that is not finite."""
    if unit not in _UNITS:
        raise ValueError(f"unit: must be one of {', '.join(_UNITS)}, got {unit!r}")
    many = losses if isinstance(losses, Sequence | np.ndarray) else [losses]
    numbers = np.array([getattr(loss, "nats", loss) for loss in many], float)
    if not numbers.size or not np.isfinite(numbers).all():
        raise ValueError(f"{what}: {name!r} needs losses, all of them finite, got {list(many)!r}")
    with np.errstate(over="ignore"):
        values = _UNITS[unit][0](numbers)
    if not np.isfinite(values).all():
        raise ValueError(
            f"{what}: {name!r} has a loss of {numbers.max():g}, too large for a perplexity; is it in nats?"
        )
    return values


def _converted(what: str, losses: Mapping[str, float] | None, unit: str) -> dict[str, float]:
    return {name: float(_values(what, name, loss, unit)[0]) for name, loss in (losses or {}).items()}


def _runs(runs: Mapping[str, object], unit: str, x: str | None) -> list[_Run]:
    if x not in (None, "tokens", "steps"):
        raise ValueError(f"curves: x must be tokens or steps, got {x!r}")
    if not runs:
        raise ValueError("curves: at least one run is needed, got none")
    tokens = x == "tokens" or (x is None and all(hasattr(run, "valid") for run in runs.values()))
    found = []
    for name, run in runs.items():
        if not hasattr(run, "valid"):
            at, losses = run
            if len(at) != len(losses):
                raise ValueError(f"curves: {name!r} has {len(at)} positions for {len(losses)} losses")
            values = _values("curves", name, losses, unit)
            found.append(_Run(name, np.asarray(at, float), values, None, True, False))
            continue
        scale = run.tokens / max(run.steps, 1) if tokens else 1
        trained, running = None, not run.stopped
        if run.losses:
            chosen = np.unique(np.linspace(0, run.steps - 1, min(run.steps, _POINTS)).astype(int))
            smooth = np.minimum(run.smooth(_MEAN)[chosen], 700 if unit == "perplexity" else np.inf)
            trained = ((chosen + 1) * scale, _values("curves", name, smooth, unit))
        if run.valid:
            steps, losses = zip(*run.valid, strict=True)
            found.append(
                _Run(name, np.array(steps) * scale, _values("curves", name, losses, unit), trained, True, running)
            )
        elif trained:
            found.append(_Run(name, *trained, None, False, running))
        else:
            raise ValueError(f"curves: {name!r} has no losses to draw; train it first")
    return found


def _limits(axes: Axes, runs: list[_Run], baselines: dict, bounds: dict, unit: str) -> None:
    """Scale and limits: all held-out values and lines, and room below the best baseline for who may get there."""
    lines = [*baselines.values(), *bounds.values()]
    values = np.concatenate([*(run.values for run in runs), lines])
    low, high = values.min(), values.max()
    log = unit == "perplexity" or (unit == "loss" and low > 0 and high > 20 * low)
    forward, back = (np.log, np.exp) if log else (lambda v: v, lambda v: v)
    low, high = forward(low), forward(high)
    span = max(high - low, 0.02 * abs(high), 1e-9 if log is False else 0.02)
    floor = low - 0.07 * span
    if baselines:
        floor = min(floor, forward(min(baselines.values())) - 0.13 * span)
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(FixedLocator(_ticks(back(floor), back(high + 0.07 * span))))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_ylim(back(floor), back(high + 0.07 * span))
    last = max(run.at[-1] for run in runs)
    axes.set_xlim(0, 1.02 * last if last else 1)
    axes.xaxis.set_major_formatter(FuncFormatter(_large))
    axes.tick_params(labelsize=11, labelcolor=INK)


def _ticks(low: float, high: float) -> np.ndarray:
    """Round numbers for a logarithmic axis, five or more if the coarsest choice that gives so many is fine enough."""
    ticks = np.array([low, high])
    for mantissas in (
        [1],
        [1, 3],
        [1, 2, 5],
        [1, 1.5, 2, 3, 4, 5, 6, 8],
        np.arange(10, 100, 5) / 10,
        np.arange(100, 1000) / 100,
    ):
        every = (np.asarray(mantissas) * 10.0 ** np.arange(-9, 10)[:, None]).ravel()
        ticks = every[(low <= every) & (every <= high)]
        if len(ticks) >= 5:
            break
    return ticks[:: 1 + len(ticks) // 12].round(12)


def _draw(axes: Axes, run: _Run, best: float | None, colour: str, marker: str, line) -> Label:
    if run.trained is not None:
        axes.plot(*run.trained, color=colour, alpha=0.32, linewidth=1.1, zorder=1, label=f"{run.name}, training")
    look = {"color": colour, "linestyle": line, "zorder": 4, "label": run.name}
    if run.held_out:
        every = max(1, len(run.at) // 25)
        look |= {"marker": marker, "markersize": 6.5, "markevery": every, "markeredgecolor": "white"}
    axes.plot(run.at, run.values, linewidth=2.5, **look)
    end, low = run.values[-1], run.values[run.best]
    axes.plot([run.at[-1], axes.get_xlim()[1]], [end, end], color=colour, linewidth=0.9, zorder=1)
    if run.held_out and best is not None:
        crossing = _crossing(axes, run, best)
        if crossing is not None:
            axes.plot(
                crossing, best, "o", markersize=13, markerfacecolor="none", markeredgecolor=GREEN, markeredgewidth=2.4,
                zorder=6, label=f"{run.name} passes",
            )  # fmt: skip
    text = f"{run.name}: {_digits(end)}"
    if run.held_out and _digits(low) != _digits(end):
        text += f", best {_digits(low)}"
        axes.plot(
            run.at[run.best], low, marker="*", markersize=15, color=colour, markeredgecolor="white", zorder=5,
            linestyle="none", label=f"{run.name} best",
        )  # fmt: skip
    return Label(text if run.held_out else f"{text} (training)", end, colour, "bold")


def _crossing(axes: Axes, run: _Run, line: float) -> float | None:
    """Where the drawn curve first comes from above the line to below it; None if it does not, or begins below."""
    scale = np.log if axes.get_yscale() == "log" else np.asarray
    heights = scale(run.values) - scale(line)
    for k in range(len(heights) - 1):
        if heights[k] >= 0 > heights[k + 1]:
            share = heights[k] / (heights[k] - heights[k + 1])
            return float(run.at[k] + share * (run.at[k + 1] - run.at[k]))
    return None


def _explain(axes: Axes, runs: list[_Run], best: float | None) -> None:
    """A small legend of the ways of drawing, for what no direct label explains."""
    handles = []
    if any(run.trained for run in runs):
        handles = [
            Line2D([], [], color=GREY, linewidth=2.5, marker="o", markeredgecolor="white", label="held out"),
            Line2D([], [], color=GREY, alpha=0.5, linewidth=1.1, label=f"training, mean of {_MEAN} steps"),
        ]
    labels = {line.get_label() for line in axes.lines}
    if any(f"{run.name} best" in labels for run in runs):
        handles.append(Line2D([], [], color=GREY, marker="*", markersize=13, linestyle="none", label="best"))
    if any(f"{run.name} passes" in labels for run in runs):
        ring = {"markerfacecolor": "none", "markeredgecolor": GREEN, "markeredgewidth": 2.2}
        handles.append(
            Line2D([], [], marker="o", linestyle="none", markersize=10, label="passes the best baseline", **ring)
        )
    if handles:
        axes.figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=10.5)


def _verdict(results: list[tuple[str, float]], baselines: Mapping[str, float], running: bool) -> str:
    """Who is ahead, in words."""
    name, value = min(results, key=lambda pair: pair[1])
    said = "so far, " if running else ""
    if not baselines:
        return f"{said}best: {name}, {_digits(value)}" if len(results) > 1 else ""
    counted, bar = min(baselines.items(), key=lambda pair: pair[1])
    numbers = f"{_digits(value)} against {_digits(bar)}"
    if _digits(value) == _digits(bar):
        text = f"{said}{name} and {counted} are level: {numbers}"
    elif value < bar:
        text = f"{said}{name} beats {counted}: {numbers}"
    else:
        text = f"{said}{counted} wins: {_digits(bar)} against {_digits(value)} ({name})"
    return text[:1].upper() + text[1:] if running else text


def _digits(value: float) -> str:
    """Three digits, and two after the point where there are fewer before it."""
    if 0.1 <= abs(value) < 10:
        return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _large(value: float, _=None) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value / 1e3:g} k" if value >= 1e4 else f"{value:,.10g}"
