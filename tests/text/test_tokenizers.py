"""Every tokenizer: nothing of any text is lost, and the deck's example comes out as the deck has it."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer, letters_only, pieces

ANY = st.text(st.characters(exclude_categories=()), max_size=60)  # any code point, lone surrogates too
AWKWARD = "don't stop—it's  3.14\r\n\tΩ≈ç√ 日本語 👩‍👩‍👧 \ud83d ﷺ e\u0301"
KINDS = [CharTokenizer, WordTokenizer, BPETokenizer]


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_comes_back_from_its_own_tokenizer(kind):
    @given(ANY)
    @example(AWKWARD)
    @example("")
    def lossless(text):
        tokenizer = kind.train(text)
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert tokenizer.detokenize(tokenizer.tokenize(text)) == text

    lossless()


def test_byte_pairs_know_every_text_in_the_world(hamlet):
    tokenizer = BPETokenizer.train(hamlet[:20_000], 200)

    @given(ANY)
    @example(AWKWARD)
    def lossless(text):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert (ids > 0).all()

    lossless()


@given(ANY)
def test_pieces_join_to_the_text(text):
    assert "".join(pieces(text)) == text


def test_the_decks_example():
    text = "Deep learning is fun."
    assert WordTokenizer.train(text, spaces="drop").tokenize(text) == ["Deep", "learning", "is", "fun", "."]
    assert WordTokenizer.train(text).tokenize(text) == ["Deep", " learning", " is", " fun", "."]
    assert CharTokenizer.train(text).tokenize("fun.") == ["f", "u", "n", "."]
    dropped = WordTokenizer.train(text, spaces="drop")
    assert dropped.decode(dropped.encode(text)) == text


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_a_flat_int32_array_within_the_vocabulary(kind, hamlet):
    tokenizer = kind.train(hamlet[:5000])
    ids = tokenizer.encode(hamlet[:5000])
    assert ids.dtype == np.int32 and ids.ndim == 1
    assert 0 < ids.min() and ids.max() < len(tokenizer) == len(tokenizer.vocab)
    assert tokenizer.vocab.to_tokens(ids.tolist()) == tokenizer.tokenize(hamlet[:5000])


@pytest.mark.parametrize("kind", [CharTokenizer, WordTokenizer])
def test_a_token_never_seen_is_unknown(kind):
    tokenizer = kind.train("abc abc")
    assert tokenizer.encode("ж").tolist() == [0]
    assert tokenizer.decode([0]) == "<unk>"


def test_rare_characters_become_unknown_and_reserved_ones_have_an_id():
    tokenizer = CharTokenizer.train("aab", min_freq=2, reserved=("<pad>",))
    assert tokenizer.vocab.tokens == ("<unk>", "<pad>", "a")
    assert tokenizer.encode("ab").tolist() == [2, 0]
    assert tokenizer.decode([1, 2]) == "<pad>a"


def test_letters_only_is_d2ls_preprocessing():
    assert letters_only("The Time-Machine,\nby H. G. Wells [1898]") == "the time machine by h g wells "


def test_mxnet_arrays_decode():
    from mxnet import np as mxnp

    tokenizer = CharTokenizer.train("abc")
    assert tokenizer.decode(mxnp.array([1, 2], dtype="int32")) == "ab"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("ids", "error", "says"),
    [
        ([10**6], IndexError, "ids run from 0"),
        ([-1], IndexError, "got -1"),
        ([[1]], ValueError, "take one column"),
        ([0.5], TypeError, "whole numbers"),
    ],
)
def test_bad_ids_are_explained(kind, ids, error, says):
    with pytest.raises(error, match=says):
        kind.train("abc").decode(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_no_string_is_explained(kind):
    with pytest.raises(TypeError, match="takes a string, got bytes"):
        kind.train("abc").encode(b"abc")


def test_unknown_spaces_are_explained():
    with pytest.raises(ValueError, match="'keep' or 'drop', got 'both'"):
        WordTokenizer.train("a", spaces="both")
