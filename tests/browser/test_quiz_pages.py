"""Quizzes as readers meet them: in JupyterLab, in an exported page, and on paper."""

import subprocess
import sys

import pytest

from d2lrnn.teach import quizzes

from .lab import ROOT

NAME = "05_gru"
QUIZZES = quizzes.of(ROOT / "notebooks" / f"{NAME}.ipynb")


@pytest.fixture(scope="module")
def page(context, tmp_path_factory):
    """The chapter as an exported page, opened from the disk."""
    folder = tmp_path_factory.mktemp("page")
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "html",
        str(ROOT / "notebooks" / f"{NAME}.ipynb"),
        "--output-dir",
        str(folder),
    ]
    subprocess.run(command, check=True, capture_output=True)
    page = context.new_page()
    page.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith(("file:", "data:")) else route.abort()
    )
    page.goto((folder / f"{NAME}.html").as_uri(), wait_until="domcontentloaded")
    yield page
    page.close()


def choices(page):
    return page.locator("details", has=page.locator("summary b"))


def test_on_a_page_each_choice_opens_alone_and_gives_its_reason(page):
    found = choices(page)
    expected = [choice for quiz in QUIZZES for choice in quiz.choices]
    assert found.count() == len(expected)
    for i, choice in enumerate(expected):
        one, reason = found.nth(i), found.nth(i).locator("p").first
        assert one.locator("summary").inner_text().split()[0] == choice.letter
        assert not reason.is_visible(), "the reason shows before a choice is made"
        one.locator("summary").focus()
        page.keyboard.press("Enter")
        assert reason.is_visible() and ("Right." in reason.inner_text()) == choice.right
        assert page.evaluate("document.querySelectorAll('details[open]').length") == 1
        page.keyboard.press("Enter")


def test_on_paper_the_choices_are_there_and_the_key_at_the_end(page):
    page.emulate_media(media="print")
    try:
        for i in range(choices(page).count()):
            assert choices(page).nth(i).locator("summary").is_visible()
        key = page.get_by_text("Quiz answers, for readers on paper")
        assert key.is_visible()
        assert all(f"{quiz.number} {quiz.answer}" in key.inner_text() for quiz in QUIZZES)
    finally:
        page.emulate_media(media="screen")


@pytest.mark.parametrize("student", [f"notebooks/{NAME}.ipynb"], indirect=True)
def test_in_jupyterlab_a_choice_opens_with_its_formula(student):
    page = student.page
    quiz = QUIZZES[0]
    first = page.locator("details", has=page.locator("summary", has_text="the last candidate"))
    for _ in range(80):  # JupyterLab renders what is near the window
        if first.count():
            break
        student.page.mouse.move(700, 500)
        student.page.mouse.wheel(0, 1200)
        student.page.wait_for_timeout(100)
    first.scroll_into_view_if_needed()
    reason = first.locator("p").first
    assert not reason.is_visible()
    first.locator("summary").click()
    assert reason.is_visible() and reason.inner_text().startswith("✗ No.")
    assert "$" not in reason.inner_text() and first.locator("mjx-container").count() >= 2, quiz.number
