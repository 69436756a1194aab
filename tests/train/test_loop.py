"""`fit`: the loop written by hand gives the same numbers, and what can go wrong in a run leaves the network as it should be."""

import importlib
import io
import math
import signal
import sys
import threading

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd
from small_runs import KINDS, V, kind, language_model, minibatch, minibatches, text

from d2lrnn.nn.models import LanguageModel, SequenceClassifier
from d2lrnn.text.batches import random_batches, sequential_batches
from d2lrnn.train import Diverged, fit, log_probs
from d2lrnn.train import run as run_module
from d2lrnn.train.checkpoints import load
from d2lrnn.train.history import History
from d2lrnn.train.optimizers import Adam
from d2lrnn.train.recipe import Recipe

STILL = {"rate": 1e-30, "schedule": "constant", "warmup": 0}  # a rate that moves no weight
STEADY = {"rate": 0.01, "schedule": "constant", "warmup": 0}


def by_hand(net, epochs, recipe, total):
    """Losses, norms and last weights of a loop with clipping and Adam in NumPy. epochs: lists of minibatches."""
    w = net.parameters.get().astype(float)
    m, v, losses, norms, step = np.zeros_like(w), np.zeros_like(w), [], [], 0
    for epoch in epochs:
        state = None
        for batch in epoch:
            net.parameters.set(w)
            with autograd.record():
                loss, end = net.loss(batch, state)
            loss.backward()
            state = tuple(net.array(s.asnumpy()) for s in end) if recipe.carry else None
            g = net.parameters.grad.asnumpy().astype(float)
            losses.append(loss.item())
            norms.append(np.linalg.norm(g))
            g *= min(1, recipe.clip / norms[-1])
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            rate = recipe.rate_at(step / total)
            step += 1
            w = w - rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return losses, norms, w


@pytest.mark.parametrize("carry", [True, False])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_every_step_is_the_one_written_by_hand(device, carry, cell, capsys):
    net = language_model(device, cell=cell, hidden=4)
    cut = sequential_batches(text(140), 4, 5, rng=3)
    assert len(cut) == 6 and cut.first(0) != cut.first(1)
    settings = {"rate": 0.05, "warmup": 0.3, "clip": 0.2, "carry": carry}
    losses, norms, weights = by_hand(net.twin(), [list(cut.at(0)), list(cut.at(1))], Recipe(epochs=2, **settings), 12)
    history = fit(net, cut, epochs=2, **settings)
    np.testing.assert_allclose(history.losses, losses, rtol=2e-5)
    np.testing.assert_allclose(history.norms, norms, rtol=2e-4)
    np.testing.assert_allclose(net.parameters.get(), weights, atol=2e-5)
    assert max(norms) > 0.2 > min(norms)
    assert (history.steps, history.tokens, history.stopped) == (12, 240, "done")


def chunks(net, cut, epoch, carry):
    """The mean losses of an epoch's minibatches: of the whole epoch in one pass, or each from zeros."""
    pairs = list(cut.at(epoch))
    if not carry:
        return [float(net.loss(pair)[0]) for pair in pairs]
    joined = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    each = net.losses(joined)[1].asnumpy()
    return each.reshape(len(pairs), -1).mean(axis=1)


@pytest.mark.parametrize("cell", ["rnn", "gru_after", "lstm"])
@pytest.mark.parametrize("carry", [True, False, None])
def test_a_carried_state_is_that_of_the_joined_text(device, cell, carry):
    net = language_model(device, cell=cell, layers=2)
    cut = sequential_batches(text(150), 3, 5, rng=3)
    expected = np.concatenate([chunks(net, cut, epoch, carry in (True, None)) for epoch in range(2)])
    history = fit(net, cut, epochs=2, carry=carry, **STILL)
    np.testing.assert_allclose(history.losses, expected, rtol=1e-5)
    other = np.concatenate([chunks(net, cut, epoch, carry is False) for epoch in range(2)])
    assert np.abs(other - expected).max() > 1e-4  # the two do differ


