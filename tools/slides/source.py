"""Code on a slide is the package's, read when the slides are built: a function by its name, without its docstring, whole or in part."""

from __future__ import annotations

import ast
import textwrap

from tools.slides.stored import ROOT, SlideError, cell


def function(dotted: str) -> str:
    """The source of a function, class or method of the package, e.g. `d2lrnn.nn.cells.gru_step`, without docstrings. Nothing is imported."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        path = ROOT.joinpath(*parts[:cut]).with_suffix(".py")
        if not path.is_file():
            path = ROOT.joinpath(*parts[:cut], "__init__.py")
        if path.is_file():
            return _named(path.read_text(encoding="utf-8"), parts[cut:], dotted)
    raise SlideError(f"code: there is no module for {dotted!r} in the package")


def _named(source: str, names: list[str], dotted: str) -> str:
    where: ast.AST = ast.parse(source)
    for name in names:
        found = [
            node
            for node in getattr(where, "body", [])
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ]
        if len(found) != 1:
            raise SlideError(f"code: {dotted!r} names {len(found)} functions or classes")
        where = found[0]
    rows = source.split("\n")
    said = {
        row
        for node in ast.walk(where)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
        for row in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    kept = [rows[row - 1] for row in range(where.lineno, where.end_lineno + 1) if row not in said]
    return textwrap.dedent("\n".join(kept)).strip("\n")


def of_cell(name: str, cell_id: str) -> str:
    """The source of a notebook's code cell."""
    found = cell(name, cell_id)
    if found.cell_type != "code":
        raise SlideError(f"cell: {name}, cell {cell_id!r} is not code")
    return found.source


def part(code: str, first: str, last: str, what: str) -> str:
    """The lines from the first that begins (after its spaces) with `first` to the next that begins with `last`."""
    rows = code.split("\n")
    starts = [i for i, row in enumerate(rows) if row.strip().startswith(first)]
    ends = [i for i, row in enumerate(rows) if row.strip().startswith(last) and starts and i >= starts[0]]
    if not starts or not ends:
        raise SlideError(f"code: {what} has no lines from {first!r} to {last!r}; it is:\n{code}")
    return textwrap.dedent("\n".join(rows[starts[0] : ends[0] + 1]))
