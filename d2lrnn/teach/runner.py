"""Run by `grade` in a process of its own, within limits: define a student's function, and let the chapter's check judge it.

The task comes on standard input as JSON, the verdict goes to the file descriptor that the task names. The check is trusted only as far as it still tells right
from wrong afterwards: code that changed it, or NumPy, is found out by answers of our own. What runs in one process can in the end read all of it, so
somebody who sets his mind to it can forge a verdict; nobody gets one by accident.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Judge the one function that standard input describes."""
    task = json.load(sys.stdin)
    _limit(task["memory"], task["seconds"], task["tasks"])
    import importlib

    import d2lrnn.teach.offline.sitecustomize  # noqa: F401 - no network, also where the system cannot forbid it
    from d2lrnn.teach.slicing import NotThere, needed

    module = importlib.import_module(f"d2lrnn.checks.ch{task['chapter']}")
    check = getattr(module, task["name"])
    print_to = os.dup(task["report"])
    os.close(task["report"])
    more = False
    space = {"__name__": "__main__", "display": lambda *_, **__: None, "get_ipython": lambda: None}
    try:
        # Here and not in `grade`: code can be written so that reading it takes hours.
        code, more = needed(task["sources"], task["name"])
        exec(compile(code, f"<{task['name']}>", "exec"), space)  # noqa: S102
        answer = space[task["name"]]
        verdict = check(answer)
        state, message = str(verdict.state), str(verdict.message)
    except NotThere as error:
        state, message = "failed", str(error)
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: a verdict all the same
        state, message = "failed", f"{type(error).__name__}: {error}"
    if state == "correct" and not _honest(check, answer):
        state, message = "failed", "after this code ran, the check called wrong answers correct"
    report = json.dumps({"nonce": task["nonce"], "state": state, "message": message[:600], "more": more})
    os.write(print_to, report.encode())
    os._exit(0)


def _honest(check, answer) -> bool:
    try:
        return still_tells(check, answer)
    except BaseException:  # code that plays dead the second time
        return False


def still_tells(check, answer) -> bool:
    """Whether the check still finds wrong what is wrong: no answer at all, and this one with its values changed; and untried what is untried."""
    wrong = (lambda *given: 0, lambda *given: given[0], lambda *given: None, lambda *given: changed(answer(*given)))
    return all(check(one).state == "wrong" for one in wrong) and check(lambda *given: ...).state == "untried"


def changed(value):
    """Of the same kind and shape, and not the same."""
    import numpy as np

    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, str):
        return value + "?"
    if isinstance(value, dict):
        return type(value)({key: changed(one) for key, one in value.items()})
    if isinstance(value, tuple | list) and len(value):
        return type(value)([*value[:-1], changed(value[-1])])
    if isinstance(value, np.ndarray) and value.dtype == bool:
        return ~value
    if isinstance(value, int | np.integer):
        return value + 1
    try:
        return value + 0.37
    except TypeError:
        return None


def _limit(memory: int, seconds: int, tasks: int) -> None:
    """The most memory, processor time, file size and threads (of this user, all together) that this process and what it starts may have."""
    import resource

    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 50_000_000),
        (resource.RLIMIT_NPROC, tasks),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))


if __name__ == "__main__":
    main()
