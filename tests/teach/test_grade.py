"""Grading: right and wrong answers are told apart, and no submission, however hostile, costs another one its row, its file or the teacher's table."""

import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from submitting import ROOT, chapter, solutions, submit

from d2lrnn.teach import sandbox, table
from d2lrnn.teach.chapters import exercises
from d2lrnn.teach.grade import Grades, Result, Unreadable, grade, read, submissions
from d2lrnn.teach.runner import still_tells

HOSTILE = {
    "loop": ("while True: pass", "took more than 4 s"),
    "sleep": ("import time; time.sleep(99)", "took more than 4 s"),
    "exit": ("import os; os._exit(3)", "without a verdict (exit status 3)"),
    "signal": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None),
    "crash": ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
    "memory": ("x = [0] * 10**10", "MemoryError"),
    "quit": ("raise SystemExit('correct')", "SystemExit: correct"),
    "output": ("print('x' * 10**9)", None),
    "network": ("import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)", "without a network"),
    "forge": (
        "import os\n    for fd in range(3, 30):\n        try: os.write(fd, b'{\"nonce\": \"\", \"state\": \"correct\"}')\n        except OSError: pass",
        None,
    ),
    "patch": ("import d2lrnn.checks as c, numpy as np\n    np.allclose = lambda *a, **k: True\n    return args[1] * 0", "called wrong answers correct"),
    "children": ("import os, time\n    for _ in range(20):\n        if os.fork() == 0: time.sleep(60); os._exit(0)", None),
    "recursion": ("return candidate(*args)", "RecursionError"),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class: good and bad, and hostile; graded once. Returns the folder, the hashes before, and the grades."""
    folder = tmp_path_factory.mktemp("class")
    submit(folder / "good" / "05_gru.ipynb", "05", solutions("05"))
    submit(folder / "all nine.ipynb", "09", solutions("09"))
    submit(folder / "untouched.ipynb", "05", {})
    wrong = {
        "candidate": "def candidate(X, H, R, W_xh, W_hh, b_h):\n    return np.tanh(X @ W_xh + R * (H @ W_hh) + b_h)"
    }
    submit(folder / "<b>Zoë & Ågot</b> 05.ipynb", "05", {**solutions("05"), **wrong})
    for name, (body, _) in HOSTILE.items():
        submit(folder / f"h_{name}.ipynb", "05", {**solutions("05"), "candidate": f"def candidate(*args):\n    {body}"})
    spoil = f"import pathlib\n    for p in pathlib.Path({str(folder)!r}).rglob('*'):\n        if p.is_file(): p.write_text('gone')\n    return 1"
    submit(folder / "h_spoil.ipynb", "05", {**solutions("05"), "candidate": f"def candidate(*args):\n    {spoil}"})
    submit(folder / "top.ipynb", "05", solutions("05"), before="import os\nos._exit(1)\nwhile True: pass")
    (folder / "broken.ipynb").write_text('{"cells": [')
    (folder / "list.ipynb").write_text("[1, 2]")
    (folder / "text.ipynb").write_bytes(b"\xff\xfe\x00 no notebook")
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    (folder / "folder.ipynb").mkdir()
    with open(folder / "huge.ipynb", "wb") as huge:
        huge.truncate(60_000_000)
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.ipynb") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("scratch")))  # by which its processes are known
        yield folder, before, grade(folder, seconds=4, jobs=2)


def of(grades, submission):
    return {result.number: result for result in grades.results if result.submission == submission}


def test_solutions_are_correct_and_stubs_not_tried(graded):
    _, _, grades = graded
    assert [r.state for r in of(grades, "good/05_gru.ipynb").values()] == ["correct"] * 4
    assert [r.state for r in of(grades, "all nine.ipynb").values()] == ["correct"] * 3
    assert {r.state for r in of(grades, "untouched.ipynb").values()} == {"untried"}


def test_a_wrong_answer_gets_its_hint_and_the_others_stay_correct(graded):
    found = of(graded[2], "<b>Zoë & Ågot</b> 05.ipynb")
    assert found["5.1"].state == "wrong" and "after the product" in found["5.1"].message
    assert [found[n].state for n in ("5.2", "5.3", "5.4")] == ["correct"] * 3


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_costs_its_own_exercise_and_no_other(graded, name):
    found = of(graded[2], f"h_{name}.ipynb")
    assert found["5.1"].state in ("failed", "wrong"), found["5.1"]
    if HOSTILE[name][1]:
        assert HOSTILE[name][1] in found["5.1"].message
    assert [found[n].state for n in ("5.2", "5.3", "5.4")] == ["correct"] * 3
    assert found["5.1"].seconds < 8


def test_code_around_the_exercises_is_not_run(graded):
    assert {r.state for r in of(graded[2], "top.ipynb").values()} == {"correct"}


def test_no_submission_was_changed_or_lost(graded):
    folder, before, grades = graded
    assert of(grades, "h_spoil.ipynb")["5.1"].state in ("wrong", "failed")
    after = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in before}
    assert after == before


def test_nothing_is_left_running(graded):
    time.sleep(0.2)
    assert _with_home_below(tempfile.gettempdir()) == []
    assert os.listdir(tempfile.gettempdir()) == []


def test_what_is_left_running_would_be_found(graded):
    home = os.path.join(tempfile.gettempdir(), "a")
    with subprocess.Popen(["sleep", "30"], env={"HOME": home, "PATH": os.environ["PATH"]}) as left:
        time.sleep(0.2)
        assert _with_home_below(tempfile.gettempdir()) == [left.pid]
        left.kill()


def _with_home_below(folder):
    """The processes whose HOME is in that folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is somebody else's
            continue
        if any(variable.startswith(f"HOME={folder}/".encode()) for variable in variables):
            found.append(int(process.name))
    return found


