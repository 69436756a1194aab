"""Grade a folder of notebooks: every exercise of every submission, judged by the chapter's own check, each in a process of its own.

Nothing of a notebook is run but what an exercise's function needs (`slicing`), so thirty notebooks take minutes, and an answer that hangs, crashes or fills the
memory costs its own row and no other. Submissions are read once and never written to.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from d2lrnn.teach import sandbox
from d2lrnn.teach.chapters import exercises

LARGEST = 50_000_000
"""Bytes that a submission may have."""
MOST_CODE = 1_000_000
"""Characters of code that it may have."""
STATES = ("correct", "wrong", "untried", "failed")


@dataclass(frozen=True)
class Result:
    """One exercise of one submission. state: one of STATES; message: the hint, or why it failed.

    ran_more: values were computed for it, not only definitions.
    """

    submission: str
    chapter: str
    number: str
    name: str
    state: str
    message: str = ""
    seconds: float = 0.0
    ran_more: bool = False


@dataclass
class Grades:
    """`results` of exercises, in order; `unread`: submission -> why it could not be read; `notes` about the run."""

    results: list[Result] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False


class Unreadable(Exception):
    """A submission that is no notebook of the course; the message says why."""


def submissions(folder: Path) -> list[Path]:
    """Every notebook in the folder and those below it, in order. Raises ValueError for no folder and for one without notebooks."""
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    found = [
        path for path in sorted(folder.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    if not found:
        raise ValueError(f"there are no notebooks (.ipynb) in {folder}")
    return found


def read(path: Path) -> tuple[str, list[str]]:
    """The chapter's number and the code cells of a submission. Raises Unreadable."""
    import nbformat

    if path.is_symlink():
        raise Unreadable("it is a link, and links are not followed")
    if not path.is_file():
        raise Unreadable("it is no file")
    if path.stat().st_size > LARGEST:
        raise Unreadable(
            f"it has {path.stat().st_size / 1e6:.0f} MB, and {LARGEST / 1e6:.0f} are the most: clear its outputs"
        )
    try:
        notebook = nbformat.reads(path.read_bytes().decode("utf-8"), as_version=4)
        cells = [(str(cell.cell_type), str(cell.source)) for cell in notebook.cells]
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror or error}") from None
    except Exception as error:  # whatever a broken file makes nbformat raise
        raise Unreadable(f"it is no notebook: {type(error).__name__}: {str(error)[:120]}") from None
    sources = [source for kind, source in cells if kind == "code"]
    if sum(map(len, sources)) > MOST_CODE:
        raise Unreadable(f"it has more than {MOST_CODE:,} characters of code, and its answers are some hundreds")
    return _chapter(path, cells), sources


def _chapter(path: Path, cells: Sequence[tuple[str, str]]) -> str:
    """By the checks that it imports, or else its first heading, or else its name."""
    code = "\n".join(source for kind, source in cells if kind == "code")
    heading = next((source for kind, source in cells if kind == "markdown"), "")
    for pattern, text in (
        (r"d2lrnn\.checks import ch(\d\d)\b", code),
        (r"^# (\d\d) · ", heading),
        (r"(?<!\d)(\d\d)_", path.name),
    ):
        found = re.search(pattern, text)
        if found:
            try:
                if exercises(found[1]):
                    return found[1]
            except ValueError as error:
                raise Unreadable(str(error)) from None
    raise Unreadable(
        "it does not say which chapter it is: neither `from d2lrnn.checks import chNN` nor a heading `# NN · …`"
    )


def grade(
    folder: Path, chapters: Sequence[str] | None = None, *, jobs: int = 2, seconds: int = 20, memory: int = 3_000_000_000,
    said: Callable[[str], None] = lambda line: None,
) -> Grades:  # fmt: skip
    """Grade every notebook in `folder`.

    chapters: only these ("05"). jobs: exercises at a time. seconds, memory (bytes): what one exercise may take. said: called with a line for each submission.
    Ctrl-C ends it, and what was graded by then is returned, with `interrupted`. Raises ValueError for a folder without notebooks.
    """
    paths = submissions(folder)
    grades = Grades(notes=[sandbox.WORDS[sandbox.kind()]])
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        kept = _kept(paths, Path(scratch) / "kept")
        work, todo = {}, []
        for path in paths:
            name = _plain(path.relative_to(folder).as_posix())
            try:
                chapter, sources = read(path)
            except Unreadable as error:
                grades.unread[name] = _plain(str(error))
                continue
            if chapters is None or chapter in chapters:
                todo += [(name, chapter, number, function, sources) for number, function in exercises(chapter).items()]
        stop = threading.Event()
        limits = {"seconds": seconds, "memory": memory}
        with ThreadPoolExecutor(jobs) as pool:
            for at, task in enumerate(todo):
                folder_of = Path(scratch) / f"run{at}"
                work[pool.submit(_judge, task, folder_of, limits, stop)] = at
            results: dict[int, Result] = {}
            try:
                left = {name: sum(task[0] == name for task in todo) for name, *_ in todo}
                for future in as_completed(work):
                    result = future.result()
                    results[work[future]] = result
                    left[result.submission] -= 1
                    if not left[result.submission]:
                        mine = [r.state for r in results.values() if r.submission == result.submission]
                        said(f"{result.submission}: " + ", ".join(f"{mine.count(s)} {s}" for s in STATES if s in mine))
            except KeyboardInterrupt:
                grades.interrupted = True
                grades.notes.append(f"interrupted: {len(results)} of {len(todo)} exercises were graded")
                stop.set()
                pool.shutdown(cancel_futures=True)
        grades.results = [results[at] for at in sorted(results)]
        grades.notes += _put_back(paths, kept, folder)
    return grades


