"""Chapter 07's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import numpy as np
import pytest

from d2lrnn.checks import ch07

best, both, reverse, weights, ahead = ch07.best_accuracy, ch07.both_ways, ch07.reverse, ch07.weights, ch07.looks_ahead


def given(joint):
    return joint / joint.sum(1, keepdims=True)


def join(f, b, axis=2):
    return np.concatenate([f, b], axis)


def turned(ids, lengths, longer=0):
    ids = ids.copy()
    for b, n in enumerate(lengths):
        n = max(n + longer, 0)
        ids[:n, b] = ids[:n, b][::-1]
    return ids


def count(I, H, K, directions=2, inputs=None, states=None, bias=None, out=None, out_bias=None):
    I, S, b = (usual if value is None else value for value, usual in ((inputs, I * H), (states, H * H), (bias, H)))
    return directions * (I + S + b) + (2 * H * K if out is None else out) + (K if out_bias is None else out_bias)


def moved(run, X, at, seen, size=1.0, tolerance=1e-9):
    """Whether an output at `seen(s)` moves for one of the changed inputs `at`."""
    found = []
    for s in at:
        changed = X.copy()
        changed[s] += size
        found.append(np.abs(run(changed) - run(X))[seen(s)].max(initial=0) > tolerance)
    return any(found)


def slices(s):
    return slice(0, s)


MISTAKES = [
    (best, lambda joint: joint.sum(0).max(), "without looking at the context"),
    (best, lambda joint: joint.max(0).sum(), "the wrong way round"),
    (best, lambda joint: joint.max(), "one sentence's share"),
    (best, lambda joint: given(joint).max(1).mean(), "not equally likely"),
    (best, lambda joint: given(joint).max(1).sum(), "above 1"),
    (best, lambda joint: joint.max(1).mean(), "already shares of everything"),
    (best, lambda joint: (joint * given(joint)).sum(), "guessing at random by the posterior"),
    (best, lambda joint: joint.max(1), "one number"),
    (best, lambda joint: 0.5, "yours is 0.500"),
    (best, lambda joint: np.inf, "finite"),
    (both, lambda X, f, b: join(f(X), b(X[::-1])), "reverse the backward states back"),
    (both, lambda X, f, b: join(f(X), b(X)), "both ran from first to last"),
    (both, lambda X, f, b: join(f(X), b(X)[::-1]), "the inputs are not"),
    (both, lambda X, f, b: join(b(X[::-1])[::-1], f(X)), "forward state comes first"),
    (both, lambda X, f, b: join(f(X), f(X[::-1])[::-1]), "weights of its own"),
    (both, lambda X, f, b: join(f(X)[::-1], b(X[::-1])), "need no reversing"),
    (both, lambda X, f, b: join(b(X), f(X)), "the forward state comes first"),
    (both, lambda X, f, b: f(X) + b(X[::-1])[::-1], "only one direction's states"),
    (both, lambda X, f, b: join(f(X), b(X[::-1])[::-1], 0), "the time axis stays T"),
    (both, lambda X, f, b: join(f(X), b(X[::-1])[::-1], 1), "batch became twice as large"),
    (both, lambda X, f, b: (f(X), b(X[::-1])[::-1]), "a pair of arrays"),
    (both, lambda X, f, b: join(f(X), 0 * f(X)), "the backward half is not"),
    (both, lambda X, f, b: join(0 * f(X), 0 * f(X)), "neither half"),
    (both, lambda X, f, b: join(f(X), f(X))[..., :1], "shape (5, 1, 6)"),
    (both, lambda X, f, b: join(f(X), b(X[..., ::-1])[..., ::-1]), "yours reversed the last one"),
    (reverse, lambda ids, lengths: ids[::-1], "padding came to the front"),
    (reverse, lambda ids, lengths: ids[:, ::-1], "reversed the batch"),
    (reverse, lambda ids, lengths: ids, "nothing was reversed"),
    (reverse, lambda ids, lengths: turned(ids, lengths, -1), "one too few"),
    (reverse, lambda ids, lengths: turned(ids, lengths, 1), "one too many"),
    (reverse, lambda ids, lengths: turned(ids, [lengths[0]] * len(lengths)), "the first one's"),
    (reverse, lambda ids, lengths: turned(ids, [min(lengths)] * len(lengths)), "the shortest"),
    (reverse, lambda ids, lengths: np.sort(ids, 0), "should become"),
    (reverse, lambda ids, lengths: turned(ids, lengths).T, "shape (5, 3)"),
    (weights, lambda I, H, K: count(I, H, K, out=H * K), "both states side by side"),
    (weights, lambda I, H, K: count(I, H, K, 1, out=H * K), "a forward network"),
    (weights, lambda I, H, K: count(I, H, K, 1), "of its own: twice"),
    (weights, lambda I, H, K: count(I, H, K, out_bias=2 * K), "one bias b_o"),
    (weights, lambda I, H, K: count(I, H, K, bias=0), "b_h are missing"),
    (weights, lambda I, H, K: count(I, H, K, out_bias=0), "bias b_o is missing"),
    (weights, lambda I, H, K: count(I, H, K, out=0, out_bias=0), "output layer is missing"),
    (weights, lambda I, H, K: count(I, H, K, bias=2 * H), "Gluon's"),
    (weights, lambda I, H, K: count(I, H, K, states=4 * H * H), "do not see each other"),
    (weights, lambda I, H, K: count(I, H, K, states=2 * H * H), "do not see each other"),
    (weights, lambda I, H, K: count(I, H, K, inputs=2 * I * H), "reads the I inputs once"),
    (weights, lambda I, H, K: 12, "count the shapes"),
    (ahead, lambda run, X: True, "from left to right was accused"),
    (ahead, lambda run, X: False, "bidirectional network went unnoticed"),
    (ahead, lambda run, X: moved(run, X, range(1, len(X)), lambda s: slice(0, s + 1)), "left to right was accused"),
    (ahead, lambda run, X: moved(run, X, range(1, len(X)), lambda s: slice(s, None)), "left to right was accused"),
    (ahead, lambda run, X: moved(run, X, [len(X) - 1], lambda s: slice(0, 1)), "next input"),
    (ahead, lambda run, X: moved(run, X, range(1, len(X)), slices, tolerance=1e-2), "small moves count"),
    (ahead, lambda run, X: moved(run, X, range(2, len(X)), lambda s: [0, s - 1]), "every t before it"),
    (ahead, lambda run, X: moved(run, X, [len(X) - 2, len(X) - 1], lambda s: [s - 1]), "every s"),
    (ahead, lambda run, X: moved(run, X, range(1, len(X)), slices, tolerance=0), "with a tolerance"),
    (ahead, lambda run, X: 1, "True or False"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_classic_mistake_gets_its_hint(check, answer, hint):
    verdict = check(answer)
    assert verdict.state == "wrong" and hint in verdict.message, verdict


@pytest.mark.parametrize("check", [best, both, reverse, weights, ahead])
def test_a_stub_is_not_tried_yet(check):
    verdict = check(lambda *arguments: ...)
    assert verdict.state == "untried" and repr(verdict) == f"Exercise {check.number}: not tried yet"


def test_other_ways_to_the_right_answer_are_right():
    assert best(lambda joint: float(sum(max(row) for row in joint.tolist())))
    assert both(lambda X, f, b: np.dstack([f(X), np.flip(b(np.flip(X, 0)), 0)]))

    def by_index(ids, lengths):
        t = np.arange(len(ids))[:, None]
        return np.take_along_axis(ids, np.where(t < lengths, lengths - 1 - t, t), 0)

    assert reverse(by_index)
    assert ahead(lambda run, X: moved(run, X, range(1, len(X)), slices))
    assert ahead(lambda run, X: moved(run, X, range(1, len(X)), slices, size=-3.0, tolerance=1e-6))


def test_the_count_is_that_of_a_network():
    from d2lrnn.nn.models import SequenceTagger

    for I, H, K in ((80, 24, 6), (7, 11, 4)):
        net = SequenceTagger(I, K, cell="rnn", hidden=H)
        assert weights(lambda *sizes: count(*sizes))
        assert sum(w.size for w in net.weights().values()) == count(I, H, K)


def test_the_best_accuracy_is_the_language_s():
    from d2lrnn.data.languages import BlankLanguage

    language = BlankLanguage()
    joint = {}
    for sentence, p in zip(language.sentences, language.probabilities, strict=True):
        row = joint.setdefault(sentence.question[: sentence.blank], np.zeros(len(language.answers)))
        row[language.answers.index(sentence.answer)] += p
    assert np.array(list(joint.values())).max(1).sum() == pytest.approx(language.best_accuracy("left"))
