"""An explorer on a page of its own, from the disk and without a network: what it shows, and its controls, moved with nothing but a keyboard."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

# Everything a reader can move, in order; not what is hidden or switched off.
CONTROLS = "select, input, textarea, button, summary, a[href], [tabindex='0']"
FIND = f"""root => [...root.querySelectorAll("{CONTROLS}")].filter(e => !e.disabled && e.tabIndex >= 0 && !e.closest('[disabled]') && e.checkVisibility())"""

# Their kinds, names, and whether there is anything to move to.
LIST = f"""root => ({FIND})(root).map(e => ({{
  kind: e.matches('input') ? e.type : e.matches('select, textarea, button, summary, a') ? e.tagName.toLowerCase() : 'place',
  name: e.getAttribute('aria-label') || [...(e.labels ?? [])].map(l => l.textContent).join(' ') || e.textContent.trim().slice(0, 40),
  like: e.className,
  readonly: Boolean(e.readOnly),
  fixed: e.matches('select') ? e.options.length < 2 : e.type === 'number' ? e.min !== '' && e.min === e.max
    : !e.querySelector('canvas, svg') && e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth,
}}))"""
FOCUS = f"(root, i) => ({FIND})(root)[i].focus()"

# The number in that list of what has the focus; -1 if it is none of them.
FOCUSED = f"root => ({FIND})(root).indexOf(document.activeElement)"

# All that a reader sees: words, fields, pictures.
SEEN = """root => JSON.stringify([
  [...root.querySelectorAll('.d2l-card')].map(e => e.innerText),
  root.querySelector('.d2l-spoken')?.textContent,
  [...root.querySelectorAll('input, select, textarea')].map(e => ['checkbox', 'radio'].includes(e.type) ? e.checked : e.value),
  [...root.querySelectorAll('canvas')].map(e => e.width && e.height ? e.toDataURL() : ''),
  [...root.querySelectorAll('svg')].map(e => e.outerHTML.replace(/ (id|aria-\\w+)="[^"]*"/g, '')),
])"""
PLACES = "root => JSON.stringify([...root.querySelectorAll('[tabindex]')].map(e => [e.scrollTop, e.scrollLeft]))"

# What went wrong, in the explorer's own words.
PROBLEMS = (
    "root => [...root.querySelectorAll('.d2l-problem, [role=alert]')].map(e => e.textContent.trim()).filter(Boolean)"
)

# Which views have nothing in them: no words, no picture.
BLANK = """root => {
  const empty = (width, height) => Object.assign(document.createElement('canvas'), { width, height }).toDataURL();
  const drawn = c => c.width && c.height && c.toDataURL() !== empty(c.width, c.height);
  return [...root.querySelectorAll('.d2l-card')].filter(card => {
    const body = card.querySelector('.d2l-body'), box = body.getBoundingClientRect();
    const something = [...body.querySelectorAll('canvas')].some(drawn) || body.querySelector('svg') || body.innerText.trim().length > 3;
    return !something || box.width < 100 || box.height < 12;
  }).map(card => card.dataset.view);
}"""

# What reaches beyond the page, or beyond its own place there without a bar to move it by.
TOO_WIDE = """root => {
  const page = document.scrollingElement, moves = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
  const scrolled = e => { for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) if (moves(up)) return true; return false; };
  const alone = e => e.clientWidth <= 1;  // words for a screen reader
  const wide = e => {
    const style = getComputedStyle(e), cut = style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis' && !moves(e);
    return (cut && e.scrollWidth > e.clientWidth + 1) || (!scrolled(e) && e.getBoundingClientRect().right > page.clientWidth + 1);
  };
  const found = [...root.querySelectorAll('*')].filter(e => !(e instanceof SVGElement) && !e.matches('input, textarea, option') && !alone(e) && wide(e));
  return [...(page.scrollWidth > page.clientWidth ? [page] : []), ...found].map(e => `${e.tagName} ${e.className}: ${e.scrollWidth} px in ${e.clientWidth}`);
}"""

# What a text that does harm would have made.
HARM = """root => [
  window.hacked ?? '',
  ...[...root.querySelectorAll('img, script, iframe, style, link')].map(e => e.outerHTML.slice(0, 80)),
  ...[...root.querySelectorAll('b')].map(e => e.textContent).filter(text => text === 'out'),
].filter(Boolean)"""

FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MOVES = {
    "select": ["ArrowDown", "ArrowUp"],
    "number": ["ArrowUp", "ArrowDown"],
    "range": ["ArrowRight", "ArrowLeft"],
    "radio": ["ArrowDown", "Space"],
    "checkbox": ["Space"],
    "place": ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home", "PageDown"],
    "summary": ["Enter"],
}
LEAVE = ("PNG", "CSV", "Copy state", "picture of", "table of", "Save as")  # what hands something out


class Shown:
    """An explorer in the browser. page: where it is; root: its element."""

    def __init__(self, page: Page, root: Locator, name: str = ""):
        self.page, self.root, self.name = page, root, name

    def rest(self) -> None:
        """Until what was changed is painted."""
        self.page.evaluate(FRAMES)

    def ask(self, script: str, *more):
        return self.root.evaluate(script, *more)

    def controls(self) -> list[dict]:
        return self.ask(LIST)

    def move(self, number: int) -> bool:
        """Focus a control and press the keys that move it. Whether anything changed."""
        control = self.controls()[number]
        before = self.ask(SEEN), self.ask(PLACES)
        for key in MOVES.get(control["kind"], ["Enter"]):
            self.ask(FOCUS, number)
            self.page.keyboard.press(key)
            self.rest()
            if control["kind"] == "number":
                self.page.evaluate("() => document.activeElement.blur()")  # then it counts
                self.rest()
            if (self.ask(SEEN), self.ask(PLACES)) != before:
                return True
        return False


def moved(explorer: Shown) -> None:
    """Move each control of an explorer. Raises AssertionError for one that changes nothing, and if anything goes wrong or blank."""
    number = 0
    while number < len(explorer.controls()):  # moving one can make, or take away, others
        control = explorer.controls()[number]
        number += 1
        if control["kind"] in ("select", "number", "range", "checkbox", "place") and not control["fixed"]:
            assert explorer.move(number - 1) or control["readonly"], f"{explorer.name}: {control} changes nothing"
            assert explorer.ask(PROBLEMS) == [] and explorer.ask(BLANK) == [], f"{explorer.name}: {control}"


class Saved(Shown):
    """A page opened from `path` with the network cut. `complaints`: what it said to the console; `asked`: each address that it asked for."""

    def __init__(self, browser: Browser, path: Path, width: int = 1000):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, accept_downloads=True
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints, self.asked = [], []
        self.page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.root = self.page.locator(".d2l-explorer")
        self.rest()

    def __enter__(self) -> Saved:
        return self

    def __exit__(self, *_) -> None:
        self.context.close()

    def reached(self) -> set[int]:
        """The numbers of the controls that Tab comes to, from the top of the page."""
        self.page.evaluate("() => document.activeElement.blur()")
        found: list[int] = []
        for _ in range(4 * len(self.controls()) + 8):
            self.page.keyboard.press("Tab")
            now = self.ask(FOCUSED)
            if now in found:
                break
            if now >= 0:
                found.append(now)
        return set(found)

    def unfold(self) -> None:
        """Open whatever is folded away."""
        self.ask("root => root.querySelectorAll('details').forEach(one => { one.open = true; })")
        self.rest()

    def downloads(self, label: str) -> list[tuple[str, bytes]]:
        """What the buttons of this label hand out: (name, content) each."""
        found = []
        for button in self.root.get_by_role("button").filter(has_text=label).all():
            with self.page.expect_download() as waiting:
                button.press("Enter")
            found.append((waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()))
        return found

    def copy_state(self) -> dict:
        """What "Copy state" hands out: from the clipboard, or from the page, where it is shown if there is none."""
        self.root.get_by_role("button", name="Copy state").press("Enter")
        self.page.wait_for_function("() => document.querySelector('.d2l-foot [role=status]').textContent.length > 5")
        said = self.root.locator(".d2l-foot [role=status]")
        text = (
            said.locator("code").inner_text()
            if said.locator("code").count()
            else self.page.evaluate("() => navigator.clipboard.readText()")
        )
        return json.loads(text)
