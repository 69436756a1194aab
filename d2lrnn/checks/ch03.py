"""Checks for the exercises of chapter 03. V is the size of the vocabulary."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise, number


def _probabilities(given, size: int) -> np.ndarray:
    """The reader's distribution as an array (V,)."""
    try:
        p = np.asarray(given, float)
    except (TypeError, ValueError):
        raise Wrong(f"an array of {size} probabilities is asked for, got {type(given).__name__}") from None
    if p.shape != (size,):
        raise Wrong(f"one probability for each of the {size} tokens is asked for, shape ({size},), got shape {p.shape}")
    return p


def _begin(p: np.ndarray) -> str:
    """The first four of some probabilities."""
    return f"[{', '.join(f'{value:.4f}' for value in p[:4])}{', …' if len(p) > 4 else ''}]"


def _close(a, b) -> bool:
    return bool(np.allclose(a, b, rtol=1e-6, atol=1e-12))


@exercise("3.1")
def estimate(answer):
    rng = np.random.default_rng(1)
    trials = [
        ("deep learning is deep learning is deep fun but learning is learning".split(), "deep", "learning"),
        ("a b a c a b".split(), "a", "c"),
    ]
    trials += [("so so so far".split(), "so", "so"), ("the end of the".split(), "the", "end")]
    for _ in range(8):
        words = [str(word) for word in rng.choice(list("abcd"), 40)]
        trials.append((words, *map(str, rng.choice(list("abcd"), 2))))
    trials += [("a b c".split(), "c", "a"), ("a b c".split(), "z", "a")]
    for words, context, word in trials:
        where = f"p({word} | {context}) in {' '.join(words)!r}"
        pairs = list(zip(words, words[1:], strict=False))
        both, followed = pairs.count((context, word)), sum(first == context for first, _ in pairs)
        right = both / followed if followed else 0.0
        try:
            given = number(ask(answer, list(words), context, word), "the estimate")
        except Wrong as wrong:
            if "ZeroDivisionError" in str(wrong) and not followed:
                raise Wrong(f"{where}: {wrong}; nothing ever follows {context!r}, so the answer is 0") from None
            raise
        if _close(given, right):
            continue
        if not followed:
            raise Wrong(
                f"{where}: nothing ever follows {context!r}, so the answer is 0, and your function says {given:g}"
            )
        if given == both and both > 1:
            raise Wrong(
                f"{where}: {both} is how often the pair occurs; divide by how often {context!r} is followed by anything"
            )
        if _close(given, both / words.count(context)):
            raise Wrong(
                f"{where}: the {context!r} that ends the text is followed by nothing; leave it out of the division"
            )
        if _close(given, both / len(pairs)) or _close(given, both / len(words)):
            raise Wrong(
                f"{where}: that is the pair's share of the whole text; divide by how often {context!r} is followed by anything, not by all"
            )
        turned, after_word = pairs.count((word, context)), sum(first == word for first, _ in pairs)
        if after_word and _close(given, turned / after_word):
            raise Wrong(f"{where}: that is p({context} | {word}); the context comes first, and then the word")
        if word in words and _close(given, both / words.count(word)):
            raise Wrong(f"{where}: divided by how often {word!r} occurs, that is p({context} came before | {word})")
        raise Wrong(f"{where}: {both} / {followed} was expected, and your function gave {given:g}")
    return "that is the deck's estimate, n(deep, learning) / n(deep)"


