"""Checks for the exercises of chapter 07. T time steps, B batch, I inputs, H hidden units, K tags or words."""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.checks import Wrong, array, ask, exercise, number


@exercise("7.1")
def best_accuracy(answer):
    rng = np.random.default_rng(71)
    tables = [
        np.array([[0.3, 0.1], [0.1, 0.08], [0.12, 0.3]]),
        np.array([[0.05, 0.15, 0.0], [0.3, 0.1, 0.1], [0.1, 0.0, 0.2]]),
        *(rng.dirichlet(np.ones(shape[0] * shape[1]) / 2).reshape(shape) for shape in ((5, 3), (2, 6), (1, 4))),
    ]
    for table in tables:
        right = table.max(1).sum()
        given = number(ask(answer, table.copy()), "the share of right answers", finite=True)
        if math.isclose(given, right, rel_tol=1e-6):
            continue
        given_context = table / table.sum(1, keepdims=True)
        hints = [
            (table.sum(0).max(), "that is the best without looking at the context: one word for every sentence"),
            (table.max(0).sum(), "the wrong way round: for each context (row) the likeliest word, not for each word"),
            (table.max(), "that is one sentence's share; every context has a best word, and their shares add up"),
            (
                given_context.max(1).mean(),
                "contexts are not equally likely: do not divide by a row's sum, or weight by it again",
            ),
            (given_context.max(1).sum(), "an accuracy above 1? Add up the joint probabilities, without dividing"),
            (table.max(1).mean(), "add the rows' largest numbers; the probabilities are already shares of everything"),
            (
                (table * given_context).sum(),
                "that is guessing at random by the posterior; always saying the likeliest word is better",
            ),
        ]
        for wrong, hint in hints:
            if math.isclose(given, wrong, rel_tol=1e-6):
                raise Wrong(hint)
        raise Wrong(f"for the table {table.round(2).tolist()} the best is {right:.3f}, yours is {given:.3f}")
    return "no network that sees only this context can do better"


@exercise("7.2")
def both_ways(answer):
    rng = np.random.default_rng(72)
    for T, B, I, H in ((5, 1, 2, 3), (4, 3, 2, 2), (3, 3, 3, 3)):
        X = rng.normal(size=(T, B, I))
        runs = [_runner(*(rng.normal(size=shape) for shape in ((I, H), (H, H), (H,)))) for _ in range(2)]
        forward, backward = runs
        given = ask(answer, X.copy(), forward, backward)
        f, b = forward(X), backward(X[::-1])[::-1]
        shapes = {
            (T, B, H): "only one direction's states came back: put both side by side, 2H numbers at each step",
            (2 * T, B, H): "side by side, not one after the other: the last axis becomes 2H, the time axis stays T",
            (T, 2 * B, H): "the batch became twice as large: put the states side by side along the last axis",
            (2, T, B, H): "a pair of arrays came back; put them side by side along the last axis",
        }
        shape = np.shape(given)
        if shape != (T, B, 2 * H) and shape in shapes:
            raise Wrong(shapes[shape])
        values = array(given, (T, B, 2 * H), "both directions")
        if np.allclose(values, np.concatenate([f, b], 2)):
            continue
        hints = [
            ((f, b[::-1]), "reverse the backward states back: they came in the order in which they were computed"),
            ((f, backward(X)), "both ran from first to last; the backward one has to be given the reversed sequence"),
            (
                (f, backward(X)[::-1]),
                "the states are reversed, the inputs are not: turn the sequence round before the run, too",
            ),
            ((b, f), "on slide 48 the forward state comes first"),
            ((f, forward(X[::-1])[::-1]), "the backward direction has weights of its own: call `backward`"),
            ((f[::-1], b[::-1]), "the forward states need no reversing"),
            ((backward(X), f), "the forward state comes first, and only the backward run gets the reversed sequence"),
        ]
        if B > 1:
            turned = X[:, ::-1]
            hints.append(((f, backward(turned)[:, ::-1]), "time is the first axis; yours reversed the batch"))
        if I > 1:
            hints.append(
                ((f, backward(X[..., ::-1])[..., ::-1]), "time is the first axis; yours reversed the last one")
            )
        for parts, hint in hints:
            if np.allclose(values, np.concatenate(parts, 2)):
                raise Wrong(hint)
        if np.allclose(values[..., :H], f):
            raise Wrong("the forward half is right, the backward half is not: reverse, run, reverse back")
        raise Wrong("neither half is right: the first H numbers are forward(X), untouched")
    return "that is all there is to it: `X[::-1]` twice"


