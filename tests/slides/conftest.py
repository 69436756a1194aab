"""The slides, built once, and a Chromium to look at them; where either is not to be had, one line and no such tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from d2lrnn import doctor

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # what builds the slides is no part of the package

from tools.slides import __main__ as make  # noqa: E402
from tools.slides.stored import SlideError  # noqa: E402

BROWSER = doctor.browser()
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic"
    " --no-proxy-server --disable-dev-shm-usage"
).split()


def pytest_terminal_summary(terminalreporter):
    said = {
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if "tests/slides" in report.nodeid
    }
    for reason in sorted(said):
        terminalreporter.write_line(f"The slides were not looked at: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def marp():
    """Marp, installed; skips where there is no Node or npm cannot reach its registry."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node.js with npm, so no slides are built")
    try:
        make.packages()
    except SlideError as error:
        pytest.skip(f"Marp cannot be installed here: {str(error).splitlines()[0]}")


@pytest.fixture(scope="session")
def built(marp, tmp_path_factory) -> Path:
    """The folder with every section and the whole deck, as HTML."""
    folder = tmp_path_factory.mktemp("slides")
    make.build(("html",), (), folder)
    return folder


@pytest.fixture(scope="package")
def chromium():
    """A Chromium, running. It ends with these tests: a process can have one Playwright at a time, and others have their own."""
    if not BROWSER:
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield running
        running.close()
