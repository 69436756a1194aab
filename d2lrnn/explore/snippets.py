"""`Snippets`: what a unit responds to most, in pieces of the text, and how its values are spread."""

from __future__ import annotations

from d2lrnn.explore.explorer import Explorer


class Snippets(Explorer):
    """The moments at which a unit is highest, and those at which it is lowest, each with the text around it; with a histogram of all its values.

    traces: the longer, the more there is to choose from; up to 10,000 tokens. Moments are at least half a snippet apart. A snippet opens its place in the text.
    """

    VIEWS = ("snippets", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "snippets": 720}
