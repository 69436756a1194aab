"""A process with as little around it as the machine allows: on Linux in namespaces of its own, without a network, with its scratch folder alone to write to.

Where the system refuses those (some containers), what is left are the limits that the process sets itself; `kind()` says which it is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

# The scratch folder becomes a mount of its own, which stays writable when everything else no longer is.
_ALONE = """set -e
mount --bind "$1" "$1"; shift
n="$1"; shift
while [ "$n" -gt 0 ]; do mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; shift; n=$((n-1)); done
mount -o remount,ro,bind /
exec "$@"
"""
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
                [*prefix(Path(scratch), [], which), sys.executable, "-I", "-c", "pass"], capture_output=True, timeout=60
            )
            if tried.returncode == 0:
                return which
    return NONE


def prefix(scratch: Path, read_only: Sequence[Path], which: str | None = None) -> list[str]:
    """What to put before a command so that it runs alone. read_only: folders that may be mounts of their own."""
    which = kind() if which is None else which
    if which == NONE:
        return []
    if which == PART:
        return ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--"]
    alone = [
        "unshare",
        "--map-root-user",
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--",
        "sh",
        "-c",
        _ALONE,
    ]
    return [*alone, "sh", str(scratch), str(len(read_only)), *map(str, read_only)]


def environment(scratch: Path) -> dict[str, str]:
    """The variables of such a process: nothing of the teacher's but where programs are."""
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "MPLCONFIGDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def end(process: subprocess.Popen) -> None:
    """Kill a process that was started in a session of its own, and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