def _judge(task, scratch: Path, limits: dict, stop: threading.Event) -> Result:
    """One exercise, in a process of its own."""
    name, chapter, number, function, sources = task
    result = {"submission": name, "chapter": chapter, "number": number, "name": function}
    scratch.mkdir()
    began = time.monotonic()
    try:
        state, message, more = _run(sources, chapter, function, scratch, limits, stop)
    except OSError as error:  # no process, no pipe: the machine is short of something
        state, message, more = "failed", f"it could not be run: {error}", False
    shutil.rmtree(scratch, ignore_errors=True)
    seconds = round(time.monotonic() - began, 2)
    return Result(**result, state=state, message=_plain(message), seconds=seconds, ran_more=more)


def _plain(text: str) -> str:
    """Text that can be written as UTF-8: names of files and messages may hold halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode()


def _run(sources, chapter, function, scratch, limits, stop) -> tuple[str, str, bool]:
    """The state, the message, and whether values were computed."""
    nonce = secrets.token_hex(16)
    report, write = os.pipe()
    os.set_inheritable(write, True)
    command = [*sandbox.prefix(scratch), sys.executable, "-I", "-m", "d2lrnn.teach.runner"]
    task = {
        "sources": sources,
        "chapter": chapter,
        "name": function,
        "nonce": nonce,
        "report": write,
        "tasks": sandbox.tasks() + 200,
        **limits,
    }
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=scratch,
            env=sandbox.environment(scratch), pass_fds=[write], start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(write)
    try:
        process.stdin.write(json.dumps(task).encode())
        process.stdin.close()
    except BrokenPipeError:
        pass
    late = _wait(process, limits["seconds"], stop)
    sandbox.end(process)
    os.set_blocking(report, False)
    try:
        told = os.read(report, 100_000)
    except BlockingIOError:  # something that it started lives on and holds the pipe
        told = b""
    os.close(report)
    if late:
        return "failed", late, False
    try:
        said = json.loads(told.decode())
        if secrets.compare_digest(str(said["nonce"]), nonce) and said["state"] in STATES:
            return said["state"], str(said["message"]), bool(said["more"])
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        pass
    return "failed", _why(process.returncode), False


def _wait(process, seconds: int, stop: threading.Event) -> str:
    """Wait for its end; "" or why it was ended."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        if stop.is_set():
            return "grading was interrupted"
        if time.monotonic() > end:
            return f"it took more than {seconds} s: an endless loop?"
        time.sleep(0.02)
    return ""


def _why(status: int) -> str:
    number = -status if status < 0 else status - 128 if status > 128 else 0
    names = {
        9: "it was killed, for memory or time",
        11: "it crashed (segmentation fault)",
        24: "it used up its processor time",
        6: "it aborted",
    }
    return names.get(number, f"it ended without a verdict (exit status {status})")


def _kept(paths: Sequence[Path], folder: Path) -> dict[Path, tuple[str, Path]]:
    """A copy of each submission, by which it is compared afterwards."""
    folder.mkdir()
    kept = {}
    for i, path in enumerate(paths):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            shutil.copy2(path, folder / str(i))
            kept[path] = (_hash(path), folder / str(i))
    return kept


def _put_back(paths: Sequence[Path], kept: dict[Path, tuple[str, Path]], folder: Path) -> list[str]:
    """Where code of a submission changed a submission, the copy takes its place; a line for each."""
    lines = []
    for path in paths:
        if path in kept and (not path.is_file() or path.is_symlink() or _hash(path) != kept[path][0]):
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(kept[path][1], path)
            lines.append(
                f"{_plain(path.relative_to(folder).as_posix())} was changed while grading, by code of some submission, and was put back"
            )
    return lines


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
