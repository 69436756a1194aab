"""Figures of chapter 01, one function a figure. T time steps, N ratings or answers, K lags or horizons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from d2lrnn.data.autoregression import autocorrelation, white_noise_band
from d2lrnn.data.series import Moods, Ratings, Selection, Series, daily_mood
from d2lrnn.plots.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK, SKY

# A forecaster keeps its colour, line and marker in every figure of the chapter.
LOOKS = [
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": ORANGE, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PINK, "linestyle": ":", "marker": "D"},
    {"color": GREY, "linestyle": (0, (5, 1)), "marker": "v"},
]


def relabelled(ratings: Ratings, width: int = 30) -> Figure:
    """The mean of each day, the mean of the `width` days before it, and the true mean with its jump."""
    daily = ratings.daily_mean()
    days = np.arange(len(daily))
    jump, size = ratings.parameters["day"], ratings.parameters["size"]
    levels = ratings.parameters["mean"] + size * (days >= jump)
    trailing = np.convolve(daily, np.ones(width) / width, "valid")
    figure, axes = plt.subplots(figsize=(8.6, 3.4))
    axes.plot(days, daily, ".", color=SKY, markersize=2.5, label="mean of one day")
    axes.plot(days[width - 1 :], trailing, color=BLUE, label=f"mean of the last {width} days")
    axes.plot(days, levels, color=INK, linestyle="--", linewidth=1.4, label="true mean")
    axes.annotate(
        f"relabelled on day {jump:,}",
        (jump, levels[-1]),
        (jump - 40, daily.max() - 0.04),
        ha="right",
        va="top",
        color=INK,
        arrowprops={"arrowstyle": "->", "color": INK},
    )
    axes.set(xlabel="day", ylabel="rating, stars", title="Simulated ratings: one day changes the scale")
    axes.set_ylim(top=daily.max() + 0.12)
    axes.legend(loc="upper left", markerscale=3, ncols=3, columnspacing=1.2)
    return figure


def aging(ratings: Ratings, slope: float, level: float, bins: int = 12) -> Figure:
    """Mean stars by age of the item, with 95 % intervals, a fitted line (`slope` in stars a day from `level`), and the true one."""
    edges = np.linspace(0, ratings.age.max() + 1, bins + 1)
    place = np.digitize(ratings.age, edges) - 1
    counts = np.bincount(place, minlength=bins)
    middle = np.bincount(place, ratings.age, bins) / counts
    means = np.bincount(place, ratings.stars, bins) / counts
    spread = np.sqrt(np.bincount(place, (ratings.stars - means[place]) ** 2, bins) / counts / counts)
    truth = ratings.parameters
    figure, axes = plt.subplots(figsize=(8.6, 3.2))
    axes.errorbar(
        middle,
        means,
        1.96 * spread,
        fmt="o",
        color=BLUE,
        capsize=3,
        label="mean of all ratings of that age, 95 % interval",
    )
    line = np.array([0, ratings.age.max()])
    axes.plot(line, level + slope * line, color=ORANGE, label="line fitted within items")
    axes.plot(
        line,
        truth["mean"] + truth["drift"] * line / 1000,
        color=INK,
        linestyle="--",
        linewidth=1.4,
        label="true drift of an average item",
    )
    axes.set(
        xlabel="age of the item, days",
        ylabel="rating, stars",
        title="Simulated ratings: the same items, rated better with age",
    )
    axes.legend(loc="upper left")
    return figure


def selection(world: Selection, estimates: dict[str, Sequence[float]], truth: float) -> Figure:
    """Left: all stars and the rated ones, as shares. Right: each way to estimate the mean, a dot a world, with the true mean."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.5), width_ratios=(1, 1.25))
    stars = np.arange(1, 6)
    for offset, values, colour, hatch, label in (
        (-0.2, world.stars, SKY, None, f"everybody, mean {world.mean:.2f}"),
        (0.2, world.stars[world.rated], ORANGE, "///", f"who rated, mean {world.stars[world.rated].mean():.2f}"),
    ):
        share = np.bincount(values, minlength=6)[1:] / len(values)
        left.bar(stars + offset, 100 * share, 0.4, color=colour, hatch=hatch, edgecolor="white", label=label)
    left.set(xlabel="stars", ylabel="share, %", title="What is and what one sees")
    left.set_ylim(0, left.get_ylim()[1] * 1.5)
    left.legend(loc="upper left")
    left.grid(axis="x", visible=False)
    rows = np.arange(len(estimates))[::-1]
    for row, values, look in zip(rows, estimates.values(), LOOKS, strict=False):
        jitter = row + 0.5 * (np.linspace(0, 1, len(values)) - 0.5)
        right.plot(values, jitter, look["marker"], color=look["color"], markersize=3.5, alpha=0.6)
        right.plot(np.mean(values), row, "|", color=INK, markersize=26, markeredgewidth=2)
    right.axvline(truth, color=INK, linestyle="--", linewidth=1.4)
    right.text(truth, rows[0] + 0.62, "  true mean", color=INK)
    right.set_yticks(rows, list(estimates))
    right.set(xlabel="estimated mean, stars", ylim=(-0.6, rows[0] + 0.95), title="Four estimates")
    right.grid(axis="y", visible=False)
    return figure


