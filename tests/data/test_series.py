"""Series: the real ones are the real ones, the simulated ones have the parameters that they name, and importing costs nothing."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2lrnn
from d2lrnn.data import series
from d2lrnn.data.autoregression import autocorrelation, fit

MAKERS = {
    "noisy_sine": lambda rng: series.noisy_sine(50, rng=rng).values,
    "autoregressive": lambda rng: series.autoregressive([0.5, 0.2], 50, rng=rng).values,
    "relabelled_ratings": lambda rng: series.relabelled_ratings(20, per_day=5, day=10, rng=rng).stars,
    "aging_ratings": lambda rng: series.aging_ratings(100, items=5, per_item=20, rng=rng).stars,
    "selected_ratings": lambda rng: series.selected_ratings(200, rng=rng).stars,
    "mood_by_hour": lambda rng: series.mood_by_hour(20, rng=rng).mood,
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_seed_gives_the_same_data(make):
    first = make(3)
    assert np.array_equal(first, make(np.random.default_rng(3))) and not np.array_equal(first, make(4))
    d2lrnn.seed(5)
    shared = make(None)
    d2lrnn.seed(5)
    assert np.array_equal(shared, make(None))


def test_importing_is_cheap():
    code = (
        "import sys, d2lrnn.data.series, d2lrnn.data.autoregression; "
        "print([m for m in ('statsmodels', 'scipy', 'pandas', 'matplotlib', 'mxnet') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ---- real


def test_sunspots_are_the_real_ones():
    spots = series.sunspots()
    assert len(spots) == 309 and spots.times[0] == 1700 and spots.times[-1] == 2008
    assert dict(zip(spots.times.tolist(), spots.values.tolist(), strict=True))[1957] == 190.2  # the highest on record
    assert spots.values.max() == 190.2 and spots.parameters == {} and "statsmodels" in spots.source
    assert autocorrelation(spots.values, 15)[8:15].argmax() + 8 in (10, 11)  # the cycle


def test_the_nile_dropped_about_1898():
    nile = series.nile()
    assert len(nile) == 100 and nile.times[0] == 1871
    before, after = nile.values[nile.times < 1899], nile.values[nile.times >= 1899]
    assert before.mean() == pytest.approx(1098, abs=1) and after.mean() == pytest.approx(850, abs=1)  # Cobb (1978)


def test_carbon_dioxide_has_every_month():
    air = series.carbon_dioxide()
    assert len(air) == 37 * 12 and np.allclose(np.diff(air.times), 1 / 12) and np.isfinite(air.values).all()
    assert air.values[:12].mean() == pytest.approx(320, abs=1) and air.values[-12:].mean() == pytest.approx(371, abs=1)


def test_the_files_are_read_as_statsmodels_reads_them():
    from statsmodels.datasets import co2, nile, sunspots

    assert np.array_equal(series.sunspots().values, sunspots.load_pandas().data["SUNACTIVITY"])
    assert np.array_equal(series.nile().values, nile.load_pandas().data["volume"])
    air = co2.load_pandas().data["co2"].resample("MS").mean()["1965":]
    assert np.allclose(series.carbon_dioxide().values, air) and series.carbon_dioxide().times[0] == 1965 + 0.5 / 12


def test_loading_is_cheap():
    code = (
        "import sys; from d2lrnn.data import series; series.sunspots(); series.nile(); series.carbon_dioxide(); "
        "print([m for m in ('statsmodels', 'scipy', 'pandas') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_without_statsmodels_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="'nile' comes with the Python package statsmodels.*make setup"):
        series.nile()


# ---- simulated


def test_noisy_sine():
    clean = series.noisy_sine(400, period=25, amplitude=2, noise=0)
    assert np.allclose(clean.values, [2 * np.sin(2 * np.pi * t / 25) for t in range(400)])
    noisy = series.noisy_sine(20_000, period=25, amplitude=2, noise=0.3, rng=0)
    rest = noisy.values - series.noisy_sine(20_000, period=25, amplitude=2, noise=0).values
    assert rest.std() == pytest.approx(0.3, rel=0.03) and abs(autocorrelation(rest, 1)[1]) < 0.03


def test_autoregressive_is_its_own_equation():
    """With the same noise, a plain loop of the formula gives the same values."""
    noise = np.random.default_rng(2).normal(0, 0.5, 60)
    x = [0.0, 0.0]
    for e in noise:
        x.append(1.1 * x[-1] - 0.4 * x[-2] + e)
    made = series.autoregressive([1.1, -0.4], 50, mean=7, noise=0.5, burn_in=10, rng=2)
    assert np.allclose(made.values, np.array(x[12:]) + 7)
    assert made.parameters == {"coefficients": (1.1, -0.4), "mean": 7, "noise": 0.5}


def test_autoregressive_has_the_moments_of_its_process():
    """AR(1): variance noise² / (1 − φ²), autocorrelation φ^k, from the first value on, which the burn-in is there for."""
    made = series.autoregressive([0.9], 100_000, mean=3, noise=2, rng=1)
    assert made.values.mean() == pytest.approx(3, abs=0.25)
    assert made.values.var() == pytest.approx(4 / (1 - 0.81), rel=0.08)
    assert np.allclose(autocorrelation(made.values, 5), 0.9 ** np.arange(6), atol=0.02)
    firsts = np.array([series.autoregressive([0.95], 1, rng=seed).values[0] for seed in range(1500)])
    assert firsts.var() == pytest.approx(1 / (1 - 0.95**2), rel=0.15)


@given(st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=4), st.integers(0, 100))
def test_any_polynomial_of_small_roots_is_stationary_and_found_again(roots, seed):
    phi = -np.poly(roots)[1:]
    made = series.autoregressive(phi, 4000, rng=seed)
    assert np.isfinite(made.values).all()
    assert np.allclose(fit(made.values, len(phi)).coefficients, phi, atol=0.15)


@pytest.mark.parametrize("phi", [[1.0], [-1.0], [0.6, 0.5], [2.0, -1.0], [0, 0, 1.2], [0.3, 0.3, 0.4]])
def test_what_is_not_stationary_is_refused(phi):
    with pytest.raises(ValueError, match="no stationary process"):
        series.autoregressive(phi, 10)


def test_relabelled_ratings_jump_on_their_day():
    made = series.relabelled_ratings(400, per_day=200, day=300, size=-0.5, mean=3.5, rng=0)
    assert made.stars[made.day < 300].mean() == pytest.approx(3.5, abs=0.02)
    assert made.stars[made.day >= 300].mean() == pytest.approx(3.0, abs=0.03)
    assert set(np.unique(made.stars)) == {1, 2, 3, 4, 5} and (np.diff(made.day) >= 0).all()
    assert made.expected[299 * 200 + 199] == 3.5 and made.expected[300 * 200] == 3.0
    assert np.allclose(made.daily_mean(), made.stars.reshape(400, 200).mean(1))
    assert repr(made).startswith("Ratings(simulated, 80,000 over 400 days; day 300, size -0.5")


@pytest.mark.parametrize("day", [-5, 0, 400, 10_000])
def test_the_day_may_lie_outside(day):
    made = series.relabelled_ratings(400, per_day=50, day=day, size=1, rng=0)
    assert (made.expected == (4.4 if day <= 0 else 3.4)).all()


def test_aging_ratings_drift_within_items_only():
    made = series.aging_ratings(2000, items=30, per_item=4000, drift=0.3, rng=3)
    assert (np.bincount(made.item) == 4000).all() and (np.diff(made.day) >= 0).all()
    assert (made.age >= 0).all() and made.day.max() < 2000
    design = np.column_stack([np.eye(30)[made.item], made.age / 1000])
    weights = np.linalg.lstsq(design, made.stars, rcond=None)[0]
    assert weights[-1] == pytest.approx(0.3, abs=0.03)
    residual = made.expected - design @ np.append(
        np.zeros(30), 0.3
    )  # what is left is each item's quality, and constant
    assert max(residual[made.item == i].std() for i in range(30)) < 1e-9
    assert weights[:-1].mean() == pytest.approx(3.2, abs=0.03)


def test_selection_bias_and_what_undoes_it():
    naive, known = [], []
    for seed in range(20):
        world = series.selected_ratings(rng=seed)
        seen, weight = world.stars[world.rated], 1 / world.propensity[world.rated]
        naive.append(seen.mean() - world.mean)
        known.append((weight @ seen) / len(world.stars) - world.mean)  # Horvitz and Thompson's own estimate is unbiased
    assert min(naive) > 0.5
    assert abs(np.mean(known)) < 4 * np.std(known) / 20**0.5 < 0.15


def test_propensities_are_the_probabilities_of_rating():
    world = series.selected_ratings(200_000, hidden=0.5, rng=0)
    for low in (0, 0.1, 0.3, 0.6):
        group = (world.propensity >= low) & (world.propensity < low + 0.1)
        assert world.rated[group].mean() == pytest.approx(world.propensity[group].mean(), abs=0.015)
    strong = series.selected_ratings(5000, strength=1e4, rng=0)  # no overflow: warnings are errors in these tests
    assert strong.propensity.min() == 0 and strong.propensity.max() == 1
    chance = series.selected_ratings(50_000, strength=0, level=0, rng=0)
    assert chance.propensity == pytest.approx(0.5)
    assert chance.stars[chance.rated].mean() == pytest.approx(chance.mean, abs=0.02)


def test_moods_follow_the_hour_and_the_person():
    made = series.mood_by_hour(3000, answers=20, amplitude=2, spread=0.7, noise=0.4, rng=0)
    assert made.hour.min() >= 7 and made.hour.max() < 23
    assert np.array_equal(made.expected, series.daily_mood(made.hour, 6, 2))
    rest = made.mood - made.expected
    personal = np.bincount(made.person, rest) / 20
    assert personal.std() == pytest.approx((0.7**2 + 0.4**2 / 20) ** 0.5, rel=0.05)
    assert (rest - personal[made.person]).std() == pytest.approx(0.4 * (19 / 20) ** 0.5, rel=0.03)
    assert np.allclose(series.daily_mood(np.array([0.0, 24.0]))[0], series.daily_mood(24.0))  # a day joins the next


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: series.noisy_sine(0), ValueError, "steps must be 1 or more, got 0"),
        (lambda: series.noisy_sine(1.5), TypeError, "whole number, got 1.5"),
        (lambda: series.noisy_sine(period=0), ValueError, "period must be above 0 steps, got 0"),
        (lambda: series.noisy_sine(noise=-1), ValueError, "noise must be 0 or more, got -1"),
        (lambda: series.autoregressive([]), ValueError, r"one or more finite numbers.*got \[\]"),
        (lambda: series.autoregressive([np.nan]), ValueError, "finite numbers"),
        (lambda: series.autoregressive([0.5], burn_in=-1), ValueError, "burn_in must be 0 or more"),
        (lambda: series.relabelled_ratings(size=2), ValueError, "must stay from 1 to 5, got 3.4 to 5.4"),
        (lambda: series.relabelled_ratings(mean=0.5, day=0, size=1), ValueError, "must stay from 1 to 5"),
        (lambda: series.aging_ratings(drift=2), ValueError, "aging_ratings: mean stars must stay"),
        (lambda: series.selected_ratings(mean=6), ValueError, "selected_ratings: mean stars must stay"),
        (lambda: series.selected_ratings(rng="1"), TypeError, "got str"),
        (lambda: series.selected_ratings(strength=np.nan), ValueError, "strength must be finite, got nan"),
        (lambda: series.noisy_sine(amplitude=np.inf), ValueError, "amplitude must be finite"),
        (lambda: series.autoregressive([0.5], mean=np.nan), ValueError, "mean must be finite"),
        (lambda: series.mood_by_hour(0), ValueError, "people must be 1 or more"),
    ],
)
def test_errors_say_what_was_given(make, error, match):
    with pytest.raises(error, match=match):
        make()
