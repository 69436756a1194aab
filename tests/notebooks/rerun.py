"""Run notebooks top to bottom in a fresh kernel and store their outputs: `make notebooks`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
# What a run on another machine or with another tool would change, and no reader needs.
VOLATILE_CELL = ("execution", "collapsed", "scrolled")


def rerun(path: Path, timeout: int = 300) -> float:
    """Execute the notebook at `path` and write it back, atomically, with its outputs. Returns the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    began = time.perf_counter()
    NotebookClient(
        notebook, timeout=timeout, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    seconds = time.perf_counter() - began
    notebook.metadata = {
        "d2lrnn": notebook.metadata.get("d2lrnn", {}),
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        for name in VOLATILE_CELL:
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    nbformat.validate(notebook)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    os.replace(part, path)
    return seconds


def _joined(outputs: list) -> list:
    """Outputs with neighbouring pieces of one stream made one: how a kernel cuts them is a matter of timing."""
    joined = []
    for output in outputs:
        if joined and output.output_type == "stream" and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def main(arguments: list[str]) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    paths = [Path(a).resolve() for a in arguments] or sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    for path in paths:
        print(f"{path.name}: {rerun(path):.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
