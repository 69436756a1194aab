"""Held-out losses: every token is scored once, with what came before it; perplexity is exp of the mean over all of them."""

import math

import numpy as np
import pytest
from small_runs import V, kind, language_model, minibatches, text

from d2lrnn.train import log_probs, score
from d2lrnn.train import metrics as metrics_module
from d2lrnn.train.metrics import mean_loss

ENGINES = [("lstm", "fused"), ("gru_after", "fused"), ("lstm", "scratch"), ("gru", "scratch")]


@pytest.fixture(autouse=True)
def short_passes(monkeypatch):
    """A few steps a pass, so that a short text needs several of them."""
    monkeypatch.setattr(metrics_module, "_FUSED_STEPS", 8)
    monkeypatch.setattr(metrics_module, "_SCRATCH_STEPS", 4)


def make(device, cell, engine):
    net = language_model(device, cell=cell, engine=engine, hidden=3, layers=2, dropout=0.5)
    net.parameters.set(np.random.default_rng(5).normal(0, 0.5, len(net.parameters)))
    return net


def by_hand(net, line, begin, first):
    """log p of line[first:], reading from `begin`, one token at a time."""
    state, found = None, []
    for t in range(begin, len(line) - 1):
        logits, state = net(np.array([[line[t]]]), state)
        z = logits.asnumpy()[0, 0].astype(float)
        found.append(z[line[t + 1]] - np.log(np.exp(z).sum()))
    return np.array(found)[first - begin - 1 :]


@pytest.mark.parametrize("cell, engine", ENGINES)
@pytest.mark.parametrize("length, before", [(2, 0), (20, 0), (9, 0), (1, 1), (1, 5), (8, 9), (30, 5)])
def test_one_row_is_the_text_token_by_token(device, cell, engine, length, before):
    net, line = make(device, cell, engine), text(length + before, 2)
    ids, context = line[before:], line[:before]
    first = max(before, 1)
    expected = by_hand(net, line, 0, first)
    found = log_probs(net, ids, context)
    assert found.shape == (len(line) - first,) and found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=2e-5)
    measured = score(net, ids.tolist(), context.tolist())
    assert measured.tokens == len(line) - first
    assert measured.nats == pytest.approx(-expected.mean(), abs=2e-5)
    assert measured.perplexity == pytest.approx(math.exp(-expected.mean()), rel=5e-5)


@pytest.mark.parametrize("cell, engine", ENGINES[:3])
@pytest.mark.parametrize("rows", [2, 7, 50])
@pytest.mark.parametrize("length", [1, 6, 7, 8, 31])
def test_several_rows_score_every_token_once_after_a_warm_up(device, cell, engine, rows, length):
    net, line, before = make(device, cell, engine), text(length + 6, 2), 6
    found = log_probs(net, line[before:], line[:before], rows=rows)
    each = -(-length // min(rows, length))  # tokens a row
    expected = [by_hand(net, line[: begin + each], begin - before, begin) for begin in range(before, len(line), each)]
    np.testing.assert_allclose(found, np.concatenate(expected), atol=2e-5)


def test_rows_are_close_to_one_row_where_the_context_is_long(device):
    net, line = language_model(device, hidden=4), text(400, 3)
    one, several = (log_probs(net, line[100:], line[:100], rows=rows) for rows in (1, 7))
    assert one.shape == several.shape == (300,)
    np.testing.assert_allclose(several[:43], one[:43], atol=1e-5)
    assert np.abs(one - several).mean() < 1e-3


def test_the_mean_is_over_tokens_and_not_over_minibatches(device):
    net, line = make(device, "lstm", "fused"), text(12, 2)
    found = log_probs(net, line)
    assert score(net, line).nats == pytest.approx(-found.sum() / 11, rel=1e-12)
    assert score(net, line).bits == pytest.approx(-found.mean() / math.log(2), rel=1e-12)


def test_a_network_that_knows_nothing_has_the_perplexity_of_its_vocabulary(device):
    net = language_model(device)
    net.parameters.set(np.zeros(len(net.parameters)))
    assert score(net, text(50)).perplexity == pytest.approx(V, rel=1e-5)


def test_scoring_changes_nothing(device):
    net = make(device, "lstm", "fused")
    before = net.parameters.get(), net.parameters.grad.asnumpy()
    assert (log_probs(net, text(30)) == log_probs(net, text(30))).all()  # and nothing is dropped
    assert (net.parameters.get() == before[0]).all() and (net.parameters.grad.asnumpy() == before[1]).all()


@pytest.mark.parametrize(
    "ids, context, rows, error, message",
    [
        ([1], [], 1, ValueError, "at least one token to score is needed, and one before it; got 1 and a context of 0"),
        ([], [], 1, ValueError, "at least one token to score"),
        ([], [1, 2], 1, ValueError, "got 0 and a context of 2"),
        ([1, 2, 3], [], 2, ValueError, "rows above 1 need a context"),
        ([1, 2, 3], [1], 0, ValueError, "rows must be 1 or more, got 0"),
        ([1, 2, V], [1], 1, IndexError, "ids run from 0 to 6, got 7"),
        ([1, 2, 3], [-1], 1, IndexError, "ids run from 0 to 6, got -1"),
        ("abc", [], 1, TypeError, "encode it with a tokenizer first"),
        ([[1, 2]], [], 1, ValueError, "ids must be one sequence"),
        ([0.5, 1.5], [], 1, TypeError, "ids must be whole numbers"),
    ],
)
def test_what_cannot_be_scored(device, ids, context, rows, error, message):
    with pytest.raises(error, match=message):
        log_probs(language_model(device), ids, context, rows=rows)


def test_the_mean_loss_of_minibatches(device):
    net, batches = kind("EncoderDecoder", device), minibatches("EncoderDecoder", 3)
    assert mean_loss(net, batches) == pytest.approx(np.mean([float(net.loss(batch)[0]) for batch in batches]))
    with pytest.raises(ValueError, match="at least one minibatch is needed, got none"):
        mean_loss(net, [])
