"""`Trajectories`: a text as a path through the space of a network's states, seen from where it is widest."""

from __future__ import annotations

import numpy as np

from d2lrnn.explore.explorer import Explorer
from d2lrnn.explore.needs import NEEDS
from d2lrnn.trace.arrays import Trace

COMPONENTS = 3
SHARES = 10  # of so many components is it said how much of the variance they carry


class Trajectories(Explorer):
    """The states after each token, as points in two of their three principal components; with how much of the variance each of these carries.

    traces: of two units and three tokens at least. Arrows walk along the path, and the text follows.
    """

    VIEWS = ("trajectories", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "trajectories": 640}


def principal_components(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates (T, 3) of X, (T, H), about its mean, in the directions of most variance, and the shares of the variance of the first ten, (min(10, H),).

    Each direction points to where its largest weight is positive. With fewer than three units the last coordinates are 0.
    """
    X = X - X.mean(0, dtype=np.float64).astype(X.dtype)
    variances, directions = np.linalg.eigh((X.T @ X).astype(np.float64))
    variances, directions = np.maximum(variances[::-1], 0), directions[:, ::-1][:, :COMPONENTS]
    directions = directions * np.sign(directions[np.abs(directions).argmax(0), np.arange(directions.shape[1])])
    points = np.zeros((len(X), COMPONENTS), np.float32)
    points[:, : directions.shape[1]] = X @ directions
    return points, (variances / max(variances.sum(), 1e-30))[:SHARES]


def _needs(trace: Trace) -> dict[str, np.ndarray]:
    found = {}
    for name, array in trace.arrays.items():
        if array.shape[1] >= 2 and len(trace) >= 3:
            found[f"pca.{name}"], found[f"pca.shares.{name}"] = principal_components(array)
    return found


NEEDS["trajectories"] = _needs
