"""Chapter 05's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import math

import numpy as np
import pytest

from d2lrnn.checks import ch05


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sets(I, H, count=3, inputs=None, states=None, bias=None):
    return count * (
        (I * H if inputs is None else inputs) + (H * H if states is None else states) + (H if bias is None else bias)
    )


candidate, update, half_life, weights = ch05.candidate, ch05.update, ch05.half_life, ch05.weights
MISTAKES = [
    (
        candidate,
        lambda X, H, R, W, U, b: np.tanh(X @ W + R * (H @ U) + b),
        "values differ only where r ≠ 1: is the reset applied after the product?",
    ),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + R * (H @ U + b)), "none of its business"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + H @ U + b), "R is not used"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(R * (X @ W + H @ U + b)), "leave X W_xh alone"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + ((1 - R) * H) @ U + b), "not the reverse"),
    (candidate, lambda X, H, R, W, U, b: X @ W + (R * H) @ U + b, "tanh of it is missing"),
    (candidate, lambda X, H, R, W, U, b: sigmoid(X @ W + (R * H) @ U + b), "not the sigmoid of the gates"),
    (candidate, lambda X, H, R, W, U, b: sigmoid(np.tanh(X @ W + (R * H) @ U + b)), "on top of it"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + (R * H) @ U), "b_h is missing"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + (R * H) @ U.T + b), "turned round"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W + (R**2 * H) @ U + b), "right where every r = 1"),
    (candidate, lambda X, H, R, W, U, b: np.tanh(X @ W), "was expected"),
    (candidate, lambda X, H, R, W, U, b: (R * H)[0], "shape"),
    (update, lambda Z, H, new: Z * new + (1 - Z) * H, "Z = 1 keeps the old state"),
    (update, lambda Z, H, new: Z * H + new, "sum to 1"),
    (update, lambda Z, H, new: Z * H, "the candidate is missing"),
    (update, lambda Z, H, new: (1 - Z) * new, "the old state is missing"),
    (update, lambda Z, H, new: Z * (H + new), "Z for both"),
    (update, lambda Z, H, new: Z * H + (1 - Z) * np.tanh(new), "its tanh already"),
    (update, lambda Z, H, new: np.tanh(Z * H + (1 - Z) * new), "no tanh here"),
    (update, lambda Z, H, new: H + new, "was expected"),
    (update, lambda Z, H, new: Z @ H.T, "an array of shape (3, 4)"),
    (half_life, lambda z: -math.log(0.5) / math.log(z), "the sign"),
    (half_life, lambda z: math.log(0.5) / math.log(1 - z) if z != 0.5 else 1.0, "the share that is kept"),
    (half_life, lambda z: 1 / (1 - z), "mean age"),
    (half_life, lambda z: -1 / math.log(z), "1/e is left"),
    (half_life, lambda z: -math.log2(z), "upside down"),
    (half_life, lambda z: 0.5 / z, "a power"),
    (half_life, lambda z: math.ceil(math.log(0.5) / math.log(z)), "do not round"),
    (half_life, lambda z: 100.0, "should be 0.5"),
    (half_life, lambda z: -1e9, "far above 1"),
    (half_life, lambda z: math.inf, "finite"),
    (weights, lambda I, H: sets(I, H, bias=0), "biases are missing"),
    (weights, lambda I, H: sets(I, H, bias=2 * H), "Gluon's count"),
    (weights, lambda I, H: sets(I, H) + H, "reset after the product"),
    (weights, lambda I, H: sets(I, H, bias=1), "a bias is a vector"),
    (weights, lambda I, H: sets(I, H, 1), "plain RNN"),
    (weights, lambda I, H: sets(I, H, 2), "so has the candidate"),
    (weights, lambda I, H: sets(I, H, 4), "LSTM"),
    (weights, lambda I, H: sets(I, H, states=0), "recurrent weights are missing"),
    (weights, lambda I, H: sets(I, H, inputs=0), "weights of the inputs"),
    (weights, lambda I, H: sets(I, H, states=H), "every unit sees every unit"),
    (weights, lambda I, H: sets(I, H) + H * I + I, "output layer"),
    (weights, lambda I, H: 12, "count the shapes"),
]


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_the_count_is_that_of_a_network():
    from d2lrnn.nn.models import LanguageModel

    for V, H in ((10, 7), (63, 48)):
        layer = sum(
            np.size(w) for name, w in LanguageModel(V, cell="gru", engine="scratch", hidden=H).weights().items()
            if name.startswith("layer0.")
        )  # fmt: skip
        assert layer == sets(V, H)
