"""What every test sees: hypothesis without a clock, since a shared machine can be slow for a moment."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("d2lrnn", deadline=None, database=None, max_examples=80)
settings.load_profile("d2lrnn")

ROOT = Path(__file__).resolve().parents[1]

# The files that take longest, minutes each, are begun first: in the end no process is left alone with one of them.
FIRST = (
    "browser/test_chapters.py", "notebooks/test_notebooks.py", "test_benchmarks.py", "notebooks/test_faults.py", "browser/test_explorers.py",
    "notebooks/test_own_text.py",
)  # fmt: skip


def pytest_addoption(parser):
    parser.addoption("--photographs", action="store_true", help="keep screenshots of every widget in build/screenshots")


def pytest_collection_modifyitems(items):
    first = {(ROOT / "tests" / name).resolve(strict=True): place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


def pytest_terminal_summary(terminalreporter):
    """What tests recorded as "took" (seconds of each chapter), whichever process ran them; and that some need node."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", ()):
                if name == "took" and report.when == "call":
                    terminalreporter.write_line(line)
    if any("no node" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(
            "No node here (18 or later), so the tests of the explorers' JavaScript were skipped: `sudo apt install nodejs` for them."
        )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def hamlet() -> str:
    """About 180,000 characters that are always there."""
    from d2lrnn.data import corpora

    return corpora.load("shakespeare/hamlet").text