def test_by_itself_a_state_is_carried_only_where_rows_go_on(device):
    net = language_model(device)
    cut = random_batches(text(100), 3, 5, rng=3)
    alone = [float(net.loss(pair)[0]) for pair in cut.at(0)]
    pairs = list(cut.at(0))
    for batches in (cut, pairs, pairs.__getitem__):
        history = fit(net.twin(), batches, steps=len(pairs), **STILL)
        np.testing.assert_allclose(history.losses, alone, rtol=1e-5)


def test_a_list_begins_each_epoch_with_zeros(device):
    net = language_model(device)
    pairs = list(sequential_batches(text(100), 3, 5, rng=3).at(0))
    history = fit(net, pairs, epochs=3, carry=True, **STILL)
    assert (
        history.losses[: len(pairs)] == history.losses[len(pairs) : 2 * len(pairs)] == history.losses[2 * len(pairs) :]
    )


def test_batches_a_list_and_a_function_train_alike(device):
    cut = sequential_batches(text(200), 4, 5, rng=1)
    pairs = list(cut.at(0))
    results = []
    for batches in (cut, pairs, lambda step: pairs[step]):
        net = language_model(device, dropout=0.3, layers=2)
        history = fit(net, batches, steps=len(pairs), carry=True, rate=0.02)
        results.append((history.losses, net.parameters.get().tolist()))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("optimizer, rate", [("adam", 0.03), ("sgd", 1.0)])
def test_every_kind_of_network_learns(device, name, optimizer, rate):
    net, batch = kind(name, device), minibatch(name)
    valid = None if name == "LanguageModel" else [batch]
    history = fit(net, [batch], valid, epochs=60, optimizer=optimizer, rate=rate, evaluate_every=20)
    assert history.losses[-1] < 0.8 * history.losses[0]
    if history.valid:
        assert [step for step, _ in history.valid] == [20, 40, 60]
        assert history.best[1] == pytest.approx(float(net.loss(batch)[0]), rel=1e-6)


@pytest.mark.parametrize("epochs, steps", [(1, 7), (1.5, 11), (0.01, 1), (0.3, 3)])
def test_epochs_may_be_a_share(device, epochs, steps):
    batches = minibatches("LanguageModel", 7)
    assert fit(language_model(device), batches, epochs=epochs).steps == steps


def test_the_clock_can_end_a_run(device):
    history = fit(language_model(device), lambda step: minibatch("LanguageModel", step), seconds=0.4, rate=0.01)
    assert history.stopped == "done" and history.steps > 5
    assert 0.4 <= history.seconds < 5
    assert history.tokens_per_second == pytest.approx(history.tokens / history.seconds)


# Looks at the validation text.


def train(device, valid=None, watch=(), **settings):
    net = language_model(device, layers=2, dropout=0.4)
    settings = {"epochs": 3, "rate": 0.02} | settings
    history = fit(net, sequential_batches(text(150), 4, 5, rng=0), valid, context=text(9), watch=watch, **settings)
    return net, history


def test_looking_changes_nothing(device):
    net, history = train(device)
    looks = []

    def restless(_, seen):
        looks.append(seen.steps)
        mx.random.seed(5)
        mx.np.random.uniform(size=3, ctx=device)

    other, seen = train(device, text(80, 1), (look for look in [restless]), evaluate_every=2, keep="last")
    assert (net.parameters.get() == other.parameters.get()).all()
    assert history.losses == seen.losses and not history.valid
    assert looks == [step for step, _ in seen.valid] == [*range(2, seen.steps, 2), seen.steps]


def test_the_seed_decides_what_is_dropped(device):
    (_, one), (_, same), (_, other) = (train(device, seed=seed) for seed in (1, 1, 2))
    assert one.losses == same.losses != other.losses
    mx.random.seed(77)
    assert train(device, seed=1)[1].losses == one.losses


def test_every_step_drops_others(device):
    net, batch = language_model(device, layers=2, dropout=0.5), minibatch("LanguageModel")
    losses = fit(net, [batch], epochs=6, **STILL).losses
    assert len(set(losses)) == 6


