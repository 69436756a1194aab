"""What the notebooks have stored: numbers and tables they printed, code, headings, descriptions of figures, explorers.

A slide refers to a cell by the notebook's name and the cell's id. Everything here raises `SlideError` when what it is asked for is not there exactly once.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


class SlideError(Exception):
    """A slide asks for something that is not there."""


@cache
def notebook(name: str) -> nbformat.NotebookNode:
    """A notebook by its name, without ".ipynb"."""
    path = NOTEBOOKS / f"{name}.ipynb"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in NOTEBOOKS.glob("[0-9]*.ipynb")))
        raise SlideError(f"notebook: there is none named {name!r}; there are {there}")
    return nbformat.read(path, as_version=4)


def cell(name: str, cell_id: str) -> nbformat.NotebookNode:
    """The cell with that id."""
    found = [c for c in notebook(name).cells if c.get("id") == cell_id]
    if len(found) != 1:
        ids = ", ".join(c.id for c in notebook(name).cells if c.cell_type == "code")
        raise SlideError(f"cell: {name} has {len(found)} cells with the id {cell_id!r}; its code cells are {ids}")
    return found[0]


def printed(name: str, cell_id: str) -> str:
    """What the cell printed, and the plain text of its value, as stored."""
    parts = []
    for output in cell(name, cell_id).get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            parts.append(output.text)
        elif output.output_type == "execute_result":
            parts.append(output.data.get("text/plain", "") + "\n")
    return "".join(parts)


def number(name: str, cell_id: str, pattern: str) -> str:
    """The one group of the pattern, which must match what the cell printed in exactly one place."""
    found = list(re.finditer(pattern, printed(name, cell_id), re.MULTILINE))
    if len(found) != 1 or len(found[0].groups()) != 1:
        raise SlideError(
            f"number: {pattern!r} must match once, with one group, in what {name}, cell {cell_id!r} printed; "
            f"it matches {len(found)} times in:\n{printed(name, cell_id)}"
        )
    return found[0][1]


def lines(name: str, cell_id: str, patterns: tuple[str, ...]) -> str:
    """The lines that the cell printed: all of them, or for each pattern the lines that begin with it."""
    all_lines = printed(name, cell_id).strip("\n").split("\n")
    if not patterns:
        return "\n".join(all_lines)
    chosen = []
    for pattern in patterns:
        found = [line for line in all_lines if re.match(pattern, line)]
        if not found:
            raise SlideError(f"output: no line that {name}, cell {cell_id!r} printed begins with {pattern!r}")
        chosen += found
    return "\n".join(chosen)


def alt(name: str, cell_id: str) -> str:
    """What the cell's figure shows in words, as the notebook stores it; "" if it stores none."""
    for output in cell(name, cell_id).get("outputs", []):
        said = output.get("metadata", {}).get("alt")
        if said:
            return said
    return ""


def png(name: str, cell_id: str) -> str:
    """The cell's stored picture, in base64; of a `Panel` the one in its HTML. "" if it has none."""
    for output in cell(name, cell_id).get("outputs", []):
        data = output.get("data", {})
        if "image/png" in data:
            return data["image/png"].replace("\n", "")
        inside = re.search(r'src="data:image/png;base64,([^"]+)"', data.get("text/html", ""))
        if inside:
            return inside[1]
    return ""


def explorer(name: str, cell_id: str) -> str:
    """The page of the explorer that the cell shows, as the notebook stores it."""
    for output in cell(name, cell_id).get("outputs", []):
        page = re.search(r'<iframe[^>]* srcdoc="([^"]*)"', output.get("data", {}).get("text/html", ""))
        if page:
            return html.unescape(page[1])
    raise SlideError(f"explorer: {name}, cell {cell_id!r} stores none")


def headings(name: str) -> dict[str, str]:
    """The notebook's headings, and the anchor that JupyterLab gives to each."""
    found = {}
    for c in notebook(name).cells:
        if c.cell_type == "markdown":
            for match in re.finditer(r"^#{1,4} (.+)$", c.source, re.MULTILINE):
                found[match[1].strip()] = re.sub(r"\s", "-", match[1].strip())
    return found


def heading(name: str, begins: str) -> tuple[str, str]:
    """The heading that begins so ("4.5 " for section 4.5), and its anchor."""
    found = [(text, anchor) for text, anchor in headings(name).items() if text.startswith(begins)]
    if len(found) != 1:
        raise SlideError(
            f"link: {len(found)} headings of {name} begin with {begins!r}; there are {', '.join(headings(name))}"
        )
    return found[0]
