"""Chapter 03's exercises: each classic mistake gets its own hint. (Stubs, solutions and cheats: tests/notebooks/test_exercises.py.)"""

import runpy
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from d2lrnn.checks import ch03


def pairs(words):
    return list(zip(words, words[1:], strict=False))


def share(counts):
    return {word: count / sum(counts.values()) for word, count in counts.items()}


def followed(words, context):
    return sum(first == context for first, _ in pairs(words))


def hot(power):
    return lambda p, t, rng: int(rng.choice(len(p), p=p ** power(t) / (p ** power(t)).sum()))


def shifted(counts, weights):
    return ch03.mixed(counts, weights, np.zeros(len(counts[0])))


def careless(counts, weights):
    p = np.full(len(counts[0]), 1 / len(counts[0]))
    for c, w in zip(counts, weights, strict=True):
        with np.errstate(invalid="ignore"):
            p = w * c / c.sum() + (1 - w) * p
    return p


def begun_with(start):
    return lambda counts, weights: ch03.mixed(counts, weights, start(counts))


def returns_within(counts, weights):
    p = np.full(len(counts[0]), 1 / len(counts[0]))
    for c, w in zip(counts, weights, strict=True):
        return w * c / c.sum() + (1 - w) * p


def product(logs):
    with np.errstate(all="ignore"):
        return np.prod(np.exp(logs)) ** (-1 / len(logs))


def changes_its_counts(counts, alpha):
    counts += alpha
    return counts / counts.sum()


def changes_its_floats(probabilities, temperature, rng):
    probabilities **= 1 / temperature
    probabilities /= probabilities.sum()
    return int(rng.choice(len(probabilities), p=probabilities))


