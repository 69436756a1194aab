"""The two explorers that need the kernel: typing moves the picture, holding a unit changes the text, and a kernel that is busy, gone or not there is said."""

import re
import statistics

import pytest
from playwright.sync_api import expect

from d2lrnn.explore import ClampExplorer, LiveTyping
from d2lrnn.generate import Hold
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.tokenizers import CharTokenizer

from . import scripts
from .student import SECONDS, Student

NETWORK = """
from d2lrnn.data import corpora
from d2lrnn.explore import ClampExplorer, LiveTyping
from d2lrnn.generate import Hold
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.tokenizers import CharTokenizer

text = corpora.load("shakespeare/hamlet").text
tokenizer = CharTokenizer.train(text)
net = LanguageModel(len(tokenizer), cell="lstm", hidden=256, rng=1)
net.parameters.set(net.parameters.get() * 2)
"""
LIVE = 'live = LiveTyping(net, tokenizer, text[5000:5199], state={"array": "layer0.c", "unit": 7})\nlive'
CLAMP = 'held = ClampExplorer(net, tokenizer, "HAMLET.", held=Hold("layer0.c", unit=7, value=2), length=60, views=["clamp"])\nheld'
NAP = 'import time\n\ntime.sleep(globals().get("nap", 0))\nnap = 8'  # the first time it is over at once
HOSTILE = "<img src=x onerror=\"window.hacked = 'yes'\">"

# Run the cell with this id, as Shift-Enter would, and do not wait for it.
START = """id => {
  const book = window.jupyterapp.shell.currentWidget.content;
  book.activeCellIndex = book.widgets.findIndex(cell => cell.model.sharedModel.getId() === id);
  void window.jupyterapp.commands.execute('notebook:run-cell');
}"""

# From now on, keep the milliseconds from each key to the frame with the letters of another text painted.
TIMES = """root => {
  const box = root.querySelector('textarea'), letters = root.querySelector('.d2l-letters');
  let began = null;
  window.took = [];
  box.addEventListener('keydown', () => { began ??= performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (began !== null) { window.took.push(performance.now() - began); began = null; }
  }))).observe(letters, { childList: true });
}"""

# The pixels of the canvas under the text, as one string.
PICTURE = "root => root.querySelector('.d2l-text canvas').toDataURL()"


@pytest.fixture(scope="module")
def student(context, lab):
    student = Student(context, lab, lab.add("live.ipynb", NETWORK, LIVE, CLAMP, NAP))
    student.run()
    yield student
    student.close()


@pytest.fixture
def live(student):
    return student.outputs("cell2").locator(".d2l-explorer")


@pytest.fixture
def clamp(student):
    return student.outputs("cell3").locator(".d2l-explorer")


def letters(live) -> str:
    return live.locator(".d2l-letters").evaluate("e => e.textContent")


def shows(live, text: str) -> None:
    """Wait until the picture is of this text."""
    expect(live.locator(".d2l-letters")).to_have_text(text, timeout=1000 * SECONDS, use_inner_text=False)


def test_typing_changes_every_picture(student, live):
    box = live.get_by_label("The text that the network reads")
    box.fill("To be")
    shows(live, "To be")
    before, foretold = live.evaluate(PICTURE), live.locator(".d2l-next tbody").inner_text()
    box.press_sequentially(", or", delay=20)
    shows(live, "To be, or")
    assert live.evaluate(PICTURE) != before and live.locator(".d2l-next tbody").inner_text() != foretold
    expect(live.locator(".d2l-spoken")).to_contain_text("token 8, r")
    expect(live.locator("[data-view=heat]")).to_contain_text("256 units, one a row, over 9 tokens")
    live.locator(".d2l-card").first.scroll_into_view_if_needed()
    student.photograph("typed", live)


def test_the_cursor_follows_the_caret_and_the_notebook_keeps_still(student, live):
    box = live.get_by_label("The text that the network reads")
    box.fill("To be, or not")
    shows(live, "To be, or not")
    active = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = student.page.evaluate(active)
    box.press("Home")
    for _ in range(2):
        box.press("ArrowRight")
    expect(live.locator(".d2l-spoken")).to_contain_text("token 1, o")
    expect(live.locator(".d2l-next caption")).to_contain_text("after token 1, To")
    for key in ("ArrowUp", "ArrowDown", "a", "b", "d", "d"):  # which would move to, make, or delete a cell
        box.press(key)
    assert student.page.evaluate(active) == before
    assert student.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == 4


