"""A text of the reader's own, in another script, goes through the chapters from end to end."""

import nbformat
import pytest
from greek import greek
from nbclient import NotebookClient
from running import HERE, environment
from shorter import shorter

from d2lrnn.data import corpora
from d2lrnn.data.corpora import CorpusError

ROOT = HERE.parents[1]
LINE = '# corpora.teach("my_text.txt")'
CHAPTERS = [
    path
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    if any(LINE in cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
]


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "greek.txt"
    path.write_text(greek(201_000), encoding="utf-8")  # hardly more than the least that is allowed
    return path


def test_every_chapter_that_learns_from_a_text_can_be_taught():
    assert [path.stem[:2] for path in CHAPTERS] == ["02", "03", "04", "05", "06", "07", "09"]


@pytest.mark.notebook
@pytest.mark.parametrize("chapter", CHAPTERS[:5], ids=lambda path: path.stem)
def test_a_chapter_runs_on_a_text_in_another_script(chapter, text, home, monkeypatch):
    notebook = nbformat.read(chapter, as_version=4)
    (cell,) = (cell for cell in notebook.cells if LINE in cell.source)
    cell.source = cell.source.replace(LINE, f"corpora.teach({str(text)!r})")
    if "d2lrnn.train" in cell.source:
        cell.source = shorter(0.05) + cell.source
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(chapter.parent)}}
    )
    client.execute()
    said = "".join(
        str(output.get("text", ""))
        + str(output.get("data", {}).get("text/html", ""))
        + str(output.get("data", {}).get("image/png", {}) and output.metadata)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    assert "This chapter learns from greek" in said
    if chapter.stem[:2] in ("02", "03", "04"):  # the others show gates and curves
        assert sum("α" <= letter <= "ώ" for letter in said) > 100, "the chapter shows next to nothing of the text"


# ---- the corpus loader


def test_another_text_stands_for_shakespeare_and_its_parts(text):
    hamlet, tempest = corpora.load("shakespeare/hamlet"), corpora.load("shakespeare/the-tempest")
    try:
        taught = corpora.teach(text)
        assert corpora.load("shakespeare").text == taught.text
        part = corpora.load("shakespeare/hamlet")
        assert part.text == taught.text[: len(hamlet)] and part.speeches[0].text in part.text
        assert corpora.load("shakespeare/the-tempest") is tempest, "the trained networks know nothing else"
        assert corpora.load("shakespeare/hamlet", stand_in=False) is hamlet
        with pytest.raises(CorpusError, match="no corpus 'shakespeare/hamlt'"):
            corpora.load("shakespeare/hamlt")
    finally:
        corpora.teach(None)
    assert corpora.load("shakespeare/hamlet") is hamlet


def test_the_variable_does_the_same(text, monkeypatch):
    monkeypatch.setenv("D2LRNN_TEXT", str(text))
    try:
        assert corpora.load("shakespeare/tragedy").title == "greek"
    finally:
        monkeypatch.delenv("D2LRNN_TEXT")
        corpora.teach(None)
    assert corpora.load("shakespeare/tragedy").author == "William Shakespeare"


def test_too_short_a_text_changes_nothing(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("μ" * 199_999, encoding="utf-8")
    with pytest.raises(CorpusError, match="199,999 characters, and the chapters need 200,000"):
        corpora.teach(path)
    assert corpora.load("shakespeare/hamlet").title == "Hamlet"


def test_examples_are_of_the_text_that_is_taught(text):
    assert corpora.example("What says the ") == "What says the "
    try:
        taught = corpora.teach(text)
        given = corpora.example("What says the ")
        assert len(given) == 14 and given in taught.text
        assert corpora.example(taught.text[:5]) == taught.text[:5]
    finally:
        corpora.teach(None)
