"""From a section's Markdown to Marp's: directives become what they name, notes get the time, everything lies in the one file.

{{number 04_rnn loss 'mean ([\\d.]+)'}}      a number that a notebook's cell printed (a pattern with one group, one match)
{{output 04_rnn mlp-rnn 'two' 'recurrent'}}  the lines it printed, all or those that begin so
{{code d2lrnn.nn.cells.gru_step 'R =' 'H ='}} a function of the package, whole or from line to line
{{cell 04_rnn mlp-rnn 'def mlp' 'return'}}   the same of a notebook's cell
{{figure 04_unrolled}}                       a picture of slides/figures (figures.toml says how it is made)
{{frames 04_unroll_1 04_unroll_2}}           pictures that follow each other, one a key press
{{explorer 04_rnn step}}                     the explorer that a cell shows, at work
{{link 04_rnn '4.5 '}}                       a link to the notebook's section whose heading begins so
"""

from __future__ import annotations

import base64
import html
import re
import shlex
from collections.abc import Callable

from tools.slides import source, stored
from tools.slides.stored import ROOT, SlideError

SLIDES = ROOT / "slides"
FIGURES = SLIDES / "figures"
Still = Callable[[str, float], str]
"""From an explorer's page and its enlargement to the address of a picture of it."""
TO_NOTEBOOKS = "../../notebooks"  # from slides/build, where the pages lie

_NAMES = "number|output|code|cell|figure|frames|explorer|link"
_DIRECTIVE = re.compile(r"\{\{(" + _NAMES + r")\s((?:'[^']*'|[^'}])*)\}\}")
_MINUTES = re.compile(r"<!--\s*minutes: *([\d.]+)\s*\n(.*?)-->", re.DOTALL)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BREAK = re.compile(r"^---$", re.MULTILINE)


def slides(text: str) -> list[str]:
    """A section's Markdown, cut into its slides, without the front matter. Code holds no line of three dashes."""
    return [part.strip("\n") for part in _BREAK.split(_FRONT.sub("", text))]


def title(text: str) -> str:
    """The section's name, from its first heading: "04 · Recurrent neural networks"."""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    if not found:
        raise SlideError("a section begins with a slide that has a heading of the first level")
    return found[1]


def minutes(slide: str) -> float:
    """The minutes that a slide's note gives. Raises SlideError for a slide without."""
    found = _MINUTES.search(slide)
    if not found:
        raise SlideError(f"each slide has a note that begins with `minutes: 2`; this one has none:\n{slide}")
    return float(found[1])


def section(text: str, still: Still | None = None) -> list[str]:
    """A section's slides as Marp takes them. still: makes a picture of an explorer's page, for what is printed; None: the explorer itself."""
    raw = slides(text)
    total, spent, done = sum(map(minutes, raw)), 0.0, []
    for slide in raw:
        spent += minutes(slide)
        when = f"{minutes(slide):g} min ({spent:g} of the section's {total:g} after this slide)"
        slide = _MINUTES.sub(lambda found, when=when: f"<!--\n{when}\n\n{found[2].strip()}\n-->", slide)
        done.append(_new(_DIRECTIVE.sub(lambda found: _directive(found, still), slide)))
    head = f"<!-- header: '{title(text)}' -->"
    return [f"{head}\n\n{done[0]}", *done[1:]]


def deck(sections: list[str], still: Still | None = None) -> str:
    """Sections of Markdown as one file for Marp; still: as for `section`."""
    front = f"---\nmarp: true\ntheme: d2lrnn\npaginate: true\nlang: en\ntitle: {title(sections[0]) if len(sections) == 1 else 'd2lrnn'}\n---\n\n"
    return front + "\n\n---\n\n".join(slide for text in sections for slide in section(text, still)) + "\n"


def _directive(found: re.Match, still: Still | None) -> str:
    name, arguments = found[1], shlex.split(found[2])
    options = dict(a.split("=", 1) for a in arguments if re.match(r"(cut|zoom|round)=", a))
    plain = [a for a in arguments if not re.match(r"(cut|zoom|round)=", a)]
    if name == "explorer":
        options["still"] = still
    try:
        return _EXPAND[name](*plain, **options)
    except TypeError as error:
        raise SlideError(f"{found[0]}: {error}") from error


def _number(notebook: str, cell: str, pattern: str, round: str | None = None) -> str:
    value = stored.number(notebook, cell, pattern)
    return value if round is None else f"{float(value.replace(',', '')):.{int(round)}f}"


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"


def _output(notebook: str, cell: str, *patterns: str, cut: str | None = None) -> str:
    text = stored.lines(notebook, cell, patterns)
    if cut is not None:
        text = "\n".join(line if len(line) <= int(cut) else line[: int(cut)] + " …" for line in text.split("\n"))
    return _fenced(text, "text")


def _code(dotted: str, first: str = "", last: str = "") -> str:
    code = source.function(dotted)
    return _fenced(source.part(code, first, last, dotted) if first else code, "python")


def _cell(notebook: str, cell: str, first: str = "", last: str = "") -> str:
    code = source.of_cell(notebook, cell)
    return _fenced(source.part(code, first, last, f"{notebook}, cell {cell!r}") if first else code, "python")


def _image(name: str) -> str:
    from tools.slides.figures import described

    path = FIGURES / f"{name}.svg"
    if not path.is_file():
        raise SlideError(
            f"figure: {path.relative_to(ROOT)} is not there; `make figures` draws it, if figures.toml says how"
        )
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{html.escape(described(name), quote=True)}" data-figure="{name}" src="data:image/svg+xml;base64,{data}">'


def _figure(name: str) -> str:
    return f'<div class="figure">{_image(name)}</div>'


def _frames(*names: str) -> str:
    """A list whose items Marp shows one after the other; the theme lays them on top of each other."""
    return '<div class="frames">\n\n' + "\n".join(f"* {_image(name)}" for name in names) + "\n\n</div>"


def _explorer(notebook: str, cell: str, zoom: str = "1.75", still: Still | None = None) -> str:
    if still is not None:
        source = still(stored.explorer(notebook, cell), float(zoom))
        return f'<div class="figure"><img alt="The explorer of notebook {notebook}; it works in the HTML slides" src="{source}"></div>'
    page = html.escape(stored.explorer(notebook, cell), quote=True).replace("\n", "&#10;")
    return (
        f'<div class="explorer" style="--zoom:{float(zoom):g}"><iframe title="Explorer of notebook {notebook}" '
        f'sandbox="allow-scripts allow-downloads" srcdoc="{page}"></iframe></div>'
    )


def _link(notebook: str, begins: str) -> str:
    text, anchor = stored.heading(notebook, begins)
    return f'<a href="{TO_NOTEBOOKS}/{notebook}.ipynb#{html.escape(anchor, quote=True)}">{html.escape(text)}</a>'


_EXPAND = {
    "number": _number, "output": _output, "code": _code, "cell": _cell,
    "figure": _figure, "frames": _frames, "explorer": _explorer, "link": _link,
}  # fmt: skip


def _new(slide: str) -> str:
    """`\\new{…}` in an equation: what changed, in another colour and underlined."""
    while (at := slide.find(r"\new{")) >= 0:
        depth, end = 1, at + 5
        while depth and end < len(slide):
            depth += {"{": 1, "}": -1}.get(slide[end], 0)
            end += 1
        if depth:
            raise SlideError(f"\\new{{ is not closed in:\n{slide[at : at + 80]}")
        slide = f"{slide[:at]}\\class{{new}}{{\\underline{{{slide[at + 5 : end - 1]}}}}}{slide[end:]}"
    return slide
