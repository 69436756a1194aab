"""What can be said about the slides without building them: notes, minutes, sources of numbers and code, pictures as old as their notebooks."""

from __future__ import annotations

import json
import re

import pytest

from tools.slides import __main__ as make
from tools.slides import expand, figures, source, stored
from tools.slides.stored import ROOT, SlideError

SECTIONS = make.sections()
NAMES = [path.stem for path in SECTIONS]
PICTURES = figures.wanted()


def slides_of(path):
    return expand.slides(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SECTIONS, ids=NAMES)
def test_a_section_has_its_notebooks_name_and_title(path):
    first = stored.notebook(path.stem).cells[0].source.split("\n")[0]
    assert expand.title(path.read_text(encoding="utf-8")) == first.removeprefix("# ")


@pytest.mark.parametrize("path", SECTIONS, ids=NAMES)
def test_every_slide_has_a_heading_notes_and_minutes(path):
    for slide in slides_of(path):
        assert re.search(r"^##? \S", slide, re.MULTILINE), slide
        assert 0 < expand.minutes(slide) <= 3, slide
        said = re.search(r"<!--\s*minutes: [\d.]+\n(.+?)-->", slide, re.DOTALL)
        assert said and len(said[1].split()) >= 10, f"what the speaker says is missing:\n{slide}"


def test_the_whole_takes_90_to_150_minutes():
    assert 90 <= sum(expand.minutes(slide) for path in SECTIONS for slide in slides_of(path)) <= 150


@pytest.mark.parametrize("path", SECTIONS, ids=NAMES)
def test_code_and_outputs_come_from_their_sources(path):
    raw = path.read_text(encoding="utf-8")
    assert "```" not in raw and "<pre" not in raw and "data:image" not in raw
    assert not re.search(r"!\[", raw), "pictures come by {{figure}}"
    for slide in expand.section(raw):
        assert not re.search(r"\{\{\w+ ", slide), f"a directive that is none:\n{slide}"


@pytest.mark.parametrize("path", SECTIONS, ids=NAMES)
def test_a_question_is_followed_by_its_answer(path):
    slides = slides_of(path)
    kinds = [(re.search(r"_class: ([\w ]+) -->", slide) or [None, ""])[1] for slide in slides]
    asked = [i for i, kind in enumerate(kinds) if "predict" in kind]
    assert asked, "a section asks at least one question"
    for i in asked:
        choices = re.findall(r"^\d\. .+", slides[i], re.MULTILINE)
        assert 3 <= len(choices) <= 4, slides[i]
        assert "answer" in kinds[i + 1], slides[i + 1]
        letter = re.search(r"^## ([A-D])\b", slides[i + 1], re.MULTILINE)
        assert letter and "ABCD".index(letter[1]) < len(choices), slides[i + 1]


@pytest.mark.parametrize("path", SECTIONS, ids=NAMES)
def test_the_last_slide_links_to_the_notebook_and_its_sections(path):
    last = expand.section(path.read_text(encoding="utf-8"))[-1]
    links = re.findall(r'href="([^"#]+)#([^"]+)"', last)
    assert len(links) >= 2
    for file, anchor in links:
        assert (make.BUILD / file).resolve() == ROOT / "notebooks" / f"{path.stem}.ipynb"
        assert anchor in stored.headings(path.stem).values()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_not_older_than_its_notebook(name):
    made = figures.manifest()[name]
    assert made.items() >= figures.stamp(PICTURES[name]).items(), f"`make figures` draws {name} again"
    assert len(made["alt"]) > 20
    svg = (figures.FIGURES / f"{name}.svg").read_text(encoding="utf-8")
    assert (
        len(svg) < 300_000
        and "<dc:date>" not in svg
        and "http" not in re.sub(r'"http://www.w3.org/[^"]*"', "", svg)[:4000]
    )