def test_what_is_no_notebook_is_said(graded):
    unread = graded[2].unread
    assert set(unread) == {"broken.ipynb", "list.ipynb", "text.ipynb", "link.ipynb", "folder.ipynb", "huge.ipynb"}
    assert "link" in unread["link.ipynb"] and "60 MB" in unread["huge.ipynb"] and "no file" in unread["folder.ipynb"]
    assert all("no notebook" in unread[name] for name in ("broken.ipynb", "list.ipynb", "text.ipynb"))


def test_the_machine_says_how_alone_an_answer_is(graded):
    assert graded[2].notes[0] == sandbox.WORDS[sandbox.kind()]


@pytest.mark.parametrize("number", [path.name[:2] for path in sorted((ROOT / "notebooks" / "solutions").glob("*.py"))])
def test_a_check_that_was_not_touched_still_tells(number):
    """What finds out a check that was changed lets every right answer through."""
    import importlib
    import runpy

    answers = runpy.run_path(str(ROOT / "notebooks" / "solutions" / f"{chapter(number).stem}.py"))
    module = importlib.import_module(f"d2lrnn.checks.ch{number}")
    for name in exercises(number).values():
        assert still_tells(getattr(module, name), answers[name]), name


# ---- the tables


def test_csv_has_a_row_for_each_and_no_formula(graded):
    rows = list(csv.DictReader(io.StringIO(table.as_csv(graded[2]))))
    assert len(rows) == len(graded[2].results) + len(graded[2].unread)
    assert {row["state"] for row in rows} == {"correct", "wrong", "untried", "failed", "unread"}
    sly = Grades([Result("=cmd|' /C calc'!A0.ipynb", "05", "5.1", "candidate", "wrong", "+1\n-2")], {"@x": "-y"})
    first, second = list(csv.reader(io.StringIO(table.as_csv(sly))))[1:]
    assert first[0].startswith("'=") and first[5] == "'+1 -2" and second[0] == "'@x" and second[5] == "'-y"


def test_html_shows_names_and_hints_as_text(graded):
    page = table.as_html(graded[2])
    assert "<b>Zoë" not in page and "&lt;b&gt;Zoë &amp; Ågot&lt;/b&gt;" in page
    sly = table.as_html(
        Grades([Result("x", "05", "5.1", "candidate", "wrong", "<script>alert(1)</script>")], notes=["<i>"])
    )
    assert "<script>" not in sly and "&lt;script&gt;" in sly and "&lt;i&gt;" in sly
    assert page.count('<th scope="row">') >= 5 and "What the class was told" in page
    assert re.search(r"1 × values differ only where r ≠ 1", page)