def scripted(monkeypatch, losses):
    """Held-out losses by script."""
    left = iter(losses)
    monkeypatch.setattr(run_module, "log_probs", lambda *args, **options: -np.full(3, next(left)))


@pytest.mark.parametrize("keep", ["best", "last"])
def test_patience_ends_and_the_best_or_the_last_is_kept(device, monkeypatch, keep):
    scripted(monkeypatch, [3.0, 2.0, 2.5, 2.0, 1.0])
    seen = []
    net, history = train(
        device, text(20), [lambda net, _: seen.append(net.parameters.get())], evaluate_every=3, patience=2, keep=keep
    )
    assert history.stopped == "patience" and history.steps == 12  # an equal loss is no better one
    assert history.valid == [(3, 3.0), (6, 2.0), (9, 2.5), (12, 2.0)]
    assert history.best == (6, 2.0)
    assert history.perplexity == pytest.approx(math.e**2) and history.bits == pytest.approx(2 / math.log(2))
    assert len({tuple(weights.tolist()) for weights in seen[:4]}) == 4
    assert (net.parameters.get() == seen[1 if keep == "best" else 3]).all()
    assert (seen[-1] == net.parameters.get()).all()  # the last look sees what is kept


def test_a_better_look_begins_the_waiting_anew(device, monkeypatch):
    scripted(monkeypatch, [3.0, 3.1, 2.0, 2.5, 1.9, 2.0, 2.1, 0.0])
    _, history = train(device, text(20), evaluate_every=1, patience=2)
    assert (history.steps, history.stopped) == (7, "patience")


def test_without_a_validation_text_the_last_weights_stay(device):
    net, history = train(device)
    assert history.best is None and math.isnan(history.perplexity) and math.isnan(history.bits)
    assert fit(net.twin(), [minibatch("LanguageModel")], steps=1, **STILL).stopped == "done"


def test_other_networks_are_judged_by_minibatches(device):
    net, valid = kind("SequenceTagger", device), minibatches("SequenceTagger", 3)
    expected = np.mean([float(net.loss(batch)[0]) for batch in valid])
    history = fit(net, minibatches("SequenceTagger", 2), valid, epochs=1, **STILL)
    assert history.valid == [(2, pytest.approx(expected, rel=1e-6))]


# NaN and infinity.


def poisoned(at, value=np.nan, where="inputs"):
    """Minibatches of vectors, the one of step `at` with a number that is none."""

    def batch(step):
        inputs, lengths, answers = minibatch("regression", step)
        if step == at:
            (inputs if where == "inputs" else answers).flat[3] = value
        return inputs, lengths, answers

    return batch


@pytest.mark.parametrize("at", [0, 3, 4, 9])
@pytest.mark.parametrize("optimizer, settings", [("adam", {}), ("sgd", {"momentum": 0.5})])
@pytest.mark.parametrize("clip", [1.0, None])
def test_nan_stops_the_run_with_the_weights_before_it(device, at, optimizer, settings, clip):
    common = {"optimizer": optimizer, "optimizer_settings": settings, "clip": clip} | STEADY
    before = kind("regression", device)
    if at:
        fit(before, poisoned(None), steps=at, **common)
    net = kind("regression", device)
    with pytest.raises(Diverged, match=rf"fit: at step {at} the loss is nan .* lower rate than 0.01") as caught:
        fit(net, poisoned(at), steps=10, **common)  # the minibatch after it is a healthy one
    assert (net.parameters.get() == before.parameters.get()).all()
    assert caught.value.step == at and caught.value.history.steps == at
    assert ("clip=1" in str(caught.value)) == (clip is None)


@pytest.mark.parametrize(
    "value", [1e25, 1.9e19, np.inf]
)  # the second one's gradient is finite, and its square the loss is not
def test_infinity_stops_the_run_too(device, value):
    before, net = kind("regression", device), kind("regression", device)
    fit(before, poisoned(None), steps=2, **STEADY)
    with pytest.raises(Diverged, match="at step 2 the loss is (inf|nan)"):
        fit(net, poisoned(2, value, "answers"), steps=10, **STEADY)
    assert (net.parameters.get() == before.parameters.get()).all()


