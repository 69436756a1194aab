"""`Run`: where a training run stands, what a checkpoint stores of it, and how to go on from there. The loop itself is in `loop`."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import mxnet as mx
import numpy as np

from d2lrnn import device as devices_
from d2lrnn import npz
from d2lrnn.arguments import flat_ids
from d2lrnn.nn.heads import as_numpy
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.batches import Batches, as_mxnet, checksum
from d2lrnn.train import checkpoints
from d2lrnn.train.history import History
from d2lrnn.train.metrics import log_probs, mean_loss
from d2lrnn.train.recipe import Recipe
from d2lrnn.train.replicas import Replicas

_ROWS = 32  # a validation text is read in so many rows at once
_AHEAD, _LAG = 16, 0.1  # steps whose numbers are read later, at most, and the seconds that they take
_APART = 10  # steps between two weights that are averaged: neighbours differ too little to be worth the time


class Diverged(FloatingPointError):
    """The loss or its gradient became NaN or infinite: at `step` (from 0); `history` is what happened before."""

    def __init__(self, message: str, step: int, history: History):
        super().__init__(message)
        self.step, self.history = step, history


class Run:
    """Everything that changes in the course of a run."""

    def __init__(self, network, batches, valid, context, tokenizer, checkpoint, recipe: Recipe, devices, resume: bool):
        self.network, self.batches, self.valid, self.context = network, batches, valid, context
        self.tokenizer, self.recipe = tokenizer, recipe
        self.path = None if checkpoint is None else Path(checkpoint)
        self.steps_an_epoch = None if callable(batches) else len(batches)
        if self.steps_an_epoch == 0:
            raise ValueError("fit: there is no minibatch to train on")
        if self.steps_an_epoch is None and recipe.epochs is not None:
            raise ValueError("fit: a function gives minibatches for ever; say how many steps or seconds, not epochs")
        self._check_ids()
        sequential = isinstance(batches, Batches) and batches.sequential
        self.carry = sequential if recipe.carry is None else recipe.carry
        self.total = recipe.steps
        if recipe.epochs is not None:
            self.total = max(1, math.ceil(recipe.epochs * self.steps_an_epoch))
        self.replicas = Replicas(network, devices_.choose_all(devices) if devices is not None else [network.device])
        self.memory = recipe.make_optimizer().begin(network.parameters)
        self.states = [None] * len(self.replicas.networks)
        self.history, self.best = History(), None
        self.mean, self.averaged = None, 0  # of the weights, and of how many
        self._noted, self._pending = [], []  # steps whose numbers MXNet still computes: one by one, and in one array
        self.began = self.spent = 0.0
        if self.path is None and resume:
            raise ValueError("fit: resume=True needs the name of a checkpoint to go on from")
        self._about = None if self.path is None else self._describe()
        if self.path is not None and self.path.exists():
            if not resume:
                raise checkpoints.CheckpointError(
                    f"fit: {self.path} is there already; pass resume=True to go on from it, or another name"
                )
            self._restore(checkpoints.load(self.path))
            self._check_folder()
        elif self.path is not None:
            self._check_folder()
        self.began = time.perf_counter()

    def _check_folder(self) -> None:
        if not self.path.parent.is_dir():
            raise checkpoints.CheckpointError(
                f"fit: there is no folder {self.path.parent} for the checkpoint; make it first"
            )
        if not os.access(self.path.parent, os.W_OK):
            raise checkpoints.CheckpointError(
                f"fit: nothing can be written to the folder {self.path.parent}; name a checkpoint in another one"
            )
        checkpoints.sweep(self.path)

    def _check_ids(self) -> None:
        """What would be found wrong after an hour is found wrong at once."""
        network, batches = self.network, self.batches
        if not isinstance(network, LanguageModel) or network.layers.encoding == "vectors":
            if self.valid is not None and not len(self.valid):
                raise ValueError("fit: valid must hold at least one minibatch, or be None")
            return
        if isinstance(batches, Batches):
            network.check_ids("fit", np.array([batches.tokens.min(), batches.tokens.max()]), network.outputs)
        if self.valid is not None:
            valid, context = flat_ids(self.valid), flat_ids(self.context)
            if len(valid) < (1 if len(context) else 2):
                raise ValueError(f"fit: valid must have a token to score and one before it, got {len(valid)} tokens")
            network.check_ids("valid", valid, network.outputs)
            network.check_ids("context", context, network.outputs)

    # The run's course.

    def minibatches(self) -> Iterator[tuple[int, tuple]]:
        """(step, minibatch), from where the run stands."""
        step = self.history.steps
        if self.is_over(step) or self.out_of_patience():
            return
        if self.steps_an_epoch is None:
            while True:
                yield step, self.batches(step)
                step += 1
        while True:
            epoch, skip = divmod(step, self.steps_an_epoch)
            one = self.batches.at(epoch) if isinstance(self.batches, Batches) else iter(self.batches)
            for _ in range(skip):
                next(one)
            if skip == 0:  # another start in the text: nothing to carry over
                self.states = [None] * len(self.replicas.networks)
            if isinstance(self.batches, Batches):
                one = as_mxnet(one, self.network.device) if len(self.replicas.networks) == 1 else one
            for batch in one:
                yield step, batch
                step += 1

    def seed(self, step: int) -> None:
        """Seed MXNet for this step, so that a resumed run drops the same units. It takes more than a millisecond: only where there is dropout."""
        for k, network in enumerate(self.replicas.networks):
            if any(layers.dropout for layers in network.parts().values()):
                mx.random.seed((self.recipe.seed * 1_000_003 + step * 1009 + k) % 2**31, ctx=network.device)

    def seconds(self) -> float:
        """Spent training: this and earlier runs, without looks at the validation text."""
        return self.spent + time.perf_counter() - self.began

    def progress(self, step: int) -> float:
        """The share of the run that is done, 0 to 1."""
        if self.recipe.seconds is not None:
            return min(1.0, self.seconds() / self.recipe.seconds)
        return step / self.total

    def is_over(self, steps: int) -> bool:
        return steps >= self.total if self.total is not None else self.seconds() >= self.recipe.seconds

    def is_last(self, step: int) -> bool:
        return self.is_over(step + 1)

    def note(self, step: int, seen, batch) -> None:
        """Remember a step, once MXNet has computed it. seen: an array, its loss and its gradient's norm.

        MXNet gets the next steps before the numbers of this one are read, and those of several steps are read as one array: while Python works, MXNet has
        a core less. Raises Diverged if the numbers that are read are not finite.
        """
        self._noted.append((step, seen, math.prod(batch[0].shape[:2])))
        done = self.history.steps
        ahead = max(1, min(_AHEAD, int(_LAG * done / self.history.seconds))) if done else 1
        if len(self._noted) >= ahead:
            self._gather()
            self._read(but=1)

    def settle(self) -> None:
        """Wait for all steps that are still to be remembered. Raises Diverged if their numbers are not finite."""
        self._gather()
        self._read()

    def _gather(self) -> None:
        """Let MXNet put the numbers of the steps since the last time into one array."""
        if self._noted:
            steps, seen, tokens = zip(*self._noted, strict=True)
            self._pending.append((steps, mx.np.stack(seen), tokens))
            self._noted = []

    def _read(self, but: int = 0) -> None:
        """Wait for what was gathered, `but` so many arrays, the last ones."""
        while len(self._pending) > but:
            steps, seen, tokens = self._pending[0]
            numbers = seen.asnumpy().tolist()  # an interrupt while it waits here loses nothing
            del self._pending[0]
            for step, (loss, norm), count in zip(steps, numbers, tokens, strict=True):
                if not (math.isfinite(loss) and math.isfinite(norm)):
                    self._noted, self._pending = [], []  # what came after it changed nothing
                    self._diverged(step, loss, norm)
                self.history.losses.append(loss)
                self.history.norms.append(norm)
                self.history.tokens += count
            self.history.seconds = self.seconds()

    def _diverged(self, step: int, loss: float, norm: float) -> None:
        before = self.history.norms[-1:] or [math.nan]
        clip = self.recipe.clip
        raise Diverged(
            f"fit: at step {step:,} the loss is {loss:g} and the norm of its gradient {norm:g} (before it {before[0]:.3g}); "
            "the weights are those before that step. "
            f"Try a lower rate than {self.recipe.rate:g}, "
            + ("clip=1, " if clip is None else f"a clip below {clip:g}, " if clip > 0.1 else "")
            + "a longer warmup, and look for NaN in the inputs.",
            step,
            self.history,
        )

    def average(self, step: int) -> None:
        """Take the weights after this step into their mean, in the part of the run where they are averaged."""
        after, weights = self.recipe.average, self.network.parameters.flat
        if after is None or self.progress(step + 1) < after or not (step % _APART == 0 or self.is_last(step)):
            return
        self.averaged += 1
        if self.mean is None:
            self.mean = weights.copy()
        else:
            self.mean += (weights - self.mean) / self.averaged

    @contextlib.contextmanager
    def _mean_weights(self) -> Iterator[None]:
        """Within it the network has the mean weights, if there are any."""
        flat = self.network.parameters.flat
        if self.mean is None:
            yield
            return
        own = flat.copy()
        flat[:] = self.mean
        try:
            yield
        finally:
            flat[:] = own

    def evaluate(self) -> None:
        """Measure the held-out loss; the clock stands still meanwhile."""
        self.settle()
        self.spent = self.seconds()
        with self._mean_weights():
            self._evaluate()
        self.began = time.perf_counter()

    def _evaluate(self) -> None:
        if self.valid is not None:
            if isinstance(self.network, LanguageModel):
                rows = _ROWS if len(self.context) else 1
                loss = -float(log_probs(self.network, self.valid, self.context, rows=rows).mean())
            else:
                loss = mean_loss(self.network, self.valid)
            if not math.isfinite(loss):
                raise Diverged(
                    f"fit: after {self.history.steps:,} steps the held-out loss is {loss:g}: the state grows without bound on a longer text. "
                    f"Try a lower rate than {self.recipe.rate:g}, or another cell.",
                    self.history.steps,
                    self.history,
                )
            if not self.history.valid or loss < self.history.best[1]:
                self.best = self.network.parameters.get()
            self.history.valid.append((self.history.steps, loss))

    def keep(self, which: str) -> None:
        """Give the network the weights that it is to have in the end: "best" on the validation text or "last", which are the mean ones, if there are any."""
        if which == "best" and self.best is not None:
            self.network.parameters.set(self.best)
        elif self.mean is not None:
            self.network.parameters.set(self.mean.asnumpy())
        self.replicas.spread()

    def why_stopped(self, interrupted: bool) -> str:
        self.history.seconds = self.seconds()
        if self.is_over(self.history.steps):
            return "done"
        return "interrupted" if interrupted else "patience"

    def out_of_patience(self) -> bool:
        if self.recipe.patience is None or not self.history.valid:
            return False
        losses = [loss for _, loss in self.history.valid]
        return len(losses) - 1 - int(np.argmin(losses)) >= self.recipe.patience

    # Checkpoints.

    def _describe(self) -> dict:
        """What decides the run's course, as plain values: a checkpoint goes on only where all of it is the same."""
        network, tokenizer = self.network, self.tokenizer
        about = {
            "network": network.config() | {"engine": network.engine, "dtype": network.dtype},
            "recipe": self.recipe.config(),
            "batches": {"kind": "function"},
            "valid": {},
            "devices": {"number": len(self.replicas.networks)},
            "tokenizer": {},
        }
        if isinstance(self.batches, Batches):
            about["batches"] = self.batches.config()
        elif not callable(self.batches):
            about["batches"] = {"kind": "list", **_describe_list(self.batches)}
        if isinstance(network, LanguageModel) and self.valid is not None:
            ids, before = flat_ids(self.valid), flat_ids(self.context)
            about["valid"] = {"tokens": len(ids), "crc32": checksum(ids), "context": checksum(before)}
        elif self.valid is not None:
            about["valid"] = _describe_list(self.valid)
        if tokenizer is not None:
            text = json.dumps(checkpoints.tokenizer_config(tokenizer))
            about["tokenizer"] = {
                "kind": type(tokenizer).__name__, "ids": len(tokenizer), "crc32": zlib.crc32(text.encode("ascii")),
            }  # fmt: skip
        return npz.plain(about)

    def save(self) -> None:
        self.settle()
        arrays = {f"memory.{name}": array.asnumpy() for name, array in self.memory.items()}
        for k, state in enumerate(self.states):
            arrays |= {f"state{k}.{i}": s.asnumpy() for i, s in enumerate(state or ())}
        if self.best is not None:
            arrays["best"] = self.best
        if self.mean is not None:
            arrays["mean"] = self.mean.asnumpy()
        more = {"run": self._about, "history": self.history.config(), "seconds": self.seconds()}
        more["averaged"] = self.averaged
        checkpoints.save(self.path, self.network, self.tokenizer, more=more, arrays=arrays)

    def _restore(self, stored: checkpoints.Checkpoint) -> None:
        if not isinstance(stored.about.get("run"), dict):
            raise checkpoints.CheckpointError(
                f"fit: {stored.path} holds a network and no run that could go on; pass another file name"
            )
        for what, value in self._about.items():
            differing = _differences(stored.about["run"].get(what), value)
            if differing:
                raise checkpoints.CheckpointError(
                    f"fit: {stored.path} is of another run: its {what} differs in {differing}; "
                    "pass the same, or another file name"
                )
        try:  # everything is read before anything is changed
            size = self.network.parameters.size
            memory = {name: _of_size(stored.arrays[f"memory.{name}"], size) for name in self.memory}
            states = [
                tuple(
                    network.array(_like_state(stored.arrays[name], network), network.dtype)
                    for name in (f"state{k}.0", f"state{k}.1")
                    if name in stored.arrays
                )
                for k, network in enumerate(self.replicas.networks)
            ]
            history = stored.about["history"]
            history = History(**{**history, "valid": [tuple(pair) for pair in history["valid"]], "stopped": ""})
            spent = float(stored.about["seconds"])
            best, mean = (
                _of_size(stored.arrays[name], size) if name in stored.arrays else None for name in ("best", "mean")
            )
            self.averaged = int(stored.about.get("averaged", 0))
            self.mean = None if mean is None else self.network.array(mean, self.network.dtype)
            self.network.parameters.set(stored.arrays["weights"])
        except (KeyError, TypeError, ValueError) as error:
            raise checkpoints.CheckpointError(f"fit: {stored.path} cannot be continued: {error}") from error
        for name, array in self.memory.items():
            array[:] = self.network.array(memory[name], self.network.dtype)
        self.states, self.history, self.spent, self.best = [state or None for state in states], history, spent, best
        self.replicas.spread()


