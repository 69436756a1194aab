"""A text of one's own in the place of Shakespeare, in every chapter: `corpora.teach("my_text.txt")`, or `$D2LRNN_TEXT` for all chapters at once.

What the chapters learn from is then that text. Their prose, and the assertions under it, speak of Shakespeare, so assertions are left out.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable

from d2lrnn.data.files import CorpusError
from d2lrnn.data.shakespeare import Speech

VARIABLE = "D2LRNN_TEXT"
LEAST = 200_000
"""Characters that a text must have: less, and the chapters' held-out parts say nothing."""
STAYS = ("shakespeare/the-tempest", "shakespeare/twelfth-night")
"""The plays that the trained networks of the course are asked about: those networks know Shakespeare's letters and no others."""

_chosen = None  # the corpus, or None for what the environment says


def choose(corpus) -> None:
    """Let this corpus stand for Shakespeare from now on in this process; None: Shakespeare himself. Raises CorpusError for a text that is too short."""
    global _chosen
    if corpus is not None and len(corpus) < LEAST:
        raise CorpusError(
            f"corpora: {corpus.name} has {len(corpus):,} characters, and the chapters need {LEAST:,} or more to learn from and be held out"
        )
    _chosen = corpus
    _leave_out_assertions(corpus is not None)


def instead(name: str, load: Callable, length: Callable[[], int]):
    """The text that stands for the corpus `name`, no longer than `length()` says, or None: then it is Shakespeare.

    load: makes a Corpus of the path that `$D2LRNN_TEXT` names.
    """
    corpus = None if name in STAYS else _taught(load)
    return None if corpus is None else _part(corpus, name, length())


def example(text: str, load: Callable) -> str:
    """`text`, or a piece of about its length from a line of the text that stands for Shakespeare, if that has not all of its characters."""
    corpus = _taught(load)
    if corpus is None or set(text) <= set(corpus.text):
        return text
    lines = [line for line in corpus.text[len(corpus) // 2 :].split("\n") if len(line) >= len(text)]
    return (max(lines[:50], key=len) if lines else corpus.text.replace("\n", " "))[: len(text)]


def _taught(load: Callable):
    if _chosen is None and os.environ.get(VARIABLE):
        choose(load(os.environ[VARIABLE]))
    return _chosen


def _part(corpus, name: str, length: int):
    from dataclasses import replace

    text = corpus.text[:length]
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    speeches = tuple(Speech("", part, corpus.title) for part in paragraphs if part)
    return replace(corpus, name=name, text=text, speeches=speeches)


class _WithoutAssertions(ast.NodeTransformer):
    """What a chapter asserts of Shakespeare need not hold for another text."""

    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


_left_out = _WithoutAssertions()


def _leave_out_assertions(wanted: bool) -> None:
    """In a notebook: of the cells that are run from now on."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return
    here = _left_out in shell.ast_transformers
    if wanted and not here:
        shell.ast_transformers.append(_left_out)
        print(f"This chapter learns from {_chosen.title}. What its prose claims of Shakespeare is not checked.")
    elif here and not wanted:
        shell.ast_transformers.remove(_left_out)
