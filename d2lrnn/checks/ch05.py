"""Checks for the exercises of chapter 05. B batch, I inputs, H hidden units."""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.checks import Wrong, array, ask, exercise, first, number


@exercise("5.1")
def candidate(answer):
    rng = np.random.default_rng(51)
    for B, I, H in ((3, 2, 4), (1, 5, 3), (6, 3, 3)):
        X, W_xh, W_hh, b_h = (rng.normal(size=shape) for shape in ((B, I), (I, H), (H, H), (H,)))
        old, R = np.tanh(rng.normal(size=(B, H))), rng.random((B, H))

        def given(R, X=X, old=old, W_xh=W_xh, W_hh=W_hh, b_h=b_h, B=B, H=H):
            arguments = (a.copy() for a in (X, old, R, W_xh, W_hh, b_h))
            return array(ask(answer, *arguments), (B, H), "the candidate")

        x, values = X @ W_xh, given(R)
        right = np.tanh(x + (R * old) @ W_hh + b_h)
        if np.allclose(values, right):
            continue
        after = "values differ only where r ≠ 1: is the reset applied after the product?"
        hints = [
            (np.tanh(x + R * (old @ W_hh) + b_h), after),
            (np.tanh(x + R * (old @ W_hh + b_h)), after + " (And the bias is none of its business.)"),
            (np.tanh(x + old @ W_hh + b_h), "R is not used; it multiplies H, number by number, before the product"),
            (np.tanh(R * (x + old @ W_hh + b_h)), "the reset gate forgets the past; it must leave X W_xh alone"),
            (np.tanh(x + ((1 - R) * old) @ W_hh + b_h), "r = 1 keeps the past and r = 0 forgets it, not the reverse"),
            (x + (R * old) @ W_hh + b_h, "the sum is right; tanh of it is missing"),
            (1 / (1 + np.exp(-right)), "tanh, not a sigmoid on top of it: a candidate lies between −1 and 1"),
            (
                1 / (1 + np.exp(-(x + (R * old) @ W_hh + b_h))),
                "a candidate lies between −1 and 1: tanh, not the sigmoid of the gates",
            ),
            (np.tanh(x + (R * old) @ W_hh), "the bias b_h is missing"),
            (np.tanh(x + (R * old) @ W_hh.T + b_h), "W_hh is turned round; on the slides states are rows, H W_hh"),
        ]
        for wrong, hint in hints:
            if np.allclose(values, wrong):
                raise Wrong(hint)
        if np.allclose(given(np.ones_like(R)), np.tanh(x + old @ W_hh + b_h)):
            raise Wrong("right where every r = 1, and not elsewhere: R ⊙ H is what the product is to be given")
        raise Wrong(f"{first(right)} was expected in the first row, yours is {first(values)}")
    return "with every r = 1 it is the plain RNN of slide 21"


@exercise("5.2")
def update(answer):
    rng = np.random.default_rng(52)
    for B, H in ((3, 4), (1, 3), (5, 5)):
        Z, old, new = rng.random((B, H)), *np.tanh(rng.normal(size=(2, B, H)))
        values = array(ask(answer, Z.copy(), old.copy(), new.copy()), (B, H), "the hidden state")
        right = Z * old + (1 - Z) * new
        if np.allclose(values, right):
            continue
        hints = [
            (Z * new + (1 - Z) * old, "on the slides Z = 1 keeps the old state; yours takes the new one there"),
            (Z * old + new, "the shares must sum to 1: what Z keeps of the old state, 1 − Z takes of the candidate"),
            (Z * old, "the candidate is missing: 1 − Z of it comes in"),
            ((1 - Z) * new, "the old state is missing: Z of it is kept"),
            (Z * (old + new), "Z for the old state, 1 − Z for the candidate; yours has Z for both"),
            (Z * old + (1 - Z) * np.tanh(new), "the candidate has had its tanh already"),
            (np.tanh(right), "no tanh here: a mean of numbers between −1 and 1 stays between them"),
        ]
        if B == H:
            hints.append((Z @ old + (1 - Z) @ new, "⊙ goes number by number: *, not @"))
        for wrong, hint in hints:
            if np.allclose(values, wrong):
                raise Wrong(hint)
        raise Wrong(f"{first(right)} was expected in the first row, yours is {first(values)}")
    return "a weighted mean, unit by unit: each has a memory of its own length"


