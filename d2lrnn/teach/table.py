"""Grades as two files: CSV for a spreadsheet, HTML to read. What students wrote is shown as text and nothing else."""

from __future__ import annotations

import csv
import html
import io
from collections import Counter, defaultdict
from pathlib import Path

from d2lrnn.data.files import write_whole
from d2lrnn.teach.chapters import exercises
from d2lrnn.teach.grade import STATES, Grades, Result

SAID = {"correct": "✓ correct", "wrong": "✗ not yet", "untried": "· not tried", "failed": "! failed"}
COLUMNS = ("submission", "chapter", "exercise", "function", "state", "message", "seconds", "ran more than definitions")


def write(grades: Grades, out: Path, *, force: bool = False) -> list[Path]:
    """Write `out`.csv and `out`.html. Raises ValueError if one is there already, unless `force`."""
    paths = [out.with_name(out.name + ending) for ending in (".csv", ".html")]
    check_free(paths, force)
    for path, text in zip(paths, (as_csv(grades), as_html(grades)), strict=True):
        write_whole(path, text.encode())
    return paths


def check_free(paths: list[Path], force: bool) -> None:
    """Raises ValueError for a file that is there and must not be overwritten, and for a folder that is not there."""
    for path in paths:
        if path.exists() and (not force or not path.is_file()):
            raise ValueError(f"{path} is there already: name another table with --out, or overwrite it with --force")
        if not path.parent.is_dir():
            raise ValueError(f"there is no folder {path.parent} for the table")


def as_csv(grades: Grades) -> str:
    """A row for each exercise of each submission, and one for each that could not be read."""
    buffer = io.StringIO()
    rows = csv.writer(buffer)
    rows.writerow(COLUMNS)
    for r in grades.results:
        row = (r.submission, r.chapter, r.number, r.name, r.state, r.message, r.seconds, "yes" if r.ran_more else "")
        rows.writerow([_cell(value) for value in row])
    for submission, why in grades.unread.items():
        rows.writerow([_cell(value) for value in (submission, "", "", "", "unread", why, "", "")])
    return buffer.getvalue()


def _cell(value) -> str:
    """A spreadsheet takes what begins with one of these for a formula."""
    text = str(value).replace("\r", " ").replace("\n", " ")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def as_html(grades: Grades) -> str:
    """A page: a table for each chapter, what the class misunderstood, and what could not be read."""
    parts = ["<h1>Grades</h1>", *(f"<p>{html.escape(note)}</p>" for note in grades.notes)]
    by_chapter: dict[str, list[Result]] = defaultdict(list)
    for result in grades.results:
        by_chapter[result.chapter].append(result)
    for chapter in sorted(by_chapter):
        parts += [f"<h2>Chapter {chapter}</h2>", _matrix(chapter, by_chapter[chapter]), _hints(by_chapter[chapter])]
    if grades.unread:
        rows = "".join(
            f"<li><b>{html.escape(name)}</b>: {html.escape(why)}</li>" for name, why in grades.unread.items()
        )
        parts.append(f"<h2>Could not be read</h2><ul>{rows}</ul>")
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Grades</title><style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>'


def _matrix(chapter: str, results: list[Result]) -> str:
    numbers = list(exercises(chapter).items())
    of: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        of[result.submission][result.number] = result
    head = "".join(f'<th scope="col">{number}<br><code>{html.escape(name)}</code></th>' for number, name in numbers)
    rows = []
    for submission, its in of.items():
        cells = "".join(_verdict(its.get(number)) for number, _ in numbers)
        right = sum(result.state == "correct" for result in its.values())
        seconds = sum(result.seconds for result in its.values())
        rows.append(
            f'<tr><th scope="row">{html.escape(submission)}</th>{cells}<td>{right} of {len(numbers)}</td><td>{seconds:.1f} s</td></tr>'
        )
    totals = "".join(
        f"<td>{sum(its[n].state == 'correct' for its in of.values() if n in its)} of {len(of)}</td>" for n, _ in numbers
    )
    return (
        f'<table><thead><tr><th scope="col">submission</th>{head}<th scope="col">correct</th><th scope="col">time</th></tr></thead>'
        f'<tbody>{"".join(rows)}</tbody><tfoot><tr><th scope="row">correct</th>{totals}<td></td><td></td></tr></tfoot></table>'
    )


def _verdict(result: Result | None) -> str:
    if result is None:
        return "<td>not graded</td>"
    more = (
        f"<details><summary>why</summary>{html.escape(result.message)}</details>"
        if result.state in ("wrong", "failed")
        else ""
    )
    note = "<br><small>values were computed for it</small>" if result.ran_more else ""
    return f'<td class="{result.state}">{SAID[result.state]}{more}{note}</td>'


def _hints(results: list[Result]) -> str:
    """What went wrong most often: each exercise's states, and its hints by how many got them."""
    items = []
    for number in dict.fromkeys(result.number for result in results):
        mine = [result for result in results if result.number == number]
        states = Counter(result.state for result in mine)
        hints = Counter(result.message for result in mine if result.state == "wrong")
        told = "".join(f"<li>{count} × {html.escape(hint)}</li>" for hint, count in hints.most_common(5))
        counted = ", ".join(f"{states[state]} {SAID[state][2:]}" for state in STATES if states[state])
        items.append(f"<li><b>{number}</b>: {counted}{f'<ul>{told}</ul>' if told else ''}</li>")
    return f"<h3>What the class was told</h3><ul>{''.join(items)}</ul>"


_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1f24; margin: 2em }
table { border-collapse: collapse } th, td { border: 1px solid #d1d5db; padding: .35em .6em; text-align: left; vertical-align: top }
th, td { max-width: 22em; overflow-wrap: anywhere }
thead th, tfoot td, tfoot th { background: #f3f4f6 }
.correct { background: #e3f4ec } .wrong { background: #fdf1d3 } .failed { background: #fbe3dc } small { color: #4b5563 }
"""
