"""Checks for the exercises of chapter 10. T tokens, H units."""

from __future__ import annotations

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise, number


@exercise("10.1")
def auc(answer):
    rng = np.random.default_rng(101)
    for case in range(4):
        holds = rng.random(30) < 0.3
        holds[:2] = True, False
        values = np.round(rng.normal(size=30) + 0.8 * holds, 0 if case == 3 else 6)  # the last one has ties
        given = number(ask(answer, values.copy(), holds.copy()), "the AUC", finite=True)
        difference = values[holds][:, None] - values[~holds][None]
        above, equal = (difference > 0).mean(), (difference == 0).mean()
        right = above + equal / 2
        if np.isclose(given, right):
            continue
        if np.isclose(given, 1 - right):
            raise Wrong(
                "that is the share of pairs in which the value is *lower* where it holds; turn the comparison round"
            )
        if np.isclose(given, above) or np.isclose(given, above + equal):
            raise Wrong("right but for ties: a pair of equal values counts one half")
        if np.isclose(given, ((values > values.mean()) == holds).mean()) or np.isclose(
            given, ((values > 0) == holds).mean()
        ):
            raise Wrong("that is an accuracy at one threshold; the AUC compares every pair, and needs none")
        raise Wrong(
            f"with {holds.sum()} places where it holds the AUC is {right:.3f}, yours is {given:.3f}; compare all pairs, one of each sort"
        )
    return "one half is chance, one is a unit that always tells"


@exercise("10.3")
def saturated(answer):
    rng = np.random.default_rng(102)
    for T, H in ((50, 4), (7, 3)):
        gate = np.round(rng.beta(0.4, 0.4, size=(T, H)), 2)
        gate[0] = 0.1, *[0.9] * (H - 1)  # at the limits: neither
        given = ask(answer, gate.copy())
        try:
            left, right = (np.asarray(value, float) for value in given)
        except (TypeError, ValueError):
            raise Wrong(
                f"two arrays are asked for, (H,) each: the shares below 0.1 and above 0.9; got {type(given).__name__}"
            ) from None
        if left.shape != (H,) or right.shape != (H,):
            hint = "; the mean goes over time, axis 0" if left.shape == (T,) else ""
            raise Wrong(f"two arrays of shape ({H},) are asked for, got {left.shape} and {right.shape}{hint}")
        wanted = (gate < 0.1).mean(0), (gate > 0.9).mean(0)
        if np.allclose(left, wanted[0]) and np.allclose(right, wanted[1]):
            continue
        if np.allclose(left, wanted[1]) and np.allclose(right, wanted[0]):
            raise Wrong("the two are the other way round: left is the share below 0.1")
        if np.allclose(left, (gate <= 0.1).mean(0)) and np.allclose(right, (gate >= 0.9).mean(0)):
            raise Wrong("0.1 itself is not below 0.1, nor 0.9 above 0.9")
        if np.allclose(left, wanted[0] * T) and np.allclose(right, wanted[1] * T):
            raise Wrong("these are counts; divide by the number of tokens")
        raise Wrong(
            f"the first unit is below 0.1 at {wanted[0][0]:.2f} of the tokens and above 0.9 at {wanted[1][0]:.2f}; yours: {left[0]:.2f}, {right[0]:.2f}"
        )
    return "left is shut, right is open, and what is neither decides anew at every token"


@exercise("10.2")
def inside_quotes(answer):
    for text in ('a "b c" d', '"to" be "or', "no marks", 'x""y"z"'):
        right, inside = [], False
        for char in text:
            inside = inside != (char == '"')
            right.append(inside)
        given = ask(answer, text)
        try:
            values = [bool(value) for value in given]
        except TypeError:
            raise Wrong(
                f"a list is asked for, one True or False for each character; got {type(given).__name__}"
            ) from None
        if len(values) != len(text):
            raise Wrong(f"{text!r} has {len(text)} characters, and yours is a list of {len(values)}")
        if values == right:
            continue
        after = [False, *right[:-1]]
        if values == after:
            raise Wrong(
                "one late: after the opening mark was read the network is inside, so the mark itself counts; the closing one does not"
            )
        if values == [a or b for a, b in zip(right, after, strict=True)]:
            raise Wrong("the closing mark is not inside: once it was read the quotation is over")
        if values == [a and b for a, b in zip(right, after, strict=True)]:
            raise Wrong("the opening mark is inside: once it was read the quotation has begun")
        raise Wrong(
            f"{text!r}: {''.join('^' if r else '.' for r in right)} was expected, yours is {''.join('^' if v else '.' for v in values)}"
        )
    return "a predicate like this can be given to find, and typed into the explorer"
