"""Every chapter's quizzes: two or more, one right choice each, a reason for every choice; on a page, without a kernel, and on paper."""

import html
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from d2lrnn.teach import quizzes

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
GOOD = """> **Quiz 5.1.** How?
>
> *Decide first, then open your choice.*

<details><summary><b>A</b> &nbsp;so</summary>

✗ **No.** Because.

</details>

<details><summary><b>B</b> &nbsp;thus</summary>

✓ **Right.** Therefore.

</details>

<details><summary><b>C</b> &nbsp;not</summary>

✗ **No.** Never.

</details>"""


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_two_or_more_in_order_with_a_reason_for_every_choice(notebook):
    found = quizzes.of(notebook)
    chapter = int(notebook.stem[:2])
    assert [quiz.number for quiz in found] == [f"{chapter}.{n}" for n in range(1, len(found) + 1)] and len(found) >= 2
    for quiz in found:
        assert len(quiz.question) > 20
        assert len({choice.text for choice in quiz.choices}) == len(quiz.choices)
        for choice in quiz.choices:
            assert len(choice.why) > 30, f"{quiz.number} {choice.letter}: {choice.why}"


def test_the_right_letter_is_not_always_the_same():
    letters = Counter(quiz.answer for notebook in NOTEBOOKS for quiz in quizzes.of(notebook))
    assert max(letters.values()) < 0.6 * sum(letters.values()) and len(letters) == 4


def test_parse_reads_what_stands_there():
    quiz = quizzes.parse(GOOD)
    assert (quiz.number, quiz.question, quiz.answer) == ("5.1", "How?", "B")
    assert [(c.letter, c.text, c.right, c.why) for c in quiz.choices] == [
        ("A", "so", False, "Because."),
        ("B", "thus", True, "Therefore."),
        ("C", "not", False, "Never."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("✓ **Right.**", "✗ **No.**", "one choice must be right, got 0"),
        ("✗ **No.** Never", "✓ **Right.** Never", "one choice must be right, got 2"),
        ("<b>C</b>", "<b>D</b>", "A, B, C"),
        ("✗ **No.** Never.", "Never.", "no choice"),
        ("Quiz 5.1", "Question", "as the other quizzes"),
        ("</details>\n\n<details><summary><b>B", "</details>\n\nand\n\n<details><summary><b>B", "no choice: 'and'"),
    ],
)
def test_a_malformed_quiz_is_said(old, new, said):
    assert GOOD.count(old) == 1
    with pytest.raises(ValueError, match=re.escape(said)):
        quizzes.parse(GOOD.replace(old, new))


def test_a_key_that_is_wrong_is_said(tmp_path):
    notebook = nbformat.read(NOTEBOOKS[5], as_version=4)
    (key,) = (cell for cell in notebook.cells if "quiz-key" in cell.metadata.get("tags", []))
    key.source = key.source.replace("5.1 B", "5.1 C")
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    with pytest.raises(ValueError, match="the key says"):
        quizzes.of(tmp_path / "wrong.ipynb")


def test_the_sheet_has_all_questions_before_all_answers():
    page = quizzes.sheet(NOTEBOOKS)
    plain = html.unescape(re.sub(r"<[^>]+>", "", page))
    first, _, second = page.partition('<div class="turn">')
    for notebook in NOTEBOOKS:
        for quiz in quizzes.of(notebook):
            assert f"<h3>Quiz {quiz.number}</h3>" in first and f"<h3>Quiz {quiz.number}: {quiz.answer}</h3>" in second
    assert first.count("☐") == second.count("✗") + second.count("✓ right")
    assert "✓" not in first and "$" not in plain
    assert 'alt="\\mathbf{H}_t' in page and "data:image/svg+xml" in page


def test_what_a_question_says_is_text(tmp_path):
    cell = nbformat.v4.new_markdown_cell(
        GOOD.replace("How?", "Is `<script>alert(1)</script>` a token?"), metadata={"tags": ["quiz"]}
    )
    key = nbformat.v4.new_markdown_cell("5.1 B", metadata={"tags": ["quiz-key"]})
    path = tmp_path / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# <b>Title</b>"), cell, key]), path)
    page = quizzes.sheet([path])
    assert "<script>" not in page and "&lt;script&gt;" in page and "&lt;b&gt;Title" in page