def moods(answers: Moods, surveys: dict[str, tuple[float, float]]) -> Figure:
    """Mean mood of each hour with 95 % intervals, the true curve, and the mean that each survey, asking from one hour to another, would report."""
    hours = np.arange(int(answers.hour.min()), int(np.ceil(answers.hour.max())))
    groups = [answers.mood[(answers.hour >= hour) & (answers.hour < hour + 1)] for hour in hours]
    figure, axes = plt.subplots(figsize=(8.6, 3.5))
    truth = answers.parameters
    fine = np.linspace(hours[0], hours[-1] + 1, 200)
    axes.plot(
        fine,
        daily_mood(fine, truth["mean"], truth["amplitude"]),
        color=INK,
        linestyle="--",
        linewidth=1.4,
        label="true mean of the hour",
    )
    axes.errorbar(
        hours + 0.5,
        [group.mean() for group in groups],
        [1.96 * group.std() / len(group) ** 0.5 for group in groups],
        fmt="o",
        color=BLUE,
        capsize=3,
        label="mean answer, 95 % interval",
    )
    for (name, (first, last)), colour, hatch in zip(surveys.items(), (ORANGE, GREEN), ("///", "..."), strict=False):
        asked = answers.mood[(answers.hour >= first) & (answers.hour < last)]
        axes.axvspan(first, last, facecolor=colour, alpha=0.12, hatch=hatch, edgecolor="white")
        axes.plot([first, last], [asked.mean()] * 2, color=colour, linewidth=4)
        axes.text(
            (first + last) / 2,
            0.98,
            f"{name}\n{asked.mean():.2f}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            weight="bold",
        )
    axes.set_ylim(top=axes.get_ylim()[1] + 0.3)
    axes.set(
        xlabel="hour of the day",
        ylabel="mood, 0 to 10",
        title="Simulated moods: who asks at another hour hears another answer",
    )
    axes.set_xticks(np.arange(hours[0], hours[-1] + 2, 2))
    axes.legend(loc="lower center")
    return figure


def _correlogram(axes, values: np.ndarray, lags: int) -> None:
    """Bars of autocorrelation at lags 1 … K, and the band that independent values would stay in 95 times of 100."""
    band = white_noise_band(len(values))
    axes.axhspan(-band, band, color=PALE)
    axes.axhline(0, color=GREY, linewidth=0.8)
    r = autocorrelation(values, lags)[1:]
    outside = np.abs(r) > band
    axes.bar(np.arange(1, lags + 1), r, 0.75, color=np.where(outside, BLUE, SKY))
    axes.set(ylim=(-1.05, 1.05), xlabel="lag")


