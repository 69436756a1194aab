"""Each chapter can be found one's way in: headings in order, links that lead somewhere, and nothing that is told by a colour alone."""

import re

import nbformat
import pytest
from running import HERE

ROOT = HERE.parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
COLOURS = "blue|orange|green|pink|purple|red|yellow|grey|gray|black|white"


def prose(notebook):
    return [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"]


def headings(sources):
    """(level, text) of each heading, code and quotes left out."""
    text = re.sub(r"^```.*?^```", "", "\n\n".join(sources), flags=re.MULTILINE | re.DOTALL)
    return [(len(marks), name.strip()) for marks, name in re.findall(r"^(#+) +(.+)$", text, flags=re.MULTILINE)]


def out_of_order(found):
    """Headings that skip a level on the way down, or a second title."""
    wrong = [name for (before, _), (level, name) in zip(found, found[1:], strict=False) if level > before + 1]
    return wrong + [name for level, name in found[1:] if level == 1]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_headings_are_in_order(notebook):
    found = headings(prose(notebook))
    assert found[0][0] == 1 and found[0][1].startswith(f"{notebook.stem[:2]} · ")
    assert out_of_order(found) == []
    names = [name for _, name in found]
    assert len(set(names)) == len(names), "two headings have one name, so a link finds one of them only"
    numbers = [name.split()[0] for level, name in found if level == 2 and name[0].isdigit()]
    assert numbers == [f"{int(notebook.stem[:2])}.{i}" for i in range(1, len(numbers) + 1)]
    assert [name for level, name in found if level == 2][-2] == "Summary"


def test_a_skipped_level_is_noticed():
    assert out_of_order(headings(["# A\n\n### B", "## C\n\n# D"])) == ["B", "D"]
    assert out_of_order(headings(["# A\n```\n### not one\n```\n## B\n### C"])) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_somewhere(notebook):
    targets = re.findall(r"\]\(([^)#]+\.(?:ipynb|md))\)", "\n".join(prose(notebook)))
    assert f"../slides/{notebook.stem}.md" in targets
    for target in targets:
        assert (notebook.parent / target).exists(), target


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_pictures_in_the_prose_have_words(notebook):
    for source in prose(notebook):
        assert re.search(r"!\[\s*\]\(", source) is None
        for image in re.findall(r"<img\b[^>]*>", source):
            assert re.search(r'\balt="[^"]{10,}', image), image


def by_colour_alone(source):
    """Sentences that point at something by its colour and give the reader nothing else to go by: no name of what is meant."""
    pointing = rf"\b[Tt]he (?:{COLOURS}) (?:one|ones|line|lines|curve|curves|bar|bars|dots?)\b(?! \()"
    return [
        part
        for part in re.split(r"(?<=[.!?]) ", source)
        if re.search(pointing, part) and not re.search(r"\*|`|\$|, (?:the|what)|is |are ", part)
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_is_pointed_at_by_its_colour_alone(notebook):
    assert [part for source in prose(notebook) for part in by_colour_alone(source)] == []


def test_pointing_by_colour_is_noticed():
    assert by_colour_alone("Look at the blue curve!") == ["Look at the blue curve!"]
    assert by_colour_alone("The blue curve is the memory.") == []
