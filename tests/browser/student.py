"""A student at a notebook in a browser: opens it, runs it, moves its controls. Waits on conditions, never on time; says what was on the page when one fails."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, TimeoutError

from . import scripts
from .lab import LOCAL, ROOT, Lab
from .pages import Shown

SECONDS = 120  # that anything may take on a busy machine before it counts as stuck
SCREENSHOTS = ROOT / "build" / "screenshots"

# What the browser's console may say, and why.
ALLOWED = (
    r"Item with index \d+ did not appear within",  # JupyterLab scrolls to each cell it runs; a busy machine may take longer to draw it
)


class Student:
    """`complaints` is what the page said to the console, `outside` each address that was asked for on another machine."""

    photographs = False
    """Whether screenshots are wanted (`--photographs`). A test that fails keeps one in any case."""

    def __init__(self, context: BrowserContext, lab: Lab, notebook: str):
        self.name = Path(notebook).stem
        self.complaints, self.outside, self.took = [], [], {}
        self._ran, self._failed = False, []
        self._allowed = (*ALLOWED, *lab.allowed)
        self.page = context.new_page()
        self.page.set_default_timeout(1000 * SECONDS)
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self._heard("error", str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        began = time.monotonic()
        self.page.goto(lab.address(notebook))
        self.wait(scripts.READY)
        self.took["open"] = time.monotonic() - began
        self._arrived()

    def _arrived(self) -> None:
        self.page.evaluate(scripts.WATCH)
        self.page.evaluate(scripts.MARK)
        # JupyterLab leaves what is out of sight unrendered, and such text measures as nothing.
        self.page.add_style_tag(content=".jp-Notebook .jp-Cell { content-visibility: visible !important; }")

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(re.search(pattern, text) for pattern in self._allowed):
            self.complaints.append(f"{kind}: {text[:500]}")

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob", "about") and address.hostname not in LOCAL:
            self.outside.append(url)

    def close(self) -> None:
        """End the kernel and leave."""
        self.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
        self.page.close()

    # ---- waiting and looking

    def wait(self, condition: str) -> None:
        """Until the JavaScript `condition` holds. Raises AssertionError with what is on the page if it never does."""
        try:
            self.page.wait_for_function(condition)
        except TimeoutError:
            raise AssertionError(f"after {SECONDS} s this did not hold:\n{condition}\n{self.seen()}") from None

    def settle(self) -> None:
        """Until the kernel has answered everything."""
        self.page.evaluate(scripts.NOT_QUIET)
        self.wait(scripts.QUIET)

    def seen(self) -> str:
        """What is on the page now, in words, and where its screenshot lies."""
        path = self._keep("failed")
        text = self.page.evaluate("() => document.body.innerText")
        return f"On the page (screenshot: {path}):\n{text[-2500:]}\nConsole: {self.complaints}"

    def photograph(self, what: str, element: Locator | None = None) -> None:
        """Keep a screenshot of an element, or of the window, if screenshots are wanted."""
        if self.photographs:
            self._keep(what, element)

    def _keep(self, what: str, element: Locator | None = None) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{self.name}-{what}.png"
        (element or self.page).screenshot(path=path)
        return path

    def photograph_all(self, height: int = 2400) -> None:
        """Keep screenshots of the whole notebook, as pages from its top to its end, if screenshots are wanted."""
        if not self.photographs:
            return
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": size["width"], "height": height})
        page, more = 1, True
        while more:
            more = self.page.evaluate(scripts.PAGE, page - 1)
            self.photograph(f"page{page}", self.page.locator(".jp-NotebookPanel:visible .jp-NotebookPanel-notebook"))
            page += 1
        self.page.set_viewport_size(size)

    # ---- doing

    def run(self) -> None:
        """Run all cells, once, and wait for the widgets. Raises AssertionError, each time, if a cell failed or complained."""
        if not self._ran:
            began = time.monotonic()
            self.page.evaluate(scripts.RUN)
            self.settle()
            self.took["run"] = time.monotonic() - began
            self._failed, self._ran = self.page.evaluate(scripts.FAILED), True
        assert self._failed == [], f"{self.name}: {self._failed}"

    def save_and_reload(self) -> None:
        """Save the notebook and reload the page; the kernel goes on."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.wait("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
        self.page.reload()
        self.wait(scripts.READY)
        self._arrived()
        self.settle()

    def outputs(self, cell: str) -> Locator:
        """The element that holds the outputs of the cell with this id."""
        return self.page.locator(f".jp-Notebook .jp-Cell[data-cell='{cell}'] .jp-Cell-outputArea")

    def widgets(self) -> list[str]:
        """The ids of the cells that have a widget among their outputs."""
        return self.page.evaluate(scripts.WIDGETS)

    def panels(self) -> list[Panel]:
        """Every `Panel` on the page, after the notebook has run."""
        found = self.page.locator(".widget-vbox:has(> .d2lrnn-picture)")
        return [Panel(self, found.nth(i), f"panel{i + 1}") for i in range(found.count())]

    def explorers(self) -> list[Shown]:
        """Every explorer on the page, after the notebook has run."""
        found = self.page.locator(".d2l-explorer")
        return [Shown(self.page, found.nth(i), f"explorer{i + 1}") for i in range(found.count())]

    def make_outputs(self, width: int) -> None:
        """Change the window so that outputs are `width` pixels wide."""
        size = self.page.viewport_size
        for _ in range(3):
            now = self.page.evaluate(scripts.WIDTH)
            if now == width:
                return
            size = {"width": size["width"] + width - now, "height": size["height"]}
            self.page.set_viewport_size(size)
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        raise AssertionError(f"outputs are {self.page.evaluate(scripts.WIDTH)} px wide, wanted {width}")


