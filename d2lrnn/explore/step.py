"""`StepExplorer`: the equations of a cell with the numbers of one step."""

from __future__ import annotations

from d2lrnn.explore.explorer import Explorer


class StepExplorer(Explorer):
    """What one unit does at one step, equation by equation in the deck's notation (slides 21, 30–34, 36–42); left and right walk through time.

    traces: of networks with cells of `d2lrnn.nn`, whose equations are known; of others the values of all arrays are shown. All digits are sent as long as they
    take no more than 4 MB (846 tokens of an LSTM with 256 units), so that the numbers add up; of a longer text `trace.excerpt(start, stop)` is a part.
    """

    VIEWS = ("step", "text")
    HEIGHTS = {**Explorer.HEIGHTS, "step": 640}
    FINE = True