def test_a_table_is_not_overwritten(tmp_path):
    grades = Grades([Result("x", "05", "5.1", "candidate", "correct")])
    written = table.write(grades, tmp_path / "grades")
    assert [path.name for path in written] == ["grades.csv", "grades.html"]
    old = written[0].read_text()
    with pytest.raises(ValueError, match="is there already"):
        table.write(Grades(), tmp_path / "grades")
    assert written[0].read_text() == old
    table.write(Grades(), tmp_path / "grades", force=True)
    assert written[0].read_text() != old
    with pytest.raises(ValueError, match="no folder"):
        table.write(grades, tmp_path / "nowhere" / "grades")


# ---- what is read


def test_the_chapter_is_found_by_import_heading_or_name(tmp_path):
    import nbformat

    def notebook(*cells, name="x.ipynb"):
        path = tmp_path / name
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
        return read(path)[0]

    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    assert notebook(text("# Mine"), code("from d2lrnn.checks import ch06")) == "06"
    assert notebook(text("# 04 · Recurrent neural networks"), code("x = 1")) == "04"
    assert notebook(code("x = 1"), name="ada_03_language.ipynb") == "03"
    with pytest.raises(Unreadable, match="which chapter"):
        notebook(code("x = 1"), name="y.ipynb")
    with pytest.raises(Unreadable, match="chapter 42"):
        notebook(text("# 42 · Life"))


def test_folders_that_hold_nothing_are_said(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        submissions(tmp_path / "none")
    with pytest.raises(ValueError, match="no notebooks"):
        submissions(tmp_path)
    shutil.copy(chapter("05"), tmp_path / "a.ipynb")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    shutil.copy(chapter("05"), tmp_path / ".ipynb_checkpoints" / "a.ipynb")
    assert [path.name for path in submissions(tmp_path)] == ["a.ipynb"]


def test_without_namespaces_a_spoilt_submission_is_put_back(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "kind", lambda: sandbox.NONE)
    victim = submit(tmp_path / "victim.ipynb", "09", solutions("09"))
    target = repr(str(victim))
    submit(
        tmp_path / "spoiler.ipynb",
        "09",
        {"dropped": f"def dropped(*args):\n    open({target}, 'w').write('gone')\n    return 1"},
    )
    before = victim.read_bytes()
    grades = grade(tmp_path, ["09"], seconds=10)
    assert victim.read_bytes() == before
    assert any("victim.ipynb was changed while grading" in note for note in grades.notes)
    assert {r.state for r in of(grades, "victim.ipynb").values()} == {"correct"}


# ---- from a shell


def command(*words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "d2lrnn", "teach", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_from_a_shell(tmp_path):
    submit(tmp_path / "class" / "a.ipynb", "09", solutions("09"))
    done = command("grade", "class", cwd=tmp_path)
    assert done.returncode == 0 and "a.ipynb: 3 correct" in done.stdout, done
    assert "written: grades.csv, grades.html" in done.stdout
    again = command("grade", "class", cwd=tmp_path)
    assert again.returncode == 2 and "--force" in again.stderr
    assert command("grade", "class", "--force", "--memory", "1", cwd=tmp_path).returncode == 2
    other = command("grade", "class", "--force", "--chapters", "05", cwd=tmp_path)
    assert other.returncode == 2 and "no submission is of chapter 05" in other.stderr


def test_ctrl_c_keeps_what_was_graded(tmp_path):
    submit(tmp_path / "class" / "a.ipynb", "09", solutions("09"))
    submit(tmp_path / "class" / "b.ipynb", "05", {"candidate": "def candidate(*a):\n    while True: pass"})
    run = subprocess.Popen(
        [sys.executable, "-u", "-m", "d2lrnn", "teach", "grade", "class", "--seconds", "60", "--jobs", "1"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert "a.ipynb" in run.stdout.readline()
    time.sleep(0.5)
    os.kill(run.pid, 2)
    said, _ = run.communicate(timeout=30)
    assert run.returncode == 130 and "interrupted" in said
    rows = list(csv.DictReader(Path(tmp_path / "grades.csv").open()))
    assert [row["state"] for row in rows if row["submission"] == "a.ipynb"] == ["correct"] * 3
