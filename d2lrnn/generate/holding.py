"""Writing with units held: what would the network do if this gate stayed open, or this cell remembered all the time?

generate(net, tokenizer, "The ", held=[Hold("layer0.f", unit=3, value=1.0)])

B streams, H hidden units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.generate.steppers import NumpyStepper


@dataclass(frozen=True)
class Hold:
    """Units of one array that keep a value at every step, from the first token that is read.

    array: a name as a `Trace` has it, `layer0.f`: the hidden state h, the memory cell c, a gate i, f, o, r or z, or the candidate. unit: one or several;
    None: all of the layer. A gate lies between 0 and 1; a candidate, and a hidden state of any cell but the ReLU network's, between −1 and 1.

    A gate is replaced after its nonlinearity and before it is used, c before h is computed from it, and h when the step is done.
    """

    array: str
    _: KW_ONLY
    unit: int | Sequence[int] | None = None
    value: float

    def __post_init__(self):
        if isinstance(self.value, bool) or not isinstance(self.value, Real) or not math.isfinite(self.value):
            raise ValueError(f"Hold: value must be a finite number, got {self.value!r}")


class HoldingStepper(NumpyStepper):
    """`NumpyStepper` with units held. Without any it is that stepper, to the last bit.

    held: `Hold`s, no unit of an array twice. Raises ValueError for an array, a unit or a value that this network cannot have; it lists those that it can.
    """

    def __init__(self, network, held: Sequence[Hold] = (), prefix: str = ""):
        from d2lrnn.generate.held_cells import CELLS

        super().__init__(network, prefix)
        cell = CELLS[self.layers.cell]
        self._held_step, self._held = cell.step, [{} for _ in range(self.layers.layers)]
        places = {f"{prefix}layer{l}.{kind}": (l, kind) for l in range(self.layers.layers) for kind in cell.arrays}
        for one in held:
            self._add(one, places)

    def _add(self, one: Hold, places: dict) -> None:
        if not isinstance(one, Hold):
            raise TypeError(f"held: a Hold is needed, such as Hold('{[*places][0]}', unit=0, value=1), got {one!r}")
        if one.array not in places:
            raise ValueError(f"Hold: there is no array {one.array!r} in this network; there are {', '.join(places)}")
        l, kind = places[one.array]
        low, high = limits(kind, self.layers.cell)
        if not low <= one.value <= high:
            what = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
            raise ValueError(f"Hold: {one.array} of this network is {what}, got {one.value!r}")
        units = _units(one.unit, self.layers.hidden)
        mask, values = self._held[l].setdefault(
            kind, (np.zeros(self.layers.hidden, bool), np.zeros(self.layers.hidden, self.dtype))
        )
        if mask[units].any():
            twice = next(unit for unit in units if mask[unit])
            raise ValueError(f"Hold: unit {twice} of {one.array} is held twice; take one value")
        mask[units], values[units] = True, one.value

    def _cell(self, l, X, state, p):
        held = self._held[l]

        def put(name, now):
            if name not in held:
                return now
            mask, values = held[name]
            return np.where(mask, values, now)

        return self._held_step(X, state, p, put) if held else super()._cell(l, X, state, p)


def limits(kind: str, cell: str) -> tuple[float, float]:
    """Between which values an array of this kind lies, in a network of this cell; infinite where there is no bound."""
    if kind in ("i", "f", "o", "r", "z"):
        return 0.0, 1.0
    if kind == "c":
        return -math.inf, math.inf
    return (0.0, math.inf) if cell == "rnn_relu" else (-1.0, 1.0)


def _units(unit, count: int) -> np.ndarray:
    """What `Hold.unit` says, as indices."""
    if unit is None:
        return np.arange(count)
    units = [unit] if np.ndim(unit) == 0 else list(unit)
    if not units:
        raise ValueError("Hold: unit must name one unit or more, or be None for all of them; got none")
    for each in units:
        check_whole("Hold: unit", each, 0)
        if each >= count:
            raise ValueError(f"Hold: units run from 0 to {count - 1}, got {each}")
    return np.unique(units)