@exercise("3.2")
def perplexity(answer):
    rng = np.random.default_rng(2)
    trials = [np.log([0.25] * 4), np.log([0.5, 0.125]), np.log([0.5, 0.1, 1e-4])]
    trials += [np.log(rng.uniform(0.01, 1, n)) for n in (1, 5, 200)]
    for logs in trials:
        given = number(ask(answer, logs.copy()), "the perplexity")
        right = math.exp(-logs.mean())
        if _close(given, right):
            continue
        where = f"for probabilities {np.round(np.exp(logs[:3]), 4).tolist()}{' …' if len(logs) > 3 else ''}"
        if math.isnan(given):
            raise Wrong(f"{where}: not a number; you are given logarithms already, and a negative number has none")
        if _close(given, np.exp(-logs).mean()):
            raise Wrong(f"{where}: that is the mean of exp; take the mean first, then exp of it")
        if _close(given, np.exp(-logs.sum())):
            raise Wrong(f"{where}: that is exp of the sum, which grows with every token; divide by their number first")
        if _close(given, -logs.mean()):
            raise Wrong(f"{where}: that is the mean surprisal in nats; perplexity is exp of it")
        if _close(given, 1 / right):
            raise Wrong(
                f"{where}: below 1, so a sign is missing: log-probabilities are negative, perplexity is 1 or more"
            )
        if _close(given, 2 ** -logs.mean()):
            raise Wrong(f"{where}: these are natural logarithms, so the power is one of e, not of 2")
        if _close(given, 1 / np.exp(logs).mean()):
            raise Wrong(f"{where}: average the log-probabilities, not the probabilities")
        raise Wrong(f"{where}: {right:.4g} was expected, and your function gave {given:.4g}")
    with np.errstate(all="ignore"):
        given = number(ask(answer, np.array([-1.0, -math.inf])), "the perplexity")
    if given != math.inf:
        raise Wrong(
            f"one impossible token (log-probability -inf) makes the perplexity infinite, and your function says {given:g}"
        )
    logs = np.log(rng.uniform(0.01, 1, 5000))
    with np.errstate(all="ignore"):
        given, right = number(ask(answer, logs.copy()), "the perplexity"), math.exp(-logs.mean())
    if not _close(given, right):
        raise Wrong(
            f"for 5,000 tokens {right:.4g} was expected, and your function gave {given:.4g}: a product of so many probabilities is below what a computer "
            "can hold; add the logarithms"
        )
    with np.errstate(all="ignore"):
        long = np.where(np.arange(2_000_000) == 7, -math.inf, -1.0)
        given = number(ask(answer, long), "the perplexity")
    if given != math.inf:
        raise Wrong(
            f"one impossible token among two million makes the perplexity infinite, and your function says {given:g}: -inf is replaced by a number"
        )
    return "one number that compares any two models on the same tokens"


@exercise("3.3")
def laplace(answer):
    rng = np.random.default_rng(3)
    trials = [(np.array([3, 1, 0, 0]), 1.0), (np.array([0, 0, 5]), 0.5), (np.zeros(4, int), 0.1)]
    trials += [(rng.integers(0, 9, size), alpha) for size, alpha in ((5, 1.0), (7, 0.01), (30, 2.5))]
    for counts, alpha in trials:
        p, size, total = _probabilities(ask(answer, counts.copy(), alpha), len(counts)), len(counts), counts.sum()
        if _close(p, (counts + alpha) / (total + alpha * size)):
            continue
        where = f"for counts {counts[:6].tolist()}{' …' if size > 6 else ''} and alpha {alpha:g}"
        if total and _close(p, counts / total):
            raise Wrong(f"{where}: that is maximum likelihood; alpha must be added to every count first")
        if _close(p, (counts + 1) / (total + size)):
            raise Wrong(f"{where}: you add 1 whatever alpha is")
        if total and _close(p, (counts + alpha) / total):
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}; alpha was added {size} times, so the total grows by alpha times V"
            )
        if _close(p, (counts + alpha) / (total + alpha)):
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}; alpha was added once for each of the {size} tokens, not once in all"
            )
        raised = np.where(counts == 0, alpha, counts)
        if _close(p, raised / raised.sum()):
            raise Wrong(f"{where}: every count is raised by alpha, not only those that are 0")
        with np.errstate(all="ignore"):
            symbols = ((counts + alpha) / p - total) / alpha  # the V that was taken
        if np.isfinite(symbols).all() and _close(symbols, symbols[0]) and symbols[0] > 1.5:
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}, as if there were {symbols[0]:.4g} tokens; V is the length of the `counts` that you are given, "
                f"here {size}"
            )
        if not _close(p.sum(), 1):
            raise Wrong(f"{where}: they sum to {p.sum():.4g}; probabilities sum to 1")
        raise Wrong(f"{where}: {_begin((counts + alpha) / (total + alpha * size))} was expected, got {_begin(p)}")
    return "no token is impossible any more, and the sum is still 1"


def mixed(counts, weights, start=None, skip=True):
    """p(w | h) by interpolation, from the shortest context to the longest; `start` and `skip` are there to recognise what was forgotten."""
    p = np.full(len(counts[0]), 1 / len(counts[0])) if start is None else start
    for followers, weight in zip(counts, weights, strict=True):
        total = followers.sum()
        if total or not skip:
            p = weight * followers / max(total, 1) + (1 - weight) * p
    return p


