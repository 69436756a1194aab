"""`Vocab`: both directions, every shape, and what it says about bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2lrnn.text.vocab import Vocab


def test_unknown_is_zero_then_reserved_then_by_frequency():
    vocab = Vocab(list("banana"), reserved=("<pad>",))
    assert vocab.tokens == ("<unk>", "<pad>", "a", "n", "b")
    assert vocab.token_freqs == [("a", 3), ("n", 2), ("b", 1)]
    assert vocab["z"] == 0 == vocab.unk


def test_ties_go_by_code_point():
    assert Vocab(["b", "a", "c"]).tokens == ("<unk>", "a", "b", "c")


def test_min_freq_drops_the_tail_but_keeps_the_counts():
    vocab = Vocab({"the": 9, "time": 5, "traveller": 4}, min_freq=5)
    assert vocab.tokens == ("<unk>", "the", "time")
    assert dict(vocab.token_freqs)["traveller"] == 4


def test_scalars_lists_tuples_arrays_one_and_none():
    vocab = Vocab(["a", "b"])
    assert vocab["b"] == 2
    assert vocab[["b"]] == [2] and vocab[[]] == [] and vocab[("a", ["b", "?"])] == [1, [2, 0]]
    ids = vocab[np.array([["a", "b"]])]
    assert ids.dtype == np.int32 and ids.tolist() == [[1, 2]]
    assert vocab[np.array([], dtype=str)].shape == (0,)
    assert vocab.to_tokens(2) == "b" == vocab.to_tokens(np.int64(2)) == vocab.to_tokens(np.array(2))
    assert vocab.to_tokens([2]) == ["b"] and vocab.to_tokens([]) == []
    assert vocab.to_tokens(np.array([2])).tolist() == ["b"]
    assert vocab.to_tokens(np.array([[0, 1]])).tolist() == [["<unk>", "a"]]


@given(st.lists(st.text(min_size=1, max_size=4)))
def test_to_tokens_undoes_getitem(tokens):
    vocab = Vocab(tokens)
    assert vocab.to_tokens(vocab[tokens]) == tokens
    assert vocab.ids(tokens).tolist() == vocab[tokens]


def test_counts_and_tokens_give_the_same():
    assert (
        Vocab([["a", "b"], ["a"]]).tokens == Vocab({"a": 2, "b": 1}).tokens == Vocab(np.array(["a", "b", "a"])).tokens
    )
    assert Vocab([np.array(["a", "b"]), [["a"]]]).token_freqs == [("a", 2), ("b", 1)]
    assert Vocab(line.split() for line in ("a b", "a")).token_freqs == [("a", 2), ("b", 1)]


def test_numpy_strings_and_mxnet_ids_serve_too():
    from mxnet import np as mxnp

    vocab = Vocab(["a", "b"])
    assert vocab[np.str_("b")] == 2 and vocab[np.array("b")] == 2
    assert vocab.to_tokens(mxnp.array([2, 1], dtype="int32")).tolist() == ["b", "a"]
    assert vocab.to_tokens(mxnp.array([2], dtype="int32")).tolist() == ["b"] == vocab.to_tokens([np.uint8(2)])


def test_in_order_keeps_the_order():
    assert Vocab.in_order(["z", "a"], ("<pad>",)).tokens == ("<unk>", "<pad>", "z", "a")


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Vocab([], min_freq=-1), ValueError, "min_freq must be 0 or more, got -1"),
        (lambda: Vocab([], min_freq=1.5), TypeError, "whole number, got 1.5"),
        (lambda: Vocab("text"), TypeError, "cut it into tokens first"),
        (lambda: Vocab([1]), TypeError, "a token is a string, got 1"),
        (lambda: Vocab({"a": -1}), ValueError, "0 or more, got -1"),
        (lambda: Vocab([], reserved="<pad>"), TypeError, "write"),
        (lambda: Vocab([], reserved=("<unk>",)), ValueError, "always there"),
        (lambda: Vocab([], reserved=("x", "x")), ValueError, "named twice"),
        (lambda: Vocab.in_order(["a", "a"]), ValueError, "there twice"),
        (lambda: Vocab(["a"])[1], TypeError, "to_tokens"),
        (lambda: Vocab(["a"]).to_tokens(2), IndexError, "0 to 1, got 2"),
        (lambda: Vocab(["a"]).to_tokens(-1), IndexError, "got -1"),
        (lambda: Vocab(["a"]).to_tokens("a"), TypeError, "vocab\\[token\\]"),
    ],
)
def test_bad_input_is_explained(make, error, says):
    with pytest.raises(error, match=says):
        make()