def real_series(series: Sequence[Series], lags: Sequence[int], units: Sequence[str]) -> Figure:
    """Above: each real series. Below: its autocorrelation, with the white-noise band in grey."""
    figure, axes = plt.subplots(2, len(series), figsize=(9.2, 4.6), height_ratios=(1.3, 1))
    for (above, below), one, most, unit in zip(axes.T, series, lags, units, strict=True):
        above.plot(one.times, one.values, color=INK, linewidth=1.1)
        above.set(title=one.name[:1].upper() + one.name[1:], xlabel="year", ylabel=one.unit)
        _correlogram(below, one.values, most)
        below.set_xlabel(f"lag, {unit}")
    axes[1, 0].set_ylabel("autocorrelation")
    figure.get_layout_engine().set(w_pad=0.12)
    return figure


def shuffling(series: Series, shuffled: np.ndarray, lags: int) -> Figure:
    """A series and the same values in random order: both drawn against time, with their autocorrelations."""
    figure, axes = plt.subplots(2, 2, figsize=(9.2, 4.6), width_ratios=(1.7, 1), sharex="col", sharey="col")
    for (left, right), values, title in zip(
        axes, (series.values, shuffled), ("as it happened", "shuffled"), strict=True
    ):
        left.plot(series.times, values, color=INK, linewidth=1.1)
        left.set(title=f"{series.name.capitalize()}, {title}", ylabel=series.unit)
        _correlogram(right, values, lags)
        right.set(ylabel="autocorrelation", xlabel="")
    axes[1, 0].set_xlabel("year")
    axes[1, 1].set_xlabel("lag, years")
    return figure


def predictability(shuffles: Sequence[float], ordered: float, average: float, unit: str) -> Figure:
    """Held-out one-step error after each shuffle as a histogram, with the error in the true order and that of always saying the mean."""
    figure, axes = plt.subplots(figsize=(8.6, 2.9))
    counts = axes.hist(shuffles, 18, color=SKY, edgecolor="white")[0]
    top = 1.35 * counts.max()
    axes.text(min(shuffles), counts.max() / 2, f"order shuffled, {len(shuffles)} times  ", ha="right")
    axes.axvline(ordered, color=BLUE, linewidth=3)
    axes.text(ordered, top * 0.97, f"  true order: {ordered:.1f}", color=BLUE, va="top", weight="bold")
    axes.axvline(average, color=INK, linestyle="--")
    axes.text(average, top * 0.97, f"always the mean: {average:.1f}  ", color=INK, va="top", ha="right")
    axes.set(
        xlabel=f"held-out one-step error (RMSE), {unit}",
        ylabel="shuffles",
        xlim=(0, None),
        ylim=(0, top),
        title="Without its order the series cannot be predicted",
    )
    return figure


