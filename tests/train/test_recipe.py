"""The recipe: what the rate is when, and every setting that makes no sense."""

import math

import numpy as np
import pytest

from d2lrnn.train.recipe import Recipe


@pytest.fixture
def device():
    """Nothing here touches MXNet."""


@pytest.fixture
def guarded():
    pass


def recipe(**settings):
    return Recipe(**{"steps": 10, "rate": 0.4, "warmup": 0.2} | settings)


@pytest.mark.parametrize(
    "schedule, progress, rate",
    [
        ("cosine", 0.1, 0.2), ("cosine", 0.2, 0.4), ("cosine", 0.6, 0.2), ("cosine", 1.0, 0.0),
        ("cosine", 0.4, 0.4 * (1 + math.cos(math.pi / 4)) / 2),
        ("linear", 0.1, 0.2), ("linear", 0.2, 0.4), ("linear", 0.4, 0.3), ("linear", 0.6, 0.2), ("linear", 1.0, 0.0),
        ("constant", 0.05, 0.1), ("constant", 0.2, 0.4), ("constant", 1.0, 0.4),
    ],
)  # fmt: skip
def test_the_rate_at_a_time(schedule, progress, rate):
    assert recipe(schedule=schedule).rate_at(progress) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
@pytest.mark.parametrize("warmup", [0, 1e-4, 0.02, 0.5, 0.99])
def test_it_rises_and_then_never_again(schedule, warmup):
    made = recipe(schedule=schedule, warmup=warmup)
    times = np.linspace(0, 1, 2001)
    rates = np.array([made.rate_at(t) for t in times])
    assert (rates >= 0).all() and rates.max() <= 0.4 and rates[0] > 0
    assert made.rate_at(max(warmup, 1e-3)) == pytest.approx(0.4, rel=2e-3)
    assert (np.diff(rates[times < warmup]) >= 0).all()
    assert (np.diff(rates[times >= warmup]) <= 0).all()


def test_no_warmup_begins_at_the_top():
    assert recipe(warmup=0).rate_at(0.0) == 0.4


def test_the_config_makes_it_again():
    made = recipe(optimizer="sgd", optimizer_settings={"momentum": 0.5}, seed=3, clip=None)
    assert Recipe(**made.config()) == made
    assert made.make_optimizer().momentum == 0.5


@pytest.mark.parametrize(
    "settings, error, message",
    [
        ({"steps": None}, ValueError, "exactly one of epochs, steps and seconds, got None, None, None"),
        ({"epochs": 1}, ValueError, "exactly one of epochs, steps and seconds, got 1, 10, None"),
        ({"steps": 0}, ValueError, "must be above 0 and finite, got None, 0, None"),
        ({"steps": 1.5}, TypeError, "steps must be a whole number, got 1.5"),
        ({"steps": None, "epochs": -1}, ValueError, "must be above 0 and finite"),
        ({"steps": None, "epochs": math.inf}, ValueError, "must be above 0 and finite"),
        ({"steps": None, "seconds": math.nan}, ValueError, "must be above 0 and finite"),
        ({"optimizer": "rmsprop"}, ValueError, "optimizer must be one of sgd, adam, got 'rmsprop'"),
        ({"optimizer_settings": {"momentum": 0.9}}, TypeError, "no setting 'momentum'; there are beta1, beta2, epsilon"),
        ({"optimizer": "sgd", "optimizer_settings": {"momentum": 2}}, ValueError, "momentum must be"),
        ({"schedule": "step"}, ValueError, "schedule must be cosine, linear or constant, got 'step'"),
        ({"rate": 0}, ValueError, "rate must be a number above 0, got 0"),
        ({"rate": math.nan}, ValueError, "rate must be"),
        ({"rate": math.inf}, ValueError, "rate must be"),
        ({"warmup": 1}, ValueError, "warmup is a share of the run, from 0 to below 1, got 1"),
        ({"warmup": -0.1}, ValueError, "warmup is a share"),
        ({"clip": 0}, ValueError, "clip must be above 0 and finite, or None for no clipping, got 0"),
        ({"clip": math.nan}, ValueError, "clip must be above 0"),
        ({"clip": math.inf}, ValueError, "clip must be above 0 and finite"),
        ({"evaluate_every": 0}, ValueError, "evaluate_every must be 1 or more, got 0"),
        ({"evaluate_every": 2.5}, TypeError, "evaluate_every must be a whole number"),
        ({"patience": 0}, ValueError, "patience must be 1 or more, got 0"),
        ({"average": 1.0}, ValueError, "average is a share of the run, from 0 to below 1, or None for the weights themselves, got 1.0"),
        ({"seed": -1}, ValueError, "seed must be 0 or more, got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense(settings, error, message):
    with pytest.raises(error, match=message):
        recipe(**settings)
