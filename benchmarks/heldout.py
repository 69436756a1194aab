"""Held-out perplexity of counted models on the two classics, where they are on this machine."""

from __future__ import annotations

import math

from benchmarks.kneser_ney import PlainKneserNey
from benchmarks.table import Number, Row, Section, Skip, same
from d2lrnn.data import corpora
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer, letters_only

TITLE = "held-out perplexity of Kneser–Ney, order 6, on characters"
ORDER = 6


def measure(small: bool = False) -> Section:
    missing = [name for name in ("time_machine", "tiny_shakespeare") if corpora.where(name) is None]
    if missing and not small:
        raise Skip(
            f"benchmarks: {' and '.join(missing)} not on this machine (set D2LRNN_DATA), so heldout is not measured"
        )
    if small:
        hamlet = letters_only(corpora.load("shakespeare/hamlet").text)
        rows = [*row("Hamlet, letters only", hamlet, 10_000, 12_000, 20)]
    else:
        machine, tiny = letters_only(corpora.load("time_machine").text), corpora.load("tiny_shakespeare").text
        nine, nine_tiny = int(0.9 * len(machine)), int(0.9 * len(tiny))
        rows = [
            *row("*The Time Machine* as d2l prepares and splits it", machine, 10_032, 15_064, 4.7),
            *row(
                "*The Time Machine* as d2l prepares it, first 90 % against the rest", machine, nine, len(machine), 3.77
            ),
            *row("tiny Shakespeare as it is, first 90 % against the rest", tiny, nine_tiny, len(tiny), 4.66),
        ]
    return Section(
        rows,
        (
            "As d2l prepares it: every run of characters other than A–Z and a–z is one space, then small letters. "
            "Its split is what its 10,000 and 5,000 windows of 32 steps cover.",
            "Perplexity: exp of the mean negative log-probability a character, each given all before it, those of the training part included. "
            "The vocabulary is the text's characters and `<unk>`. No random numbers.",
            "Ours estimates its discounts from the counts (Chen & Goodman 1999). The peer is plain Python with one discount of 0.75; "
            "with that discount ours gives the same number, which is checked in the run.",
        ),
        ("numpy",),
    )


def row(what: str, text: str, train: int, end: int, at_most: float) -> list[Row]:
    """Counted on the first `train` characters, scored on those up to `end`."""
    tokenizer = CharTokenizer.train(text)
    ids = tokenizer.encode(text)
    counts = NGramCounts(ids[:train], len(tokenizer), ORDER)
    ours, one = (KneserNey(counts, discount=d).perplexity(ids[train:end], ids[:train]) for d in (None, 0.75))
    theirs = PlainKneserNey(text[:train], ORDER, len(tokenizer)).perplexity(text[train:end], text[:train])
    same("equal perplexities with one discount", math.isclose(one, theirs, rel_tol=1e-9))
    sizes = f"{what}: {len(tokenizer)} symbols, {train:,} characters counted, the next {end - train:,} scored"
    return [Row(sizes, Number(ours), {"one discount": Number(theirs)}, at_most=at_most)]
