"""Run by test_kill.py in a process of its own: a small training run that says where it is, one line each.

    echo go | python until_killed.py CHECKPOINT [endless]

`look` at each look at the validation text; `writing` in the middle of writing a checkpoint, half of its bytes being on the disk; at the end, as JSON,
what came of it.
"""

import builtins
import hashlib
import io
import json
import sys
import time

import mxnet as mx
from contexts import only_on
from small_runs import language_model, text

from d2lrnn.data import files
from d2lrnn.text.batches import sequential_batches
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.train import fit


def say(line):
    print(line, flush=True)


class Slow(io.FileIO):
    """A slow disk: a file is written in two halves, so that somebody can be killed in between."""

    def write(self, data):
        super().write(data[: len(data) // 2])
        say("writing")
        time.sleep(0.02)
        return super().write(data[len(data) // 2 :])


def look(net, history):
    say(f"look {history.steps}")
    time.sleep(0.01)


def main(path, endless=False):
    files.open = lambda part, mode: Slow(part, mode.replace("b", "")) if mode == "xb" else builtins.open(part, mode)
    length = {"steps": 10**6, "schedule": "constant", "warmup": 0} if endless else {"epochs": 4}
    with only_on(mx.cpu(1)):
        net = language_model(mx.cpu(1), layers=2, dropout=0.3, hidden=5)
        history = fit(
            net, sequential_batches(text(500), 4, 5, rng=2), text(60, 1), context=text(7), checkpoint=path, checkpoint_every=3,
            resume=True, watch=[look], tokenizer=CharTokenizer.train("abcdef"), rate=0.05, evaluate_every=8, seed=3, average=None if endless else 0.4,
            keep="last" if endless else "best", **length,
        )  # fmt: skip
    weights = hashlib.sha256(net.parameters.get().tobytes()).hexdigest()
    say(json.dumps({"weights": weights, "losses": history.losses, "valid": history.valid, "stopped": history.stopped}))


if __name__ == "__main__":
    input()  # everything is imported: wait for the word
    main(sys.argv[1], "endless" in sys.argv)
