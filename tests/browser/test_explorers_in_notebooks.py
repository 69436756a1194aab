"""An explorer in JupyterLab and in Notebook 7: it shows, it is moved without the notebook and without the kernel, and what is stored of it serves others.

Each test runs in both. The explorer is the one of text and heat map, with which all others share their bones.
"""

import json
import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import expect

from d2lrnn.explore import Explorer
from d2lrnn.text.visible import visible

from . import scripts
from .lab import Notebook
from .pages import BLANK, FRAMES, HARM, PROBLEMS, TOO_WIDE, Saved
from .student import SECONDS, Student

HOSTILE = "<img src=x onerror=\"window.hacked='yes'\"></script></iframe><b>out</b>"
TEXT = "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind to suffer\n" * 4
TRACE = """
import numpy as np
from d2lrnn.explore import Explorer
from d2lrnn.trace import Trace

def trace(tokens, title=""):
    rng = np.random.default_rng(0)
    arrays = {f"layer0.{name}": np.sin(rng.uniform(0, 1, (1, 8)) * np.arange(len(tokens))[:, None] + rng.uniform(0, 6, (1, 8))) for name in ("h", "c", "f")}
    return Trace(tokens, arrays, title=title)
"""
SHOW = f"explorer = Explorer(trace({TEXT!r}), state={{'array': 'layer0.c', 'unit': 3}})\nexplorer"
SHOW_HOSTILE = f"Explorer(trace(['a', {HOSTILE!r}, 'b'], {HOSTILE!r}))"

