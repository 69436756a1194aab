"""`make lab` from a fresh clone to a notebook in a browser, its kernel idle."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nbformat import write as write_notebook
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.report import ROOT
from benchmarks.table import Row, Seconds, Section, Skip
from d2lrnn import doctor

TITLE = "`make lab` to a usable notebook"
NOTEBOOK = "notebooks/00_start_here.ipynb"
PATIENCE = 900  # seconds: an install over a slow network
FLAGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic".split()
# What a login gives a new user: where programs are, the language, how to reach the package index. No cache, no settings of this user's.
KEPT = re.compile(r"PATH|LANG|LC_\w+|TERM|(PIP|UV)_(?!CACHE_DIR)\w+|PYENV_ROOT|\w*(SSL|CA)_\w*|\w+_proxy|\w+_PROXY")
USABLE = """path => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return panel?.context?.path === path && panel.context.isReady && panel.content?.widgets?.length > 0
    && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""


def measure(small: bool = False) -> Section:
    browser = doctor.browser()
    if browser is None:
        raise Skip("benchmarks: no Chromium on this machine, so start is not measured (`sudo apt install chromium`)")
    with tempfile.TemporaryDirectory(prefix="d2lrnn-") as folder:
        place = Path(folder)
        env = fresh_environment(place)
        if small:
            return Section([Row("JupyterLab on a notebook of one cell", opened(browser, *one_cell(place), env))])
        course = place / "course"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(course)], check=True)
        if not (course / NOTEBOOK).is_file():
            raise FileNotFoundError(f"benchmarks: {NOTEBOOK} is not committed, so a clone cannot open it")
        first = opened(browser, lab, course, env)
        again = Seconds(tuple(s for _ in range(5) for s in opened(browser, lab, course, env).runs))
        python = "fetched by uv" if (place / "home/.local/share/uv/python").exists() else "found on the machine"
        installer = "found on the machine" if shutil.which("uv", path=env["PATH"]) else "installed by the Makefile"
        size = sum(f.lstat().st_size for f in (course / ".venv").rglob("*")) / 1e9
    return Section(
        [
            Row("`make lab` in a fresh clone: new home, empty caches", first, at_most=180),
            Row("`make lab` again", again, at_most=10),
        ],
        (
            f"The clock runs from typing the command until Chromium, started when JupyterLab names its address, shows `{NOTEBOOK}` with its kernel idle.",
            f"Python 3.11 was {python}, uv was {installer}; {size:.1f} GB of packages came from the index that pip and uv are set to.",
        ),
        ("jupyterlab", "ipykernel", "playwright"),
    )


def fresh_environment(place: Path) -> dict[str, str]:
    """The variables of a user who has just logged in for the first time, with a home and a temporary folder in `place`."""
    (place / "home").mkdir()
    (place / "tmp").mkdir()
    own = str(Path(sys.executable).parent)  # make puts nothing there, but a shell with an active environment would
    path = os.pathsep.join(p for p in os.environ.get("PATH", os.defpath).split(os.pathsep) if p != own)
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    return {**kept, "PATH": path, "HOME": str(place / "home"), "TMPDIR": str(place / "tmp")}


def lab(options: list[str]) -> list[str]:
    """What is typed."""
    return ["make", "lab", f"ARGS={' '.join(options)}"]


def one_cell(place: Path):
    """A folder with a notebook of one cell at the usual place, and the command that starts this environment's JupyterLab on it."""
    (place / "notebooks").mkdir()
    kernel = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }  # without it JupyterLab asks
    write_notebook(new_notebook(cells=[new_code_cell("1 + 1")], metadata={"kernelspec": kernel}), place / NOTEBOOK)
    start = [sys.executable, "-m", "jupyterlab", "--allow-root", f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"]
    return (lambda options: start + options), place


def opened(browser: str, command, folder: Path, env: dict[str, str]) -> Seconds:
    """The seconds from typing the command in `folder` to the notebook in the browser, kernel idle. Server and browser are ended afterwards."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The application in reach of the page's scripts is the one thing a student's start does not have.
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True"]
    log = Path(env["TMPDIR"]) / "jupyterlab.log"
    began = time.perf_counter()
    with running(command(options), folder, env, log) as process:
        address = said(process, log, re.compile(rf"http://(?:localhost|127\.0\.0\.1):{port}/lab\S*\?token=\w+"))
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS, env=env)
            try:
                page = chromium.new_page()
                page.set_default_timeout(120_000)
                page.goto(address)
                page.wait_for_function(USABLE, arg=NOTEBOOK)
                taken = time.perf_counter() - began
                page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
            finally:
                chromium.close()
    return Seconds((taken,))


@contextlib.contextmanager
def running(command: list[str], folder: Path, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    """The command as a process group of its own, which is ended with the block."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
                wait_for_group(process, 20)


def wait_for_group(process: subprocess.Popen, seconds: float) -> None:
    """Wait until no process of the group is left, at most so long. Raises ProcessLookupError once that is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        process.poll()
        os.killpg(process.pid, 0)
        time.sleep(0.1)


def said(process: subprocess.Popen, log: Path, pattern: re.Pattern) -> str:
    """What in the log fits the pattern, as soon as it is there. Raises RuntimeError if the process ends first or takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended = process.poll() is not None
        if found := pattern.search(log.read_text(errors="replace")):
            return found[0]
        if ended:
            break
        time.sleep(0.05)
    raise RuntimeError(f"benchmarks: JupyterLab did not start; it said:\n{log.read_text(errors='replace')[-3000:]}")
