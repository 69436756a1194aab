"""Submissions that are odd by accident or on purpose, each of which once cost something: the table, a submission, hours, or a right answer."""

import csv
import io
import os

import nbformat
import pytest
from submitting import solutions, submit

from d2lrnn.teach import sandbox, table
from d2lrnn.teach.grade import MOST_CODE, Unreadable, grade, read

UNDO = """def half_life(z):
    import subprocess
    again = "unshare --map-root-user --mount mount -o remount,rw,bind"
    for here in ("/", {folder!r}):
        for undo in ("mount -o remount,rw,bind", again):
            subprocess.run(f"{{undo}} {{here}}", shell=True, capture_output=True)
    for path in ({folder!r} + "/undo.ipynb", {folder!r} + "/new.ipynb", "/dev/shm/d2lrnn_probe"):
        try:
            open(path, "w").write("gone")
        except OSError as error:
            continue
        raise ValueError("it was written: " + path)
    open("mine.txt", "w").write("a folder of its own")
    return np.log(0.5) / np.log(z)"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    right = solutions("05")

    def half_life(name, source):
        submit(folder / name, "05", {**right, "half_life": source})

    half_life("star.ipynb", "from math import *\ndef half_life(z):\n    return log(0.5) / log(z)")
    half_life(
        "filled.ipynb",
        "import math\nparts = []\nparts.append(0.5)\ndef half_life(z):\n    return math.log(parts[0]) / math.log(z)",
    )
    half_life("undo.ipynb", "import numpy as np\n" + UNDO.format(folder=str(folder)))
    half_life("half.ipynb", "def half_life(z):\n    raise ValueError('\\ud800 is half a character')")
    submit(folder / "name.ipynb", "05", right)
    os.rename(folder / "name.ipynb", os.fsencode(folder) + b"/caf\xe9.ipynb")  # as a zip from an old Windows has it

    def cells(name, *sources):
        own = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=own), folder / name)

    first = "from d2lrnn.checks import ch05\ndef weights(I, H):\n    return a0(I)\n"
    cells("chain.ipynb", first + "".join(f"def a{i}(x):\n    return a{i + 1}(x)\n" for i in range(3000)))
    cells("magics.ipynb", "from d2lrnn.checks import ch05", "%time\n" * 600 + "def weights(I, H):\n    return 1")
    cells("deep.ipynb", first, "x = " + "(" * 5000 + "1" + ")" * 5000 + "\na0 = " + "-" * 3000 + "1")
    files = {path: path.read_bytes() for path in folder.iterdir()}
    grades = grade(folder, seconds=10)
    assert {path: path.read_bytes() for path in folder.iterdir()} == files
    return grades


def of(grades, submission):
    return {result.number: result for result in grades.results if result.submission == submission}


@pytest.mark.parametrize("name", ["star.ipynb", "filled.ipynb", "caf\\udce9.ipynb"])
def test_a_right_answer_is_correct_however_it_is_written(graded, name):
    assert {result.number: result.state for result in of(graded, name).values()} == dict.fromkeys(
        ("5.1", "5.2", "5.3", "5.4"), "correct"
    )


def test_an_answer_can_write_to_its_own_folder_only_and_cannot_undo_that(graded):
    if sandbox.kind() != sandbox.FULL:
        pytest.skip("no namespaces here: " + sandbox.WORDS[sandbox.kind()])
    assert of(graded, "undo.ipynb")["5.3"].state == "correct", of(graded, "undo.ipynb")["5.3"].message
    assert not os.path.exists("/dev/shm/d2lrnn_probe")


@pytest.mark.parametrize("name", ["chain.ipynb", "magics.ipynb", "deep.ipynb"])
def test_code_that_is_hard_to_read_costs_seconds_and_no_other_row(graded, name):
    found = of(graded, name)
    assert len(found) == 4 and {result.state for result in found.values()} <= {"failed", "wrong"}
    assert max(result.seconds for result in found.values()) < 12


def test_a_table_can_be_written_whatever_names_and_messages_hold(graded, tmp_path):
    written = table.write(graded, tmp_path / "grades")
    rows = list(csv.DictReader(io.StringIO(written[0].read_text("utf-8"))))
    assert len(rows) == len(graded.results) and "caf\\udce9.ipynb" in {row["submission"] for row in rows}
    assert "half a character" in written[1].read_text("utf-8")


def test_more_code_than_anybody_writes_is_not_read(tmp_path):
    path = tmp_path / "05_long.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1\n" * (MOST_CODE // 5))]), path)
    with pytest.raises(Unreadable, match="1,000,000 characters of code"):
        read(path)