@pytest.mark.parametrize("ahead", [1, 3, 8])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_steps_that_mxnet_was_given_after_a_bad_one_change_nothing(device, monkeypatch, ahead, optimizer):
    """However far Python is ahead: all it says and keeps is of the steps before."""
    monkeypatch.setattr(run_module, "_LAG", 1e9)
    monkeypatch.setattr(run_module, "_AHEAD", ahead)
    given, common = [], {"optimizer": optimizer, "steps": 40} | STEADY

    def batch(step):
        given.append(step)
        return poisoned(20)(step)

    net, before = kind("regression", device), kind("regression", device)
    told = fit(before, poisoned(None), **common | {"steps": 20})
    with pytest.raises(Diverged, match="at step 20 the loss is nan") as caught:
        fit(net, batch, **common)
    assert ahead <= given[-1] - 20 <= 2 * ahead
    assert (net.parameters.get() == before.parameters.get()).all()
    assert caught.value.history.losses == told.losses and caught.value.history.tokens == told.tokens


def test_an_interrupt_while_numbers_are_read_loses_no_step(device, monkeypatch, tmp_path):
    """From a program's own handler it may come anywhere: the checkpoint still says how many steps its weights have had."""
    path, common = tmp_path / "run.npz", {"steps": 30, "seed": 1} | STEADY
    whole, cut = kind("regression", device), kind("regression", device)
    fit(whole, poisoned(None), **common)

    class Wait:
        """Numbers of some steps; the first time that somebody waits for them there is an interrupt."""

        def __init__(self, array):
            self.array, self.asked = array, False

        def asnumpy(self):
            if not self.asked:
                self.asked = True
                raise KeyboardInterrupt
            return self.array.asnumpy()

    note, gather, noted = run_module.Run.note, run_module.Run._gather, []

    def noting(run, step, seen, batch):
        noted.append(step)
        note(run, step, seen, batch)

    def gathering(run):
        gather(run)
        if run._pending and 12 in run._pending[-1][0]:
            steps, seen, tokens = run._pending[-1]
            run._pending[-1] = steps, seen if isinstance(seen, Wait) else Wait(seen), tokens

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "_AHEAD", 4)
        patch.setattr(run_module.Run, "note", noting)
        patch.setattr(run_module.Run, "_gather", gathering)
        history = fit(cut, poisoned(None), checkpoint=path, **common)
    assert history.stopped == "interrupted" and history.steps == len(noted) < 30
    assert fit(cut, poisoned(None), checkpoint=path, resume=True, **common).steps == 30
    assert (cut.parameters.get() == whole.parameters.get()).all()


def test_nothing_not_finite_is_written(device, tmp_path):
    path = tmp_path / "run.npz"
    with pytest.raises(Diverged):
        fit(kind("regression", device), poisoned(5), steps=10, checkpoint=path, checkpoint_every=3, **STEADY)
    history = fit(kind("regression", device), poisoned(None), steps=10, checkpoint=path, checkpoint_every=3, resume=True, **STEADY)  # fmt: skip
    assert history.steps == 10


def test_a_relu_network_explodes_without_clipping_and_not_with_it(device):
    def attempt(clip):
        net = LanguageModel(V, cell="rnn_relu", hidden=16, device=device, rng=0)
        try:
            fit(net, sequential_batches(text(600), 4, 20, rng=0), steps=60, optimizer="sgd", rate=20.0, clip=clip, schedule="constant")  # fmt: skip
        except Diverged as error:
            return net, error
        return net, None

    net, error = attempt(None)
    assert error is not None and np.isfinite(net.parameters.get()).all()
    assert f"at step {error.step} " in str(error) and error.history.steps == error.step
    assert np.isfinite(error.history.losses).all()
    net, error = attempt(0.1)
    assert error is None and np.isfinite(net.parameters.get()).all()


