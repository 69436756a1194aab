"""Every chapter as a student meets it: opened, read, run, each control moved, in a window of a laptop's size."""

import json
import re
from collections import Counter

import pytest
from matplotlib.colors import to_hex, to_rgb

from . import scripts
from .lab import ROOT
from .pages import BLANK, HARM, PROBLEMS, TOO_WIDE, moved

CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
HOSTILE = "<img src=x onerror=\"window.hacked = 'yes'\"><script>window.hacked = 'yes'</script><b>bold</b>"

pytestmark = pytest.mark.parametrize(
    "student", [f"notebooks/{path.name}" for path in CHAPTERS], ids=[path.stem for path in CHAPTERS], indirect=True
)


def test_as_first_opened_every_widget_shows_its_stored_picture(student):
    """Before anything is run there is no kernel to draw, and the notebook is not trusted: the stored HTML stands in."""
    assert student.page.evaluate(scripts.DRAWINGS) == []
    for i, cell in enumerate(student.widgets()):
        outputs = student.outputs(cell)
        student.photograph(f"stored{i + 1}", outputs)
        said = outputs.inner_text()
        stored = (
            "Run the notebook to move the controls",
            "blue and overlined below zero",
        )  # of a panel, of an explorer
        assert any(words in said for words in stored) and "Error displaying" not in said, f"{cell}: {said[:300]}"
        assert outputs.evaluate(scripts.UNSEEN) == [], cell
        assert outputs.evaluate(scripts.NAMELESS) == [], cell


def test_as_first_opened_unknown_tokens_are_marked(student):
    """What JupyterLab takes out of HTML that it does not trust (stripes, thin lines) is there in a plainer form."""
    cells = json.loads((ROOT / "notebooks" / f"{student.name}.ipynb").read_text())["cells"]
    pages = [
        "".join(output.get("data", {}).get("text/html", [])) for cell in cells for output in cell.get("outputs", [])
    ]
    fills = Counter(re.findall(r"background-color:(#\w+);background-image:repeating-linear-gradient", "".join(pages)))
    struck = len(re.findall(r'style="[^"]*line-through', "".join(pages)))
    seen_fills, seen_struck = student.page.evaluate(scripts.MARKS)
    seen_fills = Counter(to_hex([int(n) / 255 for n in re.findall(r"\d+", fill)[:3]]) for fill in seen_fills)
    for fill, count in fills.items():
        assert seen_fills[to_hex(to_rgb(fill))] >= count, f"{count} marks of {fill}"
    assert seen_struck >= struck


def test_it_runs(student):
    student.run()
    student.photograph_all()
    assert len(student.panels()) + len(student.explorers()) == len(student.widgets())


def test_every_control_changes_the_picture(student):
    student.run()
    for panel in student.panels():
        assert panel.alert == "" and panel.unseen == []
        panel.photograph()
        for control in panel.controls:
            before, tries = panel.picture, 0
            while (
                panel.picture == before and tries < 3
            ):  # one step need not show: a threshold may lie between two values
                student.took.setdefault("moved", []).append(control.move())
                tries += 1
            assert panel.picture != before, f"{panel.name}: {control.label} changes nothing"
            assert panel.alert == "" and panel.unseen == [], (
                f"{panel.name}: {control.label}: {panel.alert} {panel.unseen}"
            )
        panel.photograph("-moved")


def test_every_explorer_is_there_and_moves(student):
    student.run()
    for explorer in student.explorers():
        assert [explorer.ask(script) for script in (PROBLEMS, BLANK, HARM)] == [[], [], []], explorer.name
        student.photograph(explorer.name, explorer.root)
        moved(explorer)
        student.photograph(f"{explorer.name}-moved", explorer.root)


def test_everything_has_a_name(student):
    student.run()
    for explorer in student.explorers():
        assert explorer.ask(scripts.NAMELESS) == [], explorer.name
    for panel in student.panels():
        assert panel.box.evaluate(scripts.NAMELESS) == [], panel.name


def test_nothing_is_cut_off(student):
    """At the width of a laptop's window, and where an output is only 800 pixels wide."""
    student.run()
    assert student.page.evaluate(scripts.CUT_OFF) == []
    size = student.page.viewport_size
    student.make_outputs(width=800)
    try:
        assert student.page.evaluate(scripts.CUT_OFF) == []
        for explorer in student.explorers():
            assert explorer.ask(TOO_WIDE) == [], explorer.name
    finally:
        student.page.set_viewport_size(size)


def test_what_is_typed_is_text_and_nothing_else(student):
    student.run()
    for panel in student.panels():
        for control in panel.controls:
            if control.writable:
                control.type(HOSTILE)
                panel.photograph("-hostile")
                assert panel.box.locator("img[src=x], script, b:text-is('bold')").count() == 0, control.label
                assert panel.unseen == []
                control.type("")
                assert panel.unseen == [], f"{control.label}: nothing to see when it is empty"
    assert student.page.evaluate("() => window.hacked") is None


def test_the_console_stayed_silent_and_nothing_left_the_machine(student, record_property):
    student.run()
    moved = student.took.get("moved", [])
    slowest = f", {len(moved)} controls moved, the slowest in {max(moved):.1f} s" if moved else ""
    record_property(
        "took", f"{student.name}: opened in {student.took['open']:.1f} s, run in {student.took['run']:.1f} s{slowest}"
    )
    assert student.complaints == []
    assert student.outside == []