def _runner(W_xh: np.ndarray, W_hh: np.ndarray, b_h: np.ndarray):
    """A plain RNN with these weights as a function: (T, B, I) -> states (T, B, H), from first to last."""

    def run(X):
        state, found = np.zeros((X.shape[1], len(b_h))), []
        for x in X:
            state = np.tanh(x @ W_xh + state @ W_hh + b_h)
            found.append(state)
        return np.array(found)

    return run


@exercise("7.3")
def reverse(answer):
    rng = np.random.default_rng(73)
    for lengths in ([4, 2, 5], [6], [1, 3, 3, 2], [3, 3, 3]):
        lengths = np.array(lengths)
        T, B = int(lengths.max()) + (len(lengths) == 4), len(lengths)
        ids = rng.permutation(np.arange(2, 2 + T * B)).reshape(T, B)
        ids[np.arange(T)[:, None] >= lengths] = 1  # <pad>
        right = _reversed(ids, lengths)
        values = array(ask(answer, ids.copy(), lengths.copy()), (T, B), "the reversed ids")
        if np.array_equal(values, right):
            continue
        short = np.array([_shifted(column, n) for column, n in zip(ids.T, lengths - 1, strict=True)]).T
        more = np.array([_shifted(column, n) for column, n in zip(ids.T, lengths + 1, strict=True)]).T
        hints = [
            (
                ids[::-1],
                "the padding came to the front: reverse each sequence up to its own length, and leave the rest",
            ),
            (ids[:, ::-1], "time is the first axis: a sequence is a column, and yours reversed the batch"),
            (ids, "nothing was reversed (or it was, and then back again)"),
            (np.roll(ids[::-1], 1, axis=0), "roll moves all columns by the same number; each has a length of its own"),
            (short, "one too few: ids[:n] are the n real tokens, the last is at n − 1"),
            (more, "one too many: the token at n is padding already"),
            (_reversed(ids, np.full(B, lengths[0])), "each sequence has its own length; yours takes the first one's"),
            (_reversed(ids, np.full(B, lengths.max())), "each sequence has its own length; yours takes the longest"),
            (_reversed(ids, np.full(B, lengths.min())), "each sequence has its own length; yours takes the shortest"),
        ]
        for wrong, hint in hints:
            if np.array_equal(values, wrong):
                raise Wrong(hint)
        for b, n in enumerate(lengths):
            if not np.array_equal(values[:, b], right[:, b]):
                raise Wrong(
                    f"a sequence of length {n}: {ids[:, b].tolist()} should become {right[:, b].tolist()}, "
                    f"yours is {values[:, b].astype(int).tolist()}"
                )
    return "read from the last real token on, and the padding stays where it was"


