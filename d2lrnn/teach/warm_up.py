"""The evening before: run every notebook as it will be run on stage, without a network, and say what to mend."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from d2lrnn.teach.chapters import cells, notebooks

OFFLINE = Path(__file__).resolve().parent / "offline"
DISK = 500_000_000
"""Bytes that should be free."""


@dataclass(frozen=True)
class Run:
    """What became of one notebook: the `seconds` it took, the `budget` it has, and what is wrong with it, "" if nothing."""

    notebook: Path
    seconds: float
    budget: float
    wrong: str = ""


def warm_up(chapters: Sequence[str] | None = None, said: Callable[[str], None] = print) -> list[str]:
    """Check the machine, then run the notebooks one by one, each in a fresh kernel that reaches no network. Returns what to mend, nothing if all is well.

    chapters: "05" and so on, None for all. said: called with each line for people. The notebooks on the disk stay as they are.
    """
    from d2lrnn import doctor

    mend = [] if doctor.run() else ["the machine: see the lines marked ✗ above (`make doctor` repeats them)"]
    if shutil.disk_usage(Path.cwd()).free < DISK:
        mend.append(f"the disk: {shutil.disk_usage(Path.cwd()).free / 1e6:.0f} MB are free, {DISK / 1e6:.0f} should be")
    for notebook in notebooks(chapters):
        done = run(notebook)
        slow = (
            ""
            if done.seconds <= done.budget
            else f", slower than its {done.budget:.0f} s: close other programs, or show the stored outputs"
        )
        said(
            f"{'✗' if done.wrong else '✓'} {notebook.name}: {done.seconds:.0f} s{slow}{': ' + done.wrong if done.wrong else ''}"
        )
        if done.wrong:
            mend.append(f"{notebook.name}, {done.wrong}")
    return mend


def run(notebook: Path) -> Run:
    """Run one notebook in a fresh kernel, without a network, for at most three times its budget."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    copied = nbformat.read(notebook, as_version=4)
    budget = float(copied.metadata.get("d2lrnn", {}).get("budget_seconds", 90))
    at = {}
    with tempfile.TemporaryDirectory() as home:
        client = NotebookClient(
            copied, timeout=int(3 * budget), kernel_name="python3", resources={"metadata": {"path": str(notebook.parent)}},
            on_cell_start=lambda cell, cell_index: at.update(index=cell_index),
        )  # fmt: skip
        began, wrong = time.monotonic(), ""
        try:
            client.execute(env=_environment(home))
        except CellExecutionError as error:
            wrong = f"{_where(notebook, at)}: {error.ename}: {str(error.evalue).strip().splitlines()[0] if str(error.evalue).strip() else ''}"
        except CellTimeoutError:
            wrong = f"{_where(notebook, at)}: it took more than {3 * budget:.0f} s"
        except DeadKernelError:
            wrong = f"{_where(notebook, at)}: its kernel died (out of memory?)"
    complaints = [
        _where(notebook, {"index": i})
        for i, cell in enumerate(copied.cells)
        for o in cell.get("outputs", [])
        if o.get("name") == "stderr"
    ]
    return Run(
        notebook,
        time.monotonic() - began,
        budget,
        wrong or "; ".join(f"{where}: it prints a warning" for where in complaints[:3]),
    )


def _environment(home: str) -> dict[str, str]:
    """As for a student with an empty home and no network."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("D2LRNN_", "XDG_", "JUPYTER_", "PYTHON"))
    }
    # Matplotlib's list of fonts is kept: while it is made anew, it prints a warning.
    return {**kept, "PYTHONPATH": str(OFFLINE), "CI": "1", "HOME": home, "MPLCONFIGDIR": _matplotlib()}


def _matplotlib() -> str:
    import matplotlib
    import matplotlib.font_manager  # noqa: F401 - makes the list

    return matplotlib.get_cachedir()


def _where(notebook: Path, at: dict) -> str:
    """The section and the cell, for people."""
    index, heading = at.get("index", 0), ""
    for cell in cells(notebook)[: index + 1]:
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#{2,3} (.+)$", cell.source, flags=re.MULTILINE) or [heading])[-1]
    return f"cell {index + 1}{f' (under “{heading}”)' if heading else ''}"
