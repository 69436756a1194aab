"""A process with as little around it as the machine allows: on Linux in namespaces of its own, without a network, with its scratch folder alone to write to.

Where the system refuses those (some containers), what is left are the limits that the process sets itself; `kind()` says which it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

ALONE = Path(__file__).with_name("alone.py")
FULL, PART, NONE = "full", "no network", "none"
WORDS = {
    FULL: "each answer runs without a network, and can write to nothing but an empty folder (Linux namespaces)",
    PART: "each answer runs without a network (Linux namespaces); files cannot be made read-only on this machine, so submissions are compared afterwards",
    NONE: "this machine has no namespaces for us: connections are refused by Python alone, and submissions are compared afterwards",
}


@lru_cache
def kind() -> str:
    """What this machine allows: FULL, PART or NONE. It is tried out once."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return NONE
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        for which in (FULL, PART):
            tried = subprocess.run(
                [*prefix(Path(scratch), which), sys.executable, "-I", "-c", "pass"], capture_output=True, timeout=60
            )
            if tried.returncode == 0:
                return which
    return NONE


def prefix(scratch: Path, which: str | None = None) -> list[str]:
    """What to put before a command so that it runs alone, with `scratch` to write to."""
    which = kind() if which is None else which
    if which == NONE:
        return []
    if which == PART:
        return ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--"]
    unshare = ["unshare", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child", "--"]
    return [*unshare, sys.executable, "-I", "-S", str(ALONE), str(scratch)]


def environment(scratch: Path) -> dict[str, str]:
    """The variables of such a process: nothing of the teacher's but where programs are."""
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "MPLCONFIGDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def tasks() -> int:
    """How many threads this user has now: a limit on them counts all, not those of one process."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == os.getuid():
                count += len(os.listdir(process / "task"))
        except OSError:  # it has ended meanwhile
            continue
    return count or 4000


def end(process: subprocess.Popen) -> None:
    """Kill a process that was started in a session of its own, and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
