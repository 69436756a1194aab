"""The functions on distributions: what they keep, what they leave alone, and that draws follow them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from d2lrnn.generate import draw, log_softmax, nucleus, temperature, top_k

SCORES = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 9)), elements=st.floats(-30, 30))


def sums_to_one(log_p):
    return np.allclose(np.exp(log_p).sum(-1), 1, atol=1e-12)


@given(SCORES, st.floats(0, 5), st.integers(1, 12), st.floats(0.01, 1))
def test_each_gives_a_distribution(scores, value, k, p):
    for log_p in (log_softmax(scores), temperature(scores, value), top_k(scores, k), nucleus(scores, p)):
        assert log_p.shape == scores.shape and sums_to_one(log_p)


@given(SCORES, st.integers(1, 12))
def test_top_k_keeps_the_likeliest_and_their_ratios(scores, k):
    kept = np.isfinite(top_k(scores, k))
    assert (kept.sum(-1) == min(k, scores.shape[-1])).all()
    for row, keep in zip(scores, kept, strict=True):
        if not keep.all():
            assert row[keep].min() >= row[~keep].max()
    whole, part = log_softmax(scores), top_k(scores, k)
    for row in range(len(scores)):
        np.testing.assert_allclose(np.ptp((part - whole)[row, kept[row]]), 0, atol=1e-9)


@given(SCORES, st.floats(0.01, 0.99))
def test_the_nucleus_is_the_smallest_set_with_that_mass(scores, p):
    kept, mass = np.isfinite(nucleus(scores, p)), np.exp(log_softmax(scores))
    for keep, m in zip(kept, mass, strict=True):
        size = keep.sum()
        largest = np.sort(m)[::-1]
        assert m[keep].sum() >= p - 1e-9
        assert largest[: size - 1].sum() < p + 1e-9  # no smaller set has it
        np.testing.assert_allclose(np.sort(m[keep])[::-1], largest[:size])


def test_the_nucleus_of_a_known_distribution():
    log_p = np.log([[0.1, 0.5, 0.3, 0.1]])
    np.testing.assert_allclose(np.exp(nucleus(log_p, 0.75)), [[0, 0.625, 0.375, 0]])
    np.testing.assert_allclose(np.exp(nucleus(log_p, 0.45)), [[0, 1, 0, 0]])
    np.testing.assert_allclose(nucleus(log_p, 1), log_p)


def test_temperature_against_its_formula_and_its_limits():
    p = np.array([0.2, 0.5, 0.3])
    np.testing.assert_allclose(np.exp(temperature(np.log(p), 0.5)), p**2 / (p**2).sum())
    np.testing.assert_allclose(np.exp(temperature(np.log(p), 1)), p)
    assert np.exp(temperature(np.log(p), 0)).tolist() == [0, 1, 0]
    assert np.exp(temperature(np.log(p), 1e-308)).tolist() == [0, 1, 0]
    assert np.exp(temperature([1.0, 1.0], 0)).tolist() == [1, 0]  # the first of equals


def test_equals_are_kept_in_the_order_of_ids():
    assert np.isfinite(top_k([1.0, 2.0, 2.0, 2.0], 2)).tolist() == [False, True, True, False]


@pytest.mark.parametrize("value", [-1, np.inf, np.nan])
def test_temperature_refuses(value):
    with pytest.raises(ValueError, match="temperature"):
        temperature([0.0, 1.0], value)


def test_what_is_no_distribution_is_an_error():
    with pytest.raises(ValueError, match="no token"):
        log_softmax([-np.inf, -np.inf])
    with pytest.raises(ValueError, match="diverge"):
        temperature([np.nan, 0.0], 0.7)
    with pytest.raises(ValueError, match="top_k"):
        top_k([0.0], 0)
    with pytest.raises(ValueError, match="top_p"):
        nucleus([0.0], 0)


def test_draws_follow_the_distribution():
    p = np.array([0.0, 0.5, 0.2, 0.0, 0.3, 0.0])
    with np.errstate(divide="ignore"):
        log_p = np.log(p)
    ids = draw(np.broadcast_to(log_p, (100_000, 6)), np.random.default_rng(0).random(100_000))
    share = np.bincount(ids, minlength=6) / len(ids)
    assert share[[0, 3, 5]].tolist() == [0, 0, 0]
    np.testing.assert_allclose(share, p, atol=0.006)  # four standard deviations


@given(SCORES, st.integers(0, 8))
def test_what_is_impossible_is_never_drawn_even_at_the_ends(scores, barred):
    if scores.shape[-1] > 1:
        scores[:, barred % scores.shape[-1]] = -np.inf
        for u in (0.0, np.nextafter(1, 0)):
            ids = draw(log_softmax(scores), np.full(len(scores), u))
            assert np.isfinite(scores[np.arange(len(scores)), ids]).all()
