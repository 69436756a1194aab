"""`BracketLanguage`: brackets of several kinds, nested to a bounded depth, with an entropy that is known exactly (chapter 10).

To predict which bracket may close, a network has to hold which are open: a stack. T is the number of tokens, k the number of kinds, D the greatest depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from d2lrnn.arguments import check_whole, flat_ids
from d2lrnn.seeding import generator
from d2lrnn.text.vocab import Vocab

PAIRS = ("()", "[]", "{}", "<>")


class BracketLanguage:
    """One endless line of nested brackets of k kinds, never deeper than D, such as `([])[[]()]{}`: a bounded Dyck language (Hewitt et al. 2020), made random.

    With nothing open a bracket opens; with D open the last one closes; in between one opens with the probability `opens`, and otherwise the last one closes.
    Which kind opens is chosen evenly; which kind closes is never free. The line starts with nothing open.

    Attributes: `kinds` (k, 1 to 4), `max_depth` (D), `opens`, and `vocab`: `<unk>`, which never occurs, then the 2k brackets.

    Raises TypeError or ValueError for more kinds than there are brackets, a depth below 1, or `opens` outside 0 < opens < 1.
    """

    def __init__(self, kinds: int = 2, max_depth: int = 4, opens: float = 0.5):
        self.kinds = check_whole("BracketLanguage: kinds", kinds, 1)
        if kinds > len(PAIRS):
            raise ValueError(f"BracketLanguage: kinds must be {len(PAIRS)} or fewer ({' '.join(PAIRS)}), got {kinds}")
        self.max_depth = check_whole("BracketLanguage: max_depth", max_depth, 1)
        if not 0 < opens < 1:
            raise ValueError(f"BracketLanguage: opens must be above 0 and below 1, got {opens!r}")
        self.opens = float(opens)
        self.vocab = Vocab.in_order([bracket for pair in PAIRS[:kinds] for bracket in pair])

    def __repr__(self) -> str:
        return f"BracketLanguage({' '.join(PAIRS[: self.kinds])}, at most {self.max_depth} deep, opens {self.opens:g})"

    @property
    def open_probabilities(self) -> np.ndarray:
        """The probability that the next bracket opens, by the depth it meets: (D + 1,), 1 at depth 0 and 0 at depth D."""
        p = np.full(self.max_depth + 1, self.opens)
        p[0], p[-1] = 1, 0
        return p

    @property
    def depth_probabilities(self) -> np.ndarray:
        """How often each depth is met in the long run, (D + 1,).

        The depth is a Markov chain that moves by one. Between d and d + 1 it goes up as often as down, π_d p_d = π_{d+1} (1 − p_{d+1}), which gives all of π.
        """
        p = self.open_probabilities
        weight = np.cumprod([1.0, *(p[:-1] / (1 - p[1:]))])
        return weight / weight.sum()

    @property
    def entropy_rate(self) -> float:
        """The least mean loss of any model of this language, in nats a token: Σ_d π_d (H(p_d) + p_d ln k), H the entropy of open or close.

        It is the loss in the long run. On a given line, the mean of −`log_probs` is what the best model scores.
        """
        p = self.open_probabilities
        choice = [-sum(q * math.log(q) for q in (up, 1 - up) if q > 0) for up in p]
        return float(self.depth_probabilities @ (choice + p * math.log(self.kinds)))

    def sample(self, steps: int, *, rng=None) -> np.ndarray:
        """The first `steps` tokens of a random line: ids (T,), int32. Brackets may still be open at the end."""
        steps = check_whole("sample: steps", steps, 0)
        rng = generator(rng)
        chance, kind = rng.random(steps).tolist(), rng.integers(self.kinds, size=steps).tolist()
        up = self.open_probabilities.tolist()
        ids, stack = np.empty(steps, np.int32), []
        for t in range(steps):
            if chance[t] < up[len(stack)]:
                stack.append(kind[t])
                ids[t] = 1 + 2 * kind[t]
            else:
                ids[t] = 2 + 2 * stack.pop()
        return ids

    def text(self, ids: Sequence[int] | np.ndarray) -> str:
        """The brackets as one string."""
        return "".join(self.vocab.to_tokens(flat_ids(ids)))

    def depth(self, tokens: str | Sequence[int] | np.ndarray) -> np.ndarray:
        """How many brackets are open after each token: (T,), int32. tokens: a string of brackets, or ids, from the start of a line.

        Raises ValueError that names the place if a token is no bracket of the language, closes what is not open, or goes too deep.
        """
        return np.array([before + (1 if up else -1) for before, up in self._walk(tokens)], np.int32)

    def log_probs(self, tokens: str | Sequence[int] | np.ndarray) -> np.ndarray:
        """The log-probability of each token given those before it, in nats, (T,): what the best model of the language says.

        Tokens and errors are those of `depth`.
        """
        p = self.open_probabilities
        return np.array(
            [math.log(p[d] / self.kinds) if up else math.log(1 - p[d]) for d, up in self._walk(tokens)], float
        )

    def _walk(self, tokens) -> Iterator[tuple[int, bool]]:
        """The depth before each token, and whether it opens."""
        ids = self.vocab.ids(tokens) if isinstance(tokens, str) else flat_ids(tokens)
        stack = []
        for t, i in enumerate(ids.tolist()):
            if not 1 <= i <= 2 * self.kinds:
                what = repr(tokens[t]) if isinstance(tokens, str) else f"id {i}"
                raise ValueError(
                    f"BracketLanguage: {what} at token {t} is no bracket of {' '.join(PAIRS[: self.kinds])}"
                )
            kind, closes = divmod(i - 1, 2)
            if closes and (not stack or stack[-1] != kind):
                raise ValueError(
                    f"BracketLanguage: {PAIRS[kind][1]!r} at token {t} does not close what was opened last"
                )
            if not closes and len(stack) == self.max_depth:
                raise ValueError(
                    f"BracketLanguage: token {t} is {len(stack) + 1} deep; the language ends at {self.max_depth}"
                )
            yield len(stack), not closes
            if closes:
                stack.pop()
            else:
                stack.append(kind)
