"""Whether two cores are near each other: how long a number takes from one to the other and back.

The cores of a virtual machine may share a cache at one moment and not at the next, since what is beneath moves them. A network's step then takes 4 ms or
6 ms (an RNN of 256 units on two threads), and two figures compare only within one of the two.

Run as a program, with a file's name, it is the second core's end.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import subprocess
import sys
import tempfile
import time

_THERE, _BACK = 0, 16  # places in a shared page, on two cache lines
_READY = -1
_TIMES, _TRIES = 500, 5
_NEAR = 1.5  # times the least that was seen
_PAUSE = 0.25


class Cores:
    """Two of the cores that this process may run on, for a benchmark whose rounds are to be taken while these are near each other.

    patience: how many seconds it waits for that in all; afterwards rounds are taken as they come. watch: for so many it looks first, to know what near is.
    As a context manager it ends with the block.
    """

    def __init__(self, patience: float = 600, watch: float = 10):
        self._allowed, self._patience, self._waited = os.sched_getaffinity(0), patience, 0.0
        self._one, self._other = sorted(self._allowed)[:2]
        self._file = tempfile.NamedTemporaryFile()
        self._file.truncate(mmap.PAGESIZE)
        self._page = mmap.mmap(self._file.fileno(), mmap.PAGESIZE)
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._file.name, str(self._other)], stdin=subprocess.PIPE
        )
        self.least, self.rounds, self.repeated, self.kept = float("inf"), 0, 0, 0
        began = time.perf_counter()
        while time.perf_counter() - began < watch:
            self.round_trip()
            time.sleep(0.05)

    def round_trip(self) -> float:
        """Seconds from core to core and back, Python's own included: the least of a few tries."""
        os.sched_setaffinity(0, {self._one})  # this thread alone
        try:
            with memoryview(self._page).cast("q") as page:
                took = min(self._tries(page))
        finally:
            os.sched_setaffinity(0, self._allowed)
        self.least = min(self.least, took)
        return took

    def _tries(self, page: memoryview):
        """The seconds of a round trip in each of a few tries, from the first core's end."""
        page[_THERE] = page[_BACK] = number = 0
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        while page[_BACK] != _READY:
            if self._process.poll() is not None:
                raise RuntimeError("benchmarks: the other core's end of the measurement is gone; its message is above")
        for _ in range(_TRIES):
            began = time.perf_counter()
            for _ in range(_TIMES):
                number += 1
                page[_THERE] = number
                while page[_BACK] != number:
                    pass
            yield (time.perf_counter() - began) / _TIMES

    def wait(self) -> None:
        """Return when the cores are near each other, or patience is at an end."""
        while self._patient() and not self._near():
            time.sleep(_PAUSE)
            self._waited += _PAUSE

    def counts(self, seconds: float) -> bool:
        """Whether a round of so many seconds that has just ended counts: the cores are still near each other, or patience is at an end."""
        near = self._near()
        counts = near or not self._patient()
        self.rounds += counts
        self.kept += counts and not near
        if not counts:
            self.repeated += 1
            self._waited += seconds
        return counts

    def _patient(self) -> bool:
        return self._waited < self._patience

    def _near(self) -> bool:
        return self.round_trip() <= _NEAR * self.least

    def __str__(self) -> str:
        said = (
            f"A round begins and ends with both cores near each other: a number goes from one to the other and back (in Python) within {_NEAR} times the best "
            f"of this run, {1e6 * self.least:.2f} µs. For that {self._waited:.0f} s were waited; {self.repeated} rounds were taken again."
        )
        if not self.kept:
            return said
        return f"{said} {self.kept} of {self.rounds} rounds were kept where they were not, after {self._patience:.0f} s of waiting."

    def __enter__(self) -> Cores:
        return self

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:  # an interrupt left it waiting for the next number
            self._process.kill()
            self._process.wait()
        self._page.close()
        self._file.close()


def near_cores(threads: int):
    """Two cores as a context manager; None of one thread, or where a program cannot choose its core (macOS)."""
    choose = getattr(os, "sched_getaffinity", None)
    return Cores() if threads > 1 and choose and len(choose(0)) > 1 else contextlib.nullcontext()


def _other_end(path: str, core: int) -> None:
    os.sched_setaffinity(0, {core})
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), mmap.PAGESIZE) as shared:
        page = memoryview(shared).cast("q")
        for _ in sys.stdin:
            page[_BACK] = _READY
            for number in range(1, _TRIES * _TIMES + 1):
                while page[_THERE] != number:
                    pass
                page[_BACK] = number
        page.release()


if __name__ == "__main__":
    _other_end(sys.argv[1], int(sys.argv[2]))
