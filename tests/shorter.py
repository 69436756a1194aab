"""Training cut short in a kernel, for tests that ask whether a chapter runs and how it looks, and not how well its networks learn."""

from __future__ import annotations


def shorter(share: float, claims: bool = True) -> str:
    """Source to run first: `fit` then does a `share` of its steps or epochs. claims: what a chapter asserts of its results still has to hold."""
    return SHORTER.format(share=share) + ("" if claims else NO_CLAIMS)


SHORTER = """
import d2lrnn.train

_fit = d2lrnn.train.fit


def _shorter(*given, **options):
    length = {{name: max(1, round({share} * options[name])) for name in ("steps", "epochs") if options.get(name)}}
    return _fit(*given, **options | length)


d2lrnn.train.fit = _shorter
"""

NO_CLAIMS = """
import ast


class _NoClaims(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)


get_ipython().ast_transformers.append(_NoClaims())
"""
