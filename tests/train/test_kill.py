"""Processes killed for real: by SIGKILL again and again, also in the middle of writing, and by Ctrl-C."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import mxnet as mx
import pytest
from small_runs import language_model, text

from d2lrnn.text.batches import sequential_batches
from d2lrnn.train import fit
from d2lrnn.train.checkpoints import CheckpointError, load

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture
def device():
    """The processes' own, which they guard themselves."""
    return mx.cpu(1)


@pytest.fixture
def start(root):
    """Starts until_killed.py; whatever still runs in the end is killed."""
    running = []

    def begin(*arguments):
        folders = [str(root), str(root / "tests"), str(root / "tests" / "train")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(folders), "OMP_NUM_THREADS": "1", "CI": "1"}
        process = subprocess.Popen(
            [sys.executable, str(root / "tests" / "train" / "until_killed.py"), *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    return process


def result(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(output.splitlines()[-1])


def read_until(process, begin, count=1):
    """Reads lines until the count-th that begins so."""
    for line in process.stdout:
        count -= line.startswith(begin)
        if not count:
            return
    raise AssertionError(f"the run ended before it said {begin!r}: {process.stderr.read()}")


def steps_in(path):
    return len(load(path).about["history"]["losses"]) if path.exists() else 0


def test_killed_again_and_again_it_ends_to_the_bit_as_if_nothing_had_been(start, tmp_path):
    whole_path, path, rng = (
        tmp_path / "whole" / "run.npz",
        tmp_path / "killed" / "run.npz",
        random.Random(time.time_ns()),
    )
    whole_path.parent.mkdir()
    path.parent.mkdir()
    whole, ready, halves, stood = go(start(whole_path)), start(path), 0, []
    # While the first checkpoint is written; in between, at a random time; while a later one is written, over a good one.
    for moment, count in [("writing", 1), ("look", 1), ("writing", 3), ("look", 2), ("writing", 4)]:
        process, ready = go(ready), start(path)  # the next one loads its libraries meanwhile
        read_until(process, moment, count)
        if moment == "look":
            time.sleep(rng.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        left = [name for name in os.listdir(path.parent) if name != path.name]
        assert all(re.fullmatch(r"run\.npz\.[0-9a-f]{8}\.part", name) for name in left) and len(left) <= 1
        for name in left:
            try:
                load(path.parent / name)  # whole: killed in the moment before it took its place
            except CheckpointError:
                halves += 1
        stood.append(steps_in(path))  # what is there can be read, always
    assert halves >= 3, "the kills while writing came too late"
    assert stood == sorted(stood) and stood[0] == 0 < stood[1] < stood[-1] < 96
    resumed, expected = result(go(ready)), result(whole)
    assert resumed == expected
    assert resumed["stopped"] == "done" and len(resumed["losses"]) == 96 and len(resumed["valid"]) == 12
    assert os.listdir(path.parent) == [path.name]  # what was half written is gone
    one, other = load(path), load(whole_path)
    assert (
        one.arrays.keys()
        == other.arrays.keys()
        >= {"weights", "best", "mean", "memory.mean", "memory.variance", "state0.0"}
    )
    for name in one.arrays:
        assert one.arrays[name].tobytes() == other.arrays[name].tobytes(), name


def test_ctrl_c_keeps_what_was_learnt(start, tmp_path):
    path = tmp_path / "run.npz"
    process = go(start(path, "endless"))
    read_until(process, "look", 3)
    time.sleep(random.uniform(0, 0.05))
    process.send_signal(signal.SIGINT)
    ended = result(process)
    steps = len(ended["losses"])
    assert ended["stopped"] == "interrupted" and 24 <= steps and ended["valid"][-1][0] == steps == steps_in(path)
    assert os.listdir(tmp_path) == [path.name]
    # The very run, as long by design as that one by accident.
    net = language_model(mx.cpu(1), layers=2, dropout=0.3, hidden=5)
    cut = sequential_batches(text(500), 4, 5, rng=2)
    history = fit(net, cut, steps=steps, schedule="constant", warmup=0, rate=0.05, seed=3)
    assert history.losses == ended["losses"]
    assert (load(path).network(device="cpu(1)", best=False).parameters.get() == net.parameters.get()).all()
