"""The tests of the notebooks can fail: a broken helper is noticed in its chapter, and whatever else may go wrong in one of a single cell."""

import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from running import HERE, budget, run

ROOT = HERE.parents[1]

# For each chapter a fault in a helper that its outputs must notice: file, the line as it is, the line as it must not be.
FAULTS = {
    "00_start_here": (
        "text/tokenizers.py",
        "counts = np.bincount(_codes(check_text(text)))",
        "counts = np.bincount(_codes(check_text(text).lower()))",
    ),
    "01_dependent_random_variables": ("data/autoregression.py", "runs[:, -1].copy()", "runs[:, -2].copy()"),
    "02_text_preprocessing": ("text/vocab.py", "(-item[1], item[0])", "-item[1]"),
    "03_language_models": ("text/ngrams.py", "np.exp(-logs.mean())", "np.exp(-logs).mean()"),
    "04_rnn": ("train/clipping.py", "return 1.0 if norm <= limit else limit / norm", "return limit / norm"),
    "05_gru": ("nn/cells.py", "concat([X, R * H])", "concat([X, H])"),
    "06_lstm": ("nn/cells.py", "H = O * tanh(C)", "H = O * C"),
    "07_bidirectional_rnn": ("nn/unroll.py", "backward=d == 1", "backward=False"),
    "08_using_rnns": ("text/passages.py", "range(0, len(said) - words + 1, words)", "range(0, len(said), words)"),
    "10_hidden_state_lab": ("trace/record.py", "now = F[t] * now + written[t]", "now = now + written[t]"),
    "09_deep_rnn": ("nn/cells.py", "C = F * C + I * C̃", "C = F * C + C̃"),
}


@pytest.mark.notebook
@pytest.mark.parametrize("chapter", FAULTS)
def test_a_broken_helper_fails_its_chapter(chapter, home, tmp_path):
    file, right, wrong = FAULTS[chapter]
    shutil.copytree(ROOT / "d2lrnn", tmp_path / "d2lrnn", ignore=shutil.ignore_patterns("__pycache__"))
    source = (tmp_path / "d2lrnn" / file).read_text()
    assert source.count(right) == 1, f"{file} no longer has {right!r} once: choose another fault"
    (tmp_path / "d2lrnn" / file).write_text(source.replace(right, wrong))
    notebook = ROOT / "notebooks" / f"{chapter}.ipynb"
    done = run(notebook, home, 3 * budget(notebook), package=tmp_path)
    assert not done.passed
    assert "Notebook cell execution failed" in done.said or "mismatch" in done.said, done.said


# ---- what the harness itself notices, on notebooks of one cell


def small(folder: Path, source: str, printed: str = "", tags=(), count: int | None = 1) -> Path:
    """A notebook with one code cell and the output that was stored for it."""
    outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
    cell = new_code_cell(source, outputs=outputs, execution_count=count, metadata={"tags": list(tags)})
    path = folder / "small.ipynb"
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# A notebook"), cell], metadata={"d2lrnn": {"budget_seconds": 10}}), path
    )
    return path


@pytest.mark.notebook
@pytest.mark.parametrize(
    ("source", "printed", "tags", "passes"),
    [
        ("print('perplexity', 4.61)", "perplexity 4.61\n", (), True),
        ("print('perplexity', 4.61)", "perplexity 4.62\n", (), False),
        ("print('perplexity', 4.61)", "perplexity 4.65\n", ("tolerance=0.02",), True),
        ("print('perplexity', 4.61)", "perplexity 4.95\n", ("tolerance=0.02",), False),
        ("print('perplexity 4.61')", "bits 4.61\n", ("tolerance=0.02",), False),
        ("import sys; print('oops', file=sys.stderr)", "", (), False),
        ("raise RuntimeError('broken')", "", (), False),
        ("import os; os._exit(1)", "", (), False),
        ("import urllib.request; urllib.request.urlopen('http://192.0.2.1/')", "", (), False),
        ("import socket; socket.create_connection(('example.org', 80))", "", (), False),
        (
            "import http.server, threading, urllib.request as u\n"
            "s = http.server.HTTPServer(('127.0.0.1', 0), type('H', (http.server.BaseHTTPRequestHandler,), {'log_message': lambda *a: None}))\n"
            "threading.Thread(target=s.handle_request, daemon=True).start()\n"
            "try: u.urlopen(f'http://127.0.0.1:{s.server_port}/')\n"
            "except u.HTTPError as e: print(e.code)",
            "501\n",
            (),
            True,
        ),
    ],
    ids="same changed close far words stderr error dies network name loopback".split(),
)
def test_nbval_notices(tmp_path, home, source, printed, tags, passes):
    # nbval waits for a kernel that is gone until the cell's time is up
    done = run(small(tmp_path, source, printed, tags), home, 12 if "_exit" in source else 60)
    assert done.passed == passes, done.said
    if "192.0.2.1" in source or "example.org" in source:
        assert "run without a network" in done.said


@pytest.mark.notebook
def test_a_hang_is_stopped(tmp_path, home):
    began = time.monotonic()
    done = run(small(tmp_path, "import time; time.sleep(600)"), home, 6)
    assert not done.passed and "stopped after 6 s" in done.said and time.monotonic() - began < 30


def test_a_budget_must_be_named(tmp_path):
    path = tmp_path / "none.ipynb"
    nbformat.write(new_notebook(), path)
    with pytest.raises(ValueError, match="budget_seconds"):
        budget(path)
