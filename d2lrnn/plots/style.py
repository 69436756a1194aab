"""Colours and fonts of every figure. The palette is Okabe and Ito's (2008), which colour-blind readers can tell apart."""

from __future__ import annotations

BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
SKY, YELLOW, PINK = "#56B4E9", "#E69F00", "#CC79A7"
INK, GREY, PALE = "#1B1F24", "#6B7280", "#E5E7EB"
CYCLE = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY, INK)
# A tint, a strong colour and a line for each row of a minibatch; readers who see no colour go by the numbers.
ROWS = (
    ("#CFE5F4", "#0072B2", "solid"),
    ("#F9D5BE", "#B34700", "dashed"),
    ("#C3EBDD", "#007A59", "double"),
    ("#F2D8E6", "#A8447F", "dotted"),
    ("#F8E3B0", "#8F6200", "solid"),
    ("#DDEFFA", "#1F78A8", "dashed"),
)

_RC = {
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "font.size": 10.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "d2lrnn",
}


def use() -> None:
    """Set the course's matplotlib style, and where the code runs in a notebook sharp PNG figures that carry their description as `alt`."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(_RC)
    mpl.rcParams["axes.prop_cycle"] = cycler(color=CYCLE)
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        from matplotlib.figure import Figure
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("png", dpi=160)
        png = shell.display_formatter.formatters["image/png"]
        png.for_type(Figure, _described(png.lookup_by_type(Figure)))


def _described(formatter):
    """A figure's image, and beside it what it shows in words (`alt`)."""
    from d2lrnn.plots.alt import describe

    def formatted(figure):
        image = formatter(figure)
        return None if image is None else (image, {"alt": describe(figure)})

    return formatted
