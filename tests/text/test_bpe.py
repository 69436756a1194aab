"""Byte pairs: the same merges and ids as the `tokenizers` package, and as the plain definition; each merge can be looked at."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from d2lrnn.data import files
from d2lrnn.text import bpe
from d2lrnn.text.bpe import BPETokenizer, Merge
from d2lrnn.text.merging import learn, segment
from d2lrnn.text.tokenizers import pieces
from d2lrnn.text.visible import visible


class Peer:
    """The `tokenizers` package, trained on the same pieces. (Not given our pattern: its idea of a letter differs from Python's, in Hindi for example.)"""

    def __init__(self, text, num_merges):
        self.tokenizer = Tokenizer(models.BPE())
        self.tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=256 + num_merges, initial_alphabet=alphabet, show_progress=False, min_frequency=1
        )
        self.tokenizer.train_from_iterator(pieces(text), trainer)
        self.tokens = {i: token for token, i in self.tokenizer.get_vocab().items()}

    def encode(self, text):
        return [i for part in self.tokenizer.encode_batch(pieces(text)) for i in part.ids]


@pytest.mark.parametrize("start", [0, 60_000])
def test_merges_and_ids_equal_the_tokenizers_package(hamlet, start):
    text = hamlet[start : start + 60_000]
    ours, theirs = BPETokenizer.train(text, 400), Peer(text, 400)
    learnt = [theirs.tokens[256 + k] for k in range(400)]
    printable = {b: theirs.tokens[i] for i, b in enumerate(bpe._BYTES)}
    assert ["".join(printable[b] for b in bpe.to_bytes(merge.token)) for merge in ours.merges] == learnt
    other = hamlet[130_000:150_000]  # text that neither has seen
    assert (ours.encode(other) - 1).tolist() == theirs.encode(other)  # our ids begin with <unk>


@given(st.text("ab", min_size=1) | st.text("aab c'é日👩1\n", min_size=1, max_size=200), st.integers(0, 30))
@example("ab cd ef", 12)
@example("aaaaaa aaa", 12)
@example("Ωé Ωé ñ ñ", 12)
@example("Мы говорим, 日本語のテキスト。 हिन्दी में مرحبا 👩‍👩‍👧‍👦🏳️‍🌈 " * 3, 60)
def test_ties_and_overlaps_are_broken_as_the_tokenizers_package_does(text, num_merges):
    ours, theirs = BPETokenizer.train(text, num_merges), Peer(text, num_merges)
    assert len(ours) - 1 == len(theirs.tokens)
    for line in (text, text[::-1], "ab" + text):
        assert (ours.encode(line) - 1).tolist() == theirs.encode(line)


def plain_learn(words, num_merges, first_id):
    """The definition: count all pairs, merge the most frequent everywhere, start over."""
    words = {tuple(word): count for word, count in words.items()}
    merges = []
    for k in range(num_merges):
        counts = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:], strict=False):
                counts[pair] += count
        if not counts:
            break
        pair = min(counts, key=lambda p: (-counts[p], p))
        merges.append((*pair, counts[pair]))
        words = {plain_merge(word, pair, first_id + k): count for word, count in words.items()}
    return merges


def plain_merge(word, pair, new):
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(new)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


WORDS = st.dictionaries(
    st.lists(st.integers(0, 3), min_size=1, max_size=9).map(tuple), st.integers(1, 4), min_size=1, max_size=6
)


@given(WORDS, st.integers(0, 12))
@example({(0, 0, 0, 0, 0): 1}, 3)
def test_learning_and_segmenting_follow_the_definition(words, num_merges):
    merges, shortened = learn(words, num_merges, 4)
    expected = plain_learn(words, num_merges, 4)
    if not any(
        left == right for left, right, _ in expected
    ):  # a pair that overlaps itself ("aaa") leaves fewer behind than it counted
        assert merges == expected
    rank = {m[:2]: k for k, m in enumerate(merges)}
    for word in words:
        slow = tuple(word)
        for k, (left, right, _) in enumerate(merges):
            slow = plain_merge(slow, (left, right), 4 + k)
        assert tuple(segment(word, rank, 4)) == slow
    before = sum(len(word) * count for word, count in words.items())
    after = sum(len(segment(word, rank, 4)) * count for word, count in words.items())
    assert before - after == sum(shortened)


