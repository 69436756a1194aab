"""Checkpoints: whole or an error in words, no code in them, and a run that goes on only where it is the same run."""

import io
import json
import os
import random
import zipfile

import numpy as np
import pytest
from small_runs import KINDS, V, kind, language_model, minibatch, minibatches, text

from d2lrnn.data import files
from d2lrnn.text.batches import random_batches, sequential_batches
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer
from d2lrnn.text.vocab import Vocab
from d2lrnn.train import fit
from d2lrnn.train.checkpoints import CheckpointError, load, save, tokenizer_config

ODD = "na\u00efve \ud800 low\udfff \U0001f600 it's\n\n  odd <unk> <unk>!"


def written(path, device, **more):
    net = language_model(device, **more)
    save(path, net, CharTokenizer.train("abcdef"))
    return net


class Killed(BaseException):
    """As abrupt as SIGKILL, within one process; test_kill.py has the real one."""


# Networks and tokenizers.


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_comes_back_to_the_bit(device, tmp_path, name, dtype):
    net = kind(name, device, dtype=dtype, layers=2, residual=True, dropout=0.25)
    save(tmp_path / "a.npz", net)
    stored = load(tmp_path / "a.npz")
    other = stored.network(device=device)
    assert repr(other) == repr(net) and other.dtype == dtype and other.device == device
    assert (other.parameters.get() == net.parameters.get()).all()
    assert float(other.loss(minibatch(name))[0]) == float(net.loss(minibatch(name))[0])
    assert stored.tokenizer() is None
    assert stored.network(engine="scratch", device=device).engine == "scratch"


def test_the_decks_gru_comes_back_on_its_own_engine(device, tmp_path, capsys):
    save(tmp_path / "a.npz", language_model(device, cell="gru"))
    capsys.readouterr()
    assert load(tmp_path / "a.npz").network(device=device).engine == "scratch"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "tokenizer",
    [
        CharTokenizer.train(ODD + "abc", reserved=["<pad>"]),
        CharTokenizer.train("b" * 5 + "aaa" + "c", min_freq=2),
        WordTokenizer.train(ODD),
        WordTokenizer.train(ODD, spaces="drop", min_freq=1, reserved=["<bos>", "<eos>"]),
        BPETokenizer.train("low lower lowest " * 5 + ODD, 280),
    ],
    ids=["character", "character, rare ones left out", "word", "word, spaces dropped", "byte pair"],
)
def test_a_tokenizer_comes_back(device, tmp_path, tokenizer):
    save(tmp_path / "a.npz", language_model(device), tokenizer)
    other = load(tmp_path / "a.npz").tokenizer()
    assert type(other) is type(tokenizer) and other.vocab.tokens == tokenizer.vocab.tokens
    for sample in (ODD, "lowest unseen \u4e2d words", "", "a"):
        ids = tokenizer.encode(sample)
        assert other.encode(sample).tolist() == ids.tolist()
        assert other.decode(ids) == tokenizer.decode(ids)
    everything = np.arange(len(tokenizer))
    assert other.decode(everything) == tokenizer.decode(everything)
    assert tokenizer_config(other) == tokenizer_config(tokenizer)


def test_an_own_kind_of_tokenizer_is_refused(device, tmp_path):
    class Mine(CharTokenizer):
        pass

    with pytest.raises(TypeError, match="holds character, word and byte pair tokenizers, got Mine"):
        save(tmp_path / "a.npz", language_model(device), Mine(Vocab()))
    assert not list(tmp_path.iterdir())


# Files that are none.


def test_cut_off_anywhere_it_is_an_error(device, tmp_path):
    path = tmp_path / "a.npz"
    written(path, device)
    whole = path.read_bytes()
    cuts = {0, 1, 2, 3, 4, 30, len(whole) - 1, len(whole) - 22, *np.linspace(1, len(whole) - 1, 120).astype(int)}
    for cut in cuts:
        path.write_bytes(whole[:cut])
        with pytest.raises(CheckpointError, match="a.npz is (no checkpoint|damaged or cut off)"):
            load(path)


