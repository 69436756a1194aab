"""`Panel`: controls above one picture, redrawn by a function whenever a control moves.

The picture is an image or a piece of HTML, never an `Output` widget: those lose figures and can hang a batch run.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable

import ipywidgets as widgets

from d2lrnn.explore.names import Names


class Panel(widgets.VBox):
    """Controls above a picture that `draw(**values)` makes from their values.

    draw: takes one keyword argument for each control; returns a matplotlib Figure or a string of HTML (escape any text in it with `html.escape`).
    describe: one sentence that says what the picture shows: its alternative text, and part of the stable `repr`.
    controls: ipywidgets by argument name. A control without a description gets its name.

    The controls' values are in `values`. If `draw` raises ValueError, its message takes the picture's place, so that input typed by a reader
    never loses the panel; any other exception is a defect and is raised.
    """

    def __init__(self, draw: Callable, *, describe: str, **controls: widgets.Widget):
        if not controls:
            raise ValueError("Panel: at least one control is needed, e.g. day=widgets.IntSlider(...)")
        self._draw, self._describe, self._controls = draw, describe, controls
        for name, control in controls.items():
            if not getattr(control, "description", "x"):
                control.description = name.replace("_", " ")
        # All labels as wide as the widest, so that the controls stand in line. A "ch" is a zero's width, more than most letters take.
        # A checkbox has its words at its other side.
        beside = [control for control in controls.values() if not isinstance(control, widgets.Checkbox)]
        longest = max((len(getattr(control, "description", "")) for control in beside), default=0)
        for control in controls.values():
            control.style = {"description_width": f"{longest + 1}ch"}
            if control.tooltip is None:
                control.tooltip = getattr(control, "description", "")  # without one, a label's tooltip reads "null"
            # ipywidgets forgets its own classes on some controls: a row of buttons then has its label above, a slider stands 2 pixels off.
            control.add_class("jupyter-widgets")
            buttons = isinstance(control, widgets.ToggleButtons)
            if buttons:
                control.add_class("widget-inline-hbox")
            if not control.layout.width:
                wide = isinstance(control, (widgets.Text, widgets.Textarea, widgets.Checkbox)) or (
                    isinstance(control, widgets.Dropdown) and max(map(len, control._options_labels), default=0) > 24
                )
                control.layout.width = "auto" if buttons else "min(60em, 98%)" if wide else "min(34em, 98%)"
            control.observe(self._redraw, names="value")
        self._picture = widgets.HTML()
        self._picture.add_class("d2lrnn-picture")
        super().__init__([*controls.values(), self._picture, Names()])
        self._redraw()

    @property
    def values(self) -> dict:
        """What each control stands at."""
        return {name: control.value for name, control in self._controls.items()}

    @property
    def picture(self) -> str:
        """The HTML that is shown now."""
        return self._picture.value

    def _redraw(self, _change=None) -> None:
        try:
            drawn = self._draw(**self.values)
        except ValueError as error:
            self._picture.value = f'<p role="alert" style="color:#B00020;font-size:14px">{html.escape(str(error))}</p>'
            return
        self._picture.value = drawn if isinstance(drawn, str) else _image(drawn, self._describe)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"Panel({self._describe} | {values})"

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and beside it the picture as HTML for readers without a kernel (an exported page)."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        if data is not None:
            note = "Run the notebook to move the controls. " + "; ".join(f"{k} = {v}" for k, v in self.values.items())
            data["text/html"] = f"<div>{_still(self.picture)}<p><small>{html.escape(note)}</small></p></div>"
        return (data, *rest) if rest else data


def _still(picture: str) -> str:
    """The same HTML with each drawing (SVG) as an image: JupyterLab takes drawings out of stored HTML that it does not trust."""

    def image(found: re.Match) -> str:
        drawing = (
            found[0] if "xmlns=" in found[1] else found[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        )
        title = re.search(r"<title>(.*?)</title>", drawing, re.DOTALL)
        style = re.search(r'style="([^"]*)"', found[1])
        data = base64.b64encode(drawing.encode()).decode()
        # What stands in a title is escaped for text; an attribute needs its quotes escaped too.
        alt = title[1].replace('"', "&quot;") if title else ""
        return f'<img alt="{alt}" style="{style[1] if style else "max-width:100%"}" src="data:image/svg+xml;base64,{data}">'

    return re.sub(r"<svg\b([^>]*)>.*?</svg>", image, picture, flags=re.DOTALL)


def _image(figure, describe: str) -> str:
    """The figure as an <img> that carries its own pixels, and the figure closed."""
    import matplotlib.pyplot as plt

    buffer = io.BytesIO()
    dpi = 140
    figure.savefig(buffer, format="png", dpi=dpi)
    width, height = (round(inches * 100) for inches in figure.get_size_inches())
    plt.close(figure)
    data = base64.b64encode(buffer.getvalue()).decode()
    # Its size is told beforehand: the page keeps the place, and does not jump, while the next picture is decoded.
    size = f'width="{width}" height="{height}" style="max-width:100%;height:auto"'
    return f'<img alt="{html.escape(describe, quote=True)}" {size} src="data:image/png;base64,{data}">'
