"""The slides' pictures, as SVG: `make figures` runs the notebooks and keeps what slides/figures/figures.toml names.

    [04_unrolled]            the picture's name
    notebook = "04_rnn"      which notebook, and after which of its cells
    cell = "unrolled"
    draw = "…"               an expression for the Figure, in the cell's namespace; without it the cell's own figure
    scale = 0.8              the page is made so much smaller and the letters are not: larger letters on a slide
    axes = [0]               only these of its parts
    legend = false           without its legend: the slide says what the lines are
    ylabel = "…"             another name for the first part's y axis, where the notebook's is too long for the slide
    rasterize = true         points and lines as pixels, where there are thousands
    alt = "…"                the picture in words, where `plots.alt` does not find them

manifest.json beside them records each one's cell, what hash its source and its stored picture had, and the smallest letters: a test reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import tomllib

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tools.slides import stored
from tools.slides.stored import NOTEBOOKS, ROOT, SlideError

FIGURES = ROOT / "slides" / "figures"
MANIFEST = FIGURES / "manifest.json"
KEYS = {"notebook", "cell", "draw", "scale", "axes", "alt", "legend", "rasterize", "ylabel"}


def wanted() -> dict[str, dict]:
    """What figures.toml asks for, by name."""
    specs = tomllib.loads((FIGURES / "figures.toml").read_text(encoding="utf-8"))
    for name, spec in specs.items():
        unknown, missing = set(spec) - KEYS, {"notebook", "cell"} - set(spec)
        if unknown or missing:
            raise SlideError(
                f"figures.toml, [{name}]: {sorted(KEYS)} are allowed, notebook and cell are needed, got {sorted(spec)}"
            )
    return specs


def manifest() -> dict[str, dict]:
    """What was drawn, by name."""
    return json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else {}


def described(name: str) -> str:
    """A picture in words."""
    made = manifest().get(name)
    if made is None:
        raise SlideError(f"figure: {name!r} is not in slides/figures/manifest.json; `make figures` makes it")
    return made["alt"]


def stamp(spec: dict) -> dict[str, str]:
    """What a picture depends on, hashed: the cell's source, the picture that the notebook stores, how it is asked for."""
    source = stored.cell(spec["notebook"], spec["cell"]).source
    asked = json.dumps({key: spec[key] for key in sorted(spec)}, ensure_ascii=False)
    picture = stored.png(spec["notebook"], spec["cell"])
    return {
        key: hashlib.sha256(text.encode()).hexdigest()[:16]
        for key, text in (("source", source), ("png", picture), ("asked", asked))
    }


def draw(notebook: str, specs: dict[str, dict]) -> dict[str, dict]:
    """Run a notebook as far as it is needed, write the pictures, return their entries for the manifest."""
    node = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    begin = new_code_cell(f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tools.slides import kernel as _slides")
    ids, cells, left = [c.id for c in node.cells], [begin], {spec["cell"] for spec in specs.values()}
    for spec in specs.values():
        stored.cell(notebook, spec["cell"])  # says so if it is not there
    for place, c in enumerate(node.cells):
        if c.cell_type != "code":
            continue
        here = {name: spec for name, spec in specs.items() if spec["cell"] == ids[place]}
        shown = {name: spec for name, spec in here.items() if "draw" not in spec}
        if shown:
            cells.append(new_code_cell(f"_slides.watch({json.dumps(shown)!r}, {str(FIGURES)!r})"))
        cells.append(c)
        if shown:
            cells.append(new_code_cell("_slides.unwatch()"))
        for name, spec in here.items():
            if "draw" in spec:
                cells.append(
                    new_code_cell(f"_slides.keep({name!r}, {spec['draw']}, {json.dumps(spec)!r}, {str(FIGURES)!r})")
                )
        left -= {ids[place]}
        if not left:
            break
    cells.append(new_code_cell("_slides.report()"))
    node.cells = cells
    NotebookClient(node, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    kept = json.loads("".join(output.text for output in cells[-1].outputs if output.output_type == "stream"))
    if set(kept) != set(specs):
        raise SlideError(f"figures: the cells of {notebook} showed no figure for {sorted(set(specs) - set(kept))}")
    return {
        name: {"notebook": notebook, "cell": specs[name]["cell"], **kept[name], **stamp(specs[name])} for name in specs
    }


def main(arguments: list[str]) -> None:
    """Draw the pictures whose name begins with one of the arguments; without arguments those that are missing or older than their notebook."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads beside another busy process take many times as long
    specs, made = wanted(), manifest()
    made = {name: entry for name, entry in made.items() if name in specs}
    for path in FIGURES.glob("*.svg"):
        if path.stem not in specs:
            path.unlink()
    if arguments:
        due = {name for name in specs if name.startswith(tuple(arguments))}
        if not due:
            raise SystemExit(
                f"make figures: no picture's name begins with {' or '.join(arguments)}; there are {', '.join(specs)}"
            )
    else:
        due = {
            n
            for n in specs
            if not (FIGURES / f"{n}.svg").is_file() or stamp(specs[n]).items() - made.get(n, {}).items()
        }
    if made != manifest():
        _write(made)
    for notebook in sorted({specs[name]["notebook"] for name in due}):
        began = time.perf_counter()
        here = {name: spec for name, spec in specs.items() if name in due and spec["notebook"] == notebook}
        drawn = draw(notebook, here)
        _write(manifest() | drawn)  # read again: another run may have written meanwhile
        print(f"{notebook}: {len(here)} pictures, {time.perf_counter() - began:.0f} s", flush=True)


def _write(made: dict) -> None:
    part = MANIFEST.with_suffix(".part")
    part.write_text(json.dumps(dict(sorted(made.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(part, MANIFEST)


if __name__ == "__main__":
    main(sys.argv[1:])
