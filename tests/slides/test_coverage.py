"""slides/coverage.md is true: every slide of the deck has a slide of ours, a notebook section and a function, and each is there."""

from __future__ import annotations

import importlib
import re

import pytest

from tools.slides import expand, stored
from tools.slides.__main__ import SLIDES

ROWS = re.findall(
    r"^\| *(\d+) *\| *([^|]+?) *\| *([^|]+?) *\| *([^|]+?) *\| *([^|]+?) *\|$",
    (SLIDES / "coverage.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
DONE = [row for row in ROWS if row[2] != "to come"]


def test_each_slide_of_the_deck_has_one_row():
    assert [int(row[0]) for row in ROWS] == list(range(1, 56))


@pytest.mark.parametrize("row", DONE, ids=[row[0] for row in DONE])
def test_what_a_row_names_is_there(row):
    _, _, ours, section, functions = row
    for name, heading in re.findall(r"(\d\d_\w+): ([^;]+)", ours):
        raw = expand.slides((SLIDES / f"{name}.md").read_text(encoding="utf-8"))
        assert any(re.search(rf"^##? {re.escape(heading.strip())}$", slide, re.MULTILINE) for slide in raw), heading
    assert re.findall(r"(\d\d_\w+): ", ours)
    for name, begins in re.findall(r"(\d\d_\w+) § ([\d.]+)", section):
        stored.heading(name, begins + " ")
    assert re.findall(r"(\d\d_\w+) § ", section)
    for dotted in re.findall(r"`([\w.]+)`", functions):
        module, name = dotted.rsplit(".", 1)
        assert hasattr(importlib.import_module(module), name), dotted
    assert re.findall(r"`([\w.]+)`", functions)


def test_a_section_that_is_there_is_not_to_come():
    """A row says "to come" only while the section is not written."""
    for number, _, ours, section, _ in ROWS:
        if ours == "to come":
            name = re.match(r"(\d\d_\w+)", section)
            assert name and not (SLIDES / f"{name[1]}.md").is_file(), f"row {number}"
