"""Every exercise of every chapter: its stub is untried, its solution is correct, and the notebook shows the stub and never the solution."""

import ast
import importlib
import runpy

import nbformat
import pytest
from running import HERE

ROOT = HERE.parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def checks_of(notebook):
    """The exercise checks of a chapter by name, in the order of their numbers."""
    module = importlib.import_module(f"d2lrnn.checks.ch{notebook.stem[:2]}")
    found = {name: check for name, check in vars(module).items() if isinstance(getattr(check, "number", None), str)}
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[1].number.split(".")]))


def stubs_of(notebook):
    """For each exercise cell (one that calls chNN.name), the functions it defines and the name that is checked last."""
    chapter = f"ch{notebook.stem[:2]}"
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    found = {}
    for cell in cells:
        if f"{chapter}." not in cell.source:
            continue
        tree = ast.parse(cell.source)
        last = tree.body[-1]
        if (
            isinstance(last, ast.Expr)
            and isinstance(last.value, ast.Call)
            and isinstance(last.value.func, ast.Attribute)
        ):
            found[last.value.func.attr] = (cell, last.value, tree)
    return found


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_three_or_more_exercises_in_order(notebook):
    checks = checks_of(notebook)
    assert len(checks) >= 3
    chapter = int(notebook.stem[:2])
    assert [check.number for check in checks.values()] == [f"{chapter}.{i}" for i in range(1, len(checks) + 1)]
    assert list(stubs_of(notebook)) == list(checks)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_has_stubs_and_says_so(notebook):
    for name, (cell, call, tree) in stubs_of(notebook).items():
        assert ast.unparse(call) == f"ch{notebook.stem[:2]}.{name}({name})"
        stubs = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        assert len(stubs) == 1 and "return ..." in ast.unparse(stubs[0]), f"{name} is no stub"
        assert "not tried yet" in "".join(str(output.get("data", {}).get("text/plain")) for output in cell.outputs)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_solution_is_correct_and_every_stub_untried(notebook):
    solutions = runpy.run_path(str(ROOT / "notebooks" / "solutions" / f"{notebook.stem}.py"))
    for name, check in checks_of(notebook).items():
        verdict = check(solutions[name])
        assert verdict.state == "correct", verdict
        assert check(lambda *args: ...).state == "untried"
        assert check(...).state == "untried"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "cheat",
    [
        lambda *args: args[0],
        lambda *args: 0,
        lambda *args: None,
        lambda *args: [],
        lambda *args: 1 / 0,
        lambda *args: object(),
        "a string",
        None,
    ],
    ids="input zero none empty raises object string nothing".split(),
)
def test_no_check_is_fooled(notebook, cheat):
    for name, check in checks_of(notebook).items():
        verdict = check(cheat)
        assert verdict.state == "wrong" and len(verdict.message) > 15, f"{name}: {verdict}"
