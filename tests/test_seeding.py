"""`seed` and `generator`: the same number, the same draws."""

import random
import subprocess
import sys

import numpy as np
import pytest

import d2lrnn


def test_seed_repeats_every_generator():
    def draws():
        return random.random(), float(np.random.rand()), float(d2lrnn.generator().random())  # noqa: NPY002 - what d2l draws from

    d2lrnn.seed(7)
    first = draws()
    d2lrnn.seed(7)
    assert draws() == first
    d2lrnn.seed(8)
    assert draws() != first


def test_seed_reaches_mxnet():
    from mxnet import np as mxnp

    d2lrnn.seed(3)
    first = mxnp.random.uniform(size=(3,)).asnumpy()
    d2lrnn.seed(3)
    assert (mxnp.random.uniform(size=(3,)).asnumpy() == first).all()


def test_generator_takes_a_number_or_a_generator():
    rng = np.random.default_rng(1)
    assert d2lrnn.generator(rng) is rng
    assert d2lrnn.generator(5).random() == d2lrnn.generator(np.int64(5)).random()


@pytest.mark.parametrize("value", [-1, 2**31, 1.0, "1", True, None])
def test_bad_seeds_are_explained(value):
    with pytest.raises(ValueError, match="whole number from 0"):
        d2lrnn.seed(value)


def test_bad_generators_are_explained():
    with pytest.raises(TypeError, match="got str"):
        d2lrnn.generator("1")
    with pytest.raises(ValueError, match="0 or more, got -1"):
        d2lrnn.generator(-1)


def test_a_seed_gives_the_same_draws_in_any_process():
    code = "import random, numpy as np, d2lrnn; d2lrnn.seed(11); print(random.random(), np.random.rand(), d2lrnn.generator().random())"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    d2lrnn.seed(11)
    here = random.random(), np.random.rand(), d2lrnn.generator().random()  # noqa: NPY002
    assert said.split() == [str(draw) for draw in here]