def forecasts(rows: Sequence[dict], shown: int) -> Figure:
    """One panel a series: the values around the split, one-step forecasts, and the model running free from the split on.

    Each row has `title`, `times` and `values` (T,), `split`, `one_step` (T,), `free_run` (values from the split on), `xlabel`, `ylabel`.
    """
    figure, axes = plt.subplots(len(rows), 1, figsize=(9.2, 2.7 * len(rows)))
    for panel, row in zip(np.atleast_1d(axes), rows, strict=True):
        split, times = row["split"], np.asarray(row["times"])
        part = slice(max(0, split - shown // 3), min(len(times), split + shown))
        panel.plot(
            times[part],
            row["values"][part],
            ".-",
            color=GREY,
            linewidth=0.8,
            markersize=3,
            label="measured" if row.get("real") else "simulated",
        )
        panel.plot(
            times[split : part.stop],
            row["one_step"][split : part.stop],
            color=BLUE,
            linestyle="--",
            linewidth=1.5,
            label="one step at a time",
        )
        panel.plot(
            times[split : part.stop],
            row["free_run"][: part.stop - split],
            color=ORANGE,
            linewidth=2.2,
            label="running free",
        )
        panel.axvline(times[split], color=INK, linewidth=1)
        panel.set(title=row["title"], xlabel=row["xlabel"], ylabel=row["ylabel"])
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    figure.legend(handles, ["what happened", *labels[1:]], loc="outside lower center", ncols=3)
    return figure


def ahead_paths(
    times: np.ndarray,
    values: np.ndarray,
    forecasts: dict[int, np.ndarray],
    start: int,
    title: str,
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Forecasts made k steps ahead, a panel for each k, each drawn at the time that it forecasts; held-out time only."""
    figure, axes = plt.subplots(len(forecasts), 1, figsize=(9.2, 1.45 * len(forecasts) + 0.6), sharex=True, sharey=True)
    for panel, (k, forecast), look in zip(axes, forecasts.items(), LOOKS, strict=False):
        panel.plot(times[start:], values[start:], color=GREY, linewidth=1)
        known = start + k - 1  # the first that was forecast from held-out time or its eve
        panel.plot(times[known:], forecast[known:], color=look["color"], linestyle=look["linestyle"])
        error = np.sqrt(np.mean((forecast[known:] - values[known:]) ** 2))
        panel.text(
            1.01,
            0.5,
            f"k = {k}\nRMSE {error:.3g}",
            transform=panel.transAxes,
            va="center",
            color=look["color"],
            weight="bold",
        )
    axes[0].set_title(title)
    axes[-1].set_xlabel(xlabel)
    figure.supylabel(ylabel, fontsize=10.5)
    return figure


def horizons(panels: Sequence[dict]) -> Figure:
    """Held-out error against steps ahead, a panel a series. Each has `title`, `ylabel`, `errors` ({name: {k: error or errors over seeds}}) and perhaps `floor`.

    Where there are several seeds, the line is their mean and the bar reaches from the smallest to the largest.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(9.2, 3.9))
    for axis, panel in zip(np.atleast_1d(axes), panels, strict=True):
        for (name, errors), look in zip(panel["errors"].items(), LOOKS, strict=False):
            k = np.array(list(errors))
            runs = np.array([np.atleast_1d(errors[i]) for i in errors])
            mean = runs.mean(1)
            axis.errorbar(
                k, mean, [mean - runs.min(1), runs.max(1) - mean], capsize=3, label=name, markersize=5, **look
            )
        if "floor" in panel:
            axis.axhline(panel["floor"], color=INK, linewidth=1)
            axis.annotate(
                "noise: nobody can do better",
                (k[-1], panel["floor"]),
                (0, -7),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=9,
            )
        axis.set_xscale("log", base=2)
        axis.set_xticks(k, k)
        axis.set(title=panel["title"], xlabel="steps ahead, k", ylabel=panel["ylabel"], ylim=(0, None))
        axis.legend(loc="upper left", fontsize=9)
        axis.set_ylim(0, axis.get_ylim()[1] * 1.6)
    return figure


def interpolation(times: np.ndarray, values: np.ndarray, splits: dict[str, np.ndarray], fill: Callable) -> Figure:
    """A panel a split: the years to learn from, the years held out, and the straight lines of `fill(times, train_times, train_values)`, with the error."""
    figure, axes = plt.subplots(len(splits), 1, figsize=(9.2, 2.4 * len(splits)), sharex=True, sharey=True)
    for axis, (name, test) in zip(axes, splits.items(), strict=True):
        line = fill(times, times[~test], values[~test])
        error = np.sqrt(np.mean((line[test] - values[test]) ** 2))
        axis.plot(times, line, color=BLUE, linewidth=1.2, label="model: a straight line between known years")
        axis.plot(times[~test], values[~test], ".", color=GREY, markersize=4, label="learnt from")
        axis.plot(times[test], values[test], "^", color=ORANGE, markersize=5, label="held out")
        axis.vlines(times[test], line[test], values[test], color=ORANGE, linewidth=0.8)
        axis.set(title=f"{name}: error {error:.1f}", ylabel="sunspot number")
    axes[-1].set_xlabel("year")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def splits(daily: np.ndarray, history: int, tests: dict[str, np.ndarray], errors: dict[str, float]) -> Figure:
    """The widget's picture: each split drawn on the same days, the mean that it learns, and three errors, big.

    daily: the mean of each day, (days,), of which the first `history` were collected. tests: {name: mask (history,)}. errors: one for each of `tests`, in
    order, and last the one on the days after `history`.
    """
    figure = plt.figure(figsize=(9, 4.6), layout="none")  # fixed places: a widget must redraw quickly
    grid = figure.add_gridspec(
        len(tests), 2, width_ratios=(2.6, 1), left=0.07, right=0.97, top=0.94, bottom=0.11, wspace=0.08, hspace=0.28
    )
    days = np.arange(len(daily))
    colours = [BLUE, ORANGE, INK]
    low, high = min(daily.min(), 3), max(daily.max(), 4)
    for row, ((name, test), colour) in enumerate(zip(tests.items(), colours, strict=False)):
        axis = figure.add_subplot(grid[row, 0])
        known = daily[:history]
        axis.axvspan(history, len(daily), color=PALE)
        axis.plot(days[:history][~test], known[~test], ".", color=GREY, markersize=3, label="train")
        axis.plot(days[:history][test], known[test], "^", color=colour, markersize=3.5, label="test")
        axis.plot(
            days[history:], daily[history:], "x", color=INK, markersize=3, markeredgewidth=0.7, label="the future"
        )
        axis.plot([0, len(daily)], [known[~test].mean()] * 2, color=GREEN, linewidth=2.5, label="model")
        axis.set(ylim=(low - 0.45, high + 0.1), title=name, ylabel="stars")
        if row == len(tests) - 1:
            axis.set_xlabel("day")
        else:
            axis.tick_params(labelbottom=False)
            axis.legend(loc="lower left", ncols=4, fontsize=8.5, markerscale=2, handletextpad=0.5, columnspacing=1)
    side = figure.add_subplot(grid[:, 1])
    place = np.arange(len(errors))[::-1]
    side.barh(place, list(errors.values()), 0.3, color=colours)
    for y, (name, error), colour in zip(place, errors.items(), colours, strict=True):
        side.text(0, y + 0.22, f"{error:.2f}", fontsize=24, weight="bold", color=colour, va="bottom")
        side.text(0, y - 0.2, name, fontsize=10, color=INK, va="top")
    side.set(xlim=(0, max(1.0, *errors.values())), ylim=(-0.5, len(errors) - 0.25), title="Error (RMSE), stars")
    side.set_yticks([])
    side.grid(visible=False)
    return figure


def sweep(days: np.ndarray, errors: dict[str, np.ndarray], history: int) -> Figure:
    """What each split claims and what the future then says, against the day of the change. errors: {name: (days, worlds)}, the last one the truth."""
    figure, axes = plt.subplots(figsize=(8.6, 3.7))
    looks = [(BLUE, "--", "o"), (ORANGE, "-.", "s"), (INK, "-", "")]
    for (name, runs), (colour, line, marker) in zip(errors.items(), looks, strict=True):
        axes.fill_between(days, runs.min(1), runs.max(1), color=colour, alpha=0.15, linewidth=0)
        axes.plot(days, runs.mean(1), color=colour, linestyle=line, marker=marker, markersize=4, label=name)
    axes.axvspan(history, max(days[-1], history), color=PALE)
    axes.axvline(0.8 * history, color=GREY, linewidth=1, linestyle=":")
    axes.text(
        0.8 * history, axes.get_ylim()[1], "the time split cuts here ", ha="right", va="top", color=GREY, fontsize=9
    )
    axes.text(history + 8, 0.13, "after all\ndata were\ncollected", color=INK, fontsize=9, va="bottom")
    axes.set(
        xlabel="day of the change",
        ylabel="error (RMSE), stars",
        ylim=(0, None),
        title="What the splits claim, and what comes",
    )
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.97))
    return figure
