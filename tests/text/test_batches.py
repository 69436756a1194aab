"""Minibatches: every usable token is a target exactly once, rows continue where they should, and little memory does for a huge text."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import d2lrnn
from d2lrnn.text import batches
from d2lrnn.text.batches import random_batches, sequential_batches, split

BOTH = [random_batches, sequential_batches]
SIZES = st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(0, 80), st.integers(0, 9), st.integers(0, 3))


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("start", [None, 0, 3])
def test_every_usable_token_is_a_target_exactly_once(make, start):
    @given(SIZES)
    def once(sizes):
        rows, steps, extra, seed, epoch = sizes
        tokens = np.arange((start or 0) + rows * steps + 1 + extra)
        made = make(tokens, rows, steps, start=start, rng=seed)
        pairs = list(made.at(epoch))
        assert len(pairs) == len(made)
        for inputs, targets in pairs:
            assert inputs.shape == targets.shape == (steps, rows)
            assert (targets == inputs + 1).all()  # the token one step later
            assert (inputs[1:] == targets[:-1]).all()
        seen = np.sort(np.concatenate([targets.ravel() for _, targets in pairs]))
        first = made.first(epoch)
        assert seen.tolist() == list(range(first + 1, first + len(made) * rows * steps + 1))
        assert len(tokens) - len(seen) - (start or 0) < (rows + 1) * steps + 1

    once()


def test_sequential_rows_go_on_where_they_stopped():
    pairs = list(sequential_batches(np.arange(200), 4, 6, rng=0))
    for (_, before), (after, _) in zip(pairs, pairs[1:], strict=False):
        assert (after[0] == before[-1]).all()


def test_random_windows_are_shuffled_and_the_start_moves():
    made = random_batches(np.arange(1000), 4, 6, rng=0)
    firsts = [[inputs[0].tolist() for inputs, _ in made.at(epoch)] for epoch in range(30)]
    assert all(rows != sorted(rows) for rows in firsts)
    assert {made.first(epoch) for epoch in range(60)} >= set(range(6))


def test_every_token_gets_its_turn():
    made = random_batches(np.arange(64), 3, 5, rng=1)
    seen = {int(t) for epoch in range(200) for _, targets in made.at(epoch) for t in targets.ravel()}
    assert seen == set(range(1, 64))


@pytest.mark.parametrize("make", BOTH)
def test_the_same_seed_gives_the_same_epochs(make):
    def epochs(rng):
        made = make(np.arange(500), 3, 7, rng=rng)
        return [[x.tolist() for x, _ in made] for _ in range(3)]

    first = epochs(4)
    assert first == epochs(4) == epochs(np.random.default_rng(4)) != epochs(5)
    assert first[0] != first[1] != first[2]
    d2lrnn.seed(9)
    shared = epochs(None)
    d2lrnn.seed(9)
    assert epochs(None) == shared
    made = make(np.arange(500), 3, 7, rng=4)
    list(made), list(made)
    assert [x.tolist() for x, _ in made.at(0)] == first[0]  # as after a restart


def test_chunks_of_windows_still_cover_everything(monkeypatch):
    monkeypatch.setattr(batches, "_CHUNK", 12)
    made = random_batches(np.arange(1000), 4, 5, rng=0)
    seen = np.sort(np.concatenate([targets.ravel() for _, targets in made.at(0)]))
    assert (np.diff(seen) == 1).all() and len(seen) == len(made) * 20


def test_lists_and_mxnet_arrays_serve_too():
    from mxnet import np as mxnp

    for tokens in ([*range(20)], mxnp.arange(20, dtype="int32")):
        inputs, targets = next(iter(sequential_batches(tokens, 2, 3, start=0)))
        assert inputs.T.tolist() == [[0, 1, 2], [9, 10, 11]] and (targets == inputs + 1).all()


def test_a_batch_is_a_copy_of_the_same_dtype():
    tokens = np.arange(50, dtype=np.uint16)
    inputs, _ = next(iter(random_batches(tokens, 2, 3)))
    inputs[:] = 0
    assert inputs.dtype == np.uint16 and tokens.tolist() == list(range(50))


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("together", [1, 60, 1 << 16])
@pytest.mark.parametrize("dtype", [np.uint16, np.int64, np.float32])
def test_mxnet_gets_the_same_minibatches(make, together, dtype, monkeypatch):
    import mxnet

    monkeypatch.setattr(batches, "_TOGETHER", together)  # one at a time, a few, all
    made = make(np.arange(300).astype(dtype), 4, 5, rng=0)
    pairs = list(batches.as_mxnet(made.at(0), mxnet.cpu(0)))
    assert len(pairs) == len(made)
    for ours, theirs in zip(made.at(0), pairs, strict=True):
        for array, copy in zip(ours, theirs, strict=True):
            assert isinstance(copy, mxnet.np.ndarray) and copy.ctx == mxnet.cpu(0)
            assert copy.dtype == (np.float32 if dtype is np.float32 else np.int32)
            assert copy.shape == (5, 4) and (copy.asnumpy() == array).all()
    pairs[0][0][:] = -1  # a view, but of its own part alone
    assert (pairs[0][1].asnumpy() >= 0).all() and (pairs[1][0].asnumpy() >= 0).all()
    assert list(batches.as_mxnet([])) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the process's memory from /proc")
@pytest.mark.parametrize("make", BOTH)
def test_a_text_larger_than_memory_is_read_where_it_lies(make, tmp_path):
    """A sparse file of 64 GiB, in a process whose largest memory is measured, the mapped pages included."""
    path = tmp_path / "huge.bin"
    with open(path, "wb") as file:
        file.truncate(64 << 30)
    code = f"""