def test_a_state_that_grows_without_bound_on_the_validation_text_is_said(device):
    net = LanguageModel(V, cell="rnn_relu", hidden=4, device=device, rng=0)
    weights = net.weights()
    weights["layer0.W_hh"], weights["layer0.W_xh"] = 3 * np.eye(4), np.ones((V, 4))
    net.set_weights(weights)
    with pytest.raises(Diverged, match="after 2 steps the held-out loss is nan: the state grows without bound"):
        fit(net, sequential_batches(text(60), 2, 4, rng=0), text(400), steps=4, evaluate_every=2, **STILL)


# Ctrl-C.


def stop_at(step):
    def batches(now):
        if now == step:
            raise KeyboardInterrupt
        return minibatch("LanguageModel", now)

    return batches


def endless(step):
    return minibatch("LanguageModel", step)


def whole(device, steps):
    net = language_model(device)
    history = fit(net, endless, steps=steps, **STEADY)
    return net.parameters.get(), history.losses


@pytest.mark.parametrize("step", [0, 1, 6])
def test_an_interrupt_from_the_batches_keeps_what_was_learnt(device, tmp_path, step):
    net = language_model(device)
    history = fit(net, stop_at(step), text(30), steps=20, checkpoint=tmp_path / "run.npz", evaluate_every=5, keep="last", **STEADY)  # fmt: skip
    assert (history.stopped, history.steps) == ("interrupted", step)
    assert history.valid[-1][0] == step
    if step:
        assert (net.parameters.get() == whole(device, step)[0]).all()
    net = language_model(device, rng=9)
    history = fit(net, endless, text(30), steps=20, checkpoint=tmp_path / "run.npz", evaluate_every=5, keep="last", resume=True, **STEADY)  # fmt: skip
    weights, losses = whole(device, 20)
    assert history.stopped == "done" and history.losses == losses
    assert (net.parameters.get() == weights).all()


def test_an_interrupt_from_watch_keeps_what_was_learnt(device, tmp_path):
    calls = []

    def look(net, history):
        calls.append(history.steps)
        if len(calls) == 1:
            raise KeyboardInterrupt

    net = language_model(device)
    history = fit(net, endless, steps=20, evaluate_every=4, watch=[look], checkpoint=tmp_path / "run.npz", **STEADY)
    assert history.stopped == "interrupted" and calls == [4, 4]
    assert (net.parameters.get() == whole(device, 4)[0]).all()
    assert (tmp_path / "run.npz").exists()


def signals(monkeypatch, steps, times=1):
    """Ctrl-C in the middle of those steps: the weights have moved, and the loop does not know it yet."""
    update = Adam.update

    def interrupted(self, parameters, memory, step, rate, factor):
        update(self, parameters, memory, step, rate, factor)
        if step in steps:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Adam, "update", interrupted)


def test_a_signal_ends_the_run_after_a_whole_step(device, monkeypatch, tmp_path):
    weights, losses = whole(device, 7)
    after = whole(device, 20)[0]
    signals(monkeypatch, [7])
    net, path = language_model(device), tmp_path / "run.npz"
    history = fit(net, endless, steps=20, checkpoint=path, **STEADY)
    assert (history.stopped, history.losses) == ("interrupted", losses)
    assert (net.parameters.get() == weights).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    net = language_model(device, rng=9)
    assert fit(net, endless, steps=20, checkpoint=path, resume=True, **STEADY).steps == 20
    assert (net.parameters.get() == after).all()


def test_a_second_signal_is_an_interrupt_at_once(device, monkeypatch):
    signals(monkeypatch, [3], times=2)
    with pytest.raises(KeyboardInterrupt):
        fit(language_model(device), endless, steps=20, **STEADY)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_in_the_last_step_is_no_interruption(device, monkeypatch):
    signals(monkeypatch, [5])
    assert fit(language_model(device), endless, steps=5, **STEADY).stopped == "done"


def test_a_programs_own_handler_is_left_alone(device, monkeypatch):
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        signals(monkeypatch, [2])
        assert fit(language_model(device), endless, steps=4, **STEADY).stopped == "done"
        assert heard == [1]
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_trains_in_a_thread(device):
    done = []
    thread = threading.Thread(target=lambda: done.append(_in_thread(device)))
    thread.start()
    thread.join(60)
    assert done == ["done"]


