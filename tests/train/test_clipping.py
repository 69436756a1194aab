"""Clipping: the direction stays, the size is bounded, and what is not a number does not become one."""

import mxnet as mx
import numpy as np
import pytest

from d2lrnn.train.clipping import Clipping, clip, clipping_factor, global_norm

SHAPES = [(3, 4), (5,), (1, 2, 2)]


def gradients(device, dtype="float32", scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return [mx.np.array(scale * rng.normal(size=shape), dtype=dtype, ctx=device) for shape in SHAPES]


def joined(arrays):
    return np.concatenate([a.asnumpy().ravel() for a in arrays]).astype(float)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("limit", [1e-3, 0.5, 3.0])
def test_the_direction_stays_and_the_norm_is_bounded(device, dtype, limit):
    grads = gradients(device, dtype, 7.0)
    before = joined(grads)
    assert clip(grads, limit) == pytest.approx(np.linalg.norm(before), rel=1e-5)
    after = joined(grads)
    assert np.linalg.norm(after) == pytest.approx(limit, rel=1e-5)
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    assert cosine == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(after, before * limit / np.linalg.norm(before), rtol=1e-5)


def test_one_norm_for_all_and_not_one_for_each(device):
    small, large = mx.np.array([0.3], ctx=device), mx.np.array([[40.0]], ctx=device)
    clip([small, large], 1.0)
    assert small.item() / large.item() == pytest.approx(0.3 / 40)
    assert global_norm([small, large]) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_below_the_limit_not_a_bit_changes(device, dtype):
    grads = gradients(device, dtype, 0.1)
    before = joined(grads)
    clip(grads, np.linalg.norm(before) * 1.001)
    assert (joined(grads) == before).all()


def test_a_zero_gradient_stays_zero(device):
    zeros = mx.np.zeros(5, ctx=device)
    assert clip(zeros, 1.0) == 0
    assert zeros.asnumpy().tolist() == [0] * 5
    assert clipping_factor(global_norm(zeros), 1.0) == 1


def test_one_array_as_well_as_several(device):
    one = mx.np.array([3.0, 4.0], ctx=device)
    assert global_norm(one) == pytest.approx(5)
    assert clip(one, 2.5) == pytest.approx(5)
    np.testing.assert_allclose(one.asnumpy(), [1.5, 2.0], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_has_no_finite_norm(device, dtype, wrong):
    for grads in ([1.0, wrong],), ([1.0], [wrong, 2.0]):
        norm = global_norm([mx.np.array(g, dtype=dtype, ctx=device) for g in grads])
        assert not np.isfinite(norm)


def test_no_limit_clips_nothing():
    assert clipping_factor(1e9, None) == 1


@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf")])
def test_a_limit_is_above_zero(device, limit):
    with pytest.raises(ValueError, match="clip: θ must be above 0 and finite, or None for no clipping, got"):
        clip(mx.np.ones(2, ctx=device), limit)


def test_there_must_be_a_gradient():
    with pytest.raises(ValueError, match="at least one gradient is needed, got none"):
        global_norm([])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("limit", [0.5, 5.0, None])
def test_while_mxnet_computes_the_same_norm_and_factor(device, dtype, limit):
    clipping = Clipping(limit)
    found = []
    for scale in (0.01, 1.0, 7.0, 1e4):
        grad = mx.np.array(scale * np.random.default_rng(0).normal(size=301), dtype=dtype, ctx=device)
        found.append((grad, scale, *clipping(mx.np.array(scale, dtype=dtype, ctx=device), grad)))
    for grad, scale, seen, factor in found:  # read when all are there: none is overwritten by the next
        assert seen.ctx == factor.ctx == device
        norm = np.linalg.norm(grad.asnumpy())
        np.testing.assert_allclose(seen.asnumpy(), [scale, norm], rtol=1e-6)
        assert global_norm(grad) == pytest.approx(norm, rel=1e-6)
        assert factor.item() == pytest.approx(clipping_factor(norm, limit), rel=1e-6)
        assert limit is not None and norm > limit or factor.item() == 1


@pytest.mark.parametrize(
    "loss, wrong", [(np.inf, 1.0), (np.nan, 1.0), (1.0, np.nan), (1.0, np.inf), (1.0, -np.inf), (-np.inf, np.inf)]
)
def test_after_a_number_that_is_not_finite_there_is_no_factor_any_more(device, loss, wrong):
    clipping, other = Clipping(1.0), Clipping(1.0)
    one, healthy = mx.np.array(1.0, ctx=device), mx.np.array([3.0, 4.0], ctx=device)
    assert clipping(one, healthy)[1].item() == pytest.approx(0.2)
    _, factor = clipping(mx.np.array(loss, ctx=device), mx.np.array([1.0, wrong], ctx=device))
    assert not factor.item() > 0
    for _ in range(2):
        assert not clipping(one, healthy)[1].item() > 0
    assert other(one, healthy)[1].item() == pytest.approx(0.2)
