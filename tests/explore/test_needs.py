"""Numbers that views want beside a trace's arrays: shares of saturated gates, principal components; in any explorer that has such a view."""

import numpy as np
import pytest

from d2lrnn.explore import Explorer, Saturation, Snippets, Trajectories
from d2lrnn.explore.trajectories import principal_components
from d2lrnn.trace import Trace

from .reading import read

rng = np.random.default_rng(5)
T, H = 60, 7
TRACE = Trace(
    "the quick brown fox jumped over the lazy dog and slept all day"[:T],
    {"layer0.h": rng.normal(size=(T, H)), "layer0.z": rng.uniform(size=(T, H)), "layer0.r": rng.uniform(size=(T, H)) ** 8},
)  # fmt: skip


def numbers(explorer):
    return [{name: one["values"] for name, one in trace["numbers"].items()} for trace in read(explorer._payload)["traces"]]  # fmt: skip


def test_shares_of_saturated_gates_are_counted_on_the_values_themselves():
    (found,) = numbers(Saturation(TRACE))
    assert {name for name in found if name.startswith("saturation.")} == {"saturation.layer0.z", "saturation.layer0.r"}
    for gate in ("z", "r"):
        values = TRACE[f"layer0.{gate}"]
        np.testing.assert_allclose(found[f"saturation.layer0.{gate}"][0], [(unit < 0.1).mean() for unit in values.T], rtol=1e-6)  # fmt: skip
        np.testing.assert_allclose(found[f"saturation.layer0.{gate}"][1], [(unit > 0.9).mean() for unit in values.T], rtol=1e-6)  # fmt: skip


def test_components_are_those_of_a_singular_value_decomposition():
    X = rng.normal(size=(80, 5)) @ rng.normal(size=(5, 9)) + 3
    points, shares = principal_components(X.astype(np.float32))
    U, s, _ = np.linalg.svd(X - X.mean(0), full_matrices=False)
    np.testing.assert_allclose(np.abs(points), np.abs(U[:, :3] * s[:3]), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(shares[:5], (s**2 / (s**2).sum())[:5], atol=1e-5)
    assert len(shares) == 9 and shares[5:].max() < 1e-5 and shares.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(principal_components(X.astype(np.float32)[::-1])[0][::-1], points, atol=1e-3)


def test_two_units_have_two_components():
    X = np.c_[np.arange(6.0), 2 * np.arange(6.0)].astype(np.float32)
    points, shares = principal_components(X)
    assert points.shape == (6, 3) and not points[:, 2].any() and shares.tolist() == pytest.approx([1, 0], abs=1e-6)
    assert points[-1, 0] > 0, "to where its largest weight is positive"


def test_any_explorer_with_such_a_view_has_them():
    for views in (["text", "trajectories"], ["saturation"], "trajectories"):
        (found,) = numbers(Explorer(TRACE, views))
        assert ("pca.layer0.h" in found) == ("trajectories" in views) and ("saturation.layer0.z" in found) == ("saturation" in views)  # fmt: skip
    assert not any(name.startswith(("pca", "saturation")) for name in numbers(Explorer(TRACE))[0])
    (found,) = numbers(Trajectories(TRACE))
    np.testing.assert_allclose(found["pca.layer0.h"], principal_components(TRACE["layer0.h"])[0])


def test_other_traces_in_their_place_have_them_too():
    explorer = Explorer(TRACE, ["trajectories", "saturation"], words={"a": 1})
    explorer.show(TRACE.excerpt(10, 40))
    (found,) = numbers(explorer)
    assert found["pca.layer0.h"].shape == (30, 3) and "saturation.layer0.r" in found
    assert read(explorer._payload)["words"] == {"a": 1}


def test_too_little_for_a_path():
    short = Trace("ab", {"h": np.ones((2, 3)), "one": np.ones((2, 1))})
    assert not any(name.startswith("pca") for name in numbers(Trajectories(short))[0])
    assert repr(Snippets(short)).startswith("Snippets(Trace(")
