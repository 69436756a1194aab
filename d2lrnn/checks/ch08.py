"""Checks for the exercises of chapter 08. N passages, T tokens, K unfinished sequences, V vocabulary."""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.checks import Wrong, array, ask, exercise, number


@exercise("8.1")
def folds(answer):
    rng = np.random.default_rng(81)
    for plays, k in ((6, 3), (7, 3), (5, 5), (14, 4)):
        sizes = rng.integers(3, 40, plays)
        play = rng.permutation(np.repeat([f"play {i}" for i in range(plays)], sizes))
        given = array(ask(answer, play.copy(), k), (len(play),), "the folds")
        if not np.array_equal(given, given.round()) or given.min() < 0 or given.max() >= k:
            raise Wrong(f"folds are numbered from 0 to {k - 1}; yours run from {given.min():g} to {given.max():g}")
        of = {name: np.unique(given[play == name]) for name in np.unique(play)}
        torn = [name for name, its in of.items() if len(its) > 1]
        if torn:
            raise Wrong(
                f"{len(torn)} of {plays} plays have passages in several folds, so a model would be tested on plays it has read: "
                "give the number to the play, not to the passage"
            )
        many = np.bincount([int(its[0]) for its in of.values()], minlength=k)
        if many.min() == 0:
            raise Wrong(
                f"of {k} folds {np.sum(many == 0)} have no play: np.unique(play) has the names; deal them out in turn"
            )
        if many.max() - many.min() > 1:
            raise Wrong(
                f"{plays} plays in {k} folds: yours have {many.tolist()} plays; they should differ by 1 at most"
            )
    return "no play is on both sides, whichever fold is held out"


@exercise("8.2")
def f1(answer):
    rng = np.random.default_rng(82)
    cases = []
    for T in (12, 40, 200):
        true = rng.integers(0, 4, T) * (rng.random(T) < 0.4)
        cases.append((np.where(rng.random(T) < 0.6, true, rng.integers(0, 4, T)), true))
    cases += [(np.array([0, 1, 0, 2]), np.array([0, 2, 0, 2])), (np.array([0, 0, 0]), np.array([0, 0, 0]))]
    for said, true in cases:
        given = number(ask(answer, said.copy(), true.copy()), "F1", finite=True)
        hits, claimed, wanted = (
            int(((said == true) & (true != 0)).sum()),
            int((said != 0).sum()),
            int((true != 0).sum()),
        )
        right = 2 * hits / (claimed + wanted) if claimed + wanted else 1.0
        if math.isclose(given, right, abs_tol=1e-9):
            continue
        if not claimed + wanted:
            raise Wrong(f"nothing was to be restored and nothing was said: that is perfect, 1, and yours is {given:g}")
        precision, recall = hits / max(claimed, 1), hits / max(wanted, 1)
        found = int(((said != 0) & (true != 0)).sum())
        hints = [
            ((said == true).mean(), "that is the accuracy: it praises whoever says 0 everywhere, for most tags are 0"),
            (
                precision,
                "that is the precision, the share of what was said that is right; what was missed must count too",
            ),
            (
                recall,
                "that is the recall, the share of what was wanted that was found; what was said wrongly must count too",
            ),
            (hits / (claimed + wanted), "the factor 2 is missing: a perfect answer must give 1"),
            ((precision + recall) / 2, "that is the mean of precision and recall; F1 is their harmonic mean"),
            (
                2 * (said == true).sum() / (claimed + wanted),
                "a 0 that is right is no hit: only tags other than 0 count",
            ),
            (2 * found / (claimed + wanted), "a tag in the right place has to be the right tag, too"),
        ]
        for wrong, hint in hints:
            if math.isclose(given, wrong, abs_tol=1e-9):
                raise Wrong(hint)
        raise Wrong(f"{hits} hits, {claimed} said, {wanted} wanted: {right:.3f} was expected, yours is {given:.3f}")
    return "whoever restores nothing gets 0, and so does whoever guesses wildly, nearly"


