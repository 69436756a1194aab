"""Checks for the exercises of chapter 06. T steps, B batch, I inputs, H hidden units."""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.checks import Wrong, array, ask, exercise, first, number


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _step(X, H, C, W, b, *, σ=_sigmoid, new=np.tanh):
    """One step as the slides have it, and its parts."""
    sums = {g: X @ W["x" + g] + H @ W["h" + g] + b[g] for g in "ifoc"}
    I, F, O = (σ(sums[g]) for g in "ifo")
    C̃ = new(sums["c"])
    return I, F, O, C̃, F * C + I * C̃


@exercise("6.1")
def step(answer):
    rng = np.random.default_rng(61)
    for B, I, H in ((3, 2, 4), (1, 5, 3), (4, 3, 3)):
        W = {side + g: rng.normal(0, 1, (n, H)) for g in "ifoc" for side, n in (("x", I), ("h", H))}
        b = {g: rng.normal(0, 0.5, H) for g in "ifoc"}
        X, old, C = rng.normal(size=(B, I)), np.tanh(rng.normal(size=(B, H))), rng.normal(0, 1.5, (B, H))
        copies = ({k: v.copy() for k, v in d.items()} for d in (W, b))
        given = ask(answer, X.copy(), old.copy(), C.copy(), *copies)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise Wrong("two arrays are asked for, `return H, C`, the hidden state first")
        if any(part is ... for part in given):
            raise Wrong("one of the two is still `...`")
        now, memory = (array(part, (B, H), what) for part, what in zip(given, ("H", "C"), strict=True))
        I_, F, O, new, right = _step(X, old, C, W, b)
        if np.allclose(memory, right) and np.allclose(now, O * np.tanh(right)):
            continue
        if np.allclose(now, right) and np.allclose(memory, O * np.tanh(right)):
            raise Wrong("both are right, in the other order: `return H, C`")
        if not np.allclose(memory, right):
            bare = _step(X, old, C, W, dict.fromkeys("ifoc", 0))
            hints = [
                (I_ * C + F * new, "I and F have changed places: the forget gate stands before the old memory"),
                (O * C + I_ * new, "the output gate has no part in C; the forget gate keeps the old memory"),
                (F * C + (1 - F) * new, "that is a GRU's mean; an LSTM has a gate of its own, I, for what comes in"),
                (F * C + new, "the input gate is missing: I ⊙ C̃ comes in"),
                (C + I_ * new, "the forget gate is missing: F ⊙ C is kept of the old memory"),
                (F * C, "what comes in is missing: + I ⊙ C̃"),
                (I_ * new, "the old memory is missing: F ⊙ C + …"),
                ((1 - F) * C + I_ * new, "F = 1 keeps and F = 0 forgets, in spite of its name"),
                (F * old + I_ * new, "the forget gate multiplies the memory C, not the hidden state H"),
                (F * np.tanh(C) + I_ * new, "no tanh around the old memory: it goes on as it is"),
                (np.tanh(right), "C itself has no tanh around it; only H = O ⊙ tanh(C) has"),
                (_step(X, old, C, W, b, new=_sigmoid)[-1], "the candidate C̃ has a tanh; the sigmoid is for the gates"),
                (_step(X, old, C, W, b, new=lambda s: s)[-1], "the candidate's tanh is missing"),
                (_step(X, old, C, W, b, σ=np.tanh)[-1], "the gates have a sigmoid: between 0 and 1, not −1 and 1"),
                (bare[-1], "the biases are missing"),
                (F * (C + I_ * new), "parentheses: F is for the old memory alone, F ⊙ C + I ⊙ C̃"),
            ]
            for wrong, hint in hints:
                if np.allclose(memory, wrong):
                    raise Wrong(f"C: {hint}")
            raise Wrong(f"C: {first(right)} was expected in the first row, yours is {first(memory)}")
        hints = [
            (O * right, "tanh is missing: H = O ⊙ tanh(C), or H would leave −1 … 1 as C does"),
            (O * np.tanh(C), "the *new* memory goes out, not the old one"),
            (O * C, "the *new* memory goes out, and through a tanh: O ⊙ tanh(C)"),
            (np.tanh(right), "the output gate is missing: O ⊙ tanh(C)"),
            (np.tanh(O * right), "the gate comes after the tanh: O ⊙ tanh(C), not tanh(O ⊙ C)"),
            (I_ * np.tanh(right), "the output gate lets out, not the input gate"),
            (F * np.tanh(right), "the output gate lets out, not the forget gate"),
            (O * _sigmoid(right), "tanh, not a sigmoid: a hidden state may be negative"),
            (O * new, "the candidate is only what comes in; the memory C goes out"),
        ]
        for wrong, hint in hints:
            if np.allclose(now, wrong):
                raise Wrong(f"C is right. H: {hint}")
        raise Wrong(f"C is right. H: {first(O * np.tanh(right))} was expected in the first row, yours is {first(now)}")
    return "six lines, and the whole of slide 42"