def test_with_a_bit_flipped_it_is_an_error_or_the_same(device, tmp_path):
    path = tmp_path / "a.npz"
    net = written(path, device)
    whole, about, caught = path.read_bytes(), load(path).about, 0
    rng = random.Random(0)
    # Everywhere a little, and every byte of the zip's own lists and headers.
    places = [rng.randrange(len(whole)) for _ in range(200)] + [*range(len(whole) - 200, len(whole)), *range(130)]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        try:
            stored = load(path)
        except CheckpointError as error:
            assert "a.npz" in str(error)
            caught += 1
        else:
            assert stored.about == about and (stored.arrays["weights"] == net.parameters.get()).all()
    assert caught > 0.7 * len(places)


def test_an_array_that_seems_shorter_is_an_error(device, tmp_path):
    """Read by its own header it would be there: with fewer numbers, and without the checksum being looked at."""
    path = tmp_path / "a.npz"
    net = written(path, device)
    size = len(net.parameters)
    whole, shape = path.read_bytes(), f"'shape': ({size},)".encode()
    assert whole.count(shape) == 1
    path.write_bytes(
        whole.replace(shape, f"'shape': ({int(str(size)[1:]):0{len(str(size))}d},)".encode().replace(b"(0", b"( "))
    )
    with pytest.raises(CheckpointError, match="damaged or cut off .*the checksum of weights.npy is wrong"):
        load(path)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def said(about):
    return np.frombuffer(json.dumps(about).encode(), np.uint8)


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


