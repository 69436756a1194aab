"""A deck open in a browser, on a screen of 1280 × 720: go to a slide, ask what is wrong with it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

from tools.slides import figures

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
LOCAL = ("file:", "data:", "about:", "blob:")


class Stage:
    """One page. `said` is what it had to complain about, `asked` what it wanted from elsewhere."""

    def __init__(self, page, path: Path):
        self.page, self.said, self.asked = page, [], []
        page.on("console", lambda message: message.type in ("error", "warning") and self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: request.url.startswith(LOCAL) or self.asked.append(request.url[:200]))
        page.goto(path.as_uri() + "#1")
        page.wait_for_selector("svg.bespoke-marp-active")
        self.count = page.locator("svg[data-marpit-svg]").count()
        self._letters = {name: made["letters"] for name, made in figures.manifest().items()}

    def show(self, number: int) -> None:
        """The slide of that number, with all that appears on it."""
        self.page.evaluate(f"location.hash = '#{number}'")
        self.page.wait_for_function(
            f"[...document.querySelectorAll('svg[data-marpit-svg]')].findIndex((s) => s.classList.contains('bespoke-marp-active')) === {number - 1}"
        )
        steps = self.page.locator("svg.bespoke-marp-active [data-marpit-fragment]").count()
        for _ in range(steps):
            self.page.keyboard.press("ArrowRight")
        if steps:
            self.page.wait_for_selector(
                "svg.bespoke-marp-active [data-bespoke-marp-fragment='inactive']", state="detached"
            )

    def wrong(self) -> list[str]:
        """What is wrong with the slide in front."""
        return self.page.evaluate(f"({MEASURE})({json.dumps(self._letters)})")


@contextmanager
def stage(chromium, path: Path, scheme: str = "light"):
    """The deck at `path`, open. scheme: what the machine is set to, light or dark."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme=scheme, reduced_motion="reduce"
    )
    try:
        yield Stage(context.new_page(), path)
    finally:
        context.close()
