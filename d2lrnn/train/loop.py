"""`fit`: the one training loop of the course."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import mxnet as mx
import numpy as np
from mxnet import autograd

from d2lrnn import device as devices_
from d2lrnn.nn.models import LanguageModel
from d2lrnn.nn.network import Network
from d2lrnn.text.batches import Batches, as_mxnet
from d2lrnn.text.tokenizers import Tokenizer
from d2lrnn.train import checkpoints
from d2lrnn.train.clipping import clipping_factor, global_norm
from d2lrnn.train.history import History
from d2lrnn.train.metrics import mean_loss, score
from d2lrnn.train.progress import bar
from d2lrnn.train.recipe import Recipe
from d2lrnn.train.replicas import Replicas

_ROWS = 32  # a validation text is read in so many rows at once


class Diverged(FloatingPointError):
    """The loss or its gradient became NaN or infinite."""


def fit(
    network: Network,
    batches: Batches | Sequence | Callable[[int], tuple],
    valid: Sequence | np.ndarray | None = None,
    *,
    context: Sequence[int] | np.ndarray = (),
    tokenizer: Tokenizer | None = None,
    checkpoint: str | os.PathLike | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    devices=None,
    watch: Iterable[Callable[[Network, History], None]] = (),
    progress: bool | None = None,
    keep: str = "best",
    **settings,
) -> History:
    """Train a network in place. Returns what happened.

    batches: `Batches` of a text, a list of minibatches (the same ones every epoch), or a function step -> minibatch (fresh ones for ever; step from 0).
    A minibatch is what the network's `loss` takes.
    valid: for a language model the ids of a held-out text, `context` being the ids before it; for another network a list of minibatches. Its loss is
    measured as often as the recipe says, and at the end.
    checkpoint: a file, written every `checkpoint_every` steps (None: at each look at the validation text) and at the end. A file that is there already
    is continued with resume=True, and never overwritten without. tokenizer: what to store beside the network.
    devices: several contexts to share each minibatch out to; the first is the network's own.
    watch: functions called with (network, history) at each look at the validation text, and at the end.
    progress: a bar; None: where somebody watches (a terminal or a notebook, and not under CI).
    keep: "best" or "last" weights on the validation text are what the network has in the end.
    settings: of `Recipe`: epochs or steps or seconds, rate, schedule, clip, carry, seed, ….

    Ctrl-C ends the run and keeps what was learnt. A run that was killed and is resumed ends with the very weights that it would have had.

    Raises Diverged at NaN or infinity (the weights are those before it), ValueError for settings that make no sense,
    CheckpointError for a checkpoint of another run.
    """
    recipe = Recipe(**settings)
    if keep not in ("best", "last"):
        raise ValueError(f"fit: keep must be best or last, got {keep!r}")
    run = _Run(network, batches, valid, context, tokenizer, checkpoint, recipe, devices, resume)
    every = recipe.evaluate_every or run.steps_an_epoch
    optimizer, parameters, history = recipe.make_optimizer(), network.parameters, run.history
    shown = bar(run, progress)
    try:
        for step, batch in run.minibatches():
            rate = recipe.rate_at(run.progress(step))
            run.seed(step)
            if len(run.replicas.networks) == 1:
                with autograd.record():
                    loss, state = network.loss(batch, run.states[0])  # forward
                loss.backward()  # backward, through the steps of this minibatch
                states = [state]
            else:
                loss, states = run.replicas.gradient(batch, run.states)
            norm = global_norm(parameters.grad)
            optimizer.update(
                parameters, run.memory, step + 1, rate, clipping_factor(norm, recipe.clip)
            )  # clip and step
            run.replicas.spread()
            # Detach: the next minibatch begins where this one ended, and its gradient ends there.
            run.states = [tuple(s.detach() for s in state) if recipe.carry and state else None for state in states]
            run.note(step, loss, norm, batch)
            shown.update(run)
            last = run.is_last(step)
            if every and (step + 1) % every == 0 and not last:
                run.evaluate()
                for look in watch:
                    look(network, history)
                if run.out_of_patience():
                    history.stopped = "patience"
                    break
            if checkpoint is not None and (step + 1) % (checkpoint_every or every or 1000) == 0 and not last:
                run.save()
            if last:
                history.stopped = "done"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
        run.settle()
    finally:
        shown.close()
    run.settle()
    if not history.valid or history.valid[-1][0] != history.steps:
        run.evaluate()
    if checkpoint is not None:
        run.save()
    if keep == "best" and run.best is not None:
        parameters.set(run.best)
        run.replicas.spread()
    for look in watch:
        look(network, history)
    return history


class _Run:
    """Where a run stands: everything that a checkpoint stores, and how to go on from there."""

    def __init__(self, network, batches, valid, context, tokenizer, checkpoint, recipe: Recipe, devices, resume: bool):
        self.network, self.batches, self.valid, self.context = network, batches, valid, context
        self.tokenizer, self.recipe = tokenizer, recipe
        self.path = None if checkpoint is None else Path(checkpoint)
        self.steps_an_epoch = None if callable(batches) else len(batches)
        if self.steps_an_epoch == 0:
            raise ValueError("fit: there is no minibatch to train on")
        if self.steps_an_epoch is None and recipe.epochs is not None:
            raise ValueError("fit: a function gives minibatches for ever; say how many steps or seconds, not epochs")
        if isinstance(batches, Batches) and len(batches.tokens) and isinstance(network, LanguageModel):
            network.check_ids("fit", np.array([batches.tokens.min(), batches.tokens.max()]), network.outputs)
        self.total = recipe.steps
        if recipe.epochs is not None:
            self.total = max(1, math.ceil(recipe.epochs * self.steps_an_epoch))
        self.replicas = Replicas(network, devices_.choose_all(devices) if devices is not None else [network.device])
        self.memory = recipe.make_optimizer().begin(network.parameters)
        self.states = [None] * len(self.replicas.networks)
        self.history, self.best, self.waiting = History(), None, None
        self.began = self.spent = 0.0
        if self.path is not None and self.path.exists():
            if not resume:
                raise checkpoints.CheckpointError(
                    f"fit: {self.path} is there already; pass resume=True to go on from it, or another name"
                )
            self._restore(checkpoints.load(self.path))
        elif self.path is not None:
            self._check_folder()
        self.began = time.perf_counter()

    def _check_folder(self) -> None:
        if not self.path.parent.is_dir():
            raise checkpoints.CheckpointError(
                f"fit: there is no folder {self.path.parent} for the checkpoint; make it first"
            )

    # The run's course.

    def minibatches(self) -> Iterator[tuple[int, tuple]]:
        """(step, minibatch), from where the run stands."""
        step = self.history.steps
        if self.is_over(step):
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
            if isinstance(self.batches, Batches):
                one = as_mxnet(one, self.network.device) if len(self.replicas.networks) == 1 else one
                if skip == 0:  # another start in the text: nothing to carry over
                    self.states = [None] * len(self.replicas.networks)
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

    def note(self, step: int, loss, norm, batch) -> None:
        """Remember a step. Its numbers are read one step later, so that Python goes on while MXNet computes."""
        self.settle()
        self.waiting = (step, loss, norm)
        self.history.tokens += int(np.prod(batch[0].shape[:2]))

    def settle(self) -> None:
        """Read the numbers of the last step. Raises Diverged if they are not finite."""
        if self.waiting is None:
            return
        (step, loss, norm), self.waiting = self.waiting, None
        loss, norm = float(loss.item()), float(norm.item())
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self._diverged(step, loss, norm)
        self.history.losses.append(loss)
        self.history.norms.append(norm)
        self.history.seconds = self.seconds()

    def _diverged(self, step: int, loss: float, norm: float) -> None:
        before = self.history.norms[-1:] or [math.nan]
        clip = self.recipe.clip
        raise Diverged(
            f"fit: at step {step:,} the loss is {loss:g} and the norm of its gradient {norm:g} (before it {before[0]:.3g}); "
            "the weights are those before that step. "
            f"Try a lower rate than {self.recipe.rate:g}, "
            + ("clip=1, " if clip is None else f"a clip below {clip:g}, " if clip > 0.1 else "")
            + "a longer warmup, and look for NaN in the inputs."
        )

    def evaluate(self) -> None:
        """Measure the held-out loss; the clock stands still meanwhile."""
        self.settle()
        self.spent = self.seconds()
        if self.valid is not None:
            if isinstance(self.network, LanguageModel):
                loss = score(self.network, self.valid, self.context, rows=_ROWS if len(self.context) else 1).nats
            else:
                loss = mean_loss(self.network, self.valid)
            if not self.history.valid or loss < self.history.best[1]:
                self.best = self.network.parameters.get()
            self.history.valid.append((self.history.steps, loss))
        self.began = time.perf_counter()

    def out_of_patience(self) -> bool:
        if self.recipe.patience is None or not self.history.valid:
            return False
        losses = [loss for _, loss in self.history.valid]
        return len(losses) - 1 - int(np.argmin(losses)) >= self.recipe.patience

    # Checkpoints.

    def _about_batches(self) -> dict:
        if isinstance(self.batches, Batches):
            return self.batches.config()
        return {"kind": "function" if callable(self.batches) else "list", "length": self.steps_an_epoch}

    def save(self) -> None:
        self.settle()
        arrays = {f"memory.{name}": array.asnumpy() for name, array in self.memory.items()}
        for k, state in enumerate(self.states):
            arrays |= {f"state{k}.{i}": s.asnumpy() for i, s in enumerate(state or ())}
        if self.best is not None:
            arrays["best"] = self.best
        more = {
            "recipe": self.recipe.config(),
            "batches": self._about_batches(),
            "history": self.history.config(),
            "seconds": self.seconds(),
        }
        checkpoints.save(self.path, self.network, self.tokenizer, more=more, arrays=arrays)

    def _restore(self, stored: checkpoints.Checkpoint) -> None:
        about = stored.about
        mine = {"network": self.network.config(), "recipe": self.recipe.config(), "batches": self._about_batches()}
        for what, value in mine.items():
            differing = _differences(about.get(what), value)
            if differing:
                raise checkpoints.CheckpointError(
                    f"fit: {stored.path} is of another run: its {what} differs in {differing}; "
                    "pass the same, or another file name"
                )
        try:
            self.network.parameters.set(stored.arrays["weights"])
            for name, array in self.memory.items():
                array[:] = self.network.array(stored.arrays[f"memory.{name}"], self.network.dtype)
            for k, network in enumerate(self.replicas.networks):
                parts = [stored.arrays[f"state{k}.{i}"] for i in range(2) if f"state{k}.{i}" in stored.arrays]
                self.states[k] = tuple(network.array(part, network.dtype) for part in parts) or None
            history = about["history"]
            self.history = History(**{**history, "valid": [tuple(pair) for pair in history["valid"]], "stopped": ""})
            self.spent = about["seconds"]
        except (KeyError, TypeError, ValueError) as error:
            raise checkpoints.CheckpointError(f"fit: {stored.path} cannot be continued: {error}") from error
        self.best = stored.arrays.get("best")
        self.replicas.spread()


def _differences(stored, mine) -> str:
    """The names whose values differ, for a message."""
    stored = stored if isinstance(stored, dict) else {}
    names = [name for name in sorted(stored.keys() | mine.keys()) if stored.get(name) != mine.get(name)]
    return ", ".join(f"{name} ({stored.get(name)!r}, now {mine.get(name)!r})" for name in names)
