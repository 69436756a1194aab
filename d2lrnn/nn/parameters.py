"""All the numbers that a network learns, in one vector: each array by name is a view of it, and so is its gradient.

So the norm of the whole gradient is one operation, an update is one, a checkpoint holds one array, and a copy on another context is one transfer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import mxnet as mx
import numpy as np
from mxnet import autograd


class Parameters:
    """shapes: the name and shape of each array. Attributes: `flat` and `grad`, (n,), float32 (or `dtype`); `arrays`, views of `flat` by name."""

    def __init__(self, shapes: dict[str, tuple[int, ...]], device: mx.Context, dtype: str = "float32"):
        self.shapes, self.device, self.dtype = dict(shapes), device, dtype
        self.size = sum(math.prod(shape) for shape in shapes.values())
        self.flat = mx.np.zeros(self.size, dtype=dtype, ctx=device)
        self.grad = mx.np.zeros(self.size, dtype=dtype, ctx=device)
        self.arrays = dict(zip(shapes, self._views(0, shapes.values()), strict=True))

    def _views(self, at: int, shapes: Iterable[tuple[int, ...]]) -> list:
        """Views of `flat` from a place on, one after the other; their gradients are views of `grad`."""
        views, grads = [], []
        for shape in shapes:
            part = slice(at, at := at + math.prod(shape))
            views.append(self.flat[part].reshape_view(*shape))
            grads.append(self.grad[part].reshape_view(*shape))
        autograd.mark_variables(views, grads)
        return views

    def parts(self, name: str, shapes: list[tuple[int, ...]]) -> list:
        """One of the arrays as views of its parts, which lie one after the other: they cost nothing, where cutting the array within a graph takes as long
        as many products."""
        names = list(self.shapes)
        at = sum(math.prod(self.shapes[before]) for before in names[: names.index(name)])
        return self._views(at, shapes)

    def get(self) -> np.ndarray:
        """A copy of all numbers, (n,)."""
        return self.flat.asnumpy()

    def set(self, values: np.ndarray) -> None:
        """Overwrite all numbers. values: (n,). Raises ValueError for another shape or for what is not finite."""
        values = np.asarray(values, self.dtype)
        if values.shape != (self.size,):
            raise ValueError(f"Parameters: {self.size:,} numbers are needed, got shape {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("Parameters: NaN or infinity among the numbers; nothing was changed")
        self.flat[:] = mx.np.array(values, dtype=self.dtype, ctx=self.device)

    def __len__(self) -> int:
        return self.size