def test_from_key_to_paint(student, live, record_property):
    box = live.get_by_label("The text that the network reads")
    box.fill("the play's the thing wherein " * 7)
    shows(live, "the play's the thing wherein " * 7)
    live.evaluate(TIMES)
    for i, key in enumerate("to catch the conscience of the king"[:24]):
        student.page.keyboard.press(key)
        student.wait(f"() => window.took.length === {i + 1}")
    took = student.page.evaluate("() => window.took")
    record_property("took", f"live typing: {statistics.median(took):.0f} ms from key to paint, worst {max(took):.0f}")
    assert statistics.median(took) < 400  # 150 on a machine that does nothing else


def test_quick_typing_ends_with_the_last_text(live):
    box = live.get_by_label("The text that the network reads")
    box.fill("")
    box.press_sequentially("the rest is silence and more of it", delay=0)
    shows(live, "the rest is silence and more of it")


def test_what_is_strange_or_hostile_is_shown_as_text(student, live):
    box = live.get_by_label("The text that the network reads")
    box.fill(f"é{HOSTILE}😀")
    shows(live, f"é{HOSTILE}😀")
    said = live.locator("[data-view=live] .d2l-note").first.inner_text()
    assert re.search(r"Not in the vocabulary, read as <unk>: é < .*😀", said)
    assert live.locator("img").count() == 0 and student.page.evaluate("() => window.hacked") is None
    student.photograph("strange", live)


def test_nothing_and_too_much(live):
    box = live.get_by_label("The text that the network reads")
    box.fill("the sea")
    shows(live, "the sea")
    box.fill("")
    expect(live.locator("[data-view=live]")).to_contain_text("Write a word or two")
    box.fill("the sea" * 200)
    expect(live.locator("[data-view=live]")).to_contain_text("take 400 characters away")
    box.fill("the sky")
    shows(live, "the sky")
    expect(live.locator("[data-view=live]")).not_to_contain_text("Write a word or two")


def written(clamp) -> list[str]:
    return clamp.locator(".d2l-written").all_inner_texts()


def settled(clamp, heading: str) -> list[str]:
    """Wait until what is shown was held like this."""
    expect(clamp.locator("h3").nth(1)).to_have_text(heading, timeout=1000 * SECONDS)
    return written(clamp)


def test_holding_gives_two_texts(student, clamp):
    first = settled(clamp, "memory cell, unit 7, held at 2.00")
    assert first[0] != first[1] and all(text.startswith("HAMLET.") for text in first)
    clamp.get_by_role("slider").press("Home")
    least = clamp.get_by_role("slider").get_attribute("min")
    second = settled(clamp, re.compile(f"memory cell, unit 7, held at −{least[1:]}\\.0"))
    assert second[0] == first[0] and second[1] != first[1]
    assert clamp.locator(".d2l-movers tbody tr").count() == 10
    student.photograph("clamp", clamp)


def test_other_units_arrays_and_settings(student, clamp):
    clamp.get_by_label("and the units").fill("9-12")
    settled(clamp, re.compile(r"memory cell, units 7, 9, 10, 11, 12, held"))
    clamp.get_by_label("array").select_option(label="forget gate")
    settled(clamp, "forget gate, units 7, 9, 10, 11, 12, held at 0.00")  # −3 is none of a gate's values
    clamp.get_by_label("and the units").fill("all")
    clamp.get_by_label("value", exact=True).fill("1")
    before = settled(clamp, "forget gate, all units, held at 1.00")
    clamp.get_by_role("button", name="another seed").click()
    expect(clamp).to_contain_text("Same seed, 1;")
    after = written(clamp)
    assert after[0] != before[0] and after[1] != before[1]
    clamp.get_by_label("prompt").fill("OPHELIA.")
    expect(clamp.locator(".d2l-written").first).to_contain_text("OPHELIA.")


def test_what_cannot_be_is_said_and_the_last_answer_stays(clamp):
    before = written(clamp)
    clamp.get_by_label("and the units").fill("300")
    expect(clamp.get_by_role("alert")).to_contain_text("units run from 0 to 255")
    clamp.get_by_label("and the units").fill("")
    clamp.get_by_label("prompt").fill("OPHELIA <é>")
    expect(clamp.get_by_role("alert")).to_contain_text("never read: < é >")
    assert written(clamp) == before
    clamp.get_by_label("prompt").fill("OPHELIA.")
    settled(clamp, re.compile("unit 7, held at"))
    expect(clamp.get_by_role("alert")).to_be_empty()


