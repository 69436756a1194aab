"""Chapter 08's checks: each classic mistake gets its hint."""

import numpy as np
import pytest

from d2lrnn.checks import ch08


def dealt(play, k):
    return np.unique(play, return_inverse=True)[1] % k


def best(values, width):
    order = np.argsort(-values, axis=None, kind="stable")[:width]
    return [divmod(int(i), values.shape[1]) for i in order]


def parts(said, true):
    hits = np.sum((said == true) & (true != 0))
    return hits, max(np.sum(said != 0), 1), max(np.sum(true != 0), 1)


folds, f1, forcing, beam = ch08.folds, ch08.f1, ch08.teacher_forcing, ch08.beam_step
MISTAKES = [
    (folds, lambda play, k: np.arange(len(play)) % k, "give the number to the play"),
    (folds, lambda play, k: np.random.default_rng(0).integers(0, k, len(play)), "give the number to the play"),
    (folds, lambda play, k: np.arange(len(play)) * k // len(play), "give the number to the play"),
    (folds, lambda play, k: np.zeros(len(play)), "have no play"),
    (folds, lambda play, k: dealt(play, k - 1), "have no play"),
    (folds, lambda play, k: dealt(play, k) + 1, "numbered from 0"),
    (folds, lambda play, k: np.minimum(np.unique(play, return_inverse=True)[1], k - 1), "differ by 1 at most"),
    (folds, lambda play, k: dealt(play, k)[:-1], "an array of shape"),
    (f1, lambda said, true: np.mean(said == true), "accuracy"),
    (f1, lambda said, true: parts(said, true)[0] / parts(said, true)[1], "precision"),
    (f1, lambda said, true: parts(said, true)[0] / parts(said, true)[2], "recall"),
    (f1, lambda said, true: parts(said, true)[0] / sum(parts(said, true)[1:]), "factor 2"),
    (f1, lambda said, true: sum(parts(said, true)[0] / n for n in parts(said, true)[1:]) / 2, "harmonic"),
    (f1, lambda said, true: 2 * np.sum(said == true) / sum(parts(said, true)[1:]), "no hit"),
    (f1, lambda said, true: 2 * np.sum((said != 0) & (true != 0)) / sum(parts(said, true)[1:]), "the right tag"),
    (f1, lambda said, true: 2 * parts(said, true)[0] / sum(parts(said, true)[1:]), "that is perfect, 1"),
    (f1, lambda said, true: 0.123, "was expected"),
    (forcing, lambda t, b, e: (np.array([*t, e]), np.array([b, *t])), "exchanged"),
    (forcing, lambda t, b, e: (np.array([b, *t, e]), np.array([b, *t, e])), "the very token"),
    (forcing, lambda t, b, e: (t, np.array([*t, e])), "nothing to read at its first step"),
    (forcing, lambda t, b, e: (np.array([b, *t]), t), "when to stop"),
    (forcing, lambda t, b, e: (np.array([b, *t, e]), np.array([*t, e, e])), "never read"),
    (forcing, lambda t, b, e: (np.array([b, b, *t]), np.array([b, *t, e])), "never said"),
    (forcing, lambda t, b, e: np.array([b, *t, e]), "two arrays"),
    (forcing, lambda t, b, e: (np.array([b, *t]), np.array([*t, e, 7])), "one that is to be said"),
    (beam, lambda p, s, w: best(p, w), "not added"),
    (beam, lambda p, s, w: best(-(s[:, None] + p), w), "unlikeliest"),
    (beam, lambda p, s, w: best(s[:, None] + np.exp(p), w), "without exp"),
    (beam, lambda p, s, w: [(v, k) for k, v in best(s[:, None] + p, w)], "first the sequence"),
    (beam, lambda p, s, w: best(s[:, None] + p, w)[::-1], "best first"),
    (
        beam,
        lambda p, s, w: [(k, int(v)) for k in range(len(p)) for v in np.argsort(-p[k])[:w]],
        "not for each sequence",
    ),
    (beam, lambda p, s, w: best(s[:, None] + p, w + 1), "are to be kept"),
    (beam, lambda p, s, w: 3.0, "a list of pairs"),
    (beam, lambda p, s, w: [(0, 0)] * w, "was expected"),
]


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


def test_the_best_token_of_each_is_not_the_best_of_all():
    """A beam that lets every sequence go on with its own best token gets its own hint, where as many are kept as there are sequences."""

    def own_best(p, s, w):
        if len(p) != w:
            return best(s[:, None] + p, w)
        return [(k, int(p[k].argmax())) for k in range(len(p))]

    assert "own best token" in beam(own_best).message


def test_other_ways_to_be_right_are_right():
    def shuffled(play, k):
        names = np.random.default_rng(3).permutation(np.unique(play))
        number = {name: i % k for i, name in enumerate(names)}
        return [number[name] for name in play]

    assert folds(shuffled)
    assert forcing(lambda t, b, e: ([b, *t], [*t, e]))
    assert beam(lambda p, s, w: np.array(best(s[:, None] + p, w)))