HEAD = {"format": "d2lrnn checkpoint", "version": 1}
LIE = b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }\n"
FOREIGN = {
    "empty": (b"", "it is not a .npz file but an empty one"),
    "text": (b"To be, or not to be", "it is not a .npz file$"),
    "npy": (b"\x93NUMPY\x01\x00", "it is not a .npz file"),
    "zip's first bytes": (b"PK\x03\x04" + b"\0" * 60, "is damaged or cut off"),
    "zip of texts": (zipped(a="hello"), "a .npz file without a description"),
    "foreign npz": (npz(x=np.ones(3)), "a .npz file without a description"),
    "empty npz": (npz(), "a .npz file without a description"),
    "another's about": (npz(about=said({"format": "other"}), weights=np.ones(3)), "without a description"),
    "about a list": (npz(about=said([1, 2])), "without a description"),
    "about no JSON": (npz(about=np.frombuffer(b"{'a': 1}", np.uint8)), "without a description"),
    "about too deep": (npz(about=np.frombuffer(b"[" * 200_000, np.uint8)), "without a description"),
    "about numbers": (npz(about=np.ones((2, 2))), "without a description"),
    "no weights": (npz(about=said(HEAD)), "is a checkpoint without weights"),
    "later": (npz(about=said(HEAD | {"version": 2}), weights=np.ones(2)), "has version 2 of the format, and this d2lrnn reads 1; update d2lrnn"),
    "no version": (npz(about=said({"format": "d2lrnn checkpoint"}), weights=np.ones(2)), "has version None"),
    "a header that lies": (zipped(**{"about.npy": LIE}), "is damaged or cut off"),
    "a header that is none": (zipped(**{"about.npy": b"\x93NUMPY\x01\x00\x06\x00('''((\n"}), "is damaged or cut off"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_said_to_be_one(tmp_path, device, name):
    data, message = FOREIGN[name]
    path = tmp_path / "odd.npz"
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    net = language_model(device)
    before = net.parameters.get()
    with pytest.raises(CheckpointError, match=message):
        fit(net, minibatches("LanguageModel", 1), steps=1, checkpoint=path, resume=True)
    assert path.read_bytes() == data and (net.parameters.get() == before).all()


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.npz")
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        load(tmp_path)


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["about", "weights", "more"])
def test_a_python_object_is_refused_and_not_run(tmp_path, name):
    path, sign = tmp_path / "bad.npz", tmp_path / "it_ran"
    arrays = {"about": said(HEAD), "weights": np.ones(3), name: np.array([Payload(sign)], object)}
    path.write_bytes(npz(**arrays))
    with pytest.raises(CheckpointError, match="Python objects in it, which could run code, so it was not loaded"):
        load(path)
    assert not sign.exists()
    with np.load(path, allow_pickle=True) as stored:
        stored[name]
    assert sign.exists()  # the trap is a real one


@pytest.mark.parametrize(
    "about, message",
    [
        ({}, "network cannot be made: 'network'"),
        ({"network": None, "engine": "fused", "dtype": "float32"}, "network cannot be made"),
        ({"network": {"kind": "Transformer"}, "engine": "fused", "dtype": "float32"}, "kind must be one of"),
        ({"network": {"kind": "LanguageModel", "vocab_size": 3, "wings": 2}, "engine": "fused", "dtype": "float32"}, "no argument 'wings'"),
        ({"network": {"kind": "LanguageModel", "vocab_size": 3, "hidden": 2}, "engine": "warp", "dtype": "float32"}, "engine must be one of"),
        ({"network": {"kind": "LanguageModel", "vocab_size": 3, "hidden": 2}, "engine": "fused", "dtype": "float32"}, "numbers are needed, got shape"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_made_is_said(tmp_path, device, about, message):
    path = tmp_path / "a.npz"
    path.write_bytes(npz(about=said(HEAD | about), weights=np.ones(5)))
    with pytest.raises(CheckpointError, match=message):
        load(path).network(device=device)


@pytest.mark.parametrize(
    "stored",
    [
        [1], {}, {"kind": "morse"}, {"kind": "character", "tokens": [3]}, {"kind": "character", "tokens": ["a", "a"]},
        {"kind": "byte_pair", "merges": [["a"]], "reserved": [], "lengths": 3},
    ],
)  # fmt: skip
def test_a_tokenizer_that_cannot_be_made_is_said(tmp_path, stored):
    path = tmp_path / "a.npz"
    path.write_bytes(npz(about=said(HEAD | {"tokenizer": stored}), weights=np.ones(5)))
    with pytest.raises(CheckpointError, match="tokenizer cannot be made"):
        load(path).tokenizer()


def test_a_context_that_is_not_there_is_not_the_files_fault(device, tmp_path):
    written(tmp_path / "a.npz", device)
    with pytest.raises(ValueError, match="a context is named"):
        load(tmp_path / "a.npz").network(device="tpu")


# Writing.


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(device, tmp_path, monkeypatch, fails):
    path = tmp_path / "a.npz"
    written(path, device)
    old = path.read_bytes()

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    class Full(io.FileIO):
        def write(self, data):
            super().write(data[: len(data) // 2])
            full()

    if fails == "write":
        monkeypatch.setattr(files, "open", lambda part, mode: Full(part, mode.replace("b", "")), raising=False)
    else:
        monkeypatch.setattr(files.os, fails, full)
    with pytest.raises(OSError, match="No space left"):
        save(path, language_model(device, rng=5))
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["a.npz"]


def test_a_full_disk_in_a_run_leaves_what_was_written_before(device, tmp_path, monkeypatch):
    path, writes, fsync = tmp_path / "a.npz", [], os.fsync

    def sometimes(number):
        writes.append(number)
        if len(writes) == 3:
            raise OSError(28, "No space left on device")
        fsync(number)

    monkeypatch.setattr(files.os, "fsync", sometimes)
    run = Run(device, path)
    with pytest.raises(OSError, match="No space left"):
        run()
    assert len(load(path).about["history"]["losses"]) == 8 and os.listdir(tmp_path) == ["a.npz"]
    assert run(resume=True) == Run(device, None)()


def test_a_folder_that_is_not_there_or_not_ours_is_found_at_once(device, tmp_path, monkeypatch):
    net = language_model(device)
    before = net.parameters.get()
    with pytest.raises(CheckpointError, match="there is no folder .*deep for the checkpoint; make it first"):
        fit(net, minibatches("LanguageModel", 1), steps=1, checkpoint=tmp_path / "deep" / "a.npz")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(CheckpointError, match="nothing can be written to the folder"):
        fit(net, minibatches("LanguageModel", 1), steps=1, checkpoint=tmp_path / "a.npz")
    assert (net.parameters.get() == before).all()


def test_what_is_left_of_a_write_is_swept_and_nothing_else(device, tmp_path):
    path = tmp_path / "a[1].npz"
    others = ["a[1].npz.part", "a[1].npz.0123456.part", "b.npz.01234567.part", "a1.npz.01234567.part", "a[1].npz.0123456z.part"]  # fmt: skip
    for name in [*others, "a[1].npz.01234567.part", "a[1].npz.89abcdef.part"]:
        (tmp_path / name).write_bytes(b"half")
    Run(device, path)()
    assert sorted(os.listdir(tmp_path)) == sorted([*others, path.name])
    (tmp_path / "a[1].npz.01234567.part").write_bytes(b"half")
    Run(device, path)(resume=True)
    assert sorted(os.listdir(tmp_path)) == sorted([*others, path.name])


# Runs that go on.


class Run:
    """A short run with everything on: dropout, several layers, a validation text, a schedule. Calling it gives its end as plain values."""

    def __init__(self, device, path, *, batches=None, valid=True, net=None, **settings):
        self.device, self.path, self.batches, self.valid = device, path, batches, text(60, 1) if valid else None
        self.net = {"layers": 2, "dropout": 0.3, "hidden": 5} | (net or {})
        self.settings = {"epochs": 2, "rate": 0.05, "evaluate_every": 5, "seed": 3, "checkpoint_every": 4} | settings

    def __call__(self, watch=(), kill_at=None, resume=False, **change):
        net = language_model(self.device, rng=8 if resume else 0, **self.net)  # a resumed one need not begin alike
        batches = self.batches or sequential_batches(text(200), 4, 5, rng=2)
        if kill_at is not None:
            watch = [*watch, lambda net, history: self._kill(history, kill_at)]
        arguments = self.settings | change
        if self.path is None:
            arguments.pop("checkpoint_every")
        history = fit(
            net, batches, self.valid, context=text(7), checkpoint=self.path, resume=resume, watch=watch,
            tokenizer=CharTokenizer.train("abcdef"), **arguments,
        )  # fmt: skip
        return (
            history.losses,
            history.norms,
            history.valid,
            history.tokens,
            history.stopped,
            net.parameters.get().tolist(),
        )

    def _kill(self, history, at):
        if history.steps == at:
            raise Killed


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"keep": "last", "optimizer": "sgd", "optimizer_settings": {"momentum": 0.9}},
        {"schedule": "linear", "clip": None, "checkpoint_every": 7},
        {"patience": 2, "rate": 0.3},
        {"net": {"dtype": "float64", "cell": "gru_after"}, "checkpoint_every": 1},
        {"net": {"cell": "gru", "engine": "scratch", "layers": 1}},
    ],
    ids=["adam", "sgd", "linear", "patience", "float64", "scratch"],
)
def test_killed_and_resumed_it_ends_to_the_bit_alike(device, tmp_path, settings):
    whole = Run(device, tmp_path / "whole.npz", **settings)()
    run, path = Run(device, tmp_path / "run.npz", **settings), tmp_path / "run.npz"
    for kill_at in (5, 10, 15):
        try:
            run(kill_at=kill_at, resume=path.exists())
        except Killed:
            continue
        break
    assert run(resume=True) == whole
    assert run(resume=True) == whole  # and a run that is over stays as it is
    one, other = load(tmp_path / "whole.npz"), load(path)
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert array.tobytes() == other.arrays[name].tobytes(), name


@pytest.mark.parametrize("make", ["random", "list", "function"])
def test_every_source_of_minibatches_goes_on(device, tmp_path, make):
    pairs = minibatches("LanguageModel", 9)
    batches = {"random": random_batches(text(200), 4, 5, rng=2), "list": pairs, "function": lambda step: pairs[step % 9]}[make]  # fmt: skip
    settings = {"batches": batches, "carry": make != "random", "epochs": None, "steps": 22}
    whole = Run(device, None, **settings)()
    run = Run(device, tmp_path / "run.npz", **settings)
    for kill_at in (5, 15):
        with pytest.raises(Killed):
            run(kill_at=kill_at, resume=kill_at > 5)
    assert run(resume=True) == whole


def test_a_run_by_the_clock_goes_on(device, tmp_path):
    path, batch = tmp_path / "a.npz", minibatch("LanguageModel")
    with pytest.raises(Killed):
        Run(device, path, valid=False, batches=lambda step: batch, epochs=None, seconds=0.5, checkpoint_every=1)(
            kill_at=5
        )
    history = load(path).about["history"]
    assert len(history["losses"]) == 4
    losses, *_, stopped, _ = Run(device, path, valid=False, batches=lambda step: batch, epochs=None, seconds=0.5, checkpoint_every=1)(resume=True)  # fmt: skip
    assert losses[:4] == history["losses"] and len(losses) > 5 and stopped == "done"


def test_without_validation_text_the_checkpoint_is_written_all_the_same(device, tmp_path):
    path = tmp_path / "a.npz"
    run = Run(device, path, valid=False, checkpoint_every=None, evaluate_every=None)
    whole = Run(device, None, valid=False, evaluate_every=None)()
    with pytest.raises(Killed):
        run(kill_at=9)  # the end of the first epoch: watch comes before the file is written
    assert not path.exists()
    assert run() == whole
    assert "best" not in load(path).arrays


def test_the_best_weights_are_kept_beside_the_last(device, tmp_path):
    path, seen = tmp_path / "a.npz", {}

    def look(net, history):
        seen[history.steps] = net.parameters.get()

    losses, _, valid, *_, weights = Run(device, path, rate=1.0, schedule="constant", keep="last")([look])
    stored = load(path)
    best = min(valid, key=lambda pair: pair[1])[0]
    assert best < len(losses), "the test needs a run that gets worse"
    assert (stored.network(device=device).parameters.get() == seen[best]).all()
    assert (stored.network(device=device, best=False).parameters.get() == weights).all()
    assert (stored.arrays["best"] != stored.arrays["weights"]).any()


def test_numpys_numbers_in_the_settings_can_be_stored(device, tmp_path):
    path = tmp_path / "a.npz"
    settings = {"rate": np.float32(0.05), "epochs": None, "steps": np.int64(9), "seed": np.int32(2)}
    settings["optimizer_settings"] = {"beta1": np.float32(0.8)}
    batches = sequential_batches(text(200), np.int64(4), 5, start=np.int64(2), rng=2)
    whole = Run(device, None, batches=batches, **settings)()
    run = Run(device, path, batches=batches, **settings)
    with pytest.raises(Killed):
        run(kill_at=5)
    assert run(resume=True) == whole


def test_an_existing_file_is_never_overwritten(device, tmp_path):
    path = tmp_path / "a.npz"
    for data in (b"my diary", b""):
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match="a.npz is there already; pass resume=True to go on from it"):
            Run(device, path)()
        assert path.read_bytes() == data
    with pytest.raises(CheckpointError, match="is there already"):
        Run(device, tmp_path)()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"rate": 0.01}, r"its recipe differs in rate \(0.05, now 0.01\)"),
        ({"epochs": 3}, r"its recipe differs in epochs \(2, now 3\)"),
        ({"seed": 4, "clip": 2.0}, r"its recipe differs in clip \(1.0, now 2.0\), seed \(3, now 4\)"),
        ({"optimizer_settings": {"beta1": 0.5}}, "its recipe differs in optimizer_settings"),
        ({"net": {"hidden": 6}}, r"its network differs in hidden \(5, now 6\)"),
        ({"net": {"cell": "gru_after"}}, r"its network differs in cell \('lstm', now 'gru_after'\)"),
        ({"net": {"engine": "scratch"}}, r"its network differs in engine \('fused', now 'scratch'\)"),
        ({"net": {"dtype": "float64"}}, r"its network differs in dtype \('float32', now 'float64'\)"),
        ({"batches": sequential_batches(text(200, 5), 4, 5, rng=2)}, "its batches differs in crc32"),
        ({"batches": sequential_batches(text(200), 4, 5, rng=3)}, "its batches differs in seed"),
        ({"batches": random_batches(text(200), 4, 5, rng=2)}, r"its batches differs in kind \('sequential', now 'random'\)"),
        ({"batches": minibatches("LanguageModel", 9)}, "its batches differs in"),
        ({"valid": False}, "its valid differs in"),
    ],
)  # fmt: skip
def test_another_run_is_refused_by_name(device, tmp_path, change, message):
    path = tmp_path / "a.npz"
    with pytest.raises(Killed):
        Run(device, path)(kill_at=10)
    before = path.read_bytes()
    other = Run(device, path, **change)
    with pytest.raises(CheckpointError, match=f"a.npz is of another run: {message}"):
        other(resume=True)
    assert path.read_bytes() == before


