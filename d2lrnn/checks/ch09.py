"""Checks for the exercises of chapter 09. V vocabulary, H hidden units, L layers."""

from __future__ import annotations

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise, number


@exercise("9.1")
def deep_step(answer):
    rng = np.random.default_rng(91)
    for L in (1, 2, 3, 4):
        W = rng.normal(0, 0.6, (L, 2, 3, 3))
        steps = [lambda h, x, A=A, B=B: np.tanh(h @ A + x @ B) for A, B in W]
        x, states = rng.normal(size=3), list(rng.normal(size=(L, 3)))
        before = [h.copy() for h in states]
        given = ask(answer, x.copy(), [h.copy() for h in states], steps)
        right, below = [], x
        for h, step in zip(before, steps, strict=True):
            below = step(h, below)
            right.append(below)
        try:
            values = [np.asarray(h, float) for h in given]
        except (TypeError, ValueError):
            raise Wrong(f"a list of {L} new states is asked for, got {type(given).__name__}") from None
        if len(values) != L or any(h.shape != (3,) for h in values):
            if np.shape(given) == (3,):
                raise Wrong(
                    "one state came back: the next time step needs the states of all layers, not the top one alone"
                )
            raise Wrong(f"a list of {L} states of shape (3,) is asked for, got shapes {[h.shape for h in values]}")
        if np.allclose(values, right):
            continue
        if np.allclose(values, [step(h, x) for h, step in zip(before, steps, strict=True)]):
            raise Wrong("each layer was given x; only the first one sees it, the others see the layer below")
        old = [x, *before[:-1]]
        if np.allclose(values, [step(h, y) for h, y, step in zip(before, old, steps, strict=True)]):
            raise Wrong(
                "a layer was given the state below from the time step before; slide 52 has the same t on the way up"
            )
        if np.allclose(values, [step(y, h) for h, y, step in zip(before, [x, *right[:-1]], steps, strict=True)]):
            raise Wrong("the two arguments are the other way round: step(its own state, what comes from below)")
        at = next(l for l, (mine, its) in enumerate(zip(values, right, strict=True)) if not np.allclose(mine, its))
        below = f"; the {at} below it {'is' if at == 1 else 'are'} right" if at else ""
        raise Wrong(
            f"with {L} layers, the new state of layer {at + 1} should be {right[at].round(3)}, yours is {values[at].round(3)}{below}"
        )
    return "time goes to the right, layers go up"


@exercise("9.2")
def weights(answer):
    for V, H, L in ((28, 64, 1), (63, 48, 3), (10, 7, 2), (65, 512, 4)):
        given = number(ask(answer, V, H, L), "the number of weights", finite=True)

        def count(first=V, above=H, biases=1, gates=4, output=H * V + V, V=V, H=H, L=L):
            layers = [first] + [above] * (L - 1)
            return sum(gates * (inputs * H + H * H + biases * H) for inputs in layers) + output

        if given == count():
            continue
        hints = (
            (count(output=0), "the output layer is missing: H numbers and a bias for each of the V symbols"),
            (count(output=H * V), "the output layer has biases too, one for each of the V symbols"),
            (count(biases=0), "the biases are missing: one for each gate of each unit"),
            (count(gates=1), "that is a plain RNN; an LSTM has four such sets: I, F, O and the candidate"),
            (count(gates=3), "that is a GRU; an LSTM has four sets: I, F, O and the candidate"),
            (
                count(above=V),
                "only the first layer reads the V symbols; the others read the H outputs of the layer below",
            ),
            (count(biases=2), "each gate of each unit has one bias on the slides (MXNet keeps two and adds them)"),
        )
        for value, hint in hints:
            if given == value and value != count():
                raise Wrong(f"V={V}, H={H}, L={L}: {hint}")
        if L > 1:
            raise Wrong(
                f"V={V}, H={H}, L={L}: your function says {given:,.0f}. One layer is right; each of the L - 1 above it reads the H outputs of the one below, "
                "and there is one output layer for all"
            )
        raise Wrong(f"V={V}, H={H}, L={L}: your function says {given:,.0f}; count one layer first: 4 (I H + H H + H)")
    return "most weights of a deep network connect layers to themselves and to each other"


@exercise("9.3")
def dropped(answer):
    rng = np.random.default_rng(93)
    for rate in (0.5, 0.2, 0.8, 0.0):
        h = rng.normal(size=(4, 6))
        keep = rng.random((4, 6)) >= rate
        given = ask(answer, h.copy(), keep.copy(), rate)
        try:
            given = np.asarray(given, float)
        except (TypeError, ValueError):
            raise Wrong(f"an array of shape (4, 6) is asked for, got {type(given).__name__}") from None
        if given.shape != h.shape:
            raise Wrong(f"an array of shape {h.shape} is asked for, as h has it, got shape {given.shape}")
        right = h * keep / (1 - rate)
        if np.allclose(given, right):
            continue
        if np.allclose(given, h * keep):
            raise Wrong(f"rate {rate}: right units, but their sum shrinks; divide what stays by 1 - rate")
        if rate and np.allclose(given, h * keep * (1 - rate)):
            raise Wrong(f"rate {rate}: what stays must grow, not shrink; divide by 1 - rate")
        if rate and np.allclose(given, h * keep / rate):
            raise Wrong(f"rate {rate}: a share 1 - rate stays, so that is what to divide by")
        if np.allclose(given * ~keep, given) and rate:
            raise Wrong(f"rate {rate}: the units to keep were dropped; keep is True where a unit stays")
        if rate and np.allclose(given, h * keep / keep.mean()):
            raise Wrong(
                f"rate {rate}: divide by the share that stays on average, 1 - rate, and not by the share that happened to stay this time"
            )
        if np.allclose(given, right, rtol=0.02, atol=0.01):
            raise Wrong(f"rate {rate}: nearly right: were the numbers rounded, or is there a small number too much?")
        raise Wrong(f"rate {rate}: {right[0].round(2)} was expected in the first row, yours is {given[0].round(2)}")
    return "on average a unit's value is what it was, so nothing has to change when the network is used"
