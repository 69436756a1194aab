"""`explore.Panel` on the page, with one control of each kind: moved, mistaken, attacked, reloaded."""

import pytest

from . import scripts
from .student import MOVES, Student

HOSTILE = "<img src=x onerror=\"window.hacked = 'yes'\"><b>bold</b>"
PANEL = f"""
import ipywidgets as widgets
import matplotlib.pyplot as plt
from d2lrnn import plots
from d2lrnn.explore import Panel

def draw(**values):
    if values["number"] == 7:
        raise ValueError("number: seven is <b>not</b> allowed, got 7")
    if "?" in values["words"]:
        raise ValueError("words: no question marks, got " + values["words"])
    figure, ax = plt.subplots(figsize=(8.5, 3))
    ax.plot([0, values["number"]], [0, values["size"]])
    ax.set_xlabel(str([values[name] for name in ("kind", "step", "way", "shown")]))
    ax.set_title(values["words"] + values["text"].replace("$", ""), parse_math=False)
    return figure

Panel(
    draw,
    describe='A line "from" <zero> & on',
    number=widgets.IntSlider(5, 0, 10, description="a number with a long name"),
    size=widgets.FloatSlider(value=0.5, min=0, max=1, step=0.1),
    step=widgets.SelectionSlider(options=[1, 10, 100]),
    kind=widgets.Dropdown(options=["one", {HOSTILE!r}, "three"]),
    way=widgets.ToggleButtons(options=["there", "back"]),
    shown=widgets.Checkbox(True, description="shown"),
    words=widgets.Text("a few words", continuous_update=False),
    text=widgets.Textarea("more of them"),
)
"""


@pytest.fixture(scope="module")
def student(context, lab):
    student = Student(context, lab, lab.add("panel.ipynb", PANEL))
    student.run()
    yield student
    student.close()


@pytest.fixture
def panel(student):
    (panel,) = student.panels()
    return panel


def control(panel, label):
    (found,) = [control for control in panel.controls if control.label == label]
    return found


def test_every_kind_of_control_can_be_moved(student, panel):
    panel.photograph()
    assert {control.kind for control in panel.controls} == set(MOVES) - {"select"}
    for each in panel.controls:
        before = panel.picture
        each.move()
        assert panel.picture != before and panel.alert == "" and panel.unseen == [], each.label
    panel.photograph("-moved")


def test_controls_and_pictures_have_names(student, panel):
    assert panel.box.evaluate(scripts.NAMELESS) == []
    assert panel.box.locator("img").get_attribute("alt") == 'A line "from" <zero> & on'
    sliders = [handle.get_attribute("aria-label") for handle in panel.box.get_by_role("slider").all()]
    assert sliders == ["a number with a long name", "size", "step"]
    assert panel.box.get_by_role("group").get_attribute("aria-label") == "way"
    assert panel.box.locator("[title=null]:visible").count() == 0


def test_stored_drawings_are_images():
    """JupyterLab takes SVG out of stored HTML, and leaves its words."""
    from ipywidgets import IntSlider

    from d2lrnn.explore import Panel

    title = '<title>a &lt;line&gt; "up"</title>'
    drawing = f'<svg viewBox="0 0 9 9" style="width:100%">{title}<path d="M0 0H9"/></svg>'
    panel = Panel(lambda n: f"<p>{n}</p>{drawing}", describe="a line", n=IntSlider(3))
    bundle = panel._repr_mimebundle_()
    stored = (bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"]
    assert "<svg" not in stored and "<p>3</p>" in stored
    assert 'alt="a &lt;line&gt; &quot;up&quot;" style="width:100%" src="data:image/svg+xml;base64,' in stored
    assert drawing in panel.picture


def test_labels_are_whole_and_controls_in_line(student, panel):
    assert student.page.evaluate(scripts.CUT_OFF) == []
    edges = {
        round(label.bounding_box()["x"] + label.bounding_box()["width"])
        for label in panel.box.locator(".widget-label:visible").all()
    }
    assert len(edges) == 1


def test_arrow_keys_move_the_slider_and_not_the_notebook(student, panel):
    handle = panel.box.get_by_role("slider").first
    handle.focus()
    where = "() => [window.jupyterapp.shell.currentWidget.content.activeCellIndex, document.activeElement.getAttribute('aria-label')]"
    before, at = student.page.evaluate(where), int(handle.get_attribute("aria-valuenow").split(".")[0])
    for key, change in {"ArrowUp": 1, "ArrowDown": -1, "ArrowLeft": -1, "ArrowRight": 1}.items():
        student.page.keyboard.press(key)
        student.settle()
        at += change
        assert float(handle.get_attribute("aria-valuenow")) == at and student.page.evaluate(where) == before, key


def test_a_value_error_shows_as_words_and_goes_away(student, panel):
    number = control(panel, "a number with a long name").row
    number.locator(".widget-readout").fill("7")
    number.locator(".widget-readout").press("Enter")
    student.settle()
    assert panel.alert == "number: seven is <b>not</b> allowed, got 7"
    panel.photograph("-alert")
    number.get_by_role("slider").press("ArrowRight")
    student.settle()
    assert panel.alert == "" and panel.unseen == []


def test_hostile_text_is_shown_as_text(student, panel):
    control(panel, "words").type(HOSTILE + "?")
    assert panel.alert == "words: no question marks, got " + HOSTILE + "?"
    assert control(panel, "kind").row.locator("option").nth(1).inner_text().replace("\xa0", " ") == HOSTILE
    control(panel, "words").type("harmless")
    assert panel.alert == ""
    assert panel.box.locator("img[src=x], b").count() == 0
    assert student.page.evaluate("() => window.hacked") is None


def test_after_a_reload_the_controls_still_work(student):
    """The kernel kept the panel, and its last picture."""
    control(student.panels()[0], "words").type("before the reload")
    student.save_and_reload()
    (panel,) = student.panels()
    assert panel.unseen == [] and control(panel, "words").row.locator("input").input_value() == "before the reload"
    before = panel.picture
    control(panel, "size").move()
    assert panel.picture != before and panel.alert == ""


def test_the_console_stayed_silent(student):
    assert student.complaints == [] and student.outside == []