MISTAKES = [
    (
        ch03.estimate,
        lambda words, w, c: pairs(words).count((c, w)) / max(1, followed(words, c)),
        "the context comes first",
    ),
    (ch03.perplexity, product, "add the logarithms"),
    (ch03.perplexity, lambda logs: np.exp(-np.maximum(logs, -1e6).mean()), "-inf is replaced"),
    (ch03.laplace, lambda counts, alpha: (counts + alpha) / (counts.sum() + alpha * 63), "as if there were 63 tokens"),
    (ch03.laplace, changes_its_counts, "make a new one"),
    (ch03.interpolated, begun_with(lambda counts: np.full(len(counts[0]), 1 / 63)), "you begin with 1 / 63"),
    (ch03.interpolated, begun_with(lambda counts: np.full(len(counts[0]), 1 / len(counts))), "V being the length"),
    (ch03.interpolated, begun_with(lambda counts: counts[0]), "with the counts of the shortest"),
    (
        ch03.interpolated,
        lambda counts, weights: ch03.mixed(counts[1:], weights[1:], counts[0] / max(1, counts[0].sum())),
        "with the counts of the shortest",
    ),
    (ch03.interpolated, lambda counts, weights: ch03.mixed(counts, weights[::-1]), "weights are turned round"),
    (ch03.interpolated, returns_within, "return within the loop"),
    (ch03.draw, changes_its_floats, "changed the ndarray that it was given"),
    (ch03.draw, lambda p, t, rng: rng.choice(len(p), 1, p=p), "draw without `size`"),
    (ch03.estimate, lambda words, c, w: pairs(words).count((c, w)), "how often the pair occurs"),
    (ch03.estimate, lambda words, c, w: pairs(words).count((c, w)) / len(words), "share of the whole text"),
    (ch03.estimate, lambda words, c, w: pairs(words).count((c, w)) / max(1, words.count(c)), "ends the text"),
    (ch03.estimate, lambda words, c, w: pairs(words).count((c, w)) / max(1, words.count(w)), "came before"),
    (ch03.estimate, lambda words, c, w: pairs(words).count((c, w)) / followed(words, c), "so the answer is 0"),
    (ch03.estimate, lambda words, c, w: 0.77, "was expected"),
    (ch03.perplexity, lambda logs: np.exp(-logs).mean(), "mean of exp"),
    (ch03.perplexity, lambda logs: np.exp(-logs.sum()), "exp of the sum"),
    (ch03.perplexity, lambda logs: -logs.mean(), "in nats"),
    (ch03.perplexity, lambda logs: np.exp(logs.mean()), "a sign is missing"),
    (ch03.perplexity, lambda logs: float(np.exp(-np.mean([np.nan for _ in logs]))), "logarithms already"),
    (ch03.perplexity, lambda logs: 2 ** -logs.mean(), "not of 2"),
    (ch03.perplexity, lambda logs: 1 / np.exp(logs).mean(), "not the probabilities"),
    (ch03.perplexity, lambda logs: np.exp(-logs[np.isfinite(logs)].mean()), "infinite"),
    (ch03.laplace, lambda counts, alpha: counts / max(1, counts.sum()), "maximum likelihood"),
    (ch03.laplace, lambda counts, alpha: (counts + 1) / (counts.sum() + len(counts)), "whatever alpha is"),
    (ch03.laplace, lambda counts, alpha: (counts + alpha) / max(1, counts.sum()), "alpha times V"),
    (ch03.laplace, lambda counts, alpha: (counts + alpha) / (counts.sum() + alpha), "not once in all"),
    (
        ch03.laplace,
        lambda counts, alpha: np.where(counts, counts, alpha) / np.where(counts, counts, alpha).sum(),
        "not only those that are 0",
    ),
    (ch03.laplace, lambda counts, alpha: counts, "maximum likelihood|sum to"),
    (ch03.interpolated, lambda counts, weights: ch03.mixed(counts, [1 - w for w in weights]), "changed places"),
    (ch03.interpolated, shifted, "1 / V"),
    (ch03.interpolated, lambda counts, weights: ch03.mixed(counts[::-1], weights[::-1]), "turned round"),
    (ch03.interpolated, lambda counts, weights: ch03.mixed(counts[-1:], weights[-1:]), "only the longest"),
    (ch03.interpolated, careless, "division by zero"),
    (
        ch03.interpolated,
        lambda counts, weights: sum(w * c / max(1, c.sum()) for c, w in zip(counts, weights, strict=True)),
        "leaves only 1 - weight",
    ),
    (ch03.interpolated, lambda counts, weights: ch03.mixed(counts, weights, skip=False), "never seen"),
    (ch03.continuation, lambda words: share(Counter(words)), "how often each word occurs"),
    (ch03.continuation, lambda words: dict(Counter(b for _, b in set(pairs(words)))), "divide by"),
    (ch03.continuation, lambda words: share(Counter(a for a, _ in set(pairs(words)))), "follow each word"),
    (
        ch03.continuation,
        lambda words: {w: n / len(set(words)) for w, n in Counter(b for _, b in set(pairs(words))).items()},
        "the same for every word",
    ),
    (
        ch03.continuation,
        lambda words: {w: n / len(words) for w, n in Counter(b for _, b in set(pairs(words))).items()},
        "the same for every word",
    ),
    (ch03.continuation, lambda words: dict.fromkeys(words, "often"), "must be numbers"),
    (ch03.draw, lambda p, t, rng: int(p.argmax()), "by chance"),
    (ch03.draw, hot(lambda t: t), "1 / temperature"),
    (ch03.draw, hot(lambda t: 1), "changes nothing"),
    (ch03.draw, lambda p, t, rng: int(rng.choice(len(p), p=np.exp(p / t) / np.exp(p / t).sum())), "exp is for scores"),
    (ch03.draw, lambda p, t, rng: int(rng.integers(len(p))), "equally often|probability 0"),
    (ch03.draw, lambda p, t, rng: p[0], "number of a token"),
    (
        ch03.draw,
        lambda p, t, rng: int(np.random.default_rng().choice(len(p), p=p ** (1 / t) / (p ** (1 / t)).sum())),
        "the `rng` that is given",
    ),
]


@pytest.mark.parametrize(("check", "mistake", "hint"), MISTAKES)
def test_a_classic_mistake_gets_its_hint(check, mistake, hint):
    verdict = check(mistake)
    assert verdict.state == "wrong" and any(part in verdict.message for part in hint.split("|")), verdict


def test_solutions_are_correct_and_stubs_untried(root):
    solutions = runpy.run_path(str(root / "notebooks/solutions/03_language_models.py"))
    for name in ("estimate", "perplexity", "laplace", "interpolated", "continuation", "draw"):
        check = getattr(ch03, name)
        assert check(solutions[name]), check(solutions[name])
        assert check(lambda *args: ...).state == "untried"


def test_fractions_are_numbers_too():
    def exactly(words):
        kinds = set(pairs(words))
        return {word: Fraction(count, len(kinds)) for word, count in Counter(b for _, b in kinds).items()}

    assert ch03.continuation(exactly), ch03.continuation(exactly)


@pytest.mark.parametrize("cheat", [lambda *a: a[0], lambda *a: 0, lambda *a: [], lambda *a: {}, lambda *a: object()])
def test_no_check_is_fooled(cheat):
    for name in ("estimate", "perplexity", "laplace", "interpolated", "continuation", "draw"):
        verdict = getattr(ch03, name)(cheat)
        assert verdict.state == "wrong" and len(verdict.message) > 15, f"{name}: {verdict}"