def _in_thread(device):
    mx.npx.set_np()  # it is each thread's own
    return fit(language_model(device), [minibatch("LanguageModel")], steps=2).stopped


# What is shown.


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("ci, tty, wanted, shown", [
    ("1", True, None, False), (None, True, None, True), (None, False, None, False), ("1", False, True, True), (None, True, False, False),
])  # fmt: skip
@pytest.mark.parametrize("length", [{"steps": 45}, {"seconds": 0.2}])
def test_a_bar_where_somebody_watches(device, monkeypatch, capsys, ci, tty, wanted, shown, length):
    stderr = Terminal() if tty else io.StringIO()
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", ci)
    assert "ipykernel" in sys.modules or importlib.import_module("ipykernel")  # imported is not running
    monkeypatch.setattr(sys, "stderr", stderr)
    batch = minibatch("LanguageModel")
    fit(language_model(device), lambda step: batch, progress=wanted, **length)
    assert bool(stderr.getvalue()) == shown
    assert capsys.readouterr().out == ""
    if shown and "steps" in length:
        assert "45/45" in stderr.getvalue() and "loss=" in stderr.getvalue()


def test_the_history_smooths_and_describes_itself():
    history = History([4.0, 2.0, 3.0, 1.0], [1.0] * 4, [(2, 2.5), (4, 2.25)], 1200, 0.5, "done")
    assert history.smooth(2).tolist() == [4.0, 3.0, 2.5, 2.0]
    assert history.smooth(100).tolist() == [4.0, 3.0, 3.0, 2.5]
    assert History().smooth().tolist() == []
    assert (history.steps, history.best, history.tokens_per_second) == (4, (4, 2.25), 2400)
    assert repr(history) == "History(4 steps, 1,200 tokens, best held-out loss 2.250 at step 4, stopped: done)"
    assert History(**history.config()) == history


# What is no run.


def test_ids_outside_the_vocabulary_are_found_before_the_first_step(device):
    good, bad = text(100), np.append(text(99), V)
    for batches, valid, context in [
        (sequential_batches(bad, 3, 5), None, ()),
        (sequential_batches(good, 3, 5), bad, ()),
        (sequential_batches(good, 3, 5), good, bad),
        (sequential_batches(good, 3, 5), -good, ()),
    ]:
        net = language_model(device)
        before = net.parameters.get()
        with pytest.raises(IndexError, match=rf"ids run from 0 to {V - 1}, got (7|-\d)"):
            fit(net, batches, valid, context=context, epochs=1)
        assert (net.parameters.get() == before).all() and batches.epoch == 0