def _of_size(array: np.ndarray, size: int) -> np.ndarray:
    """The array, if it has a number for each weight. Raises ValueError."""
    if array.shape != (size,):
        raise ValueError(f"{size:,} numbers are needed, got shape {array.shape}")
    return array


def _like_state(array: np.ndarray, network) -> np.ndarray:
    """The array, if it can be a state of the network. Raises ValueError."""
    layers, _, hidden = network.begin_state(1)[0].shape
    if array.ndim != 3 or (array.shape[0], array.shape[2]) != (layers, hidden):
        raise ValueError(f"a state of shape ({layers}, B, {hidden}) is needed, got {array.shape}")
    return array


def _describe_list(batches: Sequence) -> dict:
    """A list of minibatches: how many, and a checksum of all their numbers."""
    parts = [checksum(as_numpy(part)) for batch in batches for part in batch if part is not None]
    return {"length": len(batches), "crc32": checksum(np.array(parts, np.int64))}


def _differences(stored, mine) -> str:
    """The names whose values differ, for a message."""
    stored = stored if isinstance(stored, dict) else {}
    names = [name for name in sorted(stored.keys() | mine.keys()) if stored.get(name) != mine.get(name)]
    return ", ".join(f"{name} ({stored.get(name)!r}, now {mine.get(name)!r})" for name in names)
