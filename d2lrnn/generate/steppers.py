"""Anything that says what comes next, one token at a time: what `generate` and `beam_search` need of a model.

B streams, V vocabulary, H hidden units, L layers.

A stepper has `size` (V), `begin(B)`, a state before the first token; `step(ids, state, wanted)`, which reads one token of each stream, ids (B,), and
returns scores (B, V) for the token after it (None unless wanted: while a prompt is read nobody asks) and the next state; `select(state, rows)`, the
states of those streams alone, in that order (a stream may be there twice).
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from d2lrnn.blas import one_thread

_MANY = 256  # streams, from which on a second thread is worth its while


class Stepper(ABC):
    """The interface."""

    size: int
    from_nothing = False  # whether it knows how a text begins; such a one takes the id -1, which stands for nothing

    @abstractmethod
    def begin(self, batch: int): ...

    @abstractmethod
    def step(self, ids: np.ndarray, state, wanted: bool = True): ...

    def select(self, state, rows: np.ndarray):
        return tuple(s[:, rows] for s in state)


class NGramStepper(Stepper):
    """A counted model of `d2lrnn.text.ngrams`. State: the tokens it still looks at, a tuple for each stream."""

    from_nothing = True

    def __init__(self, model):
        self.model, self.size = model, model.size

    def begin(self, batch):
        return [()] * batch

    def step(self, ids, state, wanted=True):
        state = [(*before, i) if i >= 0 else before for before, i in zip(state, ids.tolist(), strict=True)]
        state = [line[max(0, len(line) - self.model.order + 1) :] for line in state]
        if not wanted:
            return None, state
        with np.errstate(divide="ignore"):
            return np.log([self.model.distribution(line) for line in state]), state

    def select(self, state, rows):
        return [state[row] for row in np.arange(len(state))[rows]]


class NumpyStepper(Stepper):
    """A network on the CPU, whichever its engine: the deck's equations of `d2lrnn.nn.cells` on NumPy arrays, with the weights taken out once.

    Of a fused operator one step a call leaves nothing to gain: it costs several times this. State: arrays (L, B, H).
    """

    def __init__(self, network, prefix: str = ""):
        from d2lrnn.nn.cells import cell_named, layer_weights

        self.layers = layers = network.parts()[prefix]
        self.size, self.dtype = layers.inputs, network.dtype
        arrays = {name: array.asnumpy() for name, array in network.parameters.arrays.items()}
        shapes = [(layers.cell, layers.layer_inputs(l), layers.hidden) for l in range(layers.layers)]
        self._weights = [layer_weights(arrays[f"{prefix}layer{l}"], *shape)[0] for l, shape in enumerate(shapes)]
        self._step = cell_named(layers.cell).step
        self._embedding = arrays.get(f"{prefix}embedding")
        self._W_ho, self._b_o = arrays.get("W_ho", self._embedding), arrays["b_o"]  # tied: one matrix for both
        self._rows = {} if layers.encoding == "embedding" else self._by_row(self._weights[0])

    def _by_row(self, p: dict) -> dict:
        """An indicator vector times W_x is a row of W_x (slide 23). So the first layer's inputs become empty vectors, and what they contributed,
        together with the bias, one row for each id. Returns those, (V, H) for each bias, and leaves only the rest in `p`."""
        rows = {}
        for name, W in [*p.items()]:
            if name.startswith("W_") and name != "W_hh":
                bias = "b_" + name[-1]
                rows[bias] = np.ascontiguousarray(W[:, : self.size].T) + p[bias]
                p[name] = np.ascontiguousarray(W[:, self.size :])
        return rows

    def begin(self, batch):
        shape = (self.layers.layers, batch, self.layers.hidden)
        return tuple(np.zeros(shape, self.dtype) for _ in range(self.layers.states))

    def step(self, ids, state, wanted=True):
        with one_thread() if len(ids) < _MANY else contextlib.nullcontext():
            return self._read(ids, state, wanted)

    def _read(self, ids, state, wanted):
        from d2lrnn.nn.ops import linear
        from d2lrnn.nn.unroll import through_depth

        first = self._weights[0] | {bias: rows[ids] for bias, rows in self._rows.items()}
        X = np.empty((len(ids), 0), self.dtype) if self._rows else self._embedding[ids]

        def layer(l, X, state, p):
            end = self._cell(l, X, tuple(s[0] for s in state), p)
            return end[0], tuple(s[None] for s in end)

        Y, state = through_depth(
            layer, X, state, [first, *self._weights[1:]], directions=1, residual=self.layers.residual
        )
        return (linear(Y, self._W_ho, self._b_o, size=self.size) if wanted else None), state

    def _cell(self, l, X, state, p):
        """One step of layer l. X: (B, I), state: arrays (B, H)."""
        return self._step(X, state, p)


class NetworkStepper(Stepper):
    """A network as it is, on its own engine and context: one call of it a step. On a GPU this is what writes. State: arrays (L, B, H) there."""

    def __init__(self, network):
        self.network = network
        self.size = [*network.parts().values()][-1].inputs

    def begin(self, batch):
        return self.network.begin_state(batch)

    def step(self, ids, state, wanted=True):
        from mxnet import autograd

        with autograd.pause():  # no dropout, also where somebody records
            logits, state = self.network(np.asarray(ids, np.int32)[None], state)
        return (logits[0].asnumpy() if wanted else None), state

    def select(self, state, rows):
        index = np.arange(state[0].shape[1])[rows]
        return tuple(s.take(self.network.array(index), axis=1) for s in state)


class Rereader(Stepper):
    """A language model that reads the whole text anew before each token, as a bidirectional one has to: its backward half begins at the end, which moves.

    It reads with MXNet's operator where that has the cell, else with the deck's equations. State: the ids so far, one array (T, B).
    """

    def __init__(self, network):
        self.network, self.size = network, network.layers.inputs

    def begin(self, batch):
        return (np.zeros((0, batch), np.int32),)

    def step(self, ids, state, wanted=True):
        read = np.concatenate([state[0], np.asarray(ids, np.int32)[None]])
        return (self.scores(read)[-1] if wanted else None), (read,)

    def scores(self, ids: np.ndarray) -> np.ndarray:
        """The scores after each of the ids (T, B): (T, B, V)."""
        Y, _ = self.network.read(ids)
        return self.network.answers(Y)


def stepper_for(model, *, reread: bool = False, state: tuple | None = None, held: Sequence = ()) -> Stepper:
    """The stepper that is quickest for a model: a counted one; a network on a CPU by `NumpyStepper`, on a GPU by `NetworkStepper`; a stepper as it is.
    With units held (`Hold`s of `d2lrnn.generate.holding`) a language model is run by `HoldingStepper`, wherever it is.

    Raises ValueError for a bidirectional language model unless `reread`, and for an `EncoderDecoder` unless there is a state for it to go on from;
    TypeError for what is no model that says what comes next, or has no units to hold.
    """
    from d2lrnn.text.ngrams import NGramModel

    held = tuple(held)
    if held and (reread or not hasattr(model, "layers") or isinstance(model, Stepper)):
        raise TypeError(
            f"held: units are held in a LanguageModel that reads each token once, got {type(model).__name__}"
            + (" with reread=True" if reread else "")
        )
    if isinstance(model, Stepper):
        return model
    if isinstance(model, NGramModel):
        return NGramStepper(model)
    from d2lrnn.nn.models import EncoderDecoder, LanguageModel

    if isinstance(model, LanguageModel):
        if reread:
            return Rereader(model)
        if model.layers.bidirectional:
            raise ValueError(
                "a bidirectional network has no state to go on from: half of it reads from the end, and the end moves with every token. "
                "reread=True reads the whole text again before each one, and is slow; for writing take a network with bidirectional=False"
            )
    elif not isinstance(model, EncoderDecoder):
        raise TypeError(
            f"a LanguageModel, an EncoderDecoder or a counted model of d2lrnn.text.ngrams can go on with a text, got {type(model).__name__}"
        )
    elif state is None:
        raise ValueError(
            "an EncoderDecoder goes on from what it has read: give beam_search a state of its encode, or use translate"
        )
    if held:
        from d2lrnn.generate.holding import HoldingStepper

        return HoldingStepper(model, held)
    if model.device.device_type == "gpu":
        return NetworkStepper(model)
    return NumpyStepper(model, "decoder." if isinstance(model, EncoderDecoder) else "")