@exercise("5.3")
def half_life(answer):
    for z in (0.5, 0.9, 0.25, 0.99, 0.7, 0.9999):
        given = number(ask(answer, z), "the number of steps", finite=True)
        right = math.log(0.5) / math.log(z)
        if math.isclose(given, right, rel_tol=1e-6):
            continue
        where = f"z = {z:g}"
        hints = [
            (-right, "the sign: both logarithms are negative, and a number of steps is not"),
            (math.log(0.5) / math.log(1 - z), "z is the share that is kept; 1 − z is what comes in new"),
            (1 / (1 - z), "that is the mean age of what is in the memory; half of it is gone sooner"),
            (-1 / math.log(z), "after so many steps 1/e is left, 0.37; the question is when half is"),
            (1 / right, "upside down: a z near 1 keeps long"),
            (math.log(z) / math.log(0.5), "upside down: a z near 1 keeps long"),
            (-math.log2(z), "upside down: a z near 1 keeps long"),
            (0.5 / z, "each step multiplies by z again: z·z·z·…, a power"),
            (z**0.5, "that is the z whose square is yours; solve zᵗ = ½ for t"),
            (0.5**z, "the unknown is the power: solve zᵗ = ½ for t"),
        ]
        for wrong, hint in hints:
            if math.isclose(given, wrong, rel_tol=1e-6):
                raise Wrong(f"{where}: {hint}")
        if given in (math.floor(right), math.ceil(right)):
            raise Wrong(f"{where}: do not round; {given:g} is a whole step, and a number like 6.578… is asked for")
        if abs(given - right) < 0.06 and given == round(given, 4):
            raise Wrong(f"{where}: do not round; {given:g} is close, and every digit is asked for ({right:.7g}…)")
        raise Wrong(f"{where}: z to the power of your {given:.4g} is {_power(z, given)}, and should be 0.5")
    return "z = 0.5 lasts one step, z = 0.99 lasts 69"


def _power(z: float, t: float) -> str:
    try:
        return f"{z**t:.3g}"
    except OverflowError:
        return "far above 1"


@exercise("5.4")
def weights(answer):
    for I, H in ((63, 48), (28, 256), (5, 3), (7, 11)):
        given = number(ask(answer, I, H), "the number of weights", finite=True)

        def count(sets=3, inputs=I * H, states=H * H, biases=H):
            return sets * (inputs + states + biases)

        if given == count():
            continue
        hints = [
            (count(biases=0), "the biases are missing: one for each unit in each of the three sets"),
            (count(biases=2 * H), "that is Gluon's count, with two biases a set; the slides have one"),
            (
                count(biases=H) + H,
                "that is the variant with the reset after the product; the slides need no second b_h",
            ),
            (count(biases=1), "a bias is a vector: one number for each of the H units, in each set"),
            (count(1), "that is a plain RNN; R, Z and the candidate have a set each"),
            (count(2), "R and Z have a set each, and so has the candidate"),
            (count(4), "that is an LSTM; a GRU has three sets: R, Z and the candidate"),
            (count(states=0), "the recurrent weights are missing: H times H in each set"),
            (count(inputs=0), "the weights of the inputs are missing: I times H in each set"),
            (count(states=H), "every unit sees every unit: H times H recurrent weights in each set"),
            (count(biases=H) + H * I + I, "an output layer is in it; count the GRU alone"),
        ]
        for wrong, hint in hints:
            if given == wrong:
                raise Wrong(f"I={I}, H={H}: {hint}")
        raise Wrong(f"I={I}, H={H}: your function says {given:,.0f}; count the shapes of W_xr, W_hr and b_r first")
    return "three times a plain RNN's, whatever the sizes"
