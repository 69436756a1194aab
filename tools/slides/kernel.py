"""Runs in a notebook's kernel while `make figures` draws: takes the figures of the cells that slides use, and writes them as SVG."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from d2lrnn.plots import deck  # noqa: F401  (expressions in figures.toml draw with it)

_KEPT: dict[str, dict] = {}


def keep(name: str, figure, spec: str, folder: str) -> None:
    """Write a figure as the slide wants it. spec: its entry in figures.toml, as JSON."""
    import matplotlib
    import matplotlib.pyplot as plt
    from matplotlib.text import Text

    from d2lrnn.plots.alt import describe

    asked = json.loads(spec)
    if "axes" in asked:
        all_axes = list(figure.axes)
        kept = [all_axes[place] for place in asked["axes"]]
        for axes in (axes for axes in all_axes if axes not in kept):
            for one in kept:
                if axes in one.get_shared_x_axes().get_siblings(one) and axes.get_xlabel():  # it stood under both
                    one.set_xlabel(axes.get_xlabel())
                    one.tick_params(labelbottom=True)
            axes.remove()
    if not asked.get("legend", True):
        for legend in (*figure.legends, *(axes.get_legend() for axes in figure.axes)):
            if legend is not None:
                legend.remove()
    if "ylabel" in asked:
        figure.axes[0].set_ylabel(asked["ylabel"])
    scale = asked.get("scale", 1)
    scale = scale if isinstance(scale, list) else [scale, scale]
    wide, high = figure.get_size_inches()
    figure.set_size_inches(wide * scale[0], high * scale[1])
    for axes in figure.axes if asked.get("rasterize") else ():
        for artist in (*axes.images, *axes.collections, *axes.lines):
            artist.set_rasterized(True)
    figure.canvas.draw()
    letters = [t.get_fontsize() for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and _seen(t)]
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "d2lrnn", "path.simplify_threshold": 0.4}):
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.05
        )
    svg = re.sub(r"\s*<metadata>.*?</metadata>|<!DOCTYPE[^>]*>\s*", "", buffer.getvalue().decode(), flags=re.DOTALL)
    path = Path(folder) / f"{name}.svg"
    part = path.with_suffix(".part")
    part.write_text(svg, encoding="utf-8")
    part.replace(path)
    _KEPT[name] = {"alt": asked.get("alt") or describe(figure), "letters": round(min(letters), 2) if letters else None}
    plt.close(figure)


def _seen(text) -> bool:
    """Whether a text's axes are there and on."""
    axes = text.axes
    return axes is None or (
        axes.get_visible() and (axes.axison or text in axes.texts or text in (axes.title, axes._left_title))
    )


def watch(specs: str, folder: str) -> None:
    """From here on, a figure that the cell shows is written, too: one cell, one figure (or one for each `nth`)."""
    from IPython import get_ipython
    from matplotlib.figure import Figure

    asked = list(json.loads(specs).items())
    png = get_ipython().display_formatter.formatters["image/png"]
    usual = png.lookup_by_type(Figure)

    def formatted(figure):
        for name, spec in asked:
            if name not in _KEPT:
                keep(name, figure, json.dumps(spec), folder)
                break
        return None

    _WATCH.append((png, Figure, usual))
    png.for_type(Figure, formatted)


_WATCH: list[tuple] = []


def unwatch() -> None:
    """Figures are shown as before."""
    while _WATCH:
        png, kind, usual = _WATCH.pop()
        png.for_type(kind, usual)


def report() -> None:
    """Print what was kept, as JSON."""
    print(json.dumps(_KEPT, ensure_ascii=False))
