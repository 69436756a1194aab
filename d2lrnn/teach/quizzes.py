"""The quizzes of a chapter: read from its notebook, and printed as a sheet with the answers on a page of their own.

In a notebook a quiz is a markdown cell with the tag `quiz`: a question, and for each choice a part that unfolds and says why it is right or wrong.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_QUIZ = re.compile(
    r"> \*\*Quiz (\d+\.\d+)\.\*\* (.+?)\n>\n> \*Decide first, then open your choice\.\*\n(.*)", re.DOTALL
)
_CHOICE = re.compile(
    r"\n<details><summary><b>([A-D])</b> &nbsp;(.+?)</summary>\n\n(✓ \*\*Right\.\*\*|✗ \*\*No\.\*\*) (.+?)\n\n</details>\n?"
)
_KEY = re.compile(r"(\d+\.\d+) ([A-D])")


@dataclass(frozen=True)
class Choice:
    """One of the answers: its `letter`, its `text` (HTML), whether it is `right`, and `why` (Markdown)."""

    letter: str
    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Quiz:
    """`number` is "5.1" for chapter 05's first; `question` is Markdown."""

    number: str
    question: str
    choices: tuple[Choice, ...]

    @property
    def answer(self) -> str:
        """The letter of the right choice."""
        return next(choice.letter for choice in self.choices if choice.right)


def parse(source: str) -> Quiz:
    """The quiz in a cell's text. Raises ValueError unless it has the form of the others, three or four choices A, B, C … and one right one."""
    found = _QUIZ.fullmatch(source.rstrip("\n") + "\n")
    if not found:
        raise ValueError(
            f"quiz: a question and its choices are needed, as the other quizzes have them; got {source[:80]!r}"
        )
    number, question, rest = found.groups()
    choices = tuple(
        Choice(letter, text, "Right" in verdict, why) for letter, text, verdict, why in _CHOICE.findall(rest)
    )
    if _CHOICE.sub("", rest).strip():
        raise ValueError(f"quiz {number}: this is no choice: {_CHOICE.sub('', rest).strip()[:80]!r}")
    if [choice.letter for choice in choices] != list("ABCD"[: len(choices)]) or len(choices) < 3:
        raise ValueError(
            f"quiz {number}: three or four choices are needed, A, B, C …; got {[c.letter for c in choices]}"
        )
    if sum(choice.right for choice in choices) != 1:
        raise ValueError(f"quiz {number}: one choice must be right, got {sum(choice.right for choice in choices)}")
    return Quiz(number, question, choices)


def of(notebook: Path) -> list[Quiz]:
    """The quizzes of a notebook, in order. Raises ValueError for one that is malformed, and if the key at the notebook's end says something else."""
    import nbformat

    cells = nbformat.read(notebook, as_version=4).cells
    quizzes = [parse(cell.source) for cell in cells if "quiz" in cell.metadata.get("tags", [])]
    keys = [cell.source for cell in cells if "quiz-key" in cell.metadata.get("tags", [])]
    said = _KEY.findall(" ".join(keys))
    if said != [(quiz.number, quiz.answer) for quiz in quizzes]:
        raise ValueError(
            f"{notebook.name}: the key says {said}, the quizzes say {[(q.number, q.answer) for q in quizzes]}"
        )
    return quizzes


def sheet(notebooks: Sequence[Path]) -> str:
    """An HTML page to be printed: every question with its choices, and on a page of their own the answers, with a reason for each choice."""
    questions, answers = [], []
    for notebook in notebooks:
        title = html.escape(_title(notebook))
        quizzes = of(notebook)
        questions.append(f"<h2>{title}</h2>")
        answers.append(f"<h2>{title}: answers</h2>")
        for quiz in quizzes:
            boxes = "".join(f"<li>☐ <b>{c.letter}</b> {_formulas(c.text)}</li>" for c in quiz.choices)
            questions.append(f"<section><h3>Quiz {quiz.number}</h3>{_page(quiz.question)}<ul>{boxes}</ul></section>")
            reasons = "".join(
                f"<li><b>{c.letter} {'✓ right' if c.right else '✗'}</b> {_page(c.why)}</li>" for c in quiz.choices
            )
            answers.append(f"<section><h3>Quiz {quiz.number}: {quiz.answer}</h3><ul>{reasons}</ul></section>")
    body = "".join(questions) + '<div class="turn"></div>' + "".join(answers)
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Quizzes</title><style>{_STYLE}</style></head><body>{body}</body></html>'


_STYLE = """
body { font: 15px/1.45 Georgia, serif; color: #1b1f24; max-width: 44em; margin: 2em auto; padding: 0 1em }
h2 { font: bold 20px sans-serif; border-bottom: 2px solid #0072b2 } h3 { font: bold 15px sans-serif; margin: 1.4em 0 .3em }
ul { list-style: none; padding: 0 } li { margin: .35em 0 } li p { display: inline } section { break-inside: avoid } img { vertical-align: middle }
.turn { break-after: page; border-bottom: 1px dashed #6b7280; margin: 3em 0 }
@media print { body { margin: 0; max-width: none } .turn { border: 0; margin: 0 } }
"""


def _title(notebook: Path) -> str:
    import nbformat

    return nbformat.read(notebook, as_version=4).cells[0].source.partition("\n")[0].lstrip("# ")


def _page(markdown: str) -> str:
    from nbconvert.filters.markdown import markdown2html

    return _formulas(markdown2html(markdown))


def _formulas(page: str) -> str:
    """Formulas between dollars as drawings: a sheet of paper has no MathJax."""
    return re.sub(r"\$([^$]+)\$", lambda found: _drawn(html.unescape(found[1])), page)


def _drawn(formula: str) -> str:
    from matplotlib.mathtext import math_to_image

    formula = re.sub(r"\\(mathbf|tilde) ([A-Za-z])", r"\\\1{\2}", formula)  # Matplotlib wants the braces
    buffer = io.BytesIO()
    math_to_image(f"${formula}$", buffer, dpi=88, format="svg")
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{html.escape(formula, quote=True)}" src="data:image/svg+xml;base64,{data}">'
