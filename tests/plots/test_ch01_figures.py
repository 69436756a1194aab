"""Chapter 01's figures show the numbers that they were given, and say which are simulated."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from d2lrnn.data import series
from d2lrnn.data.autoregression import autocorrelation, fit, white_noise_band
from d2lrnn.plots import ch01


def texts(figure) -> str:
    return " | ".join(
        words for axes in figure.axes for words in [axes.get_title("left"), *(t.get_text() for t in axes.texts)]
    )


def line(axes, label):
    return next(one for one in axes.lines if one.get_label() == label)


def test_relabelled_draws_the_daily_means_and_the_jump():
    ratings = series.relabelled_ratings(100, per_day=20, day=60, size=0.5, rng=0)
    (axes,) = ch01.relabelled(ratings, width=10).axes
    assert np.allclose(line(axes, "mean of one day").get_ydata(), ratings.daily_mean())
    assert line(axes, "mean of the last 10 days").get_ydata()[0] == pytest.approx(ratings.daily_mean()[:10].mean())
    assert set(line(axes, "true mean").get_ydata()) == {3.4, 3.9} and "Simulated" in texts(axes.figure)


def test_aging_draws_every_rating_once():
    ratings = series.aging_ratings(1000, items=10, per_item=300, rng=0)
    (axes,) = ch01.aging(ratings, 0.001, 3.0, bins=1).axes
    assert axes.lines[-1].get_ydata() is not None
    means = next(c for c in axes.containers).lines[0].get_ydata()
    assert means == pytest.approx([ratings.stars.mean()])
    assert line(axes, "line fitted within items").get_ydata()[1] == pytest.approx(3 + 0.001 * ratings.age.max())


def test_selection_shows_shares_and_every_estimate():
    world = series.selected_ratings(3000, rng=0)
    figure = ch01.selection(world, {"a": [3.5, 3.6], "b": [3.0, 3.1]}, 3.0)
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert sum(heights[:5]) == pytest.approx(100) and sum(heights[5:]) == pytest.approx(100)
    assert heights[9] == pytest.approx(100 * (world.stars[world.rated] == 5).mean())
    assert any(np.array_equal(one.get_xdata(), [3.0, 3.1]) for one in figure.axes[1].lines)


def test_moods_show_what_each_survey_hears():
    answers = series.mood_by_hour(100, rng=0)
    figure = ch01.moods(answers, {"early": (8, 10)})
    asked = answers.mood[(answers.hour >= 8) & (answers.hour < 10)]
    assert f"early\n{asked.mean():.2f}" in texts(figure)


def test_correlograms_are_the_autocorrelation_with_its_band():
    spots = series.sunspots()
    figure = ch01.shuffling(spots, np.random.default_rng(0).permutation(spots.values), 20)
    bars = figure.axes[1].containers[0]
    r = autocorrelation(spots.values, 20)[1:]
    assert [bar.get_height() for bar in bars] == pytest.approx(r)
    outside = [bar.get_facecolor() == plt.matplotlib.colors.to_rgba(ch01.BLUE) for bar in bars]
    assert outside == (np.abs(r) > white_noise_band(309)).tolist()
    ch01.real_series([spots, series.nile()], [20, 10], ["years", "years"])


def test_forecasts_are_drawn_at_the_time_that_they_forecast():
    spots = series.sunspots()
    model = fit(spots.values[:200], 9)
    row = {
        "title": "t",
        "times": spots.times,
        "values": spots.values,
        "split": 200,
        "one_step": model.ahead(spots.values, 1),
        "free_run": model.free_run(spots.values[:200], 109),
        "xlabel": "year",
        "ylabel": "n",
    }
    (axes,) = ch01.forecasts([row], shown=60).axes
    free = line(axes, "running free")
    assert free.get_xdata()[0] == 1900 and np.array_equal(free.get_ydata(), row["free_run"][:60])
    one = line(axes, "one step at a time")
    assert one.get_xdata()[0] == 1900 and np.array_equal(one.get_ydata(), row["one_step"][200:260])


def test_paths_and_horizons_show_their_errors():
    spots = series.sunspots()
    model = fit(spots.values[:200], 9)
    ahead = {k: model.ahead(spots.values, k) for k in (1, 16)}
    figure = ch01.ahead_paths(spots.times, spots.values, ahead, 200, "t", "x", "y")
    error = np.sqrt(np.mean((ahead[16][215:] - spots.values[215:]) ** 2))
    assert f"k = 16\nRMSE {error:.3g}" in texts(figure)
    (axes,) = ch01.horizons(
        [{"title": "t", "ylabel": "y", "errors": {"m": {1: [1.0, 3.0], 4: [5.0, 5.0]}}, "floor": 0.5}]
    ).axes
    assert axes.containers[0].lines[0].get_ydata().tolist() == [2.0, 5.0]
    assert axes.containers[0].lines[2][0].get_segments()[0][:, 1].tolist() == [1.0, 3.0]  # smallest to largest


def test_splits_show_the_three_errors_and_the_two_models():
    daily = np.concatenate([np.full(80, 3.0), np.full(45, 4.0)])
    late = np.arange(100) >= 80
    odd = np.arange(100) % 5 == 0
    figure = ch01.splits(daily, 100, {"Random split": odd, "Time split": late}, {"r": 0.4, "t": 1.0, "f": 0.8})
    models = [line(axes, "model").get_ydata()[0] for axes in figure.axes[:2]]
    assert models == [pytest.approx(daily[:100][~odd].mean()), 3.0]
    assert [bar.get_width() for bar in figure.axes[2].patches] == [0.4, 1.0, 0.8]
    assert all(number in texts(figure) for number in ("0.40", "1.00", "0.80"))


def test_interpolation_and_sweep():
    t = np.arange(10)
    figure = ch01.interpolation(t, t * 2.0, {"Random split": t == 5, "Time split": t >= 9}, np.interp)
    assert "Random split: error 0.0" in texts(figure) and "Time split: error 2.0" in texts(figure)
    days = np.arange(0, 300, 100)
    figure = ch01.sweep(
        days, {"a": np.ones((3, 2)), "b": np.ones((3, 2)), "truth": np.array([[1, 3], [2, 4], [3, 5.0]])}, 200
    )
    assert line(figure.axes[0], "truth").get_ydata().tolist() == [2, 3, 4]
    figure = ch01.predictability([40.0, 42.0], 17.0, 48.0, "n")
    assert "true order: 17.0" in texts(figure) and "always the mean: 48.0" in texts(figure)
