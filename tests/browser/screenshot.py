"""The README's picture: JupyterLab with a chapter's widget, twice as sharp as the screen. `make screenshot` writes docs/screenshot.png."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browser.lab import Lab, chromium  # noqa: E402
from browser.student import Student  # noqa: E402
from d2lrnn import doctor  # noqa: E402

CHAPTER, CELL = "10_hidden_state_lab", "look-explorer"
LARGEST = 400_000  # bytes

# The widget below its heading: as much above it as tells what it is.
SHOW = """cell => {
  const book = window.jupyterapp.shell.currentWidget.content;
  book.activeCellIndex = 0;
  document.activeElement?.blur();
  const panel = document.querySelector(`.jp-Cell[data-cell='${cell}'] :is(.widget-vbox, .d2l-explorer)`);
  book.outerNode.scrollTop += panel.getBoundingClientRect().bottom - book.outerNode.getBoundingClientRect().bottom + 16;
}"""


def photograph(chapter: str, cell: str, path: Path) -> int:
    """Run a chapter, show the widget of one of its cells, and write the window as a PNG with 256 colours. Returns its size in bytes."""
    with tempfile.TemporaryDirectory() as place, Lab(Path(place)) as lab, chromium(doctor.browser()) as browser:
        context = browser.new_context(viewport={"width": 1180, "height": 860}, device_scale_factor=2)
        student = Student(context, lab, f"notebooks/{chapter}.ipynb")
        student.run()
        for _ in range(2):  # what comes into view can still grow
            student.page.evaluate(SHOW, cell)
            student.settle()
        picture = Image.open(io.BytesIO(student.page.screenshot()))
        student.close()
    path.parent.mkdir(exist_ok=True)
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    if not doctor.browser():
        sys.exit("make screenshot: it needs Chromium: `sudo apt install chromium`")
    chapter, cell = sys.argv[1:3] if len(sys.argv) > 2 else (CHAPTER, CELL)
    size = photograph(chapter, cell, ROOT / "docs" / "screenshot.png")
    print(f"docs/screenshot.png: {size / 1000:.0f} kB")
    if size > LARGEST:
        sys.exit(f"make screenshot: {size} bytes, more than {LARGEST}: show less")
