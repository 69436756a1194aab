"""One JupyterLab and one Chromium for all browser tests; without a Chromium, one line and no browser tests."""

from pathlib import Path

import pytest

from d2lrnn import doctor

from .lab import Lab, chromium
from .student import Student

HERE = Path(__file__).resolve().parent
BROWSER = doctor.browser()


def pytest_configure(config):
    Student.photographs = config.getoption("--photographs", False)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            if not BROWSER:
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_terminal_summary(terminalreporter):
    if not BROWSER:
        terminalreporter.write_line(
            "No Chromium here, so the browser tests were skipped: `sudo apt install chromium` for them."
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failing test says what was on the page, and leaves a screenshot."""
    report = yield
    student = getattr(item, "funcargs", {}).get("student")
    if report.failed and call.when == "call" and student and not student.page.is_closed():
        report.sections.append(("the page", student.seen()))
    return report


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    """JupyterLab, running. (nbval trains the chapters as long as they say; here it is their pages that count.)"""
    with Lab(tmp_path_factory.mktemp("lab"), training=0.25) as running:
        yield running


@pytest.fixture(scope="package")
def browser():
    """Chromium, running."""
    with chromium(BROWSER) as running:
        yield running


@pytest.fixture(scope="package")
def context(browser):
    """A window of 1280 × 900, that keeps what it has loaded from one notebook to the next."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def student(request, context, lab):
    """A student who has just opened the notebook that the test module names as its parameter."""
    student = Student(context, lab, request.param)
    yield student
    student.close()
