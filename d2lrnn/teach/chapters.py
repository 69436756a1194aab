"""The chapters of the course and their exercises, as the notebooks and the checks have them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import d2lrnn

ROOT = Path(d2lrnn.__file__).resolve().parents[1]
"""The course's folder: notebooks are not a part of the package."""


def notebooks(wanted: Sequence[str] | None = None) -> list[Path]:
    """The chapters' notebooks in order, all of them or those of the numbers in `wanted` ("04", "4"). Raises ValueError for a chapter that is not there."""
    found = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    if not found:
        raise ValueError(f"there are no notebooks in {ROOT / 'notebooks'}: run this in the course's own folder")
    if wanted is None:
        return list(found.values())
    numbers = [number.strip().zfill(2) for number in wanted if number.strip()]
    unknown = [number for number in numbers if number not in found]
    if unknown or not numbers:
        raise ValueError(f"there is no chapter {', '.join(unknown) or 'named'}; there are {', '.join(found)}")
    return [found[number] for number in sorted(set(numbers))]


def title(notebook: Path) -> str:
    """The chapter's first heading, such as "05 · Gated recurrent units"."""
    return cells(notebook)[0].source.partition("\n")[0].lstrip("# ")


def cells(notebook: Path) -> list:
    """The cells of a notebook of the course."""
    import nbformat

    return nbformat.read(notebook, as_version=4).cells


def sections(notebook: Path) -> list[str]:
    """The headings of the second level, such as "5.3 Which GRU?"."""
    text = "\n".join(cell.source for cell in cells(notebook) if cell.cell_type == "markdown")
    return re.findall(r"^## (.+)$", text, flags=re.MULTILINE)


@lru_cache
def exercises(chapter: str) -> dict[str, str]:
    """The exercises of a chapter ("05") that have a check: number -> the name of its function, in order. Raises ValueError for a chapter without."""
    try:
        module = importlib.import_module(f"d2lrnn.checks.ch{chapter}")
    except ModuleNotFoundError:
        raise ValueError(f"there are no exercises for chapter {chapter}") from None
    found = {
        check.number: name for name, check in vars(module).items() if isinstance(getattr(check, "number", None), str)
    }
    return {number: found[number] for number in sorted(found, key=lambda n: [int(part) for part in n.split(".")])}