def _shifted(column: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([column[:n][::-1], column[n:]])


def _reversed(ids: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return np.array([_shifted(column, n) for column, n in zip(ids.T, lengths, strict=True)]).T


@exercise("7.4")
def weights(answer):
    for I, H, K in ((80, 24, 6), (28, 256, 28), (5, 3, 2), (7, 11, 4)):
        given = number(ask(answer, I, H, K), "the number of weights", finite=True)

        def count(directions=2, inputs=I * H, states=H * H, biases=H, out=2 * H * K, out_bias=K):
            return directions * (inputs + states + biases) + out + out_bias

        if given == count():
            continue
        hints = [
            (count(out=H * K), "the output layer reads both states side by side: 2H numbers for each of the K outputs"),
            (count(1, out=H * K), "that is a forward network; the backward direction has weights of its own"),
            (count(1), "each direction has W_xh, W_hh and b_h of its own: twice"),
            (count(out_bias=2 * K), "one output layer with one bias b_o, whatever the number of directions"),
            (count(biases=0), "the biases b_h are missing: H for each direction"),
            (count(out_bias=0), "the output layer's bias b_o is missing"),
            (count(out=0, out_bias=0), "the output layer is missing: W_ho and b_o"),
            (count(biases=2 * H), "that is Gluon's count, with two biases a direction; the slides have one"),
            (count(states=4 * H * H), "the directions do not see each other: W_hh is H times H in each"),
            (count(states=2 * H * H), "the directions do not see each other: W_hh is H times H in each"),
            (count(inputs=2 * I * H), "each direction reads the I inputs once: I times H"),
        ]
        for wrong, hint in hints:
            if given == wrong:
                raise Wrong(f"I={I}, H={H}, K={K}: {hint}")
        raise Wrong(f"I={I}, H={H}, K={K}: your function says {given:,.0f}; count the shapes of one direction first")
    return "twice the recurrent weights, and an output layer twice as wide"


@exercise("7.5")
def looks_ahead(answer):
    rng = np.random.default_rng(75)
    W, U = rng.normal(size=(2, 3)), rng.normal(size=(3, 3))
    ahead, back = _runner(W, U, np.zeros(3)), _runner(W, U.T, np.zeros(3))

    def forward(X):
        return ahead(X[:, None])[:, 0]

    def backward(X):
        return back(X[::-1, None])[::-1, 0]

    def one_ahead(X):
        return np.vstack([X[1:], X[-1:]])

    def far(X):
        return X + np.where(np.arange(len(X)) == 1, 1e-3, 0)[:, None] * X[-2]

    def wobbling(X):
        return forward(X) + 1e-13 * np.sin(1e6 * X.sum())

    def hushed(X):  # the last input of all plays no part
        moved = X.copy()
        moved[:-1] += 0.5 * X[1:, :].mean(0) - 0.5 * X[-1] / (len(X) - 1)
        return moved

    # Function, whether it looks ahead, and what somebody overlooked who says the opposite.
    cases = [
        (forward, False, "an RNN that reads from left to right was accused: an output may move when its own input, or an earlier one, is changed"),
        (lambda X: X.copy(), False, "the identity was accused: the output at t may follow the input at t; look at inputs after t only"),
        (lambda X: np.cumsum(X, 0) / np.arange(1, len(X) + 1)[:, None], False, "a running mean was accused; it reads nothing that comes later"),
        (lambda X: np.hstack([forward(X), backward(X)]), True, "a bidirectional network went unnoticed: change an input at s and look at the outputs before s"),
        (backward, True, "a network that reads from the end went unnoticed"),
        (one_ahead, True, "one that gives out the next input went unnoticed: try a change at every s, and look at s − 1"),
        (far, True, "one whose second output alone reads the last input but one went unnoticed: try every s, and look at every t before it; small moves count"),
        (hushed, True, "one went unnoticed that uses every future input except the last: change each input in turn, not the last alone"),
        (lambda X: X - X.mean(0), True, "subtracting the mean of the whole series went unnoticed: the mean knows the future"),
        (lambda X: (X + np.roll(X, 1, 0) + np.roll(X, -1, 0)) / 3, True, "a centred moving average went unnoticed"),
        (wobbling, False, "an RNN was accused whose outputs differ by 1e-13 from call to call's rounding: compare with a tolerance"),
    ]  # fmt: skip
    for run, leaks, hint in cases:
        X = rng.normal(size=(6, 2))
        given = ask(answer, run, X.copy())
        if not isinstance(given, bool | np.bool_):
            raise Wrong(f"True or False is asked for, got {type(given).__name__}")
        if bool(given) != leaks:
            raise Wrong(hint)
    return "it asks the function, not its author"