def test_every_picture_is_on_a_slide_and_none_is_left_over():
    used = set()
    for path in SECTIONS:
        for names in re.findall(r"\{\{(?:figure|frames) ([^}]+)\}\}", path.read_text(encoding="utf-8")):
            used |= set(names.split())
    assert used == set(PICTURES) == set(figures.manifest())
    assert {path.stem for path in figures.FIGURES.glob("*.svg")} == used


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{number 04_rnn loss 'no such thing (.)'}}", "matches 0 times"),
        ("{{number 04_rnn loss '([0-9])'}}", "must match once"),
        ("{{number 04_rnn los 'mean (.)'}}", "0 cells with the id 'los'"),
        ("{{number 99_none loss 'mean (.)'}}", "there is none named '99_none'"),
        ("{{output 04_rnn loss 'nothing'}}", "no line"),
        ("{{code d2lrnn.nn.cells.rnn_stop}}", "names 0 functions"),
        ("{{code d2lrnn.nothing.rnn_step}}", "names 0 functions"),
        ("{{code nowhere.rnn_step}}", "no module"),
        ("{{code d2lrnn.nn.cells.rnn_step 'H =' 'nothing'}}", "no lines from"),
        ("{{cell 04_rnn title}}", "is not code"),
        ("{{figure 04_none}}", "make figures"),
        ("{{explorer 04_rnn loss}}", "stores none"),
        ("{{link 04_rnn '4.99 '}}", "0 headings"),
        ("{{link 04_rnn}}", "missing 1 required"),
        (r"$\new{x$", "not closed"),
    ],
)
def test_a_directive_without_its_source_stops_the_build(text, says):
    with pytest.raises(SlideError, match=re.escape(says)):
        expand.section(f"# 04\n\n{text}\n\n<!-- minutes: 1\nNothing.\n-->")


def test_a_slide_without_minutes_stops_the_build():
    with pytest.raises(SlideError, match="minutes"):
        expand.section("# 04\n\nNothing.")


def test_code_is_the_sources_without_its_docstring():
    shown, whole = (
        source.function("d2lrnn.nn.cells.gru_step"),
        (ROOT / "d2lrnn/nn/cells.py").read_text(encoding="utf-8"),
    )
    assert '"""' not in shown and all(line in whole.split("\n") for line in shown.split("\n"))
    assert source.part(shown, "R =", "Z =", "it").split("\n")[0].startswith("R = sigmoid")


def test_what_is_new_is_marked_and_underlined():
    assert (
        expand._new(r"$a + \new{b_{c}} + \new{d}$")
        == r"$a + \class{new}{\underline{b_{c}}} + \class{new}{\underline{d}}$"
    )


def test_the_lock_file_has_hashes_and_no_addresses():
    """npm writes where a package asks for money, too; that is taken out by hand."""
    lock = (make.SLIDES / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock and lock.count('"integrity"') > 50


def test_without_node_one_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(make.shutil, "which", lambda name: None)
    with pytest.raises(SlideError, match="apt install nodejs npm"):
        make.packages()


def test_marp_is_pinned_and_its_lock_has_no_addresses():
    lock = (make.SLIDES / "package-lock.json").read_text(encoding="utf-8")
    asked = json.loads((make.SLIDES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    assert '"resolved"' not in lock and lock.count('"integrity"') > 100
    assert json.loads(lock)["packages"]["node_modules/@marp-team/marp-cli"]["version"] == asked["@marp-team/marp-cli"]


@pytest.mark.parametrize(
    ("arguments", "says"), [(["pdg"], "html, pdf, pptx, got pdg"), (["html", "--only", "99"], "there are 00_")]
)
def test_a_mistaken_option_is_told(arguments, says, monkeypatch, capsys):
    monkeypatch.setattr(make.sys, "argv", ["make slides", *arguments])
    monkeypatch.setattr(make, "packages", lambda: None)
    with pytest.raises(SystemExit) as ended:
        make.main()
    assert says in f"{capsys.readouterr().err}{ended.value}"