@exercise("3.4")
def interpolated(answer):
    rng = np.random.default_rng(4)
    trials = [([np.array([6, 3, 1]), np.array([0, 2, 0])], [0.9, 0.5])]
    for size, levels in ((4, 1), (6, 3), (12, 4)):
        counts = [rng.integers(0, 12 // level + 1, size) for level in range(1, levels + 1)]
        trials.append((counts, rng.uniform(0.2, 0.9, levels).round(2).tolist()))
    trials.append(([np.array([4, 4, 2]), np.array([1, 0, 1]), np.array([0, 0, 0])], [0.8, 0.6, 0.5]))
    for counts, weights in trials:
        size = len(counts[0])
        p = _probabilities(ask(answer, [c.copy() for c in counts], list(weights)), size)
        right = mixed(counts, weights)
        if _close(p, right):
            continue
        where = f"for counts {[c[:6].tolist() for c in counts]} and weights {weights}"
        if not np.isfinite(p).all():
            raise Wrong(f"{where}: division by zero; a context that was never seen leaves p as it is")
        if not counts[-1].sum() and _close(p, mixed(counts, weights, skip=False)):
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}; the last context was never seen, so p stays as it is there"
            )
        if _close(p, mixed(counts, [1 - w for w in weights])):
            raise Wrong(f"{where}: weight and 1 - weight have changed places")
        if _close(p, mixed(counts, weights, np.zeros(size))):
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}; below the shortest context comes 1 / V, the same for every token"
            )
        begun = [counts[0], counts[0] / max(1, counts[0].sum())]
        if any(_close(p, mixed(c, w, b)) for b in begun for c, w in ((counts, weights), (counts[1:], weights[1:]))):
            raise Wrong(
                f"{where}: you begin with the counts of the shortest context; begin with 1 / V, and mix those in, too"
            )
        left = mixed(counts, weights, np.ones(size)) - mixed(counts, weights, np.zeros(size))  # the start's share
        start = (p - mixed(counts, weights, np.zeros(size))) / left
        if _close(start, start[0]) and start[0] > 0:
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}, since you begin with 1 / {1 / start[0]:.4g} for each token; begin with 1 / V, V being the length of "
                f"each array that you are given, here {size}"
            )
        if len(counts) > 1 and _close(p, mixed(counts[:1], weights[:1])):
            raise Wrong(f"{where}: only the shortest context was used; does your function return within the loop?")
        if len(counts) > 1 and _close(p, mixed(counts, weights[::-1])):
            raise Wrong(
                f"{where}: the weights are turned round: `weights[0]` is the shortest context's, as `counts[0]` is"
            )
        if len(counts) > 1 and _close(p, mixed(counts[::-1], weights[::-1])):
            raise Wrong(
                f"{where}: the order is turned round: begin with the shortest context, so that the longest has the last word"
            )
        if len(counts) > 1 and _close(p, mixed(counts[-1:], weights[-1:])):
            raise Wrong(f"{where}: only the longest context was used; each shorter one belongs underneath it")
        shares = [
            weight * followers / max(followers.sum(), 1) for followers, weight in zip(counts, weights, strict=True)
        ]
        if _close(p, sum(shares)):
            raise Wrong(
                f"{where}: they sum to {p.sum():.3g}; a context that takes its weight leaves only 1 - weight to what the shorter ones said"
            )
        raise Wrong(f"{where}: {_begin(right)} was expected, got {_begin(p)} (sum {p.sum():.3g})")
    return "the one recursion that every model of this chapter shares"


