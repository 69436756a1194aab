"""Peers that cannot live in the course's own environment: PyTorch, which wants another NumPy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.report import ROOT
from d2lrnn.data.fetch import cache

TORCH = "2.13.0"
SCRIPT = ROOT / "benchmarks" / "pytorch_peer.py"
PATIENCE = 1200  # seconds for an install


class Missing(Exception):
    """A peer that is not there; says why in a few words that a table can hold."""


def environment() -> Path:
    """Where PyTorch's environment is, or would be."""
    return cache() / f"benchmark-torch-{TORCH}"


def python(build: bool = True) -> Path:
    """The Python of an environment with PyTorch: `$D2LRNN_TORCH` if that is set, else one that is made once (and then kept) under the user's cache.

    Raises Missing if it is not there and build is False, or cannot be made.
    """
    own = os.environ.get("D2LRNN_TORCH")
    if own:
        return _with_torch(Path(own), "the Python that $D2LRNN_TORCH names")
    place = environment()
    found, ready = place / "bin" / "python", place / "ready"
    if not ready.exists():
        if not build:
            raise Missing("not measured: its environment is not made yet")
        print(
            f"benchmarks: PyTorch {TORCH} goes into {place} (once; up to 5 GB where the index has only builds for GPUs)"
        )
        _make(place, found)
        _with_torch(found, "its new environment")
        ready.touch()
    return _with_torch(found, "its environment")


def _make(place: Path, found: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    for words, command in (
        ("python -m venv", [sys.executable, "-m", "venv", str(place)]),
        ("pip install", [str(found), "-m", "pip", "install", "--quiet", f"torch=={TORCH}", "numpy"]),
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Missing(f"not measured: its environment could not be made ({type(error).__name__})") from error
        if done.returncode:
            print(done.stdout, done.stderr)
            raise Missing(f"not measured: its environment could not be made (`{words}` failed)")


def _with_torch(path: Path, what: str) -> Path:
    try:
        ask = [str(path), "-c", "import torch; print(torch.__version__)"]
        done = subprocess.run(ask, capture_output=True, text=True, timeout=120)
        has = done.stdout.strip() if not done.returncode else "none"
    except (OSError, subprocess.TimeoutExpired):
        has = "none"
    if has.partition("+")[0] != TORCH:
        raise Missing(f"not measured: PyTorch {TORCH} is needed, {what} has {has}")
    return path


class PyTorch:
    """`pytorch_peer.py` at work in a process of its own. As a context manager it ends with the block."""

    def __init__(self, path: Path, threads: int):
        env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self._process = subprocess.Popen(
            [str(path), str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )

    def ask(self, **request) -> dict:
        """One request and its answer. Raises RuntimeError if the process ended."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise RuntimeError(f"benchmarks: PyTorch's process ended with {self._process.wait()}; its message is above")
        return json.loads(answer)

    def __enter__(self) -> PyTorch:
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
