"""What a figure shows, in words, for readers who cannot see it: its titles, its axes, and where each curve and bar goes.

A page made from a notebook (`nbconvert`) puts it into the image's `alt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

LONGEST = 1200
"""Characters; a screen reader cannot leave an `alt` in its middle."""
_MOST = 8  # curves, bars or notes of one part that are told one by one


def describe(figure: Figure) -> str:
    """The figure in words. Curves are told by where they begin, end and turn, bars by their heights, arrays by their size and range."""
    # A colour bar belongs to the picture beside it.
    parts = [axes for axes in figure.axes if axes.get_visible() and not hasattr(axes, "_colorbar")]
    said = [" ".join(_axes(axes)) for axes in parts]
    told = [part for part in said if part]
    head = _plain(figure._suptitle.get_text()) if figure._suptitle else ""
    if len(told) > 1:
        told = [f"Part {number} of {len(told)}: {part}" for number, part in enumerate(told, 1)]
    whole = " ".join(([_sentence(head)] if head else []) + told) or "A drawing without words."
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 2].rsplit(" ", 1)[0] + " …"


def _axes(axes: Axes) -> Iterator[str]:
    title = next((t for t in (axes.get_title(loc=loc) for loc in ("left", "center", "right")) if t), "")
    if title:
        yield _sentence(_plain(title))
    for name, label in (("Across", axes.get_xlabel()), ("Upwards", axes.get_ylabel())):
        if label and axes.axison:
            yield f"{name}: {_plain(label)}."
    curves = [c for c in axes.lines if c.get_transform().contains_branch(axes.transData) and len(c.get_xdata())]
    names = {curve: _name(axes, curves, curve) for curve in curves}
    bent = [c for c in curves if np.ptp(np.nan_to_num(np.asarray(c.get_ydata(), float))) and len(c.get_xdata()) > 2]
    told = [c for c in curves if names[c] or c in bent]
    for curve in told[:_MOST]:
        yield _curve(curve, names[curve])
    if len(told) > _MOST:
        yield f"And {len(told) - _MOST} more curves."
    for bars in (c for c in axes.containers if isinstance(c, BarContainer)):
        yield _bars(axes, bars)
    for image in axes.images:
        values = np.ma.masked_invalid(image.get_array())
        if values.ndim == 2 and values.count():
            yield f"An array of {values.shape[0]} × {values.shape[1]} from {_short(values.min())} to {_short(values.max())}."
    points = sum(
        len(c.get_offsets()) for c in axes.collections if len(np.shape(c.get_offsets())) and c.get_array() is None
    )
    if points > 1 and not curves:
        yield f"{points} points."
    notes = [_plain(text.get_text()) for text in axes.texts if len(text.get_text().strip()) > 1]
    if told or axes.containers:  # a number beside a point or a bar has been told with it
        notes = [note for note in notes if any(map(str.isalpha, note))]
    if notes:
        more = f" and {len(notes) - 2 * _MOST} more" if len(notes) > 2 * _MOST else ""
        yield "Written in it: " + "; ".join(notes[: 2 * _MOST]) + more + "."


def _name(axes: Axes, curves: list, curve) -> str:
    """The curve's label, or the words that stand in the figure in its colour, if they are one text and it is the only such curve."""
    if not curve.get_label().startswith("_"):
        return _plain(curve.get_label())
    colour = to_hex(curve.get_color())
    for other in curves:
        if not other.get_label().startswith("_") and to_hex(other.get_color()) == colour:
            return _plain(other.get_label()) + ", another run"
    words = [
        _plain(t.get_text())
        for t in axes.texts
        if to_hex(t.get_color()) == colour and any(map(str.isalpha, t.get_text()))
    ]
    alone = sum(to_hex(other.get_color()) == colour for other in curves) == 1
    return words[0] if len(words) == 1 and alone else ""


