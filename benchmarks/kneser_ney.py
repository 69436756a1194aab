"""The peer of our counted models: interpolated Kneser–Ney with one discount, in plain Python, on strings.

p(w | h) = max(n(h w) - D, 0) / n(h) + D kinds(h) / n(h) * p(w | h')     (Kneser & Ney 1995; Chen & Goodman 1999, interpolated)

n is the count of an n-gram at the highest order and the number of tokens seen before it below; kinds(h) is how many tokens follow h.
"""

from __future__ import annotations

import math
from collections import Counter


class PlainKneserNey:
    """Counts of a text's n-grams of up to `order` characters. `size`: how many characters there may be; `discount`: D."""

    def __init__(self, text: str, order: int, size: int, discount: float = 0.75):
        self.order, self.size, self.discount = order, size, discount
        seen = [Counter(text[i : i + k] for i in range(len(text) - k + 1)) for k in range(1, order + 1)]
        self.counts = [Counter(gram[1:] for gram in longer) for longer in seen[1:]] + seen[-1:]
        self.total, self.kinds = Counter(), Counter()
        for level in self.counts:
            for gram, n in level.items():
                self.total[gram[:-1]] += n
                self.kinds[gram[:-1]] += 1

    def prob(self, char: str, context: str) -> float:
        """p(char | context), from the empty context up; what was never seen leaves the estimate as it is."""
        p = 1 / self.size
        for k in range(self.order):
            if k > len(context):
                break
            before = context[len(context) - k :]
            total = self.total.get(before)
            if total is None:
                break
            n = self.counts[k].get(before + char, 0)
            p = max(n - self.discount, 0) / total + self.discount * self.kinds[before] / total * p
        return p

    def perplexity(self, text: str, context: str = "") -> float:
        """exp of the mean negative log-probability of each character of `text`, given those before it and `context`."""
        line = context[len(context) - self.order + 1 :] + text
        first = len(line) - len(text)
        logs = [math.log(self.prob(line[t], line[max(0, t - self.order + 1) : t])) for t in range(first, len(line))]
        return math.exp(-sum(logs) / len(logs))