class Panel:
    """A `d2lrnn.explore.Panel` as it is on the page: rows of controls above a picture."""

    def __init__(self, student: Student, box: Locator, name: str):
        self.student, self.box, self.name = student, box, name
        self._picture = box.locator("> .d2lrnn-picture .widget-html-content")

    @property
    def controls(self) -> list[Control]:
        """The rows above the picture."""
        rows = self.box.locator("> *:not(.d2lrnn-picture):visible")
        return [Control(self, rows.nth(i)) for i in range(rows.count())]

    @property
    def picture(self) -> str:
        """The picture's HTML."""
        return self._picture.inner_html()

    @property
    def alert(self) -> str:
        """What it complains about; empty if it shows a picture."""
        alert = self._picture.locator("[role=alert]")
        return alert.inner_text() if alert.count() else ""

    @property
    def unseen(self) -> list[str]:
        """Why the picture cannot be seen; empty if it can."""
        return self._picture.evaluate(scripts.UNSEEN)

    def photograph(self, what: str = "") -> None:
        self.student.photograph(f"{self.name}{what}", self.box)


class Control:
    """One row of a panel, moved as a hand would move it."""

    def __init__(self, panel: Panel, row: Locator):
        self.panel, self.row = panel, row
        self.label = row.inner_text().split("\n")[0]
        classes = set(row.get_attribute("class").split())
        kinds = [kind for kind in MOVES if f"widget-{kind}" in classes]
        if not kinds:
            raise AssertionError(
                f"{self.label}: no hand for a control of the classes {sorted(classes)}: add one to MOVES"
            )
        self.kind = kinds[0]

    @property
    def writable(self) -> bool:
        """Whether any text can be typed into it."""
        return self.kind == "textarea" or (
            self.kind == "text" and self.row.locator("input").get_attribute("type") == "text"
        )

    def move(self) -> float:
        """Move it by one step. Returns the seconds until the kernel was quiet again."""
        began = time.monotonic()
        MOVES[self.kind](self.row)
        self.panel.student.settle()
        return time.monotonic() - began

    def type(self, text: str) -> None:
        """Replace what it holds by `text`."""
        field = self.row.locator("input, textarea")
        field.fill(text)
        field.blur()
        self.panel.student.settle()


def _slide(row: Locator) -> None:
    handle = row.locator(".noUi-handle").first
    at_end = float(handle.get_attribute("aria-valuenow")) >= float(handle.get_attribute("aria-valuemax"))
    handle.focus()
    handle.press("ArrowLeft" if at_end else "ArrowRight")


def _choose(row: Locator) -> None:
    choice = row.locator("select")
    options, now = choice.locator("option").count(), choice.evaluate("e => e.selectedIndex")
    choice.select_option(index=(now + 1) % options)


def _press(row: Locator) -> None:
    buttons = row.locator("button")
    active = [i for i in range(buttons.count()) if "mod-active" in buttons.nth(i).get_attribute("class")]
    buttons.nth((active[0] + 1) % buttons.count()).click()


def _write(row: Locator) -> None:
    field = row.locator("input, textarea")
    if field.get_attribute("type") == "number":
        field.press("ArrowUp")
    else:
        field.press("End")
        field.press_sequentially(" the")
    field.blur()


MOVES = {
    "slider": _slide,
    "dropdown": _choose,
    "select": _choose,
    "toggle-buttons": _press,
    "textarea": _write,
    "text": _write,
    "checkbox": lambda row: row.locator("input").click(),
}