def test_ids_outside_the_vocabulary_in_a_list_are_found_before_their_step(device):
    batches = minibatches("LanguageModel", 4)
    batches[2][0].flat[0] = V
    net, before = language_model(device), language_model(device)
    fit(before, batches[:2], steps=2, **STEADY)
    with pytest.raises(IndexError, match="inputs: ids run from 0 to 6, got 7"):
        fit(net, batches, steps=4, **STEADY)
    assert (net.parameters.get() == before.parameters.get()).all()


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"epochs": 1, "steps": 2}, ValueError, "exactly one of"),
        ({"learning_rate": 1}, TypeError, "fit: there is no setting 'learning_rate'; there are epochs, steps, seconds"),
        ({"keep": "first"}, ValueError, "keep must be best or last, got 'first'"),
        ({"batches": []}, ValueError, "there is no minibatch to train on"),
        ({"batches": endless, "steps": None, "epochs": 2}, ValueError, "say how many steps or seconds, not epochs"),
        ({"resume": True}, ValueError, "resume=True needs the name of a checkpoint"),
        ({"valid": [1]}, ValueError, "valid must have a token to score and one before it, got 1"),
        ({"valid": [], "context": [1, 2]}, ValueError, "valid must have a token to score"),
        ({"valid": "abc"}, TypeError, "encode it with a tokenizer first"),
        ({"devices": ["cpu(3)"]}, ValueError, r"the first must be the network's own, cpu\(\d\), got cpu\(3\)"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(device, change, error, message):
    arguments = {"batches": minibatches("LanguageModel", 2), "steps": 2} | change
    net = language_model(device)
    before = net.parameters.get()
    with pytest.raises(error, match=message):
        fit(net, **arguments)
    assert (net.parameters.get() == before).all()


def test_an_empty_list_to_judge_by_is_said_at_once(device):
    net = SequenceClassifier(V, 3, hidden=4, device=device)
    with pytest.raises(ValueError, match="valid must hold at least one minibatch, or be None"):
        fit(net, minibatches("SequenceClassifier", 2), [], steps=2)


def weights_after(device, steps, total, **settings):
    """The weights after so many steps of a run of `total`."""
    net = language_model(device)
    fit(net, sequential_batches(text(200), 4, 5, rng=3), steps=steps, keep="last", **STEADY, **settings)
    return net.parameters.get()


def test_averaged_weights_are_the_mean_of_those_that_there_were(device):
    cut, heldout = sequential_batches(text(200), 4, 5, rng=3), text(60, 1)
    net, seen = language_model(device), []
    history = fit(
        net, cut, heldout, context=text(9), steps=60, average=0.5, evaluate_every=20, watch=[lambda n, _: seen.append(n.parameters.get())],
        keep="last", **STEADY,
    )  # fmt: skip
    # After the steps 31, 41, 51 (each tenth step, counted from 1 the steps that end half of the run and later) and the last, 60.
    expected = np.mean([weights_after(device, steps, 60) for steps in (31, 41, 51, 60)], axis=0)
    np.testing.assert_allclose(net.parameters.get(), expected, atol=1e-6)
    # While it runs the network's own weights go on; what is measured is their mean.
    assert np.array_equal(seen[0], weights_after(device, 20, 60)) and np.array_equal(
        seen[1], weights_after(device, 40, 60)
    )
    other = language_model(device)
    other.parameters.set(net.parameters.get())
    assert history.valid[-1][1] == pytest.approx(-log_probs(other, heldout, text(9), rows=32).mean(), rel=1e-5)
    other.parameters.set(weights_after(device, 31, 60))
    assert history.valid[1][1] == pytest.approx(-log_probs(other, heldout, text(9), rows=32).mean(), rel=1e-5)


def test_of_averaged_weights_the_best_are_kept_and_stored(device, tmp_path):
    cut, heldout, path = sequential_batches(text(200), 4, 5, rng=3), text(60, 1), tmp_path / "run.npz"
    net = language_model(device)
    history = fit(
        net, cut, heldout, context=text(9), steps=80, average=0.3, evaluate_every=10, rate=0.3, checkpoint=path
    )
    stored = load(path)
    assert {"mean", "best", "weights"} <= stored.arrays.keys() and stored.about["averaged"] == 6
    assert np.array_equal(net.parameters.get(), stored.arrays["best"])
    assert -log_probs(net, heldout, text(9), rows=32).mean() == pytest.approx(history.best[1], rel=1e-5)
    assert np.array_equal(stored.network(device=device).parameters.get(), stored.arrays["best"])
    assert np.array_equal(stored.network(device=device, best=False).parameters.get(), stored.arrays["weights"])


def test_without_a_validation_text_the_mean_is_kept(device, tmp_path):
    net, path = language_model(device), tmp_path / "run.npz"
    fit(net, sequential_batches(text(200), 4, 5, rng=3), steps=30, average=0, checkpoint=path, **STEADY)
    stored = load(path)
    assert stored.about["averaged"] == 4  # after the steps 1, 11, 21, 30
    assert np.array_equal(net.parameters.get(), stored.arrays["mean"])
    assert np.array_equal(stored.network(device=device).parameters.get(), stored.arrays["mean"])
    assert not np.array_equal(stored.arrays["mean"], stored.arrays["weights"])
