"""Over all chapters: enough exercises, two or more classic mistakes with a hint for each, and no check that keeps its reader waiting."""

import importlib.util
import runpy
import time
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SOLUTIONS = sorted((HERE.parents[1] / "notebooks" / "solutions").glob("[0-9]*.py"))
LONGEST = 2.0
"""Seconds that one check may take."""


def checks_of(chapter):
    module = importlib.import_module(f"d2lrnn.checks.ch{chapter}")
    return {name: check for name, check in vars(module).items() if isinstance(getattr(check, "number", None), str)}


def mistakes_of(chapter):
    """The rows (check, wrong answer, words of its hint) of the chapter's own test."""
    path = HERE / f"test_ch{chapter}.py"
    spec = importlib.util.spec_from_file_location(f"mistakes_{chapter}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (rows,) = (
        mark.args[1] for mark in module.test_a_classic_mistake_gets_its_hint.pytestmark if mark.name == "parametrize"
    )
    return [tuple(getattr(row, "values", row)) if not isinstance(row, tuple) else row for row in rows]


CHAPTERS = [path.name[:2] for path in SOLUTIONS]


def test_there_are_enough_exercises_and_hints():
    assert sum(len(checks_of(chapter)) for chapter in CHAPTERS) >= 30
    assert sum(len(mistakes_of(chapter)) for chapter in CHAPTERS) >= 60


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_knows_two_or_more_classic_mistakes(chapter):
    hints = Counter(number for number, _ in {(check.number, hint) for check, _, hint in mistakes_of(chapter)})
    for name, check in checks_of(chapter).items():
        assert hints[check.number] >= 2, f"{check.number} {name}: {hints[check.number]}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_check_keeps_its_reader_waiting(chapter):
    solutions = runpy.run_path(str(next(path for path in SOLUTIONS if path.name.startswith(chapter))))
    answers = [(check, solutions[name]) for name, check in checks_of(chapter).items()]
    for check, answer in answers + [(check, wrong) for check, wrong, _ in mistakes_of(chapter)]:
        began = time.process_time()
        check(answer)
        assert time.process_time() - began < LONGEST, check.number