@exercise("6.2")
def direct(answer):
    rng = np.random.default_rng(62)
    for T, H in ((5, 3), (1, 2), (9, 4), (6, 3)):
        F = rng.uniform(0.2, 1, (T, H))
        if T == 6:
            F[2, 0] = 0  # shut: who divides by the product so far gets no number
        values = ask(answer, F.copy())
        values = array(values, (T + 1, H), "one row for each of C_0 … C_T")
        right = np.vstack([np.cumprod(F[::-1], 0)[::-1], np.ones(H)])
        if np.allclose(values, right):
            continue
        forward = np.vstack([np.ones(H), np.cumprod(F, 0)])
        hints = [
            (forward, "that is dC_t/dC_0, from the front; the gates between t and the *end* are to be multiplied"),
            (forward[::-1], "the order is turned round, and the gates too: cumulate from the last gate backwards"),
            (right[::-1], "the numbers are right, the order is turned round: C_0 first, C_T last"),
            (np.vstack([F, np.ones(H)]), "one step's gate only; all gates between t and T are multiplied"),
            (
                np.vstack([np.cumsum(F[::-1], 0)[::-1], np.zeros(H)]),
                "the gates multiply along a path, they do not add up",
            ),
            (
                np.vstack([np.cumsum(F[::-1], 0)[::-1], np.ones(H)]),
                "the gates multiply along a path, they do not add up",
            ),
            (np.vstack([np.ones(H), right[:-1]]), "the 1 belongs to C_T, the last row: the product of no gates"),
            (np.exp(right), "no exponential is needed"),
            (np.log(np.maximum(right, 1e-300)), "that is its logarithm"),
            (np.vstack([right[:-1], np.zeros(H)]), "dC_T/dC_T is 1: the product of no gates"),
            (np.vstack([right[1:], np.ones(H)]), "C_t does not see gate F_t any more, but all of F_{t+1} … F_T"),
            (np.vstack([right[:1], right[:-1]]), "C_t does not see gate F_t any more: begin with F_{t+1}"),
        ]
        for wrong, hint in hints:
            if np.allclose(values, wrong):
                raise Wrong(hint)
        if not np.isfinite(values).all():
            raise Wrong("a gate may be 0, and then there is nothing to divide by: multiply from the end instead")
        if np.allclose(values[:-1], right[:-1]):
            raise Wrong("all but the last row are right; dC_T/dC_T is 1, the product of no gates")
        raise Wrong(f"{first(right)} was expected for C_0, yours is {first(values)}")
    return "one gate of 0 on the way, and nothing comes through"


@exercise("6.3")
def bias_for(answer):
    for steps in (10, 1, 3, 39, 200, 2.5):
        given = number(ask(answer, steps), "the bias", finite=True)
        f = 0.5 ** (1 / steps)
        right = math.log(f / (1 - f))
        if math.isclose(given, right, rel_tol=1e-6, abs_tol=1e-9):
            continue
        where = f"{steps:g} steps"
        hints = [
            (f, "that is the gate f; the bias is what the sigmoid makes it from: f = σ(b)"),
            (-right, "the sign: with a negative bias the gate is below ½"),
            (math.log(f), "the gate f is right, the inverse of a sigmoid is not: b = ln(f / (1 − f))"),
            (math.log(1 - f), "the inverse of a sigmoid is ln(f / (1 − f))"),
            (f / (1 - f), "the logarithm is missing: b = ln(f / (1 − f))"),
            (1 / (1 + math.exp(-f)), "a sigmoid too many: f = σ(b) is to be solved for b"),
            (0.5 ** (1 / steps), "that is the gate f; b is what σ makes it from"),
            (math.exp(-1 / steps), "that is a gate, and one that leaves 1/e after so many steps, not ½"),
        ]
        e, lost = math.exp(-1 / steps), 0.5**steps
        hints += [
            (math.log(e / (1 - e)), "after so many steps 1/e is left, 0.37; ½ is asked for"),
            (math.log(lost / (1 - lost)), "½ to the power of 1/steps, not of steps: the gate is applied so many times"),
            (math.log((1 - 0.5 / steps) / (0.5 / steps)), "it is no straight line: each step multiplies, f^steps = ½"),
            (math.log(2 * steps), "it is no straight line: each step multiplies, f^steps = ½"),
        ]
        if steps != 1:
            hints.append(
                (
                    math.log(steps),
                    "near, but an approximation for 1/e (Tallec and Ollivier 2018 use it); solve σ(b)^steps = ½",
                )
            )
        for wrong, hint in hints:
            if math.isclose(given, wrong, rel_tol=1e-6, abs_tol=1e-9):
                raise Wrong(f"{where}: {hint}")
        left = (1 / (1 + math.exp(-given))) ** steps if given > -500 else 0.0
        raise Wrong(f"{where}: with a bias of {given:.4g} the share that is left is {left:.3g}, and it should be 0.5")
    return "10 steps need 2.6, 200 steps 5.7: a bias grows with the logarithm of the time"


