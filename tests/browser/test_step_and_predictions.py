"""What two views write on a page is what the trace holds: the equations of a step, and the answers with their surprisal."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from d2lrnn.explore import Explorer, Predictions, StepExplorer
from d2lrnn.nn.models import LanguageModel, SequenceTagger
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.trace import Trace

from .pages import BLANK, PROBLEMS, Saved

TEXT = "the sea and the sky\nand the sand on the shore\n" * 4
CHARS = CharTokenizer.train(TEXT)

# The rows of the step: name, all numbers of the equation as they stand there, and the same for a screen reader.
ROWS = """root => [...root.querySelectorAll('.d2l-step-row')].filter(row => row.querySelector('.d2l-maths')).map(row => [
  row.querySelector('.d2l-step-name').textContent, [...row.querySelectorAll('.d2l-maths .d2l-value')].map(e => e.textContent).filter(text => /\\d/.test(text)),
  row.querySelector('.d2l-said').textContent])"""


def recorded(cell="lstm", **options):
    network = LanguageModel(len(CHARS), hidden=6, cell=cell, rng=3, **options)
    network.parameters.set(network.parameters.get() * 4)
    return Trace.record(network, TEXT, CHARS, title=cell)


@pytest.fixture
def opened(browser, tmp_path):
    """opened(explorer): its saved page, which must stay quiet."""
    pages = []

    def save(explorer) -> Saved:
        explorer.save_html(tmp_path / f"{len(pages)}.html")
        pages.append(Saved(browser, tmp_path / f"{len(pages)}.html"))
        return pages[-1]

    yield save
    for page in pages:
        assert page.complaints == [] and page.ask(PROBLEMS) == [] and page.ask(BLANK) == []
        page.context.close()


def number(text: str) -> float:
    return float(text.replace("−", "-").strip("()"))


def near(text: str, value: float) -> bool:
    """Whether that is the value, rounded to the digits that are shown."""
    digits = len(text.strip("()").partition(".")[2])
    return abs(number(text) - value) <= 0.5 * 10.0**-digits + 2e-6 * max(1, abs(value))


def test_a_step_shows_the_numbers_of_the_trace(opened):
    trace = recorded()
    page = opened(StepExplorer(trace, state={"array": "layer0.f", "unit": 2, "t": 3}))
    place, t, unit = page.root.locator(".d2l-step"), 3, 2
    for key in ("", "ArrowRight", "ArrowDown", "ArrowRight", "End", "Home"):
        if key:
            place.press(key)
            t = {"ArrowRight": t + 1, "End": len(trace) - 1, "Home": 0}.get(key, t)
            unit += key == "ArrowDown"
        page.rest()
        now = {name: trace[f"layer0.{name}"][t, unit] for name in ("i", "f", "o", "candidate", "c", "h")}
        before = trace.before("layer0.c")[t, unit]
        rows = dict((name, numbers) for name, numbers, _ in page.ask(ROWS))
        assert list(rows) == ["input gate", "forget gate", "output gate", "candidate", "memory cell", "hidden state"]
        for name, kind in (("input gate", "i"), ("forget gate", "f"), ("output gate", "o"), ("candidate", "candidate")):
            assert near(rows[name][0], now[kind]), (key, name)
        kept, written = now["f"] * before, now["i"] * now["candidate"]
        expected = [now["c"], now["f"], before, kept, now["i"], now["candidate"], written]
        assert all(near(*pair) for pair in zip(rows["memory cell"], expected, strict=True)), (key, rows["memory cell"])
        expected = [now["h"], now["o"], now["c"], np.tanh(now["c"])]
        assert all(near(*pair) for pair in zip(rows["hidden state"], expected, strict=True)), key
        for name, numbers, said in page.ask(ROWS):  # the same for the eye and for a screen reader
            digits = [re.findall(r"[\d.]+", text) for text in (" ".join(numbers), said)]
            assert set(digits[0]) == set(digits[1]), name


def test_a_row_chooses_its_array_and_a_click_the_step(opened):
    page = opened(StepExplorer(recorded(), state={"array": "layer0.f", "t": 40}))
    page.root.get_by_role("button", name="output gate").press("Enter")
    expect(page.root.locator(".d2l-bar select").first).to_have_value("layer0.o")
    expect(page.root.locator(".d2l-step-row.d2l-now")).to_contain_text("output gate")
    strip = page.root.locator(".d2l-step-strip canvas").nth(2)
    strip.click(position={"x": 3, "y": 10})
    expect(page.root.locator(".d2l-step-head b")).not_to_have_text("40")


def test_another_layer_another_direction_another_cell(opened):
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, layers=2, cell="gru", rng=0, bidirectional=True)
    trace = Trace.record(tagger, TEXT, CHARS)
    page = opened(StepExplorer(trace, state={"array": "layer1.backward.z", "unit": 1, "t": 5}))
    rows = {name: numbers for name, numbers, _ in page.ask(ROWS)}
    assert list(rows) == ["reset gate", "update gate", "reset state", "candidate", "hidden state"]
    z, h, candidate = (trace[f"layer1.backward.{kind}"] for kind in ("z", "h", "candidate"))
    expected = [h[5, 1], z[5, 1], h[6, 1], z[5, 1] * h[6, 1], 1 - z[5, 1], candidate[5, 1], (1 - z[5, 1]) * candidate[5, 1]]  # fmt: skip
    assert all(near(*pair) for pair in zip(rows["hidden state"], expected, strict=True))
    expect(page.root.locator("[data-view=step]")).to_contain_text("from right to left")
    expect(page.root.locator("[data-view=step]")).to_contain_text("as layer 1 passes it on")
    page.root.locator(".d2l-bar select").first.select_option("layer0.forward.r")
    assert near(page.ask(ROWS)[0][1][0], trace["layer0.forward.r"][5, 1])


def test_what_is_not_known_is_said(opened):
    page = opened(Explorer(recorded("rnn"), ["step"]))
    expect(page.root).to_contain_text("one part in 254 of their scale")
    by_hand = Trace(list("abc"), {"mine": np.array([[0.5], [-0.25], [2]]), "x.f": np.ones((3, 1))})
    page = opened(StepExplorer(by_hand, views=["step"], state={"t": 1}))
    expect(page.root).to_contain_text("does not say which cell made it")
    assert [said for *_, said in page.ask(ROWS)] == [
        "−0.2500; a token before: 0.5000",
        "1.000; a token before: 1.000",
    ]
    wrong = {f"layer0.{kind}": np.full((2, 1), 0.25) for kind in ("h", "r", "z", "candidate")}
    other = Trace(list("ab"), wrong | {"layer0.h": np.ones((2, 1))}, about={"network": {"cell": "gru"}})
    other = StepExplorer(other, views=["step"], state={"t": 1})
    assert "another equation" in opened_text(opened, other)


def opened_text(opened, explorer) -> str:
    """The words of a page that has a complaint to make, which `opened` would not let pass."""
    page = opened(explorer)
    text = page.root.inner_text()
    page.page.evaluate("() => document.querySelectorAll('.d2l-problem').forEach(e => { e.textContent = ''; })")
    return text


def listed(page) -> list[tuple[str, str]]:
    """The answers at the cursor, with their probabilities."""
    rows = page.root.locator(".d2l-foretold-list tbody tr").all()
    return [(row.locator("th").inner_text(), row.locator("td").nth(1).inner_text()) for row in rows]


def test_predictions_show_the_answers_of_the_trace(opened):
    trace = recorded()
    page = opened(Predictions(trace, 4, state={"t": 10}))
    p, visible = np.exp(trace.log_probs), {"\n": "↵", " ": "·"}
    for t in (10, 11):
        best = np.argsort(-p[t], kind="stable")[:4]
        expected = [(visible.get(trace.classes[i], trace.classes[i]), f"{p[t, i]:.3f}") for i in best]
        assert listed(page) == [(name, value.replace("0.000", "< 0.001")) for name, value in expected]
        came = [row for row in page.root.locator(".d2l-foretold-list tbody tr").all() if "came" in row.inner_text()]
        assert len(came) == (trace.classes.index(trace.tokens[t + 1]) in best)
        expect(page.root.locator(".d2l-next")).to_contain_text(f"a surprisal of {trace.surprisal[t]:.3f} nats")
        page.root.locator(".d2l-foretold").press("ArrowRight")
        page.rest()
    mean = np.nanmean(trace.surprisal.astype(float))
    said = page.root.locator(".d2l-foretold-means").inner_text()
    assert f"{mean:.3f} nats" in said and f"perplexity {np.exp(mean):.4g}" in said
    assert f"{np.log(len(trace.classes)):.3f} nats, perplexity {len(trace.classes)}" in said


def test_the_number_of_answers_the_place_and_the_page_change(opened):
    trace = recorded()
    page = opened(Predictions(trace, views=["predictions"], state={"t": 3}))
    place, picture = page.root.locator(".d2l-foretold"), "root => root.querySelector('canvas').toDataURL()"
    page.root.locator("[data-view=predictions] select").first.select_option("7")
    assert len(listed(page)) == 7
    after = listed(page)
    page.root.get_by_label("under a token").select_option("place")
    place.press("ArrowRight")
    assert listed(page) == after, "in the place of token 4 stand the answers that followed token 3"
    place.press("Home")
    expect(page.root.locator(".d2l-next")).to_contain_text("Nothing was answered before the first token")
    first = page.ask(picture)
    place.press("PageDown")
    page.rest()
    assert page.ask(picture) != first
    (t,) = re.findall(r"token (\d+),", page.root.locator(".d2l-spoken").inner_text())
    assert 10 < int(t) < 60, "a page on"
    place.press("PageUp")
    page.rest()
    assert page.ask(picture) == first
    for _ in range(30):
        place.press("PageDown")
    expect(page.root.locator(".d2l-spoken")).to_contain_text(f"token {len(trace) - 1},")
    state = page.copy_state()
    assert state["predictions"] == {"k": 7, "under": "place"}
    assert Predictions(trace, state=state).state["predictions"] == state["predictions"]


def test_taggers_and_traces_without_answers(opened):
    tagger = SequenceTagger(len(CHARS), 2, hidden=4, rng=0, bidirectional=True)
    trace = Trace.record(tagger, TEXT, CHARS, classes=["no", "<b>yes</b>"])
    states = Trace(list("ab"), {"layer0.forward.h": np.zeros((2, 4))}, title="states alone")
    page = opened(Predictions([trace, states], views=["predictions"]))
    assert {name for name, _ in listed(page)} == {"no", "<b>yes</b>"}
    expect(page.root).to_contain_text("nothing here can surprise")
    expect(page.root).not_to_contain_text("nats")
    page.root.get_by_label("network").select_option("1")
    expect(page.root).to_contain_text("This trace has no answers (logits)")
    page.root.get_by_label("network").select_option("0")
    assert len(listed(page)) == 2
    page = opened(Explorer(states, ["predictions"]))
    expect(page.root).to_contain_text("These traces have no answers (logits)")