@exercise("8.3")
def teacher_forcing(answer):
    rng = np.random.default_rng(83)
    for T in (3, 7, 1):
        target, begin, end = rng.integers(5, 30, T), 1, 2
        given = ask(answer, target.copy(), begin, end)
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise Wrong("two arrays are asked for: what the decoder reads, and what it is to say")
        inputs, outputs = (np.asarray(part) for part in given)
        right = np.array([begin, *target]), np.array([*target, end])
        if inputs.shape == right[0].shape and (inputs == right[0]).all() and np.array_equal(outputs, right[1]):
            continue
        if np.array_equal(inputs, right[1]) and np.array_equal(outputs, right[0]):
            raise Wrong("the two are exchanged: first what is read, then what is to be said")
        if np.array_equal(inputs, outputs):
            raise Wrong("at each step the decoder reads the very token that it is to say: shift one against the other")
        if np.array_equal(inputs, target) or np.array_equal(inputs, target[:-1]):
            raise Wrong("the decoder has nothing to read at its first step: let it begin with the begin mark")
        if np.array_equal(outputs, target):
            raise Wrong("nobody tells the decoder when to stop: the last thing to say is the end mark")
        if len(inputs) and inputs[-1] == end:
            raise Wrong("the end mark is said and never read: nothing comes after it")
        if len(outputs) and outputs[0] == begin:
            raise Wrong("the begin mark is read and never said")
        if len(inputs) != len(outputs):
            raise Wrong(
                f"each token that is read has one that is to be said; yours are {len(inputs)} and {len(outputs)}"
            )
        raise Wrong(
            f"for {target.tolist()} with marks {begin} and {end} yours are {inputs.tolist()} and {outputs.tolist()}"
        )
    return "the decoder reads one token behind what it is to say"


@exercise("8.4")
def beam_step(answer):
    rng = np.random.default_rng(84)
    for K, V, width in ((1, 5, 3), (3, 6, 3), (4, 3, 5), (2, 8, 1)):
        logits = rng.normal(size=(K, V)) * 2
        log_probs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        scores = np.sort(rng.normal(-4, 1.5, K))[::-1].copy()
        given = ask(answer, log_probs.copy(), scores.copy(), width)
        try:
            found = [(int(k), int(v)) for k, v in given]
        except (TypeError, ValueError):
            raise Wrong("a list of pairs (k, v) is asked for: which sequence goes on, and with which token") from None
        totals = scores[:, None] + log_probs

        def best(values, most=width):
            order = np.argsort(-values.ravel(), kind="stable")[:most]
            return [tuple(int(i) for i in divmod(at, values.shape[1])) for at in order]

        right = best(totals)
        if found == right:
            continue
        if sorted(found) == sorted(right):
            raise Wrong("the right ones, in another order: the best first")
        if len(found) != len(right):
            if len(found) == K * width or len(found) == K:
                raise Wrong(
                    f"{width} are kept in all, and not for each sequence: compare the continuations of all {K} with each other"
                )
            raise Wrong(f"{width} continuations are to be kept, yours are {len(found)}")
        if [(v, k) for k, v in found] == right:
            raise Wrong("(k, v): first the sequence, then the token")
        hints = [
            (
                log_probs,
                "the scores of the sequences so far are not added: a likely token after an unlikely beginning wins too easily",
            ),
            (-totals, "those are the unlikeliest"),
            (
                scores[:, None] + np.exp(log_probs),
                "logarithms are added to logarithms: scores + log_probs, without exp",
            ),
            (scores[:, None] * log_probs, "probabilities multiply, so their logarithms add: +, not *"),
            (
                np.exp(scores)[:, None] + np.exp(log_probs),
                "probabilities multiply; adding them is something else. Add the logarithms",
            ),
        ]
        for values, hint in hints:
            if found == best(values):
                raise Wrong(hint)
        rows = [(k, int(log_probs[k].argmax())) for k in range(K)]
        if len(rows) == width and sorted(found) == sorted(rows):
            raise Wrong(
                "that is each sequence's own best token; two continuations of one sequence may beat all of another's"
            )
        raise Wrong(f"with K={K}, V={V}, width={width}: {right} was expected, yours is {found}")
    return "repeat it until every sequence has ended, and it is the search of 8.6"
