"""From a notebook only what one function needs: its definition, the imports, functions and values that it uses, and what those use.

So an exercise can be judged in a second, without the training that stands around it, and in a process of its own.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections import defaultdict
from collections.abc import Sequence

_BUILTIN = set(dir(builtins))


class NotThere(Exception):
    """The notebook does not define the function; the message says why."""


def needed(sources: Sequence[str], name: str) -> tuple[str, bool]:
    """The code that defines `name` and all that it depends on, from the code cells of a notebook, and whether that runs more than imports, definitions and
    constants. Of several definitions the last one counts.

    Raises NotThere if no cell defines it, or if the one that might cannot be read as Python.
    """
    statements, broken = _statements(sources)
    binders = _binders(statements)
    callers = _callers(statements)
    places = binders.get(name, [])
    if not places:
        for source, error in broken:
            if name in source:
                raise NotThere(f"the cell with {name} is no valid Python: {error.msg}, line {error.lineno}")
        raise NotThere(f"no cell defines {name}")
    last = places[-1]
    kept, known, wanted = (
        {last},
        set(),
        ["*", *used(statements[last])],
    )  # any name may come from an import of everything
    while wanted:
        one = wanted.pop()
        if one in known:
            continue
        known.add(one)
        imported = any(isinstance(statements[i], ast.Import | ast.ImportFrom) for i in binders.get(one, []))
        # `one.append(…)` changes what a name of their own holds; `plt.plot(…)` is no part of an answer.
        for i in binders.get(one, []) + ([] if imported else callers.get(one, [])):
            if i not in kept and (i <= last or _defines(statements[i])):
                kept.add(i)
                wanted += used(statements[i])
    chosen = [statements[i] for i in sorted(kept, key=lambda i: (i == last, i))]
    return "\n".join(ast.unparse(statement) for statement in chosen), not all(map(_harmless, chosen))


def _binders(statements: Sequence[ast.stmt]) -> dict[str, list[int]]:
    """Name -> the places of the statements that bind it, in order."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, statement in enumerate(statements):
        for one in bound(statement):
            found[one].append(i)
    return found


def _callers(statements: Sequence[ast.stmt]) -> dict[str, list[int]]:
    """Name -> the places of the statements that are `name.method(…)`."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, statement in enumerate(statements):
        one = _called(statement)
        if one:
            found[one].append(i)
    return found


def _called(statement: ast.stmt) -> str | None:
    """The `a` of a statement `a.b.method(…)`."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    target = statement.value.func
    if not isinstance(target, ast.Attribute):
        return None
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _statements(sources: Sequence[str]) -> tuple[list[ast.stmt], list[tuple[str, SyntaxError]]]:
    """The top-level statements of all cells, magics and shell lines turned into Python, and the cells that are none."""
    found, broken = [], []
    for source in sources:
        try:
            found += _parsed(source)
        except (SyntaxError, ValueError, RuntimeError, MemoryError) as error:  # RuntimeError: too many magics
            broken.append((source, error if isinstance(error, SyntaxError) else SyntaxError(str(error))))
    return found, broken


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # IPython's own syntax, perhaps; to import it takes longer than most answers
        from IPython.core.inputtransformer2 import TransformerManager

        return ast.parse(TransformerManager().transform_cell(source)).body


def bound(statement: ast.stmt) -> set[str]:
    """The names that a top-level statement gives a value; "*" among them for an import of everything."""
    names: set[str] = set()

    class Binder(ast.NodeVisitor):
        def visit_FunctionDef(self, node):
            names.add(node.name)

        visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

        def visit_Lambda(self, node):
            pass

        visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda

        def visit_Import(self, node):
            names.update(a.asname or a.name.partition(".")[0] for a in node.names)

        def visit_ImportFrom(self, node):
            names.update(a.asname or a.name for a in node.names)

        def visit_Name(self, node):
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)

    Binder().visit(statement)
    if isinstance(statement, ast.AugAssign | ast.Assign):  # x[0] = 1 and x.a = 1 change what x holds
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            while isinstance(target, ast.Subscript | ast.Attribute):
                target = target.value
            if isinstance(target, ast.Name):
                names.add(target.id)
    return names


def used(statement: ast.stmt) -> set[str]:
    """The names that a statement, or the functions it defines, look up outside of themselves."""
    whole = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    names = {symbol.get_name() for symbol in whole.get_symbols() if symbol.is_referenced()}
    tables = list(whole.get_children())
    while tables:
        table = tables.pop()
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
        tables += table.get_children()
    return names - _BUILTIN


def _defines(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


def _harmless(statement: ast.stmt) -> bool:
    """An import, a definition, or a constant: nothing that takes time."""
    if _defines(statement):
        return True
    return isinstance(statement, ast.Assign | ast.AnnAssign) and not any(
        isinstance(node, ast.Call) for node in ast.walk(statement)
    )