@exercise("6.4")
def largest(answer):
    def count(I, H, sets=4):
        return sets * (I * H + H * H + H)

    def most(I, budget, weights=count):
        H = 0
        while weights(I, H + 1) <= budget:
            H += 1
        return H

    exact = count(28, 100)
    for budget, I in (
        (count(63, 48) + 80, 63),
        (100_000, 63),
        (exact, 28),
        (exact - 1, 28),
        (1_000, 3),
        (500_000, 256),
    ):
        given = number(ask(answer, budget, I), "the number of units", finite=True)
        right = most(I, budget)
        if given == right:
            continue
        where = f"{budget:,} weights, I={I}"
        if given == right - 1 and count(I, right) == budget:
            raise Wrong(f"{where}: one more fits; if it fits exactly it fits")
        hints = [
            (most(I, budget, lambda I, H: count(I, H, 1)), "that is a plain RNN; an LSTM has four sets: I, F, O and C̃"),
            (most(I, budget, lambda I, H: count(I, H, 3)), "that is a GRU; an LSTM has four sets: I, F, O and C̃"),
            (most(I, budget, lambda I, H: 4 * (I * H + H * H)), "one unit too many: rounded up, or biases missing (four of H numbers)?"),
            (most(I, budget, lambda I, H: 4 * (I * H + H * H + 2 * H)), "that is Gluon's count, with two biases a set; the slides have one"),
            (most(I, budget, lambda I, H: 4 * (I * H + H)), "the recurrent weights are missing: H times H in each set"),
            (most(I, budget, lambda I, H: 4 * (H * H + H)), "the weights of the inputs are missing: I times H in each set"),
            (right + 1, "with one unit more it is more than the budget; if it fits exactly it fits"),
            (right - 1, "one more fits"),
            (most(I, budget, lambda I, H: count(I, H) + H * I + I), "the output layer does not count here"),
        ]  # fmt: skip
        for wrong, hint in hints:
            if given == wrong and wrong < 10**7:
                raise Wrong(f"{where}: {hint}")
        if given != round(given):
            raise Wrong(f"{where}: a whole number of units is asked for, got {given:g}")
        if given == count(I, budget):
            raise Wrong(f"{where}: that counts the weights of so many units; the question is the other way round")
        if given <= 0:
            raise Wrong(f"{where}: at least one unit fits, got {given:g}")
        raise Wrong(
            f"{where}: a layer of {given:,.0f} units has {count(I, given):,.0f} weights, one of {right} has {count(I, right):,}"
        )
    return "for the same weights an LSTM gets less than half as many units as a plain RNN"


@exercise("6.5")
def mix(answer):
    rng = np.random.default_rng(65)
    for n, better in ((4_000, 0.0), (3_000, 0.9), (3_000, -0.9), (2_000, 0.3)):
        hard = rng.normal(-1.8, 0.8, n)
        network = np.minimum(hard + rng.normal(better / 2, 0.7, n), -0.01)
        counts = np.minimum(hard + rng.normal(-better / 2, 0.7, n), -0.01)
        given = number(ask(answer, network.copy(), counts.copy()), "the weight", finite=True)

        def loss(w, a=network, b=counts):
            return -np.logaddexp(np.log(w) + a, np.log(1 - w) + b).mean()

        grid = np.arange(1, 1000) / 1000
        losses = np.array([loss(w) for w in grid])
        best = grid[losses.argmin()]
        if abs(given - best) <= 0.011:
            continue
        if not 0 <= given <= 1:
            raise Wrong(f"a weight lies between 0 and 1, got {given:.4g}")
        if abs(given - (1 - best)) <= 0.011:
            raise Wrong("w is the network's share; yours is that of the counts")
        logs = np.array([-np.mean(w * network + (1 - w) * counts) for w in grid])
        if given in (0, 1) and abs(given - round(grid[logs.argmin()])) > 0.5:
            raise Wrong("the arrays are log-probabilities: np.exp of them first, then mix, then the logarithm")
        if abs(given - grid[losses.argmax()]) <= 0.011:
            raise Wrong("that weight has the *highest* loss: a loss is minus the mean log-probability")
        if given in (0, 1):
            raise Wrong(
                "that is one of the two alone, which is what mixing log-probabilities chooses, or the log of a mean: "
                "mix the probabilities of each character, take the logarithm, then the mean"
            )
        if abs(given - 0.5) < 1e-9:
            raise Wrong(
                f"half and half is a guess, or a grid of tenths; to 0.01 is asked: {loss(0.5):.4f} nats, and {losses.min():.4f} at the best weight"
            )
        direct = np.array([-(w * np.exp(network) + (1 - w) * np.exp(counts)).mean() for w in grid])
        if abs(given - grid[direct.argmin()]) <= 0.011:
            raise Wrong("the mean *probability* is highest there; the loss is the mean of its logarithm")
        raise Wrong(
            f"{best:.2f} was expected ({losses.min():.4f} nats), yours is {given:.2f} ({loss(min(max(given, 1e-9), 1 - 1e-9)):.4f} nats)"
        )
    return "the best mixture is never worse than the better of the two, on the text it was chosen on"
