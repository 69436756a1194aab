"""Every slide as it is on stage: all of it on the page, nothing on top of anything, large and strong enough, and nothing from elsewhere."""

from __future__ import annotations

import pytest

from tests.slides.stage import stage
from tools.slides import __main__ as make
from tools.slides import expand

pytestmark = pytest.mark.browser
SECTIONS = [path.stem for path in make.sections()]
WITH_EXPLORER = [path.stem for path in make.sections() if "{{explorer" in path.read_text(encoding="utf-8")]
# What is clicked in an explorer: the button that goes to the next unit; a table of predictions has none, and its tokens are clicked.
SOMETHING = "button[aria-label='unit: one more'], .d2l-foretold canvas"


FRAME = "svg.bespoke-marp-active iframe"
LETTERS = """Math.min(...[...document.querySelectorAll("#explorer *")]
  .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => !e.closest("svg, sub, sup, math, option"))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_slide_can_be_read(chromium, built, section, scheme):
    with stage(chromium, built / f"{section}.html", scheme) as deck:
        wrong = []
        for number in range(1, deck.count + 1):
            deck.show(number)
            wrong += [f"slide {number}: {what}" for what in deck.wrong()]
        assert not wrong, "\n".join(wrong)
        assert deck.said == [] and deck.asked == []


def test_the_whole_deck_has_every_slide_of_every_section(chromium, built):
    with stage(chromium, built / "deck.html") as deck:
        expected = sum(len(expand.slides(path.read_text(encoding="utf-8"))) for path in make.sections())
        assert deck.count == expected
        deck.show(deck.count)
        assert deck.wrong() == []
        assert deck.said == [] and deck.asked == []


def on_screen(page, element) -> tuple[float, float]:
    """The middle of an element within the enlarged frame, as the audience sees it."""
    inner = element.evaluate(
        "e => { const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }"
    )
    x, y, zoom = page.eval_on_selector(
        FRAME,
        "f => { const b = f.getBoundingClientRect(); return [b.x, b.y, b.width / f.clientWidth]; }",
    )
    return x + zoom * inner[0], y + zoom * inner[1]


@pytest.mark.parametrize("section", WITH_EXPLORER)
def test_its_explorer_answers_a_click(chromium, built, section):
    with stage(chromium, built / f"{section}.html") as deck:
        raw = expand.slides((make.SLIDES / f"{section}.md").read_text(encoding="utf-8"))
        deck.show(next(i for i, slide in enumerate(raw, 1) if "{{explorer" in slide))
        frame = deck.page.wait_for_selector(FRAME).content_frame()
        something = frame.wait_for_selector(SOMETHING)
        smallest, zoom = (
            frame.evaluate(LETTERS),
            deck.page.eval_on_selector(FRAME, "f => f.getBoundingClientRect().width / f.clientWidth"),
        )
        assert smallest * zoom >= 20, f"the explorer's smallest letters have {smallest * zoom:.1f} px on the slide"
        before = frame.inner_text("body")
        deck.page.mouse.click(*on_screen(deck.page, something))
        frame.wait_for_function("before => document.body.innerText !== before", arg=before)
        assert deck.said == [] and deck.asked == []


def test_d_changes_between_light_and_dark(chromium, built):
    with stage(chromium, built / f"{SECTIONS[0]}.html") as deck:
        paper = "getComputedStyle(document.querySelector('section')).backgroundColor"
        light = deck.page.evaluate(paper)
        deck.page.keyboard.press("d")
        dark = deck.page.evaluate(paper)
        deck.page.keyboard.press("d")
        assert light == "rgb(255, 255, 255)" and dark == "rgb(20, 24, 29)" and deck.page.evaluate(paper) == light


BAD = {
    "overflow": "## Too much\n\n" + "\n".join(f"- line {i} of a list that has too many of them" for i in range(20)),
    "cut off": "## Too wide\n\n```text\n" + "x" * 200 + "\n```",
    "overlap": '## One\n\n<p style="margin-bottom:-60px">two</p>\n\n<p style="height:80px">three</p>',
    "small": '## Large\n\n<p style="font-size:15px">and small</p>',
    "pale": '## Strong\n\n<p style="color:#aaa">and pale</p>',
}


def test_the_measure_finds_what_is_wrong(chromium, marp, tmp_path):
    slides = [f"{text}\n\n<!-- minutes: 1\nNothing.\n-->" for text in BAD.values()]
    fine = "# Fine\n\n## Fine\n\nThis is all.\n\n<!-- minutes: 1\nNothing.\n-->"
    (tmp_path / "marp").mkdir()
    (tmp_path / "marp" / "bad.md").write_text(expand.deck(["\n\n---\n\n".join([fine, *slides])]), encoding="utf-8")
    make._marp(tmp_path / "marp", tmp_path, "html")
    with stage(chromium, tmp_path / "bad.html") as deck:
        deck.show(1)
        assert deck.wrong() == []
        for number, kind in enumerate(BAD, 2):
            deck.show(number)
            assert any(what.startswith(kind) for what in deck.wrong()), (kind, deck.wrong())
