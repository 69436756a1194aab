"""The guard itself: an array made on the wrong context on purpose is caught, however it was made."""

import mxnet as mx
import pytest
from contexts import WrongContext, only_on, unguarded
from ladder import ENGINES, LENGTHS, Pass, inputs_and_state, small
from mxnet import autograd

from d2lrnn.nn.models import LanguageModel
from d2lrnn.nn.network import Network

HERE, ELSEWHERE = mx.cpu(1), mx.cpu(0)


@pytest.fixture
def guarded():
    """These tests set the guard up themselves."""


@pytest.fixture
def device():
    return HERE


WAYS = {
    "zeros without a context": lambda there: mx.np.zeros((2, 3)),
    "array without a context": lambda there: mx.np.array([1, 2]),
    "random without a context": lambda there: mx.np.random.normal(size=3),
    "the old interface": lambda there: mx.nd.ones((2,)),
    "copied there": lambda there: mx.np.ones(3, ctx=HERE).as_in_ctx(ELSEWHERE),
    "an operator": lambda there: mx.np.ones_like(there),
    "a view": lambda there: there[1:],
    "two contexts in one sum": lambda there: there + mx.np.ones(3, ctx=HERE),
    "an own function": lambda there: mx.np.split(there, 3),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_array_on_the_wrong_context_is_caught(way):
    there = mx.np.zeros(3, ctx=ELSEWHERE)
    with pytest.raises(WrongContext, match=r"made on cpu\(0\), where only cpu\(1\) may be"), only_on(HERE):
        WAYS[way](there)


def test_mxnet_itself_says_nothing():
    assert (mx.np.ones(3, ctx=HERE) + mx.np.ones(3, ctx=ELSEWHERE)).asnumpy().tolist() == [2, 2, 2]


def test_a_swallowed_alarm_rings_again():
    with pytest.raises(WrongContext), only_on(HERE):
        try:
            mx.np.zeros(3)
        except AssertionError:
            pass


def test_what_is_right_passes_and_nothing_stays_behind():
    with only_on(HERE):
        x = mx.np.ones(3, ctx=HERE)
        x.attach_grad()
        with autograd.record():
            y = (x[1:] * 2).sum()
        y.backward()
        assert x.grad.asnumpy().tolist() == [0, 2, 2]
    assert mx.np.zeros(1).ctx == ELSEWHERE  # the guard is gone
    with pytest.raises(WrongContext, match=r"\(7,\)"), only_on(HERE):
        with unguarded():
            mx.np.zeros(5)
        mx.np.zeros(7)
    with only_on(HERE, ELSEWHERE):
        assert mx.np.zeros(1).ctx == ELSEWHERE


def test_a_network_that_forgets_its_context_is_caught(monkeypatch):
    def forgetful(self, batch):
        return tuple(mx.np.zeros((1, batch, 3)) for _ in range(2))

    net = LanguageModel(4, hidden=3, device=HERE, rng=0)
    with only_on(HERE):
        net([[1, 2]])
    monkeypatch.setattr(Network, "begin_state", forgetful)
    with pytest.raises(WrongContext), only_on(HERE):
        net([[1, 2]])


@pytest.mark.parametrize("cell, engine", ENGINES)
def test_every_array_of_a_pass_lies_where_the_network_does(cell, engine, rng):
    with only_on(HERE):
        net = small(HERE, rng, cell=cell, engine=engine, layers=2, bidirectional=True)
        passed = Pass(net, *inputs_and_state(net, rng), LENGTHS)
        passed.gradients()
    arrays = [*passed(), *net._arrays, net.parameters.flat, net.parameters.grad, *(a.grad for a in net._arrays)]
    assert {array.ctx for array in arrays} == {HERE}
