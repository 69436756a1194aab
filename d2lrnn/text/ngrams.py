"""Counted language models (deck slides 17–19): maximum likelihood, Laplace, interpolation, Kneser–Ney.

V is the size of the vocabulary, T the number of tokens. A context is the tokens before the one to be predicted; only its last n - 1 count.

Each model is one recursion from the empty context to the longest one, w being the token and h its context, h' the context without its oldest token:

    p(w | h) = own(h w) + rest(h) * p(w | h')          the shortest: p(w | nothing at all) = 1 / V

and the models differ only in `own` (one number an n-gram that was seen) and `rest` (one number a context).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.seeding import generator
from d2lrnn.text.counts import NGramCounts, check_ids

__all__ = ["Interpolated", "KneserNey", "Laplace", "MaximumLikelihood", "NGramCounts", "NGramModel"]


class NGramModel:
    """What all counted models can do. A subclass says what `own` and `rest` are in `_level`.

    counts: the n-grams; order: 1 ... counts.order, the longest n-gram to use (default: all).
    Raises TypeError or ValueError for an order that was not counted.
    """

    recursive = True  # False: below the longest context comes 1 / V at once (Laplace)

    def __init__(self, counts: NGramCounts, order: int | None = None):
        order = self._longest(counts, order)
        self.counts, self.order, self.size = counts, order, counts.size
        self._own, self._rest = [np.zeros(1)], [np.ones(1)]
        for k in range(1, order + 1):
            own, rest = self._level(k)
            self._own.append(own)
            self._rest.append(rest)

    def _longest(self, counts: NGramCounts, order: int | None) -> int:
        """The length of the longest n-gram to use."""
        name = type(self).__name__
        if not isinstance(counts, NGramCounts):
            raise TypeError(f"{name}: it takes NGramCounts(ids, size, order), got {type(counts).__name__}")
        order = counts.order if order is None else check_whole(f"{name}: order", order, 1)
        if order > counts.order:
            raise ValueError(f"{name}: order {order} needs n-grams of {order} tokens, and {counts.order} were counted")
        return order

    def _level(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """`own` of each k-gram and `rest` of each (k - 1)-gram as a context."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}(order {self.order}, {self.counts.total:,} tokens, vocabulary {self.size:,})"

    def probs(self, ids: Sequence[int] | np.ndarray, context: Sequence[int] | np.ndarray = ()) -> np.ndarray:
        """The probability of each token of `ids` (T,) given all before it, `context` included; shape (T,)."""
        ids, context = check_ids(ids, self.size), check_ids(context, self.size)
        context = context[max(0, len(context) - self.order + 1) :]
        line = np.concatenate([context, ids])
        found = self.counts.numbers(line, min(self.order, len(line)))
        p = np.full(len(line), 1 / self.size)
        for k in range(1, min(self.order, len(line)) + 1):  # position t has the k-gram that starts at t - k + 1
            grams = found[k]
            contexts = found[k - 1][: len(grams)]
            below = p[k - 1 :] if self.recursive else 1 / self.size
            own = np.where(grams >= 0, self._own[k][grams], 0.0)
            rest = np.where(contexts >= 0, self._rest[k][contexts], 1.0)
            p[k - 1 :] = own + rest * below
        return p[len(context) :]

    def log_probs(self, ids: Sequence[int] | np.ndarray, context: Sequence[int] | np.ndarray = ()) -> np.ndarray:
        """The natural logarithm of `probs`, in nats, shape (T,); -inf for a token that the model holds impossible."""
        with np.errstate(divide="ignore"):
            return np.log(self.probs(ids, context))

    def log_prob(self, ids: Sequence[int] | np.ndarray, context: Sequence[int] | np.ndarray = ()) -> float:
        """The log-probability of a whole sentence by the chain rule (deck slide 17), in nats."""
        return float(self.log_probs(ids, context).sum())

    def perplexity(self, ids: Sequence[int] | np.ndarray, context: Sequence[int] | np.ndarray = ()) -> float:
        """exp of the mean negative log-probability a token: how many equally likely tokens it is like choosing between. Raises ValueError for no tokens."""
        logs = self.log_probs(ids, context)
        if not len(logs):
            raise ValueError("perplexity: at least one token is needed, got none")
        return float(np.exp(-logs.mean()))

    def distribution(self, context: Sequence[int] | np.ndarray = ()) -> np.ndarray:
        """The probability of every token after a context; shape (V,), sums to 1."""
        context = check_ids(context, self.size)
        context = context[max(0, len(context) - self.order + 1) :]
        found = self.counts.numbers(context, len(context))
        p = np.full(self.size, 1 / self.size)
        for k in range(1, len(context) + 2):
            number = int(found[k - 1][-1])  # of the last k - 1 tokens
            if number < 0:  # nor was any longer one seen
                return p if self.recursive else np.full(self.size, 1 / self.size)
            where = self.counts.followers(k, number)
            below = p if self.recursive else 1 / self.size
            p = self._rest[k][number] * np.broadcast_to(below, self.size)
            p[self.counts.keys[k][where] % self.size] += self._own[k][where]
        return p

    def prob(self, token: int, context: Sequence[int] | np.ndarray = ()) -> float:
        """The probability of one token after a context."""
        return float(self.probs([token], context)[0])

    def rank(self, context: Sequence[int] | np.ndarray = (), top: int = 10) -> list[tuple[int, float]]:
        """The `top` most probable next tokens with their probabilities, the most probable first; ties in the order of ids."""
        check_whole("top", top, 1)
        p = self.distribution(context)
        return [(int(i), float(p[i])) for i in np.argsort(-p, kind="stable")[:top]]

    def sample(
        self,
        length: int,
        context: Sequence[int] | np.ndarray = (),
        *,
        temperature: float = 1.0,
        rng: int | np.random.Generator | None = None,
    ) -> np.ndarray:
        """`length` tokens drawn one after the other, each given those before it and `context`; shape (length,), int32.

        temperature: 1 draws from the model, below 1 more of the likely tokens; 0 takes the likeliest. rng: see `d2lrnn.generator`.
        """
        check_whole("length", length, 0)
        if not 0 <= temperature < float("inf"):
            raise ValueError(f"temperature must be 0 or more, got {temperature}")
        rng = generator(rng)
        line = check_ids(context, self.size).tolist()
        start = len(line)
        for _ in range(length):
            p = self.distribution(line[max(0, len(line) - self.order + 1) :])
            if temperature == 0:
                line.append(int(p.argmax()))
                continue
            if temperature != 1:
                p = (p / p.max()) ** (1 / temperature)
            cumulative = p.cumsum()
            line.append(int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")))
        return np.array(line[start:], np.int32)

    def _followed(self, k: int) -> np.ndarray:
        """How often each (k - 1)-gram is followed by any token; 0 for one that only ends the text."""
        return np.bincount(self.counts.context(k), self.counts.counts[k], minlength=len(self.counts.keys[k - 1]))


class MaximumLikelihood(NGramModel):
    """p(w | h) = n(h w) / n(h), the deck's estimate (slide 17). What was not counted is impossible.

    A context that was never seen has no such estimate: the longest end of it that was seen is used.
    """

    def _level(self, k):
        followed = self._followed(k)
        return self.counts.counts[k] / followed[self.counts.context(k)], (followed == 0).astype(float)


class Laplace(NGramModel):
    """p(w | h) = (n(h w) + alpha) / (n(h) + alpha V): every count is raised by `alpha` (Laplace: 1; Lidstone: less)."""

    recursive = False

    def __init__(self, counts: NGramCounts, order: int | None = None, *, alpha: float = 1.0):
        if not 0 < alpha < float("inf"):
            raise ValueError(f"Laplace: alpha must be above 0, got {alpha}")
        self.alpha = float(alpha)
        super().__init__(counts, order)

    def _level(self, k):
        raised = self._followed(k) + self.alpha * self.size
        return self.counts.counts[k] / raised[self.counts.context(k)], self.alpha * self.size / raised


class Interpolated(NGramModel):
    """p(w | h) = weight * n(h w) / n(h) + (1 - weight) * p(w | h'), one weight a length (Jelinek & Mercer 1980).

    weights: one number from 0 to 1 for each length 1 ... order, below 1 for no zeros; a single number serves for all.
    `fit` chooses them on held-out text. Raises ValueError for other weights.
    """

    def __init__(self, counts: NGramCounts, order: int | None = None, *, weights: float | Sequence[float] = 0.75):
        longest = self._longest(counts, order)
        self.weights = np.full(longest, weights, float) if np.ndim(weights) == 0 else np.asarray(weights, float)
        if self.weights.shape != (longest,) or not ((0 <= self.weights) & (self.weights <= 1)).all():
            raise ValueError(
                f"Interpolated: {longest} weights from 0 to 1 are needed, one for each length, got {weights}"
            )
        super().__init__(counts, order)

    def _level(self, k):
        followed, weight = self._followed(k), self.weights[k - 1]
        return weight * self.counts.counts[k] / followed[self.counts.context(k)], np.where(
            followed > 0, 1 - weight, 1.0
        )

    @classmethod
    def fit(
        cls, counts: NGramCounts, held_out: Sequence[int] | np.ndarray, order: int | None = None, *, steps: int = 60
    ) -> Interpolated:
        """The weights that make `held_out` most probable, by expectation maximisation. `held_out` must not be text that was counted."""
        held_out = check_ids(held_out, counts.size)
        if not len(held_out):
            raise ValueError("Interpolated: weights are chosen on held-out tokens, got none")
        likely = MaximumLikelihood(counts, order)
        found = counts.numbers(held_out, likely.order)
        own = np.zeros((likely.order, len(held_out)))  # the ML estimate of each length for each token
        seen = np.zeros((likely.order, len(held_out)), bool)  # whether it has one
        for k in range(1, min(likely.order, len(held_out)) + 1):
            contexts = found[k - 1][: len(found[k])]
            seen[k - 1, k - 1 :] = (contexts >= 0) & (likely._rest[k][contexts] == 0)
            own[k - 1, k - 1 :] = np.where(found[k] >= 0, likely._own[k][found[k]], 0)
        weights = np.full(likely.order, 0.5)
        for _ in range(steps):
            used = seen * weights[:, None]
            passed = np.cumprod((1 - used)[::-1], 0)[::-1]  # the share that reaches below each length
            reached = np.vstack([passed[1:], np.ones(len(held_out))])
            share = reached * used * own
            total = share.sum(0) + passed[0] / counts.size
            here = (share / total).sum(1)
            below = ((np.cumsum(share, 0) + passed[0] / counts.size) / total * seen).sum(1)
            weights = np.divide(here, below, out=weights.copy(), where=below > 0)
        return cls(counts, likely.order, weights=np.minimum(weights, 1 - 1e-6))


class KneserNey(NGramModel):
    """Interpolated Kneser–Ney (Kneser & Ney 1995; Chen & Goodman 1999): take a little from every count and give it to the shorter context,
    where a token counts for how many different tokens it follows, not for how often it occurs.

    discount: what is taken from every count, from 0 to 1; None (the default) estimates it from the counts, for each length, and apart for counts
    of 1, 2, and 3 or more ("modified Kneser–Ney", Chen & Goodman 1999, section 4.1); where a length has too few kinds of counts, 0.75 is taken.
    uniform: whether the shortest context also gives, to 1 / V, so that nothing is impossible.
    Raises ValueError for a discount outside 0 ... 1.
    """

    def __init__(
        self, counts: NGramCounts, order: int | None = None, *, discount: float | None = None, uniform: bool = True
    ):
        if discount is not None and not 0 <= discount <= 1:
            raise ValueError(f"KneserNey: discount must be from 0 to 1, or None to estimate it, got {discount}")
        self.discount, self.uniform = discount, uniform
        super().__init__(counts, order)

    def _level(self, k):
        counts = self._counted(k)
        taken = np.array([0, *self.discounts(k)])[np.minimum(counts, 3)]
        if k == 1 and not self.uniform:
            taken = np.zeros(len(counts))
        contexts, size = self.counts.context(k), len(self.counts.keys[k - 1])
        total = np.bincount(contexts, counts, minlength=size)
        given = np.bincount(contexts, taken, minlength=size)
        safe = np.maximum(total, 1)
        return (counts - taken) / safe[contexts], np.where(total > 0, given / safe, 1.0)

    def _counted(self, k: int) -> np.ndarray:
        """How often each k-gram occurs; for a length below the order, how many different tokens it follows."""
        return self.counts.counts[k] if k == self.order else self.counts.before[k]

    def discounts(self, k: int) -> np.ndarray:
        """What is taken from counts of 1, 2, and 3 or more of the k-grams, (3,). Raises ValueError unless k is from 1 to the order."""
        if not 1 <= k <= self.order:
            raise ValueError(f"discounts: k must be from 1 to the order, {self.order}, got {k!r}")
        if self.discount is not None:
            return np.full(3, self.discount)
        n = np.bincount(np.minimum(self._counted(k), 5), minlength=6)
        if not n[1:5].all():  # too few kinds to estimate from, as for single characters
            return np.full(3, 0.75)
        y = n[1] / (n[1] + 2 * n[2])
        return np.clip([c - (c + 1) * y * n[c + 1] / n[c] for c in (1, 2, 3)], 0, [1, 2, 3])
