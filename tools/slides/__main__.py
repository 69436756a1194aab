"""`make slides`: one HTML file a section and one for the whole, PDF and PPTX, in slides/build."""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

from tools.slides import expand
from tools.slides.stored import ROOT, SlideError

SLIDES = ROOT / "slides"
BUILD = SLIDES / "build"
NO_NODE = (
    "make slides: Node.js 18 or later with npm builds the slides, and it is not here. "
    "Debian and Ubuntu: `sudo apt install nodejs npm`; macOS: `brew install node`. The course itself (`make lab`) does not need it."
)
KINDS = ("html", "pdf", "pptx")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def sections(only: tuple[str, ...] = ()) -> list[Path]:
    """The sections' files, in order; with `only` those whose name begins so."""
    found = [path for path in sorted(SLIDES.glob("[0-9][0-9]_*.md")) if not only or path.name.startswith(only)]
    if not found:
        there = ", ".join(path.stem for path in sorted(SLIDES.glob("[0-9][0-9]_*.md")))
        raise SlideError(f"no section's name begins with {' or '.join(only)}; there are {there}")
    return found


def browser() -> str | None:
    """A Chromium or Chrome for PDF and PPTX."""
    named = os.environ.get("CHROME_PATH")
    return named if named and Path(named).exists() else next(filter(None, map(shutil.which, BROWSERS)), None)


def packages() -> None:
    """Marp, as slides/package-lock.json pins it, in slides/node_modules; once."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise SlideError(NO_NODE)
    here, there = SLIDES / "package-lock.json", SLIDES / "node_modules" / ".ready"
    if there.is_file() and there.read_bytes() == here.read_bytes():
        return
    done = subprocess.run(
        ["npm", "ci", "--no-progress", "--loglevel=error"],
        cwd=SLIDES,
        env=os.environ | {"PUPPETEER_SKIP_DOWNLOAD": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SlideError(
            f"make slides: `npm ci` in slides/ failed (does npm reach its registry?):\n{(done.stderr or done.stdout).strip()}"
        )
    there.write_bytes(here.read_bytes())


def build(kinds: tuple[str, ...] = ("html",), only: tuple[str, ...] = (), into: Path = BUILD) -> list[Path]:
    """Build the sections, and all of them together as `deck` unless `only` chooses some. Returns the files."""
    made, chrome = [], browser()
    if chrome is None and set(kinds) - {"html"}:
        raise SlideError(
            "make slides: a Chromium or Chrome makes PDF and PPTX; none is here, and CHROME_PATH names none"
        )
    packages()
    with tempfile.TemporaryDirectory() as pictures:
        for still in (False, True):
            these = tuple(kind for kind in kinds if (kind != "html") == still)
            if these:
                take = cache(partial(_still, chrome, Path(pictures))) if still else None
                sources = _sources(into, only, take)
                for kind in these:
                    _marp(sources, into, kind)
                    made += [into / f"{path.stem}.{kind}" for path in sorted(sources.glob("*.md"))]
    script = (Path(__file__).parent / "stage.js").read_text(encoding="utf-8")
    for path in (p for p in made if p.suffix == ".html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(page.replace("</body>", f"<script>{script}</script></body>", 1), encoding="utf-8")
    return made


def _sources(into: Path, only: tuple[str, ...], still: expand.Still | None) -> Path:
    """The folder with what Marp reads: directives expanded."""
    sources, texts = into / "marp", {}
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir(parents=True)
    for path in sections(only):
        texts[path.stem] = path.read_text(encoding="utf-8")
        try:
            (sources / path.name).write_text(expand.deck([texts[path.stem]], still), encoding="utf-8")
        except SlideError as error:
            raise SlideError(f"{path.relative_to(ROOT)}: {error}") from error
    if not only:
        (sources / "deck.md").write_text(expand.deck(list(texts.values()), still), encoding="utf-8")
    return sources


def _still(chrome: str, folder: Path, page: str, zoom: float) -> str:
    """A picture of an explorer's page as it stands on a slide: on paper nothing can be clicked, and Marp does not wait for it."""
    source, shot = folder / "explorer.html", folder / "explorer.png"
    source.write_text(page, encoding="utf-8")
    shot.unlink(missing_ok=True)
    flags = [
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--force-device-scale-factor={2 * zoom}",
        "--virtual-time-budget=8000",
    ]
    flags += ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    size = f"--window-size={round(1208 / zoom)},{round(550 / zoom)}"
    done = subprocess.run(
        [chrome, *flags, size, f"--screenshot={shot}", source.as_uri()], capture_output=True, text=True, timeout=120
    )
    if not shot.is_file():
        raise SlideError(f"make slides: {chrome} took no picture of an explorer:\n{done.stderr.strip()[-1000:]}")
    return "data:image/png;base64," + base64.b64encode(shot.read_bytes()).decode()


def _marp(sources: Path, into: Path, kind: str) -> None:
    command = [
        "node",
        str(SLIDES / "node_modules/@marp-team/marp-cli/marp-cli.js"),
        "--config-file",
        "marp.config.mjs",
        "--no-stdin",
    ]
    command += ["--input-dir", str(sources), "--output", str(into)]
    command += {"html": [], "pdf": ["--pdf", "--pdf-notes", "--no-parallel"], "pptx": ["--pptx", "--no-parallel"]}[kind]
    environment = dict(os.environ)
    if kind != "html":
        command += ["--browser", "chrome", "--browser-path", browser(), "--browser-timeout", "120"]
        if os.name == "posix" and os.geteuid() == 0:
            environment["CHROME_NO_SANDBOX"] = "1"
    done = subprocess.run(command, cwd=SLIDES, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SlideError(f"make slides: Marp failed on {kind}:\n{done.stderr.strip()[-3000:]}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make slides", description="Build the slides into slides/build.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{', '.join(KINDS)} (all three)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NN", help="only the sections whose names begin so"
    )
    options = parser.parse_args()
    unknown = set(options.kinds) - set(KINDS)
    if unknown:
        parser.error(f"a kind is one of {', '.join(KINDS)}, got {', '.join(sorted(unknown))}")
    kinds = tuple(options.kinds) or KINDS
    try:
        if not options.kinds and browser() is None:
            kinds = ("html",)
            print("No Chromium here: HTML only. With one (or CHROME_PATH set to it) there are PDF and PPTX, too.")
        for path in build(kinds, tuple(options.only)):
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    except SlideError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
