"""The chapters under nbval, as `make test` runs them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbformat import write as write_notebook
from nbformat.v4 import new_code_cell, new_notebook, new_output

from benchmarks.report import ROOT
from benchmarks.table import Row, Seconds, Section, same

TITLE = "chapters under nbval"
FIRST = ("00", "01", "02", "03")  # the chapters that have a target together
ENOUGH = 330  # seconds after which no further round is begun


def measure(small: bool = False) -> Section:
    sys.path.insert(0, str(ROOT / "tests" / "notebooks"))  # where the notebook tests have the same run
    from running import environment, run

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        # As the tests do: Matplotlib's list of fonts is there before the first chapter.
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env=environment(home),
            check=True,
            capture_output=True,
        )
        chapters = [tiny(home)] if small else sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
        same("there are notebooks", bool(chapters))
        taken: dict[str, list[float]] = {chapter.stem: [] for chapter in chapters}
        began = time.monotonic()
        for _ in range(1 if small else 5):
            for chapter in chapters:
                done = run(chapter, home, 300)
                if not done.passed:
                    raise RuntimeError(f"{chapter.name} does not pass, so its time says nothing:\n{done.said[-3000:]}")
                taken[chapter.stem].append(done.seconds)
            if time.monotonic() - began > ENOUGH:
                break
    rows = [Row(f"`{name}`", Seconds(tuple(seconds)), at_most=90) for name, seconds in taken.items()]
    first = [seconds for name, seconds in taken.items() if name.startswith(FIRST)]
    if first:
        together = Row(
            f"chapters 00–03 together ({len(first)} of {len(FIRST)})",
            Seconds(tuple(map(sum, zip(*first, strict=True)))),
            at_most=180 if len(first) == len(FIRST) else None,
        )
        rows.insert(0, together)
    return Section(
        rows,
        (
            "One process of pytest and one kernel a chapter, one after the other, two threads, no network, an empty home; starting them is counted.",
        ),
        ("nbval", "pytest", "ipykernel", "matplotlib", "numpy"),
    )


def tiny(folder: Path) -> Path:
    """A notebook of one cell."""
    cell = new_code_cell("print(1 + 1)", execution_count=1, outputs=[new_output("stream", name="stdout", text="2\n")])
    write_notebook(new_notebook(cells=[cell]), folder / "00_tiny.ipynb")
    return folder / "00_tiny.ipynb"
