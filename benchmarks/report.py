"""RESULTS.md: one section a topic, each with the machine, the moment and the command it came from. A section is replaced, the others stay."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import TOPICS
from benchmarks.table import Section, table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
INTRO = """# Measured

Ours beside the peer in one run, taking turns. A time is the median, with the least, the most and the number of runs; a ratio is the peer's figure by ours
(of speeds, ours by the peer's), so above 1× ours is ahead; in brackets the least and the most of single turns.
`make bench` writes this file (about an hour); `make bench ARGS="bpe ngrams"` replaces only those sections.
"""


def write(name: str, section: str, path: Path = RESULTS) -> None:
    """Put a topic's section into the file: whole or not at all, and without touching another's."""
    sections = read(path) | {name: section}
    known = [topic for topic in TOPICS if topic in sections]
    others = [topic for topic in sections if topic not in TOPICS]
    part = path.with_name(path.name + ".part")
    part.write_text("\n".join([INTRO, *(sections[topic].strip() + "\n" for topic in known + others)]), encoding="utf-8")
    os.replace(part, path)


def read(path: Path = RESULTS) -> dict[str, str]:
    """The sections of the file by topic; none if there is no file."""
    if not path.exists():
        return {}
    parts = re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {match[1]: part for part in parts if (match := re.match(r"## `(\w+)`", part))}


def render(name: str, title: str, section: Section, began: tuple[datetime, float]) -> str:
    """A topic's section in Markdown. began: the moment, and the machine's load at it."""
    moment, load = began
    lines = [
        f"## `{name}`: {title}",
        "",
        table(section.rows),
        "",
        *(f"- {note}" for note in section.notes),
        f"- Every row: `make bench ARGS={name}`, {moment:%Y-%m-%d %H:%M} UTC, {commit()}; {machine()}; load when it began {load:.2f}; "
        + ", ".join(f"{package} {version(package)}" for package in section.packages),
    ]
    return "\n".join(lines).removesuffix("; ") + "\n"


def moment() -> tuple[datetime, float]:
    """Now, and how many processes were busy in the last minute."""
    return datetime.now(UTC), os.getloadavg()[0]


def machine() -> str:
    """The processor, its cores, memory, system and Python."""
    model = platform.processor() or platform.machine()
    try:
        model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1]
    except (OSError, TypeError):
        pass  # not Linux, or not an x86
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def commit() -> str:
    """Which version of the course was measured."""
    try:
        ask = {"cwd": ROOT, "capture_output": True, "text": True, "check": True}
        short = subprocess.run(["git", "rev-parse", "--short", "HEAD"], **ask).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "d2lrnn", "notebooks"], **ask).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no git commit"
    return f"commit {short}" + (" and changes since" if changed else "")
