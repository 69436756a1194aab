"""A chapter exported to HTML and opened from the disk, without a network: every picture is there, those of the widgets too."""

from urllib.parse import urlsplit

import nbformat
import pytest
from nbconvert import HTMLExporter

from . import scripts
from .lab import ROOT
from .pages import BLANK, FRAMES, PROBLEMS, TOO_WIDE

CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"

# nbconvert's page asks one other machine for scripts: RequireJS (for widgets with stored state: there are none), MathJax (without it
# a formula stays as it was typed) and Mermaid (for diagrams in Markdown: there are none).
ASKED = {"cdnjs.cloudflare.com"}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_an_exported_chapter_shows_every_picture_offline(browser, chapter, tmp_path):
    page_of_it, _ = HTMLExporter().from_filename(str(chapter))
    assert WIDGET not in page_of_it
    (tmp_path / "chapter.html").write_text(page_of_it, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page, asked, errors = context.new_page(), set(), []
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "chapter.html").as_uri())
    cells = [cell for cell in nbformat.read(chapter, as_version=4).cells if cell.cell_type == "code"]
    for cell in cells:
        kinds = [set(output.get("data", {})) for output in cell.outputs]
        outputs = page.locator(f"[id='cell-id={cell.id}'] .jp-OutputArea-output")
        assert outputs.count() == len(kinds), cell.id
        for i in range(len(kinds)):
            if kinds[i] & {WIDGET, "image/png", "image/svg+xml"}:
                assert outputs.nth(i).evaluate(scripts.UNSEEN) == [], cell.id
            if WIDGET in kinds[i]:
                frame = outputs.nth(i).locator("iframe")
                if frame.count():  # an explorer, which works here as it does in the notebook
                    frame.scroll_into_view_if_needed()  # out of sight nothing is drawn
                    explorer = outputs.nth(i).frame_locator("iframe").locator(".d2l-explorer")
                    explorer.evaluate(FRAMES)
                    assert [explorer.evaluate(script) for script in (PROBLEMS, BLANK, TOO_WIDE)] == [[], [], []], (
                        cell.id
                    )
                else:
                    assert "Run the notebook to move the controls" in outputs.nth(i).inner_text()
    assert errors == [] and asked - {None} <= ASKED
    context.close()