def _curve(curve, name: str) -> str:
    x, y = (np.asarray(data, float) for data in (curve.get_xdata(), curve.get_ydata()))
    known = np.isfinite(x[: len(y)]) & np.isfinite(y)
    if not known.any():
        return f"{name or 'A curve'}: nothing to draw."
    x, y = x[known], y[known]
    if np.ptp(y) == 0:
        return f"{name or 'A line'}: at {_short(y[0])}."
    if np.ptp(x) == 0:
        return f"{name or 'An upright line'}: at {_short(x[0])} across."
    if words := _words(curve, x, y):
        return f"{name or 'Marks'}: {words}."
    told = f"{name or 'A curve'}: from {_short(y[0])} at {_short(x[0])} to {_short(y[-1])} at {_short(x[-1])}"
    for word, at in (("lowest", int(y.argmin())), ("highest", int(y.argmax()))):
        if y[at] not in (y[0], y[-1]):
            told += f", {word} {_short(y[at])} at {_short(x[at])}"
    return told + "."


def _words(curve, x: np.ndarray, y: np.ndarray) -> str:
    """Marks without a line, in rows that have names: each row's name and how far to the right its mark is."""
    ticks = _ticks(curve.axes.yaxis)
    rows = [ticks.get(round(float(at), 6), "") for at in y]
    if curve.get_linestyle() not in ("None", "", " ") or not all(any(map(str.isalpha, row)) for row in rows):
        return ""
    return ", ".join(f"{row} {_short(value)}" for row, value in list(zip(rows, x, strict=True))[::-1][: 2 * _MOST])


def _ticks(axis) -> dict[float, str]:
    """What is written at the places of an axis."""
    return {
        round(float(at), 6): _plain(text.get_text())
        for at, text in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    }


def _bars(axes: Axes, bars: BarContainer) -> str:
    upright = bars.orientation != "horizontal"
    sizes = [bar.get_height() if upright else bar.get_width() for bar in bars]
    places = [(bar.get_x() + bar.get_width() / 2) if upright else (bar.get_y() + bar.get_height() / 2) for bar in bars]
    ticks = _ticks(axes.xaxis if upright else axes.yaxis)
    name = "" if bars.get_label().startswith("_") else _plain(bars.get_label()) + ": "
    if len(sizes) > 2 * _MOST:
        return f"{name or 'Bars: '}{len(sizes)} of them, from {_short(min(sizes))} to {_short(max(sizes))}."
    told = [
        f"{ticks.get(round(float(at), 6)) or _short(at)} {_short(size)}" for at, size in zip(places, sizes, strict=True)
    ]
    return f"{name or 'Bars: '}" + ", ".join(told) + "."


def _plain(text: str) -> str:
    """Without the signs of mathematical typesetting, on one line."""
    text = re.sub(r"\\(mathbf|mathrm|tilde|overrightarrow|overleftarrow|text)\b", "", text)
    for sign, shown in (("odot", "⊙"), ("sigma", "σ"), ("times", "×"), ("cdot", "·"), ("varphi", "φ"), ("alpha", "α")):
        text = text.replace("\\" + sign, shown)
    text = re.sub(r"\\([a-zA-Z]+)", r"\1", text)
    return " ".join(re.sub(r"[${}]", "", text).split())


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else text + "."


def _short(value: float) -> str:
    return f"{float(value):.3g}".replace("-", "−")


def told_by_colour_alone(figure: Figure) -> list[str]:
    """Pairs of named curves of one part of the figure that differ in nothing but their colour: no reader who sees none could tell them apart.

    A curve whose name is written beside it (`labels.beside` and the like) needs no other sign.
    """
    found = []
    for axes in figure.axes:
        written = {_plain(text.get_text()) for text in axes.texts}
        named = [c for c in axes.lines if not c.get_label().startswith("_") and axes.get_legend() is not None]
        looks: dict[tuple, str] = {}
        for curve in named:
            name = _plain(curve.get_label())
            if any(name in text for text in written):
                continue
            look = (str(curve._dash_pattern), str(curve.get_marker()), curve.get_linewidth())
            if look in looks and looks[look] != name:
                found.append(f"{looks[look]} and {name}")
            looks[look] = name
    return found
