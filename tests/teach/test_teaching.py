"""Lesson plans that add up, copies for students that are whole or not there, and a dress rehearsal that finds what is broken."""

import re
import subprocess
import sys

import nbformat
import pytest

from d2lrnn.teach import chapters, plan, student_copy, warm_up

# ---- plans


@pytest.mark.parametrize("name", plan.PLANS)
def test_minutes_add_up(name):
    chosen = plan.PLANS[name]
    assert sum(part.minutes for day in chosen.days for part in day) == chosen.minutes
    assert chosen.minutes == {"90min": 90, "half-day": 210, "two-days": 720}[name]
    assert all(sum(part.minutes for part in day) * len(chosen.days) == chosen.minutes for day in chosen.days)


@pytest.mark.parametrize("name", plan.PLANS)
def test_every_section_and_exercise_exists(name):
    for part in (part for day in plan.PLANS[name].days for part in day if part.chapter):
        (notebook,) = chapters.notebooks([part.chapter])
        there = [heading.split()[0] for heading in chapters.sections(notebook)]
        assert set(part.sections) <= set(there), f"{part.chapter}: {set(part.sections) - set(there)}"
        assert set(part.exercises) <= set(chapters.exercises(part.chapter))
        assert list(part.sections) == sorted(part.sections, key=lambda n: int(n.split(".")[1]))


@pytest.mark.parametrize("name", plan.PLANS)
def test_nobody_sits_for_more_than_two_hours_without_a_break(name):
    for day in plan.PLANS[name].days:
        sitting = 0
        for part in day:
            sitting = 0 if not part.chapter else sitting + part.minutes
            assert sitting <= 120


def test_a_plan_has_a_clock_titles_votes_and_exercises():
    text = plan.markdown("half-day")
    assert "**0:45, 25 min**" in text and "4.6 Clipping" in text and "exercise 4.4: `clipped`" in text
    assert re.search(r"- vote: Knowing|- vote: .+\?", text)
    assert "## Day 2" in plan.markdown("two-days") and "## Day" not in text
    with pytest.raises(ValueError, match="there are 90min, half-day, two-days"):
        plan.markdown("a week")


def test_questions_are_those_of_the_sections():
    (notebook,) = chapters.notebooks(["04"])
    asked = plan.questions(notebook, ("4.6",))
    assert asked == ["Which of the six runs learn? Knowing nothing costs 4.14 nats."]
    assert plan.questions(notebook, ()) == []


# ---- copies


def test_a_copy_has_no_outputs_and_no_solutions(tmp_path):
    written = student_copy.copy(tmp_path / "handout", ["05", "6"])
    assert [path.name for path in written] == ["05_gru.ipynb", "06_lstm.ipynb"]
    cells = nbformat.read(written[0], as_version=4).cells
    assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")
    original = chapters.cells(chapters.notebooks(["05"])[0])
    assert [cell.source for cell in cells] == [cell.source for cell in original]
    assert sorted(path.name for path in (tmp_path / "handout").iterdir()) == ["05_gru.ipynb", "06_lstm.ipynb", "data"]


def test_a_copy_with_everything(tmp_path):
    (tmp_path / "empty").mkdir()
    student_copy.copy(tmp_path / "empty", ["05"], solutions=True, outputs=True)
    assert [path.name for path in (tmp_path / "empty" / "solutions").iterdir()] == ["05_gru.py"]
    cells = nbformat.read(tmp_path / "empty" / "05_gru.ipynb", as_version=4).cells
    assert any(cell.outputs for cell in cells if cell.cell_type == "code")


def test_a_copy_overwrites_nothing_and_leaves_nothing_half_done(tmp_path, monkeypatch):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        student_copy.copy(full)
    assert [path.name for path in full.iterdir()] == ["mine.txt"]
    with pytest.raises(ValueError, match="there is no chapter 42"):
        student_copy.copy(tmp_path / "new", ["42"])

    def fails(*given, **options):
        raise OSError("the disk is full")

    monkeypatch.setattr(student_copy.shutil, "copytree", fails)
    with pytest.raises(OSError, match="the disk is full"):
        student_copy.copy(tmp_path / "new", ["05"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


# ---- the evening before


@pytest.fixture
def notebook(tmp_path):
    def write(*sources, budget=5):
        cells = [
            nbformat.v4.new_markdown_cell("# 01 · A chapter\n\n## 1.1 A section"),
            *map(nbformat.v4.new_code_cell, sources),
        ]
        path = tmp_path / "01_chapter.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"d2lrnn": {"budget_seconds": budget}}), path)
        return path

    return write


@pytest.mark.notebook
@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("x = 1", ""),
        ("1 / 0", "cell 2 (under “1.1 A section”): ZeroDivisionError: division by zero"),
        ("import urllib.request as u; u.urlopen('http://192.0.2.1/')", "without a network"),
        ("import sys; print('oops', file=sys.stderr)", "it prints a warning"),
        ("import time; time.sleep(60)", "more than 3 s"),
        ("import os; os._exit(1)", "kernel died"),
    ],
    ids="fine error network warning slow dies".split(),
)
def test_the_rehearsal_finds_it(notebook, source, wrong):
    path = notebook(source, budget=1 if "sleep" in source else 5)
    before = path.read_bytes()
    done = warm_up.run(path)
    assert wrong in done.wrong and bool(done.wrong) == bool(wrong), done
    assert path.read_bytes() == before


def test_what_is_to_be_mended_is_listed(monkeypatch):
    from d2lrnn import doctor

    monkeypatch.setattr(doctor, "run", lambda: False)
    monkeypatch.setattr(
        warm_up,
        "run",
        lambda path: warm_up.Run(path, 50, 20, "cell 3: it is broken" if path.name.startswith("05") else ""),
    )
    lines = []
    mend = warm_up.warm_up(["04", "05"], said=lines.append)
    assert mend == [
        "the machine: see the lines marked ✗ above (`make doctor` repeats them)",
        "05_gru.ipynb, cell 3: it is broken",
    ]
    assert lines[0].startswith("✓ 04_rnn.ipynb: 50 s, slower than its 20 s") and lines[1].startswith("✗ 05_gru.ipynb")


# ---- from a shell


def command(*words, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "d2lrnn", "teach", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_from_a_shell(tmp_path):
    assert command("plan", "--for", "two-days").stdout == plan.markdown("two-days")
    done = command("quiz", "--chapters", "4", "--out", "quiz.html", cwd=tmp_path)
    assert done.returncode == 0 and "Quiz 4.1" in (tmp_path / "quiz.html").read_text()
    assert command("quiz", "--chapters", "4", "--out", "quiz.html", cwd=tmp_path).returncode == 2
    assert command("copy", "handout", "--chapters", "04", cwd=tmp_path).returncode == 0
    assert "not empty" in command("copy", "handout", cwd=tmp_path).stderr
    assert "there is no chapter 42" in command("copy", "other", "--chapters", "42", cwd=tmp_path).stderr
    told = command("--help").stdout
    assert all(word in told for word in ("plan", "quiz", "copy", "warm-up", "grade", "half-day"))
