"""`StepExplorer`: the numbers in the saved page are the trace's, to the last digit; and they obey the deck's equations."""

import base64
import json
import re

import numpy as np
import pytest

from d2lrnn.explore import Explorer, StepExplorer
from d2lrnn.explore.payload import MOST_FINE, pack
from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT)


def recorded(cell="lstm", **options):
    network = LanguageModel(len(CHARS), hidden=6, cell=cell, rng=3, **options)
    network.parameters.set(network.parameters.get() * 4)
    return Trace.record(network, TEXT, CHARS)


def sent(payload):
    """What the browser makes of a payload: the arrays of each trace by name, (T, H), as `js/numbers.js` has them; and the header."""
    length = int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4 : 4 + length])
    body = payload[4 + length :]
    traces = []
    for trace in header["traces"]:
        T, arrays = len(trace["tokens"]), {}
        for array in trace["arrays"]:
            size = array["units"] * T
            value = np.frombuffer(body, np.int8, size, array["at"]).astype(float)
            if "fine" in array:
                value = value + np.frombuffer(body, "<i2", size, array["fine"]) / 65_534
            scales = np.frombuffer(body, "<f4", array["units"], array["scales"]).astype(float)
            arrays[array["name"]] = value.reshape(array["units"], T).T / 127 * scales
        traces.append(arrays)
    return traces, header


def of_page(explorer, tmp_path):
    explorer.save_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    return base64.b64decode(re.search(r'id="payload">([^<]*)<', page)[1])


@pytest.mark.parametrize("cell", ["rnn", "rnn_relu", "gru", "gru_after", "lstm"])
def test_the_numbers_in_the_page_are_those_of_the_trace(cell, tmp_path):
    trace = recorded(cell, layers=2)
    (arrays,), header = sent(of_page(StepExplorer(trace), tmp_path))
    assert list(arrays) == trace.names and header["traces"][0]["cell"] == cell
    for name, array in arrays.items():
        scale = max(1, np.abs(trace[name]).max())
        assert np.abs(array - trace[name]).max() <= 1e-7 * scale, name


def test_they_obey_the_equations(tmp_path):
    trace = recorded()
    (a,), _ = sent(of_page(StepExplorer(trace), tmp_path))
    h, c, i, f, o, candidate = (a[f"layer0.{kind}"] for kind in ("h", "c", "i", "f", "o", "candidate"))
    before = np.concatenate([np.zeros((1, 6)), c[:-1]])
    assert np.abs(c - (f * before + i * candidate)).max() < 1e-5
    assert np.abs(h - o * np.tanh(c)).max() < 1e-5
    (a,), _ = sent(of_page(StepExplorer(recorded("gru")), tmp_path))
    h, z, candidate = (a[f"layer0.{kind}"] for kind in ("h", "z", "candidate"))
    before = np.concatenate([np.zeros((1, 6)), h[:-1]])
    assert np.abs(h - (z * before + (1 - z) * candidate)).max() < 1e-5


def test_what_the_first_step_begins_with_is_sent():
    part = recorded().excerpt(10, 30)
    _, header = sent(StepExplorer(part)._payload)
    assert set(header["traces"][0]["numbers"]) >= {f"begin.{name}" for name in part.names}


def test_an_explorer_of_another_kind_sends_a_byte_a_value():
    trace = recorded()
    (rough,), header = sent(Explorer(trace)._payload)
    assert "fine" not in header["traces"][0]["arrays"][0]
    assert np.abs(rough["layer0.i"] - trace["layer0.i"]).max() > 1e-4


def test_a_long_text_is_sent_by_bytes_alone():
    T = MOST_FINE // (3 * 1000)
    most, more = (
        StepExplorer(Trace(["a"] * length, {"h": np.zeros((length, 1000), np.float32)})) for length in (T, T + 1)
    )
    assert "fine" in sent(most._payload)[1]["traces"][0]["arrays"][0]
    assert "fine" not in sent(more._payload)[1]["traces"][0]["arrays"][0]
    assert len(most._payload) < 4_000_000


def test_values_at_the_edge_of_a_byte():
    edges = np.array([-1, 1, 0.5 / 127, -0.5 / 127, 1.5 / 127, 0, 1 - 1e-7, 126.5 / 127], np.float32)[:, None]
    (arrays,), _ = sent(pack([Trace(list("abcdefgh"), {"h": edges})], fine=True))
    assert np.abs(arrays["h"] - edges).max() <= 1e-7


def test_another_trace_in_its_place_is_as_exact():
    explorer, other = StepExplorer(recorded()), recorded().excerpt(0, 7)
    explorer.show(other)
    assert explorer._payload == pack([other], fine=True)


def test_taggers_and_traces_by_hand():
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, layers=2, rng=0, bidirectional=True)
    trace = Trace.record(tagger, TEXT, CHARS)
    assert StepExplorer(trace, state={"array": "layer1.backward.f"}).state["array"] == "layer1.backward.f"
    by_hand = StepExplorer(Trace(["a", "b"], {"mine": np.ones((2, 3))}))
    assert sent(by_hand._payload)[1]["traces"][0]["cell"] is None
    assert repr(by_hand) == "StepExplorer(Trace(of 'ab', 2 tokens: mine 3) | mine unit 0)"
