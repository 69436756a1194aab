"""JupyterLab as `make lab` starts it, on a copy of the notebooks and in an empty home, and a Chromium to open it with."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, sync_playwright
from shorter import shorter

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic"
    " --no-proxy-server --disable-dev-shm-usage"
).split() + ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def options() -> list[str]:
    """The options that `make lab` gives to JupyterLab, but for the folder it serves."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # The options of the `make` that may have started this are not for JupyterLab.
    done = subprocess.run(
        ["make", "-n", "lab", "ARGS="], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
    )
    words = shlex.split(done.stdout.replace("\\\n", " ").split("-m jupyterlab")[-1])
    return [word for word in words if not word.startswith("--ServerApp.root_dir")]


class Lab:
    """A JupyterLab server, from `with` to the end of it. It picks a free port and makes its own token, like a student's.

    `folder` is what it serves, a copy of the notebooks in it; `log` is what it said. training: the share of its steps that `fit` does in its kernels;
    below 1 what a chapter claims of its results is not checked.
    """

    allowed: tuple[str, ...] = ()
    """What the page may say to the console besides, as patterns."""

    def __init__(self, place: Path, training: float = 1.0):
        self.folder, self.home, self.log = place / "course", place / "home", place / "jupyterlab.log"
        self.training = training

    def __enter__(self) -> Lab:
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "*.part")
        shutil.copytree(ROOT / "notebooks", self.folder / "notebooks", ignore=ignored)
        startup = self.home / ".ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        if self.training < 1:
            (startup / "shorter.py").write_text(shorter(self.training, claims=False))
        command = [sys.executable, "-m", *self.command(), "--no-browser", f"--ServerApp.root_dir={self.folder}"]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        # While it starts: in a new home, Matplotlib's list of fonts is made, which would print a warning into a notebook.
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env=self._environment(),
            check=True,
            capture_output=True,
        )
        try:
            self._info = self._wait(120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def command(self) -> list[str]:
        """The module that is run, and its options."""
        # The last is the one thing that a student's does not have: the application in reach of scripts, to wait on its conditions.
        return ["jupyterlab", *options(), "--LabApp.expose_app_in_browser=True"]

    def __exit__(self, *_) -> None:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
                return

    def _environment(self) -> dict[str, str]:
        own = ("D2LRNN_", "XDG_", "JUPYTER_", "PYTEST_", "MPL", "IPYTHON", "MAKE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        kept.setdefault("OMP_NUM_THREADS", "2")
        return {**kept, "HOME": str(self.home)}

    def _wait(self, seconds: float) -> dict:
        """What the server wrote about itself, once it answers."""
        until = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < until:
            for file in self.home.rglob(f"jpserver-{self._process.pid}.json"):
                with contextlib.suppress(OSError, ValueError):
                    info = json.loads(file.read_text())
                    ask = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                    ask.open(f"{info['url']}api?token={info['token']}", timeout=10)
                    return info
            time.sleep(0.1)
        raise RuntimeError(f"{self.command()[0]} did not start; it said:\n{self.log.read_text()[-3000:]}")

    @property
    def url(self) -> str:
        """Its address, with a slash at the end."""
        return self._info["url"]

    @property
    def token(self) -> str:
        """What a request must know."""
        return self._info["token"]

    def add(self, name: str, *cells: str) -> str:
        """Write a notebook of these code cells into the folder. Returns its path, as `address` takes it."""
        book = new_notebook(cells=[new_code_cell(source, id=f"cell{i + 1}") for i, source in enumerate(cells)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        nbformat.write(book, self.folder / "notebooks" / name)
        return f"notebooks/{name}"

    def address(self, notebook: str) -> str:
        """What a student opens to read `notebook` ("notebooks/00_start_here.ipynb"); no tabs of an earlier visit."""
        return f"{self.url}lab/tree/{notebook}?reset&token={self.token}"


class Notebook(Lab):
    """The same with Jupyter Notebook 7, one notebook a page."""

    # What Notebook 7.6 says of itself, of a notebook that only prints as well.
    allowed = (
        r"Menu entry for command '.*' is duplicated",
        r"\[yjs#509\] Not same Y.Doc",
        r"undefined \(reading 'schema'\)",
    )

    def command(self):
        own = [word.replace("--LabApp.", "--JupyterNotebookApp.") for word in options() if "default_url" not in word]
        return ["notebook", *own, "--JupyterNotebookApp.expose_app_in_browser=True"]

    def address(self, notebook):
        return f"{self.url}notebooks/{notebook}?token={self.token}"


@contextlib.contextmanager
def chromium(executable: str) -> Browser:
    """Chromium, headless, which finds no machine but this one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