import itertools, re
import numpy as np
from d2lrnn.text.batches import {make.__name__} as make
tokens = np.memmap({str(path)!r}, np.int32, "r")
made = make(tokens, 32, 35, rng=0)
for x, y in itertools.islice(made, 200):
    assert x.shape == (35, 32)
print(len(made), re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    length, kilobytes = map(int, done.stdout.split())
    assert length == ((64 << 28) - 35) // (32 * 35)
    assert kilobytes < 300_000


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: random_batches(range(12), 3, 4), ValueError, "3 rows of 4 steps need at least 13 tokens, got 12"),
        (lambda: sequential_batches(range(12), 3, 4, start=2), ValueError, "from token 2 need at least 15 tokens"),
        (lambda: random_batches(range(12), 0, 4), ValueError, "batch_size must be 1 or more"),
        (lambda: random_batches(range(12), 1, 2.0), TypeError, "num_steps must be a whole number"),
        (lambda: random_batches(np.zeros((3, 3)), 1, 1), ValueError, "one line of tokens"),
        (lambda: random_batches(range(12), 1, 1, start=-1), ValueError, "start must be 0 or more"),
        (lambda: random_batches(range(12), 1, 1).first(-1), ValueError, "epoch must be 0 or more"),
    ],
)
def test_bad_arguments_are_explained(call, error, says):
    with pytest.raises(error, match=says):
        call()


@given(st.integers(10, 500), st.lists(st.floats(0.11, 0.33), min_size=1, max_size=3))
def test_parts_never_overlap_and_keep_the_order(n, fractions):
    parts = split(np.arange(n), fractions)
    joined = np.concatenate(parts)
    assert joined.tolist() == list(range(len(joined)))
    for part, fraction in zip(parts, fractions, strict=True):
        assert abs(len(part) - n * fraction) <= 1


def test_split_of_texts_lists_and_arrays():
    assert split("abcdefghij") == ("abcdefgh", "i", "j")
    assert split([1, 2, 3, 4], (0.5, 0.5)) == ([1, 2], [3, 4])
    tokens = np.arange(100)
    assert split(tokens, (0.9, 0.1))[0].base is tokens
    assert [len(p) for p in split(range(1000), (0.1,) * 10)] == [100] * 10


@pytest.mark.parametrize("fractions", [(), (0.5, 0.6), (0.5, 0), (-0.1, 0.5), ((0.5,),)])
def test_bad_fractions_are_explained(fractions):
    with pytest.raises(ValueError, match="above 0 and sum to at most 1"):
        split("abcdefghij", fractions)


def test_a_part_is_never_empty():
    with pytest.raises(ValueError, match="too few"):
        split("a", (0.9, 0.1))