def test_merges_can_be_stepped_one_by_one(hamlet):
    tokenizer = BPETokenizer.train(hamlet, 300)
    assert tokenizer.merges[0] == Merge(" ", "t", tokenizer.merges[0].count) and tokenizer.merges[0].count > 3000
    steps = list(tokenizer.steps("the king"))
    assert steps[0] == (0, None, list("the king"))
    for number, merge, tokens in steps[1:]:
        assert merge == tokenizer.merges[number - 1] and merge.token in tokens
        assert "".join(tokens) == "the king"
    assert steps[-1][2] == tokenizer.tokenize("the king")
    assert [len(t) for _, _, t in steps] == sorted((len(t) for _, _, t in steps), reverse=True)


def test_lengths_are_the_text_after_each_merge(hamlet):
    text = hamlet[:20_000]
    tokenizer = BPETokenizer.train(text, 100)
    assert len(tokenizer.lengths) == 101 and tokenizer.lengths[0] == len(text.encode())
    for k in (0, 1, 50, 100):
        assert tokenizer.lengths[k] == len(tokenizer.apply(text, k))


def test_training_stops_when_no_pair_is_left():
    assert len(BPETokenizer.train("ab", 10).merges) == 1
    assert len(BPETokenizer.train("ab ab cd", 10, min_freq=2).merges) == 1
    assert BPETokenizer.train("", 10).merges == []


def test_reserved_tokens_come_before_the_bytes():
    tokenizer = BPETokenizer.train("ab", 1, reserved=("<pad>",))
    assert tokenizer.vocab.tokens[:2] == ("<unk>", "<pad>") and len(tokenizer) == 2 + 256 + 1
    assert tokenizer.decode(tokenizer.encode("ab")) == "ab"


def test_saved_and_loaded_it_is_the_same(tmp_path, hamlet):
    tokenizer = BPETokenizer.train(hamlet[:20_000] + "é👩", 50, reserved=("<pad>",))
    tokenizer.save(tmp_path / "bpe.json")
    again = BPETokenizer.load(tmp_path / "bpe.json")
    assert again.merges == tokenizer.merges and again.lengths == tokenizer.lengths
    assert np.array_equal(again.encode(hamlet), tokenizer.encode(hamlet))
    assert [p.name for p in tmp_path.iterdir()] == ["bpe.json"]


def test_a_save_that_fails_keeps_the_old_file_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "bpe.json"
    BPETokenizer.train("ab", 1).save(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        BPETokenizer().save(path)
    assert len(BPETokenizer.load(path).merges) == 1 and [p.name for p in tmp_path.iterdir()] == ["bpe.json"]


HALF = b'{"format": "d2lrnn byte pairs", "version": 1, "merges": [["a"]]}'


GOOD = {"format": "d2lrnn byte pairs", "version": 1, "reserved": [], "lengths": [5, 4], "merges": [["a", "b", 3]]}
HOSTILE = [
    json.dumps({**GOOD, key: value}).encode()
    for key, value in (
        ("lengths", "abc"),
        ("lengths", [1.5]),
        ("reserved", "日本"),
        ("reserved", ["x", "x"]),
        ("merges", [["a", "b", "many"]]),
        ("merges", [["a", "b", -1]]),
        ("merges", [["a", 1, 1]]),
        ("merges", [["a", "bc", 1]]),
        ("merges", [[["a"], "b", 1]]),
        ("merges", {"ab": 1}),
        ("version", 2),
    )
]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b'{"format": "x", "version": 1}', b"\xff", HALF, b"[" * 100_000, b"1" * 5000, *HOSTILE]
)
def test_a_foreign_file_is_explained(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ValueError, match="is not a file that BPETokenizer.save wrote"):
        BPETokenizer.load(tmp_path / "x.json")


def test_bytes_that_are_no_character_can_be_shown():
    tokenizer = BPETokenizer()
    tokens = tokenizer.tokenize("é\n x")
    assert [visible(t) for t in tokens] == ["‹C3›", "‹A9›", "↵", "·", "x"]
    assert tokenizer.decode(tokenizer.encode("é")[:1]) == "\ufffd"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: BPETokenizer.train("a", -1), "0 or more, got -1"),
        (lambda: BPETokenizer.train("a", min_freq=0), "1 or more, got 0"),
        (lambda: BPETokenizer.train("a", 1.5), "whole number, got 1.5"),
        (lambda: BPETokenizer.train("ab", 1).apply("ab", 2), "from 0 to 1, got 2"),
        (lambda: BPETokenizer([("a", "bc", 1)]), "no earlier merge makes"),
        (lambda: BPETokenizer([("a", "b", 1), ("a", "b", 1)]), "there already"),
    ],
)
def test_bad_arguments_are_explained(call, says):
    with pytest.raises((ValueError, TypeError), match=says):
        call()


def test_pieces_are_what_both_are_trained_on():
    assert pieces("Don't  go, 42!") == ["Don't", " ", " go", ",", " 42", "!"]
