"""A file from the internet, once: found by name in `$D2LRNN_DATA` or the user's cache, else downloaded, and trusted for its hash alone."""

from __future__ import annotations

import hashlib
import os
import queue
import threading
import time
from pathlib import Path

from d2lrnn.data.files import CorpusError, read_bytes, write_whole

MAX_BYTES = 50_000_000
SECONDS = 60  # for a whole download, however slowly it trickles


def cache() -> Path:
    """The user's cache folder for d2lrnn (it need not exist)."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("d2lrnn", appauthor=False))


def places(file: str) -> list[Path]:
    """Where a file of that name is looked for: `$D2LRNN_DATA` if it is set, then the cache."""
    own = os.environ.get("D2LRNN_DATA")
    return [*([Path(os.path.expanduser(own)) / file] if own else []), cache() / file]


def get(name: str, wanted) -> tuple[bytes, Path]:
    """The bytes of a `Download`, and the file they are in; downloaded into the cache if it is nowhere yet.

    A file in `$D2LRNN_DATA` with another hash is an error: the reader put it there. One in the cache is replaced.
    Raises CorpusError: offline, refused, too slow, too large, or the wrong hash.
    """
    *own, cached = places(wanted.file)
    for path in own:
        if os.path.exists(path):
            data = read_bytes(path, MAX_BYTES)
            if _sha1(data) != wanted.sha1:
                raise CorpusError(
                    f"corpora: {path} has SHA-1 {_sha1(data)}, and {name} has {wanted.sha1}: it is another text. "
                    "Replace it, or load it as your own by its path"
                )
            return data, path
    if os.path.isfile(cached):
        data = read_bytes(cached, MAX_BYTES)
        if _sha1(data) == wanted.sha1:
            return data, cached
        print(f"corpora: {cached} was damaged; downloading it again")
    failures = []
    for url in wanted.urls:
        try:
            data = _download(url)
            if _sha1(data) != wanted.sha1:
                raise ValueError(f"it sent something else (SHA-1 {_sha1(data)}, {wanted.sha1} was expected)")
        except (OSError, ValueError) as error:  # requests' errors are OSErrors
            failures.append(f"{url}: {_reason(error)}")
            continue
        _keep(cached, data)
        return data, cached
    raise CorpusError(_offline(name, wanted, cached, failures))


def _download(url: str) -> bytes:
    """The body of a page. Raises OSError or ValueError: no connection, a status that is not 200, too slow or too large."""
    # In a thread of its own: a time-out of requests starts again with every byte, and a look-up of the name has none.
    done = queue.SimpleQueue()
    threading.Thread(target=_body, args=(url, done), daemon=True).start()
    try:
        body = done.get(timeout=SECONDS)
    except queue.Empty:
        raise ValueError(f"it was not done after {SECONDS} s") from None
    if isinstance(body, Exception):
        raise body
    return body


def _body(url: str, done: queue.SimpleQueue) -> None:
    """Put the body of a page into `done`, or the exception that says why not."""
    deadline = time.monotonic() + SECONDS
    parts, size = [], 0
    try:
        import requests

        with requests.get(url, timeout=(5, 10), stream=True) as answer:
            if answer.status_code != 200:
                raise ValueError(f"the server answered {answer.status_code} {answer.reason or ''}".strip())
            for part in answer.iter_content(1 << 14):
                parts.append(part)
                size += len(part)
                if size > MAX_BYTES:
                    raise ValueError(f"it sent more than {MAX_BYTES:,} bytes")
                if time.monotonic() > deadline:
                    return  # nobody waits for it any more
        done.put(b"".join(parts))
    except Exception as error:
        done.put(error)


def _keep(path: Path, data: bytes) -> None:
    """Put a download into the cache; a cache that cannot be written is said, and stops nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        print(f"corpora: {path} cannot be kept ({error.strerror}); it will be downloaded again next time")


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _reason(error: Exception) -> str:
    """An error in few words: requests wraps its own in many."""
    kind = type(error).__name__
    if "Timeout" in kind:
        return "no answer in time"
    return "no connection" if kind in ("ConnectionError", "ProxyError", "SSLError") else str(error)


def _offline(name: str, wanted, cached: Path, failures: list[str]) -> str:
    return (
        f"corpora: {name} ({wanted.title}) is not on this machine and cannot be downloaded.\n  "
        + "\n  ".join([*_own_folder(wanted.file), *failures])
        + "\nThree ways out:\n"
        + '  1. use what is always there: load("shakespeare")\n'
        + f"  2. copy {wanted.file} from another machine to {cached}, or into a folder that the environment variable D2LRNN_DATA names\n"
        + "  3. connect to the internet and run this again"
    )


def _own_folder(file: str) -> list[str]:
    """Why `$D2LRNN_DATA` did not help, if it is set."""
    own = os.environ.get("D2LRNN_DATA")
    if not own:
        return []
    folder = os.path.abspath(os.path.expanduser(own))
    if not os.path.isdir(folder):
        return [f"D2LRNN_DATA={own}: there is no folder {folder}"]
    if not os.access(folder, os.R_OK | os.X_OK):
        return [f"D2LRNN_DATA={own}: you may not read the folder {folder}"]
    return [f"D2LRNN_DATA={own}: there is no {file} in it"]