def test_after_a_reload_the_last_text_is_there(student, live, clamp):
    live.get_by_label("The text that the network reads").fill("the rest is silence")
    shows(live, "the rest is silence")
    expect(live.locator(".d2l-spoken")).to_contain_text("token 18, e")
    student.page.wait_for_timeout(400)  # a state is kept when the reader has rested for 200 ms
    student.settle()
    before = written(clamp)
    student.save_and_reload()
    shows(live, "the rest is silence")
    assert live.get_by_label("The text that the network reads").input_value() == "the rest is silence"
    assert written(clamp) == before
    live.get_by_label("The text that the network reads").fill("and again")
    shows(live, "and again")


def test_controls_have_names(live, clamp):
    assert live.evaluate(scripts.NAMELESS) == [] and clamp.evaluate(scripts.NAMELESS) == []


def test_a_busy_kernel_is_said_and_caught_up_with(student, live, clamp):
    student.page.evaluate(START, "cell4")
    live.get_by_label("The text that the network reads").fill("while it naps")
    clamp.get_by_role("button", name="another seed").click()
    expect(live).to_contain_text("The kernel is busy; this waits for it.")
    expect(clamp).to_contain_text("The kernel is busy; this waits for it. Below is what was written before.")
    assert letters(live) == "and again" and clamp.locator(".d2l-written").count() == 2
    student.photograph("busy", live)
    shows(live, "while it naps")
    expect(live.locator("[data-view=live] [role=status]")).to_be_empty()
    expect(clamp).to_contain_text("Same seed, 2;")


def test_the_console_stayed_silent(student):
    assert student.complaints == [] and student.outside == []


def test_a_kernel_that_is_gone_is_said(student, live, clamp):
    student.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown()")
    live.get_by_label("The text that the network reads").fill("is anybody there")
    clamp.get_by_role("button", name="another seed").click()
    for explorer in (live, clamp):
        expect(explorer).to_contain_text(re.compile("no kernel to ask|or gone"), timeout=40_000)
    assert letters(live) == "while it naps" and clamp.locator(".d2l-written").count() == 2
    student.photograph("gone", live)


def test_a_saved_page_shows_what_was_last_and_says_what_it_lacks(browser, tmp_path):
    tokenizer = CharTokenizer.train("the sea and the sky\n")
    net = LanguageModel(len(tokenizer), hidden=8, rng=0)
    typed = LiveTyping(net, tokenizer, f"the sea {HOSTILE}")
    held = ClampExplorer(net, tokenizer, "the s", held=Hold("layer0.f", unit=3, value=0), length=20)
    context = browser.new_context(viewport={"width": 800, "height": 900}, offline=True)
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))

    typed.save_html(tmp_path / "live.html")
    page.goto((tmp_path / "live.html").as_uri())
    box = page.get_by_label("The text that the network reads")
    assert box.input_value() == f"the sea {HOSTILE}" and not box.is_editable()
    expect(page.locator("[data-view=live]")).to_contain_text("This page has no kernel")
    assert letters(page) == f"the sea {HOSTILE}" and page.locator("img").count() == 0
    box.click(position={"x": 11, "y": 14})
    expect(page.locator(".d2l-spoken")).to_contain_text("token 0, t")

    held.save_html(tmp_path / "clamp.html")
    page.goto((tmp_path / "clamp.html").as_uri())
    answer = held.state["clamp"]["answer"]
    for place, text in enumerate((answer["free"], answer["held"])):
        shown = page.locator(".d2l-written").nth(place).evaluate("e => e.textContent")
        assert shown.replace("↵\n", "\n") == "the s" + text
    expect(page.locator("[data-view=clamp]")).to_contain_text("This page has no kernel")
    assert page.get_by_role("slider").is_disabled()
    page.get_by_label("unit", exact=True).fill("5")  # what needs no kernel goes on
    page.get_by_label("unit", exact=True).blur()
    expect(page.locator("[data-view=clamp]")).to_contain_text("the forget gate of unit 5 goes from")
    expect(page.locator("h3").nth(1)).to_have_text("forget gate, unit 3, held at 0.00")
    assert page.evaluate("() => window.hacked") is None and wrong == []
    context.close()
