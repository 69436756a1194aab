"""Run one notebook under nbval, as a student with no network and an empty home would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent


@dataclass
class Run:
    """`passed`, the `seconds` it took, and what pytest `said`."""

    passed: bool
    seconds: float
    said: str


def environment(home: Path, package: Path | None = None) -> dict[str, str]:
    """The variables of such a run. `package`: a folder that holds another `d2lrnn` to import instead of the installed one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("D2LRNN_", "XDG_", "JUPYTER_", "PYTEST_"))
    }
    paths = [str(HERE.parents[1] / "d2lrnn" / "teach" / "offline"), *([str(package)] if package else []), str(HERE)]
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(paths),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2"),
        "CI": "1",
    }


def run(notebook: Path, home: Path, seconds: float, package: Path | None = None) -> Run:
    """Run `notebook` under nbval. It is killed, kernel and all, when it takes more than `seconds`."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "nbval_tolerance",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
    ]
    command += [
        "--nbval-cell-timeout",
        str(int(seconds) + 1),
        "--color=no",
        "-q",
        "-x",
        "--rootdir",
        str(notebook.parent),
    ]
    command += ["-c", os.devnull, str(notebook)]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=notebook.parent,
        env=environment(home, package),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Run(False, time.monotonic() - began, f"stopped after {seconds:.0f} s")
    return Run(process.returncode == 0, time.monotonic() - began, said)


def budget(notebook: Path) -> float:
    """The seconds that the notebook's own metadata allow. Raises ValueError if it names none."""
    own = nbformat.read(notebook, as_version=4).metadata.get("d2lrnn", {})
    if not 0 < own.get("budget_seconds", 0) <= 90:
        raise ValueError(f"{notebook.name}: its metadata need d2lrnn.budget_seconds, from 1 to 90")
    return float(own["budget_seconds"])
