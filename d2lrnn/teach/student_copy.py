"""A copy of the notebooks for students: with or without outputs, with or without solutions, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from d2lrnn.teach.chapters import ROOT, notebooks


def copy(
    folder: Path, chapters: Sequence[str] | None = None, *, solutions: bool = False, outputs: bool = False
) -> list[Path]:
    """Write the notebooks to `folder`, which must be new or empty, and what they read beside them (`data/`).

    chapters: "05" and so on, None for all. solutions: also the folder `solutions/` of these chapters. outputs: keep what is stored under the cells.
    Returns the notebooks' new paths. Raises ValueError for a folder that has something in it, OSError if it cannot be written; then nothing is there.
    """
    chosen = notebooks(chapters)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is there already and is not empty: name a new folder, nothing is overwritten")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        for notebook in chosen:
            _write(notebook, part / notebook.name, outputs)
        shutil.copytree(ROOT / "notebooks" / "data", part / "data")
        if solutions:
            (part / "solutions").mkdir()
            for notebook in chosen:
                shutil.copy(ROOT / "notebooks" / "solutions" / f"{notebook.stem}.py", part / "solutions")
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [folder / notebook.name for notebook in chosen]


def _write(notebook: Path, path: Path, outputs: bool) -> None:
    import nbformat

    copied = nbformat.read(notebook, as_version=4)
    if not outputs:
        for cell in copied.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    nbformat.write(copied, path)
