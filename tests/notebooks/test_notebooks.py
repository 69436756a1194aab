"""Every chapter runs top to bottom, offline, with the outputs that are stored in it. (That this can fail: `test_faults.py`.)"""

import nbformat
import pytest
from running import HERE, budget, run

NOTEBOOKS = sorted((HERE.parents[1] / "notebooks").glob("[0-9]*.ipynb"))


@pytest.mark.notebook
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_runs_as_stored(notebook, home, record_property):
    allowed = budget(notebook)
    done = run(notebook, home, 3 * allowed)
    record_property("took", f"{notebook.stem}: {done.seconds:.1f} s of {allowed:.0f} s")
    assert done.passed, done.said


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_was_stored_from_one_run(notebook):
    """Execution counts run from 1 without a gap (nbval passes a cell that was never run), and nothing failed or complained."""
    cells = nbformat.read(notebook, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr", cell.source
