"""A trace by hand, kept and read again; what is none is refused in words."""

import numpy as np
import pytest

from d2lrnn.trace import Trace, TraceError

TOKENS = list("abcab")


def by_hand(**more):
    rng = np.random.default_rng(0)
    arrays = {"layer0.h": rng.normal(size=(5, 3)), "a strange \n name": rng.normal(size=(5, 2))}
    return Trace(TOKENS, arrays, **more)


def test_from_anybodys_arrays():
    """What PyTorch's nn.LSTM returns for one sequence is (T, 1, H)."""
    outputs = np.random.default_rng(0).normal(size=(5, 1, 4))
    trace = Trace(TOKENS, {"h": outputs}, title="from PyTorch")
    assert trace["h"].shape == (5, 4) and trace["h"].dtype == np.float32
    assert np.array_equal(trace["h"], outputs[:, 0].astype(np.float32))
    assert np.array_equal(trace.before("h")[1:], trace["h"][:-1]) and not trace.before("h")[0].any()
    assert trace.surprisal is None and trace.text == "abcab" and len(trace) == 5


def test_surprisal_by_hand():
    logits = np.log([[0.5, 0.3, 0.2]] * 5) + 7
    trace = by_hand(logits=logits, classes=("a", "b", "c"))
    assert np.allclose(trace.surprisal[1:], -np.log([0.3, 0.2, 0.5, 0.3]), atol=1e-6)
    assert by_hand(logits=logits, classes=("x", "y", "z"), next_token=False).surprisal is None


def test_saved_and_loaded(tmp_path):
    trace = by_hand(
        logits=np.ones((5, 3)), classes=("a", "b", "c"), begin={"layer0.h": np.ones(3)}, title="ünïcode", about={"seed": 1}
    )  # fmt: skip
    trace.save(tmp_path / "a.npz")
    again = Trace.load(tmp_path / "a.npz")
    assert repr(again) == repr(trace) and again.tokens == trace.tokens and again.about == {"seed": 1}
    for name in trace.names:
        assert np.array_equal(again[name], trace[name])
    assert np.array_equal(again.logits, trace.logits) and np.array_equal(again.begin["layer0.h"], np.ones(3))
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_lone_surrogates_survive(tmp_path):
    Trace(["\udcff", "é"], {"h": np.zeros((2, 1))}).save(tmp_path / "a.npz")
    assert Trace.load(tmp_path / "a.npz").tokens == ("\udcff", "é")


def test_files_that_are_no_trace(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(TraceError, match="cannot be read: No such file"):
        Trace.load(path)
    path.write_text("hello")
    with pytest.raises(TraceError, match="is no trace: it is not a .npz file"):
        Trace.load(path)
    np.savez(path, h=np.ones(3))
    with pytest.raises(TraceError, match="a .npz file without a description"):
        Trace.load(path)
    np.savez(path, h=np.array([object()], object))
    with pytest.raises(TraceError, match="which could run code"):
        Trace.load(path)
    by_hand().save(path)
    whole = path.read_bytes()
    for cut in range(1, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(TraceError):
            Trace.load(path)
    from d2lrnn.nn.models import LanguageModel
    from d2lrnn.train import checkpoints

    checkpoints.save(path, LanguageModel(3, hidden=2))
    with pytest.raises(TraceError, match="is no trace of d2lrnn"):
        Trace.load(path)
    by_hand().save(path)
    with pytest.raises(checkpoints.CheckpointError, match="is no checkpoint of d2lrnn"):
        checkpoints.load(path)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Trace([], {"h": np.ones((0, 1))}), "one or more tokens"),
        (lambda: Trace([1, 2], {"h": np.ones((2, 1))}), "each a string"),
        (lambda: Trace("ab", {}), "at least one array"),
        (
            lambda: Trace("ab", {"h": np.ones((3, 1))}),
            r"one row for each of the 2 tokens, \(T, H\), got shape \(3, 1\)",
        ),
        (lambda: Trace("ab", {"h": np.ones(2)}), r"got shape \(2,\)"),
        (lambda: Trace("ab", {"h": [["x"], ["y"]]}), "cannot be read as a NumPy array of numbers"),
        (lambda: Trace("ab", {"h": [[0.0], [np.nan]]}), "h is not finite: nan at token 1, unit 0"),
        (lambda: Trace("ab", {"h": np.ones((2, 1))}, begin={"h": np.ones(2)}), r"begin\['h'\] has shape \(2,\)"),
        (lambda: Trace("ab", {"h": np.ones((2, 1))}, logits=np.ones((2, 3)), classes="ab"), "need 3 classes, got 2"),
        (lambda: by_hand().excerpt(3, 3), "at least one of the 5 tokens"),
    ],
)
def test_what_makes_no_trace(make, says):
    with pytest.raises(TraceError, match=says):
        make()


def test_an_unknown_name_lists_the_known():
    with pytest.raises(KeyError, match="there is no array 'c'; there are layer0.h"):
        by_hand()["c"]


def test_making_one_by_hand_needs_no_mxnet():
    import subprocess
    import sys

    code = (
        "import sys; from d2lrnn.trace import Trace; Trace('ab', {'h': [[1], [2]]}); assert 'mxnet' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
