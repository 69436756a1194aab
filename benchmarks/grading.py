"""Grading thirty notebooks, right ones, wrong ones and hostile ones, and the time that each exercise's check takes."""

from __future__ import annotations

import importlib
import runpy
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import ROOT
from benchmarks.table import Number, Row, Seconds, Section, same

TITLE = "exercises and grading"
HOSTILE = (
    "while True: pass",
    "import os; os._exit(1)",
    "import ctypes; ctypes.string_at(0)",
    "return [0] * 10**10",
    "print('x' * 10**9)",
    "raise SystemExit",
    "import time; time.sleep(600)",
    "import socket; socket.create_connection(('192.0.2.1', 80))",
    "open('/etc/passwd', 'a')",
    "import sys; sys.setrecursionlimit(10**9); return args[0](args)",
)


def measure(small: bool = False) -> Section:
    sys.path.insert(0, str(ROOT / "tests" / "teach"))  # where the tests make submissions
    from submitting import solutions, submit

    from d2lrnn.teach import sandbox
    from d2lrnn.teach.chapters import exercises
    from d2lrnn.teach.grade import grade

    numbers = ["09"] if small else [f"{n:02}" for n in range(1, 11)]
    with tempfile.TemporaryDirectory() as folder:
        for number, hostile in zip(numbers, HOSTILE, strict=False):
            names = list(exercises(number).values())
            submit(Path(folder) / f"right {number}.ipynb", number, solutions(number))
            submit(
                Path(folder) / f"wrong {number}.ipynb",
                number,
                {name: f"def {name}(*args):\n    return args[0]" for name in names},
            )
            submit(
                Path(folder) / f"hostile {number}.ipynb",
                number,
                {**solutions(number), names[0]: f"def {names[0]}(*args):\n    {hostile}"},
            )
        began = time.perf_counter()
        grades = grade(Path(folder), jobs=2, seconds=3 if small else 20)
        seconds = time.perf_counter() - began
    wanted = 3 * sum(len(exercises(number)) for number in numbers)
    states = {
        kind: [r.state for r in grades.results if r.submission.startswith(kind)]
        for kind in ("right", "wrong", "hostile")
    }
    same("every exercise has its row", len(grades.results) == wanted and not grades.unread)
    odd = [r for r in grades.results if r.submission.startswith("right") and r.state != "correct"]
    same(f"right answers are correct, and not {odd}", not odd)
    same("wrong answers are not", set(states["wrong"]) == {"wrong"})
    same("hostile code costs its own exercise", states["hostile"].count("correct") == wanted // 3 - len(numbers))

    checks = []
    for number in numbers:
        solved = next((ROOT / "notebooks" / "solutions").glob(f"{number}_*.py"))
        module, answers = importlib.import_module(f"d2lrnn.checks.ch{number}"), runpy.run_path(str(solved))
        for name in exercises(number).values():
            began = time.perf_counter()
            same(f"{name} is correct", getattr(module, name)(answers[name]).state == "correct")
            checks.append(time.perf_counter() - began)
    return Section(
        [
            Row(
                f"{3 * len(numbers)} notebooks, a third of them hostile, two at a time",
                Seconds((seconds,)),
                at_most=600,
            ),
            Row("rows that are lost", Number(float(wanted - len(grades.results))), at_most=0),
            Row(f"the slowest of {len(checks)} checks, on its solution", Seconds((max(checks),)), at_most=2),
        ],
        (
            f"{wanted} exercises; each hostile notebook has one answer that never ends, crashes, fills the memory or the like.",
            f"How alone it is: {sandbox.WORDS[sandbox.kind()]}.",
        ),
        ("numpy", "nbformat", "ipython"),
    )