def test_another_list_validation_text_tokenizer_or_number_of_contexts_is_refused(device, tmp_path):
    path, batches = tmp_path / "a.npz", minibatches("LanguageModel", 4)
    net = language_model(device)
    common = {"steps": 4, "checkpoint": path}
    fit(net, batches, text(30), context=text(5), tokenizer=CharTokenizer.train("abcdef"), **common)
    before = path.read_bytes(), net.parameters.get()
    same = {"valid": text(30), "context": text(5), "tokenizer": CharTokenizer.train("abcdef"), "resume": True} | common
    for change, what in [
        ({"valid": text(30, 4)}, "valid"),
        ({"context": text(5, 4)}, "valid"),
        ({"tokenizer": CharTokenizer.train("abcdeg")}, "tokenizer"),
        ({"tokenizer": None}, "tokenizer"),
    ]:
        with pytest.raises(CheckpointError, match=f"its {what} differs in"):
            fit(net, batches, **(same | change))
    with pytest.raises(CheckpointError, match="its batches differs in crc32"):
        fit(net, batches[::-1], **same)
    assert (path.read_bytes(), net.parameters.get().tolist()) == (before[0], before[1].tolist())
    assert fit(net, batches, **same).stopped == "done"


def test_a_file_with_a_network_and_no_run_is_not_continued(device, tmp_path):
    written(tmp_path / "a.npz", device)
    with pytest.raises(CheckpointError, match="holds a network and no run that could go on"):
        Run(device, tmp_path / "a.npz")(resume=True)


