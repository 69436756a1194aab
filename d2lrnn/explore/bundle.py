"""The ES modules in `js/` as the one module that a widget or a saved page wants. Nothing is compiled: each becomes a function with its exports, in order."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:const|function|class) (\w+)", re.MULTILINE)
# Where brackets and commas are no syntax: strings, comments, regular expressions.
_INERT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?])\ ?/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/""",
    re.DOTALL,
)

# Lines that are a comment, and indentation: a sixth of what would be sent, and stored with every explorer of a notebook.
_LEFT_OUT = re.compile(r"^[ \t]*(?://.*\n|/\*\*(?:.|\n)*?\*/[ \t]*\n)|^[ \t]+", re.MULTILINE)


@cache
def source(main: str = "main.js") -> str:
    """One ES module: `main` and all it imports. Raises ValueError for an import that is written in another way than the others are."""
    parts: dict[Path, str] = {}
    _add(FOLDER / main, parts, [])
    entry = parts.pop(FOLDER / main)
    text = _LEFT_OUT.sub("", "".join(parts.values()) + entry)
    if "</script" in text.lower():
        raise ValueError("bundle: the text of a module would end the <script> that it stands in")
    return text


def style() -> str:
    """The explorers' CSS."""
    return (FOLDER / "explorer.css").read_text(encoding="utf-8")


def _add(path: Path, parts: dict[Path, str], above: list[Path]) -> str:
    """Add a module after those that it imports. Returns the name that stands for it."""
    name = "_" + re.sub(r"\W", "_", path.relative_to(FOLDER).with_suffix("").as_posix())
    if path in above:
        raise ValueError(f"bundle: {path.name} imports itself, by way of {', '.join(p.name for p in above)}")
    if path in parts:
        return name
    text = path.read_text(encoding="utf-8")

    def taken(found: re.Match) -> str:
        names = ", ".join(part.strip().replace(" as ", ": ") for part in found[1].split(",") if part.strip())
        return f"const {{ {names} }} = {_add((path.parent / found[2]).resolve(), parts, [*above, path])};\n"

    text = _IMPORT.sub(taken, text)
    if re.search(r"^import\b", text, re.MULTILINE):
        raise ValueError(f'bundle: {path.name} has an import that is not of the form import {{ a }} from "./b.js";')
    if above:
        exports = _EXPORT.findall(text)
        if second := _second(text):
            raise ValueError(
                f"bundle: {path.name} exports two names in one const, {second} and another; give each its own"
            )
        text = re.sub(r"^export (?=(?:async )?(?:const|function|class) \w)", "", text, flags=re.MULTILINE)
        if re.search(r"^export\b", text, re.MULTILINE):
            raise ValueError(f"bundle: {path.name} has an export that is no const, function or class")
        text = f"const {name} = (() => {{\n{text}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
    parts[path] = text
    return name


def _second(text: str) -> str:
    """The first name of an exported const that declares several, of which the others would be lost; empty if there is none."""
    text = _INERT.sub("0", text)
    for found in re.finditer(r"^export const (\w+)", text, re.MULTILINE):
        depth = 0
        for char in text[found.end() :]:
            depth += (char in "([{") - (char in ")]}")
            if depth == 0 and char == ",":
                return found[1]
            if depth == 0 and char == ";":
                break
    return ""
