"""SGD and Adam against their formulas in NumPy."""

import mxnet as mx
import numpy as np
import pytest

from d2lrnn.nn.parameters import Parameters
from d2lrnn.train.optimizers import SGD, Adam

SIZE, STEPS = 11, 20


def begin(optimizer, device, dtype="float32"):
    parameters = Parameters({"a": (2, 4), "b": (3,)}, device, dtype)
    parameters.set(np.random.default_rng(0).normal(size=SIZE))
    return parameters, optimizer.begin(parameters)


def run(optimizer, device, dtype, factor=1.0):
    """The weights after 20 steps with random gradients and a rate that changes."""
    parameters, memory = begin(optimizer, device, dtype)
    rng = np.random.default_rng(1)
    for step in range(1, STEPS + 1):
        parameters.grad[:] = mx.np.array(rng.normal(size=SIZE), dtype=dtype, ctx=device)
        optimizer.update(parameters, memory, step, 0.1 / step, factor)
    return parameters.get()


def gradients(factor=1.0):
    rng = np.random.default_rng(1)
    return [(0.1 / step, factor * rng.normal(size=SIZE)) for step in range(1, STEPS + 1)]


def sgd(momentum, factor):
    w, v = np.random.default_rng(0).normal(size=SIZE), np.zeros(SIZE)
    for rate, g in gradients(factor):
        v = momentum * v + g
        w = w - rate * v
    return w


def adam(beta1, beta2, epsilon, decay, factor):
    """Kingma & Ba 2015, algorithm 1; the decay of Loshchilov & Hutter 2019."""
    w, m, v = np.random.default_rng(0).normal(size=SIZE), np.zeros(SIZE), np.zeros(SIZE)
    for t, (rate, g) in enumerate(gradients(factor), 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - rate * (m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon) + decay * w)
    return w


@pytest.mark.parametrize("dtype, tolerance", [("float32", 2e-5), ("float64", 3e-6)])  # MXNet keeps β as float32 in both
@pytest.mark.parametrize("factor", [1.0, 0.3])
class TestFormulas:
    @pytest.mark.parametrize("momentum", [0.0, 0.9])
    def test_sgd(self, device, dtype, tolerance, factor, momentum):
        np.testing.assert_allclose(
            run(SGD(momentum), device, dtype, factor), sgd(momentum, factor), atol=tolerance, rtol=0
        )

    # An epsilon that counts, or a mistake with it would not show.
    @pytest.mark.parametrize("settings", [(0.9, 0.999, 1e-8, 0.0), (0.8, 0.95, 0.1, 0.0), (0.9, 0.99, 1e-8, 0.2)])
    def test_adam(self, device, dtype, tolerance, factor, settings):
        np.testing.assert_allclose(
            run(Adam(*settings), device, dtype, factor), adam(*settings, factor), atol=tolerance, rtol=0
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD(), SGD(0.9), Adam(), Adam(weight_decay=0.1)])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("factor", [0.0, np.nan])
def test_a_factor_of_zero_or_nan_changes_nothing(device, dtype, optimizer, wrong, factor):
    parameters, memory = begin(optimizer, device, dtype)
    parameters.grad[:] = 1
    optimizer.update(parameters, memory, 1, 0.1)
    before = [parameters.get(), *(array.asnumpy() for array in memory.values())]
    parameters.grad[2] = wrong
    optimizer.update(parameters, memory, 2, 0.1, mx.np.array(factor, dtype=dtype, ctx=device))
    after = [parameters.get(), *(array.asnumpy() for array in memory.values())]
    assert all((a == b).all() for a, b in zip(after, before, strict=True)) and np.isfinite(before[0]).all()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: SGD(1.0), "momentum must be from 0 to below 1, got 1.0"),
        (lambda: SGD(-0.1), "momentum must be"),
        (lambda: Adam(beta1=1), "beta1 must be from 0 to below 1, got 1"),
        (lambda: Adam(beta2=-1), "beta2 must be"),
        (lambda: Adam(epsilon=0), "epsilon must be above 0"),
        (lambda: Adam(weight_decay=-1), "weight_decay 0 or more"),
    ],
)
def test_settings_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()
