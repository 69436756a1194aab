"""`python -m benchmarks [topic ...]`: measure, and write RESULTS.md. Each topic runs in a process of its own, so none sees what another left behind."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import subprocess
import sys
import time

from benchmarks import TOPICS, report
from benchmarks.table import Skip

LIMIT = 2700  # seconds for a topic: an install over a slow network, or networks trained for minutes
TRAINED = ("learning", "mixing", "crossing")
SKIPPED = 3  # the exit status of a topic that cannot be measured here


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure, ours beside the peers, into benchmarks/RESULTS.md."
    )
    parser.add_argument(
        "topics", nargs="*", metavar="topic", help=f"which to measure, all if none is named: {', '.join(TOPICS)}"
    )
    parser.add_argument("--print", action="store_true", help="print one topic's section and write nothing")
    parser.add_argument("--small", action="store_true", help="small sizes, to see that it runs; needs --print")
    parser.add_argument(
        "--share",
        type=float,
        default=1.0,
        help=f"of the time that networks are trained for ({', '.join(TRAINED)}); needs --print",
    )
    chosen = parser.parse_args(arguments)
    for topic in chosen.topics:
        if topic not in TOPICS:
            parser.error(f"there is no topic {topic!r}; there are {', '.join(TOPICS)}")
    if chosen.small and not chosen.print:
        parser.error("--small needs --print: figures of small sizes do not belong into RESULTS.md")
    if not 0 < chosen.share <= 1 or (chosen.share < 1 and not (chosen.print and set(chosen.topics) <= set(TRAINED))):
        parser.error(f"--share is above 0 and at most 1, and needs --print and one of {', '.join(TRAINED)}")
    if chosen.print:
        if len(chosen.topics) != 1:
            parser.error("--print takes one topic")
        return one(chosen.topics[0], chosen.small, chosen.share)
    failed = [topic for topic in chosen.topics or TOPICS if not kept(topic)]
    if failed:
        print(f"benchmarks: {', '.join(failed)} failed; RESULTS.md keeps what it had of them")
    return bool(failed)


def one(topic: str, small: bool, share: float = 1.0) -> int:
    """Measure a topic in this process and print its section."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("benchmarks: stopped"))  # so that whatever it started is ended
    module = importlib.import_module(f"benchmarks.{topic}")
    began = report.moment()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # where others print what they like
            section = module.measure(small, **({"share": share} if topic in TRAINED else {}))
    except Skip as reason:
        print(reason, file=sys.stderr)
        return SKIPPED
    sys.stdout.write(report.render(topic, module.TITLE, section, began))
    return 0


def kept(topic: str) -> bool:
    """Measure a topic in a process of its own and keep its section. False if it failed."""
    print(f"benchmarks: {topic} ...", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "--print", topic],
        cwd=report.ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        said, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        print(f"benchmarks: {topic} was stopped after {LIMIT} s")
        return False
    finally:
        end(process)
    if process.returncode == SKIPPED:
        print(f"benchmarks: {topic} skipped; RESULTS.md keeps what it had")
        return True
    if process.returncode:
        return False
    report.write(topic, said)
    print(said + f"({time.monotonic() - began:.0f} s)\n", flush=True)
    return True


def end(process: subprocess.Popen) -> None:
    """See that a process is gone, after a chance to end what it started itself."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
