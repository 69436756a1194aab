"""Every figure says in words what it shows, and nothing in it is told by colour alone."""

import base64
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from d2lrnn.plots.alt import LONGEST, describe, told_by_colour_alone

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_a_curve_is_told_by_its_ends_and_turns():
    _, axes = plt.subplots()
    axes.plot([1, 2, 3, 4], [5.0, 2.0, 7.0, 3.0], label="loss")
    axes.set_title("It turns")
    axes.set_xlabel("steps")
    axes.set_ylabel("nats")
    said = describe(axes.figure)
    assert said == "It turns. Across: steps. Upwards: nats. loss: from 5 at 1 to 3 at 4, lowest 2 at 2, highest 7 at 3."


def test_what_is_not_a_number_is_left_out():
    _, axes = plt.subplots()
    axes.plot([1, 2, 3], [np.nan, 4.0, np.inf], label="one")
    axes.plot([1, 2], [np.nan, np.nan], label="none")
    assert describe(axes.figure) == "one: at 4. none: nothing to draw."


def test_a_curve_has_the_name_that_is_written_in_its_colour():
    _, axes = plt.subplots()
    axes.plot([0, 1, 2], [0, 1, 4], color="#0072B2")
    axes.plot([0, 1, 2], [0, 2, 3], color="#D55E00", label="named")
    axes.plot([0, 1, 2], [0, 2, 5], color="#D55E00")
    axes.text(1, 1, "counts", color="#0072B2")
    said = describe(axes.figure)
    assert "counts: from 0 at 0 to 4 at 2." in said
    assert "named: from 0" in said and "named, another run: from 0 at 0 to 5 at 2." in said


def test_bars_by_their_names():
    _, axes = plt.subplots()
    axes.barh(["RNN", "GRU"], [2.0, -1.5])
    axes.text(0, 0, "2.0")
    axes.figure.canvas.draw()
    assert describe(axes.figure) == "Bars: RNN 2, GRU −1.5."


def test_an_array_by_size_and_range_and_a_formula_without_its_signs():
    _, axes = plt.subplots()
    axes.imshow(np.array([[0.0, -0.5], [0.25, 1.0]]))
    axes.set_title(r"$\mathbf{R}_t \odot \tilde{\mathbf{H}}$")
    assert describe(axes.figure) == "R_t ⊙ H. An array of 2 × 2 from −0.5 to 1."


def test_parts_are_numbered_and_the_whole_is_no_longer_than_it_may_be():
    figure, panels = plt.subplots(1, 30, figsize=(60, 3))
    for number, axes in enumerate(panels):
        axes.set_title(f"a panel with a name of some length, number {number}")
    said = describe(figure)
    assert said.startswith("Part 1 of 30: a panel") and len(said) <= LONGEST and said.endswith("…")


@pytest.mark.parametrize(("look", "told"), [({}, ["a and b"]), ({"linestyle": "--"}, []), ({"marker": "s"}, [])])
def test_colour_alone_is_noticed(look, told):
    _, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="a")
    axes.plot([0, 1], [1, 2], label="b", **look)
    axes.legend()
    assert told_by_colour_alone(axes.figure) == told


def test_a_name_beside_its_curve_is_enough():
    _, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="a")
    axes.plot([0, 1], [1, 2], label="b")
    axes.legend()
    axes.text(1, 1, "a")
    axes.text(1, 2, "b")
    assert told_by_colour_alone(axes.figure) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_stored_picture_has_its_words(notebook):
    pictures = 0
    for cell in json.loads(notebook.read_text())["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                pictures += 1
                said = output["metadata"].get("image/png", {}).get("alt", "")
                assert len(said) > 30 and any(map(str.isalpha, said)), "".join(cell["source"])
                assert base64.b64decode(output["data"]["image/png"])[:4] == b"\x89PNG"
            page = "".join(output.get("data", {}).get("text/html", []))
            for image in re.findall(r"<img\b[^>]*>", page):
                assert re.search(r'\balt="[^"]{10,}', image), image[:200]
    assert pictures or notebook.stem.startswith("00")


def test_marks_in_rows_with_names_are_told_by_the_names():
    _, axes = plt.subplots()
    axes.plot([0.7, 0.4], [0, 1], "o", label="counted")
    axes.set_yticks([0, 1], ["Hamlet", "Othello"])
    assert describe(axes.figure) == "counted: Othello 0.4, Hamlet 0.7."