@exercise("3.5")
def continuation(answer):
    rng = np.random.default_rng(5)
    trials = [
        "san francisco san francisco san francisco a glass b glass".split(),
        "a b a b a c".split(),
        "x x x y".split(),
    ]
    trials += [
        [str(word) for word in rng.choice(list("abcdef"), 60, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05])] for _ in range(4)
    ]
    for words in trials:
        given = ask(answer, list(words))
        if not isinstance(given, dict):
            raise Wrong(f"a dict from word to probability is asked for, got {type(given).__name__}")
        try:
            given = {word: float(value) for word, value in given.items()}
        except (TypeError, ValueError):
            raise Wrong("the values of the dict must be numbers") from None
        pairs = list(zip(words, words[1:], strict=False))
        kinds = set(pairs)

        def share(counts):
            return {word: count / sum(counts.values()) for word, count in counts.items() if count}

        def same(other, given=given):
            return {w: v for w, v in given.items() if v}.keys() == other.keys() and all(
                _close(given[w], v) for w, v in other.items()
            )

        right = share(Counter(second for _, second in kinds))
        if same(right):
            continue
        where = f"in {' '.join(words[:12])!r}{' …' if len(words) > 12 else ''}"
        if same(share(Counter(words))) or same(share(Counter(second for _, second in pairs))):
            raise Wrong(f"{where}: that is how often each word occurs; count each kind of word before it once")
        if same(Counter(second for _, second in kinds)):
            raise Wrong(
                f"{where}: the counts are right; divide by the number of different pairs, so that they sum to 1"
            )
        if same(share(Counter(first for first, _ in kinds))):
            raise Wrong(
                f"{where}: these are the different words that follow each word; those that stand before it are wanted"
            )
        times = Counter(second for _, second in kinds)
        wholes = (len(set(words)), len(words), len(pairs))
        if any(same({w: n / whole for w, n in times.items()}) for whole in wholes) or same(
            {w: n / words.count(w) for w, n in times.items()}
        ):
            raise Wrong(f"{where}: divide by the number of different pairs in the text, the same for every word")
        if any(not 0 <= value <= 1 for value in given.values()):
            raise Wrong(f"{where}: the values must be probabilities")
        raise Wrong(f"{where}: {_short(right)} was expected, got {_short(given)}")
    return "this is the bottom of Kneser–Ney, and all that makes it different"


def _short(probabilities: dict) -> str:
    return ", ".join(f"{word} {probabilities[word]:.3f}" for word in sorted(probabilities)[:4])


@exercise("3.6")
def draw(answer):
    rng = np.random.default_rng(6)
    draws = 1200
    for p, temperature in (
        ([0.6, 0.3, 0.1], 1.0),
        ([0.6, 0.3, 0.1], 0.5),
        ([0.5, 0.0, 0.5], 1.0),
        ([0.7, 0.2, 0.1], 2.0),
    ):
        p = np.array(p)
        given = [ask(answer, p.copy(), temperature, rng) for _ in range(draws)]
        odd = [
            g for g in given if isinstance(g, bool | str) or not isinstance(g, int | np.integer) or not 0 <= g < len(p)
        ]
        if odd:
            shown = f"{odd[0]!r} " if np.ndim(odd[0]) == 0 and len(repr(odd[0])) < 20 else ""
            if isinstance(odd[0], list | np.ndarray) and np.size(odd[0]) == 1:
                raise Wrong("an array with one number in it came back; one number is asked for: draw without `size`")
            raise Wrong(f"the number of a token, 0 to {len(p) - 1}, is asked for, got {shown}({type(odd[0]).__name__})")
        seen = np.bincount(given, minlength=len(p)) / draws

        def warmed(power, p=p):
            raised = np.where(p > 0, p, 0) ** power
            return np.where(p > 0, raised, 0) / raised[p > 0].sum()

        right = warmed(1 / temperature)
        if np.abs(seen - right).max() < 0.06:
            continue
        where = f"from {p.tolist()} at temperature {temperature:g}"
        if seen.max() == 1:
            raise Wrong(
                f"{where}: {int(seen.argmax())} came {draws:,} times in a row; draw by chance, with the `rng` that is given"
            )
        if seen[p == 0].sum() > 0:
            raise Wrong(f"{where}: a token of probability 0 was drawn")
        if np.abs(seen - warmed(temperature)).max() < 0.06:
            raise Wrong(f"{where}: the power is 1 / temperature; yours makes a low temperature wilder")
        softmax = np.exp(p / temperature) / np.exp(p / temperature).sum()
        if np.abs(seen - softmax).max() < 0.06:
            raise Wrong(f"{where}: exp is for scores; these are probabilities already, to be raised to a power")
        if temperature != 1 and np.abs(seen - p).max() < 0.06:
            raise Wrong(
                f"{where}: the temperature changes nothing; dividing every probability by it does not either, once they sum to 1 again"
            )
        if np.abs(seen - 1 / len(p)).max() < 0.06:
            raise Wrong(f"{where}: every token comes equally often; the likely ones should come more often")
        raise Wrong(f"{where}: shares {right.round(2).tolist()} were expected, got {seen.round(2).tolist()}")
    repeated = [int(ask(answer, np.full(50, 0.02), 1.0, np.random.default_rng(7))) for _ in range(5)]
    if len(set(repeated)) > 1:
        raise Wrong(
            "with the same generator it draws differently each time: draw with the `rng` that is given, or nobody can repeat your text"
        )
    return "with this, any model that gives probabilities can write"