@pytest.mark.parametrize("broken", ["memory.variance", "best", "weights", "history", "state0.0"])
def test_never_half_loaded(device, tmp_path, broken):
    path = tmp_path / "a.npz"
    with pytest.raises(Killed):
        Run(device, path)(kill_at=15)
    stored = load(path)
    arrays, about = dict(stored.arrays), dict(stored.about)
    if broken == "history":
        about["history"] = {"losses": [1.0]}
    else:
        arrays[broken] = arrays[broken][:1]
    path.write_bytes(npz(about=said(about), **arrays))
    net = language_model(device, layers=2, dropout=0.3, hidden=5)
    before = net.parameters.get()
    batches = sequential_batches(text(200), 4, 5, rng=2)
    with pytest.raises(CheckpointError, match="a.npz cannot be continued"):
        fit(net, batches, text(60, 1), context=text(7), tokenizer=CharTokenizer.train("abcdef"), checkpoint=path, resume=True,
            epochs=2, rate=0.05, evaluate_every=5, seed=3)  # fmt: skip
    assert (net.parameters.get() == before).all()


# What tells one text from another.


def test_the_checksum_is_of_the_numbers_and_not_of_their_type():
    ids = text(100)
    configs = [sequential_batches(kind(ids), 2, 3, rng=0).config() for kind in (list, np.int64, lambda x: x.astype(">i2"))]  # fmt: skip
    assert all(config == configs[0] for config in configs)
    other = ids.copy()
    other[50] = (other[50] + 1) % V
    assert sequential_batches(other, 2, 3, rng=0).config() != configs[0]
    series = np.linspace(0, 0.9, 100)
    assert sequential_batches(series, 2, 3, rng=0).config() != sequential_batches(series / 2, 2, 3, rng=0).config()
    assert json.loads(json.dumps(configs[0])) == configs[0]


def test_the_checksum_of_a_long_text_takes_little_memory(tmp_path, monkeypatch):
    import tracemalloc

    from d2lrnn.text import batches

    long = np.lib.format.open_memmap(tmp_path / "long.npy", "w+", np.int16, (4_000_000,))
    long[::1000] = 5
    made = sequential_batches(long, 2, 3, rng=0)
    tracemalloc.start()
    first = made.config()["crc32"]
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    monkeypatch.setattr(batches, "_CHUNK", 999)
    assert batches.checksum(long[:5000]) == batches.checksum(np.asarray(long[:5000], np.int64))
    assert made.config()["crc32"] == first and first != batches.checksum(long[1:])
