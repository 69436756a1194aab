"""A plugin for nbval: compare printed numbers with the tolerance that a cell declares, and pictures inside HTML not at all.

A cell's tag `tolerance=0.02` lets each number in its text outputs differ from the stored one by 2 %; all other text must be equal.
Of an explorer the text is compared, and not its colours and its frame: their numbers change with the last digit of a machine's arithmetic.
"""

import copy
import math
import re

from nbval import plugin

NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
PICTURE = re.compile(r'src="data:[^"]*"')
EXPLORER = re.compile(r'<iframe title="[^"]*" sandbox="[^"]*" style="[^"]*" srcdoc="[^"]*"></iframe>')
COLOUR = re.compile(r'<span title="[^"]*" style="background-color:[^"]*">')


def align(test: str, reference: str, tolerance: float) -> str:
    """`test` with each number that is close enough to the one at the same place in `reference` replaced by it."""
    wanted = NUMBER.findall(reference)
    if len(NUMBER.findall(test)) != len(wanted):
        return test
    stored = iter(wanted)

    def close(match):
        other = next(stored)
        here, there = (float(number.replace(",", "")) for number in (match[0], other))
        return other if math.isclose(here, there, rel_tol=tolerance) else match[0]

    return NUMBER.sub(close, test)


def _texts(outputs, change):
    """A copy of some outputs (streams as {"stdout": text}) with `change(kind, text)` applied to each text."""
    changed = copy.deepcopy(outputs)
    for output in changed:
        for place in (output, output.get("data", {})):
            for kind in ("stdout", "text/plain", "text/html", "text/markdown"):
                if isinstance(place.get(kind), str):
                    place[kind] = change(kind, place[kind])
    return changed


def _without_pictures(kind, text):
    if kind != "text/html":
        return text
    text, frames = EXPLORER.subn("(an explorer)", PICTURE.sub('src="data:"', text))
    return COLOUR.sub("<span>", text) if frames else text


_compare = plugin.IPyNbCell.compare_outputs


def compare_outputs(self, test, ref, skip_compare=None):
    test, ref = (_texts(plugin.transform_streams_for_comparison(outputs), _without_pictures) for outputs in (test, ref))
    tags = [tag for tag in self.cell.metadata.get("tags", []) if tag.startswith("tolerance=")]
    if tags:
        stored = {}
        _texts(ref, lambda kind, text: stored.setdefault(kind, []).append(text) or text)
        tolerance = float(tags[0].partition("=")[2])
        test = _texts(
            test, lambda kind, text: align(text, stored[kind].pop(0), tolerance) if stored.get(kind) else text
        )
    # nbval reads `output_type` as an attribute, which plain dicts (its own form for streams) lack.
    plain = plugin.transform_streams_for_comparison
    plugin.transform_streams_for_comparison = list
    try:
        return _compare(self, test, ref, skip_compare)
    finally:
        plugin.transform_streams_for_comparison = plain


plugin.IPyNbCell.compare_outputs = compare_outputs
