"""`fit`: the one training loop of the course."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from d2lrnn.nn.network import Network
from d2lrnn.text.batches import Batches
from d2lrnn.text.tokenizers import Tokenizer
from d2lrnn.train.clipping import Clipping
from d2lrnn.train.history import History
from d2lrnn.train.interrupt import CtrlC
from d2lrnn.train.progress import bar
from d2lrnn.train.recipe import Recipe, check_names
from d2lrnn.train.run import Diverged, Run

__all__ = ["Diverged", "fit"]


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
    keep: "best" or "last" weights on the validation text are what the network has in the end (with `average`, the best or last of their means).
    settings: of `Recipe`: epochs or steps or seconds, rate, schedule, clip, carry, seed, ….

    Ctrl-C ends the run after the step it is at and keeps what was learnt; a second one raises KeyboardInterrupt at once.
    A run that was killed and is resumed ends with the very weights that it would have had.

    Raises Diverged at NaN or infinity (the weights are those before it), IndexError for ids outside the vocabulary, ValueError or TypeError for settings
    that make no sense, CheckpointError for a checkpoint of another run.
    """
    check_names("fit", settings, Recipe)
    recipe, watch = Recipe(**settings), list(watch)
    if keep not in ("best", "last"):
        raise ValueError(f"fit: keep must be best or last, got {keep!r}")
    run = Run(network, batches, valid, context, tokenizer, checkpoint, recipe, devices, resume)
    every = recipe.evaluate_every or run.steps_an_epoch
    optimizer, parameters, history = recipe.make_optimizer(), network.parameters, run.history
    clipping, shown = Clipping(recipe.clip), bar(run, progress)
    with CtrlC() as ctrl_c:
        try:
            for step, batch in run.minibatches():
                rate = recipe.rate_at(run.progress(step))
                run.seed(step)
                # Forward, and backward through the steps of this minibatch.
                loss, states = run.replicas.gradient(batch, run.states)
                seen, factor = clipping(loss, parameters.grad)
                optimizer.update(parameters, run.memory, step + 1, rate, factor)  # clip and step
                run.note(step, seen, batch)  # MXNet computes it while Python reads what steps before it gave
                run.average(step)
                run.replicas.spread()
                # Numbers without a history: the next minibatch begins where this one ended, and its gradient ends there.
                run.states = [state if run.carry else None for state in states]
                shown.update(run)
                last = run.is_last(step)
                if every and (step + 1) % every == 0 and not last:
                    run.evaluate()
                    for look in watch:
                        look(network, history)
                    if run.out_of_patience():
                        break
                if checkpoint is not None and (step + 1) % (checkpoint_every or every or 1000) == 0 and not last:
                    run.save()
                if last or ctrl_c.asked:
                    break
        except KeyboardInterrupt:  # from a function that was called, or the second one
            if ctrl_c.asked:
                raise
            ctrl_c.asked = True
        finally:
            shown.close()
        run.settle()
        history.stopped = run.why_stopped(ctrl_c.asked)
        if not history.valid or history.valid[-1][0] != history.steps:
            run.evaluate()
        if checkpoint is not None:
            run.save()
        run.keep(keep)
        for look in watch:
            look(network, history)
    return history