# From now on, keep every message that goes to the kernel.
LISTEN = """() => {
  window.toKernel = [];
  window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.anyMessage.connect((_, { msg, direction }) => {
    if (direction === 'send') window.toKernel.push([msg.header.msg_type, JSON.stringify(msg.content)]);
  });
}"""
ACTIVE = "() => { const book = window.jupyterapp.shell.currentWidget.content; return [book.activeCellIndex, book.widgets.length, book.mode]; }"
THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
RUN_ONE = """id => {
  const book = window.jupyterapp.shell.currentWidget.content;
  book.activeCellIndex = book.widgets.findIndex(cell => cell.model.sharedModel.getId() === id);
  return window.jupyterapp.commands.execute('notebook:run-cell');
}"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """Notebook 7, running."""
    with Notebook(tmp_path_factory.mktemp("notebook")) as running:
        yield running


@pytest.fixture(scope="module", params=["lab", "notebook"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def student(context, server):
    path = server.add("explorer.ipynb", TRACE, SHOW, SHOW_HOSTILE, "print(explorer.state)")
    student = Student(context, server, path)
    student.run()
    student.page.evaluate(LISTEN)
    yield student
    student.close()


@pytest.fixture
def explorer(student):
    return student.outputs("cell2").locator(".d2l-explorer")


def spoken(explorer, words):
    expect(explorer.locator(".d2l-spoken")).to_contain_text(words, timeout=1000 * SECONDS)


def test_it_shows(student, explorer):
    spoken(explorer, "token 0, T: memory cell of unit 3 is")
    assert explorer.evaluate(BLANK) == [] and explorer.evaluate(PROBLEMS) == []
    assert explorer.locator(".d2l-letters").inner_text().replace("↵\n", "\n").startswith(TEXT[:60])
    student.photograph("shown", explorer)


def test_keys_move_the_cursor_and_not_the_notebook(student, explorer):
    for view in (".d2l-text", ".d2l-heat"):
        explorer.locator(view).focus()
        before = student.page.evaluate(ACTIVE)
        student.page.keyboard.press("Home")
        spoken(explorer, "token 0, T")
        for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "PageDown", "ArrowLeft"):
            student.page.keyboard.press(key)
        spoken(explorer, f"token 21, {visible(TEXT[21])}")
        assert student.page.evaluate(ACTIVE) == before
        assert explorer.locator(view).evaluate("e => e === document.activeElement")
    unit = explorer.get_by_label("unit", exact=True)
    unit.focus()
    unit.press("ArrowUp")
    assert student.page.evaluate(ACTIVE)[:2] == before[:2]


def test_the_kernel_hears_only_where_the_reader_rests(student, explorer):
    student.settle()
    student.page.wait_for_timeout(400)  # what is still to be told about the last test
    student.page.evaluate("() => { window.toKernel.length = 0; }")
    explorer.locator(".d2l-text").focus()
    for _ in range(12):
        student.page.keyboard.press("ArrowDown")
    assert student.page.evaluate("() => window.toKernel") == []
    student.wait("() => window.toKernel.length > 0")
    student.page.wait_for_timeout(500)
    ((kind, content),) = student.page.evaluate("() => window.toKernel")
    told = json.loads(content)["data"]
    assert kind == "comm_msg" and told["method"] == "update" and set(told["state"]) == {"state"} and len(content) < 500
    student.settle()
    student.page.evaluate(RUN_ONE, "cell4")
    student.settle()
    unit = explorer.get_by_label("unit", exact=True).input_value()
    assert told["state"]["state"]["unit"] == int(unit)
    assert f"'unit': {unit}," in student.outputs("cell4").inner_text()


def test_hostile_text_is_text(student):
    hostile = student.outputs("cell3").locator(".d2l-explorer")
    assert hostile.locator(".d2l-letters").text_content() == f"a{HOSTILE}b"
    hostile.locator(".d2l-text").press("ArrowRight")
    spoken(hostile, visible(HOSTILE))
    assert hostile.evaluate(HARM) == [] and hostile.evaluate(PROBLEMS) == []
    assert student.page.evaluate("() => window.hacked") is None


def test_it_fits_where_outputs_are_narrow(student, explorer):
    size = student.page.viewport_size
    student.make_outputs(width=800)
    try:
        assert student.page.evaluate(scripts.CUT_OFF) == [] and explorer.evaluate(TOO_WIDE) == []
    finally:
        student.page.set_viewport_size(size)


def test_it_follows_the_theme(student, explorer):
    picture = "root => [...root.querySelectorAll('canvas')].map(e => e.toDataURL()).join()"
    student.page.evaluate(FRAMES)  # the window may just have changed its size
    light = explorer.evaluate(picture)
    student.page.evaluate(THEME, "JupyterLab Dark")
    expect(explorer).to_have_attribute("data-theme", "dark", timeout=1000 * SECONDS)
    student.page.evaluate(FRAMES)
    assert explorer.evaluate(picture) != light
    found = Axe().run(student.page, context=".d2l-explorer")
    assert found.violations_count == 0, found.generate_report()
    student.photograph("dark", explorer)
    student.page.evaluate(THEME, "JupyterLab Light")
    expect(explorer).to_have_attribute("data-theme", "light", timeout=1000 * SECONDS)
    student.page.evaluate(FRAMES)
    assert explorer.evaluate(picture) == light
    found = Axe().run(student.page, context=".d2l-explorer")
    assert found.violations_count == 0, found.generate_report()


def test_it_saves_itself_as_a_page(student, explorer, browser, tmp_path):
    explorer.locator(".d2l-text").press("End")
    unit = explorer.get_by_label("unit", exact=True).input_value()
    with student.page.expect_download() as waiting:
        explorer.get_by_role("button", name="Save as one HTML file").press("Enter")
    waiting.value.save_as(tmp_path / "explorer.html")
    with Saved(browser, tmp_path / "explorer.html") as page:
        words = page.root.locator(".d2l-spoken").inner_text()
        assert words == explorer.locator(".d2l-spoken").inner_text() and f"token {len(TEXT) - 1}" in words
        assert page.root.get_by_label("unit", exact=True).input_value() == unit
        assert page.complaints == [] and len(page.asked) == 1


def test_after_a_reload_it_stands_where_it_stood(student, explorer):
    explorer.locator(".d2l-text").press("Home")
    explorer.locator(".d2l-text").press("PageDown")
    spoken(explorer, "token 20")
    student.page.wait_for_timeout(400)  # a state is kept when the reader has rested for 200 ms
    student.settle()
    student.save_and_reload()
    spoken(explorer, "token 20")
    explorer.locator(".d2l-text").press("ArrowRight")
    spoken(explorer, "token 21")


def test_the_console_stayed_silent(student):
    assert student.complaints == [] and student.outside == []


# What is stored


def stored(*explorers) -> nbformat.NotebookNode:
    """A notebook as it is after it was run, on another day and by somebody else."""
    cells = []
    for i, explorer in enumerate(explorers):
        data = explorer._repr_mimebundle_()
        output = new_output("display_data", data[0] if isinstance(data, tuple) else data)
        cells.append(new_code_cell("explorer", id=f"cell{i + 1}", outputs=[output], execution_count=1))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def explorers():
    made = {}
    exec(TRACE, made)
    first = Explorer(made["trace"](TEXT, "A network"), state={"array": "layer0.c", "unit": 3})
    return first, Explorer(made["trace"](["a", HOSTILE, "b"], HOSTILE))


def test_before_a_notebook_is_trusted_the_coloured_text_is_there(context, server, explorers):
    nbformat.write(stored(*explorers), server.folder / "notebooks" / "stored.ipynb")
    student = Student(context, server, "notebooks/stored.ipynb")
    try:
        for cell, text in (("cell1", TEXT), ("cell2", f"a{HOSTILE}b")):
            output = student.outputs(cell)
            said = output.inner_text()
            assert "Error displaying" not in said and output.locator("iframe").count() == 0
            assert visible(text)[:80] in re.sub(r"\s", "", said)
            colours = output.evaluate(
                "root => [...root.querySelectorAll('span[title]')].map(e => getComputedStyle(e).backgroundColor)"
            )
            assert len(colours) >= 3 and len(set(colours)) >= 3 and "rgba(0, 0, 0, 0)" not in colours
        lines = student.outputs("cell1").evaluate(
            "root => [...root.querySelectorAll('span[title]')].map(e => getComputedStyle(e).textDecorationLine)"
        )
        assert {"underline", "overline", "none"} <= set(lines), "a cue that is not colour"
        student.photograph("stored", student.outputs("cell1"))
        assert student.page.evaluate("() => window.hacked") is None
        assert student.complaints == [] and student.outside == []
    finally:
        student.close()


def test_in_an_exported_page_it_works_in_its_frame(browser, explorers, tmp_path):
    text, _ = HTMLExporter().from_notebook_node(stored(*explorers))
    (tmp_path / "chapter.html").write_text(text, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True, accept_downloads=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "chapter.html").as_uri())
    output = page.locator("[id='cell-id=cell1'] .jp-OutputArea-output")
    assert visible(TEXT)[:40] in output.inner_text() and "<img" in page.locator("[id='cell-id=cell2']").inner_text()
    frame = output.frame_locator("iframe")
    explorer = frame.locator(".d2l-explorer")
    spoken(explorer, "token 0, T: memory cell of unit 3")
    explorer.locator(".d2l-text").press("ArrowDown")
    explorer.locator(".d2l-text").press("End")
    spoken(explorer, f"token {len(TEXT) - 1}, ↵: memory cell of unit 4")
    assert explorer.evaluate(BLANK) == [] and explorer.evaluate(PROBLEMS) == []
    height = explorer.evaluate(
        "e => [e.ownerDocument.scrollingElement.scrollHeight, e.ownerDocument.scrollingElement.clientHeight]"
    )
    assert height[0] <= height[1], "all of it is in sight"
    with page.expect_download() as waiting:
        explorer.get_by_role("button", name="table of text").press("Enter")
    assert waiting.value.suggested_filename == "text.csv"
    explorer.get_by_role("button", name="Copy state").press("Enter")
    expect(explorer.locator(".d2l-foot code")).to_contain_text('"unit":4')
    hostile = (
        page.locator("[id='cell-id=cell2'] .jp-OutputArea-output").frame_locator("iframe").locator(".d2l-explorer")
    )
    page.locator("[id='cell-id=cell2'] iframe").scroll_into_view_if_needed()  # out of sight nothing is drawn
    expect(hostile.locator(".d2l-letters")).to_have_text(f"a{HOSTILE}b", timeout=1000 * SECONDS)
    assert hostile.evaluate(HARM) == []
    assert page.evaluate("() => window.hacked") is None and errors == []
    context.close()
