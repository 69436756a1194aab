"""`python -m d2lrnn explore`: a trace, or a network and a text, as one HTML page."""

from __future__ import annotations

from pathlib import Path

from d2lrnn import npz, pretrained
from d2lrnn.commands import Wrong
from d2lrnn.explore import Explorer, GradientExplorer
from d2lrnn.explore.gradient import MOST as MOST_BACK
from d2lrnn.explore.payload import MOST_TOKENS
from d2lrnn.explore.saturation import is_gate
from d2lrnn.text.restoring import TAGS
from d2lrnn.trace import Trace
from d2lrnn.train import checkpoints

VIEWS = ("text", "heat", "predictions", "step", "saturation", "snippets", "trajectories", "gradient", "connectivity")
"""Those that a page without a kernel can show of one trace."""


def explore(chosen) -> int:
    """Write the page that the arguments ask for. Returns the exit status."""
    path = Path(chosen.file)
    if chosen.file in pretrained.names() and not path.exists():
        path = pretrained.where(chosen.file)
    out = Path(chosen.out or f"{path.stem}.html")
    if out.exists() and not out.is_file():
        raise Wrong(f"--out: {out} is there and is no file; name a file, e.g. {out / 'page.html'}")
    if not out.parent.is_dir():
        raise Wrong(f"--out: there is no folder {out.parent}; make it first, or name a file in another one")
    if out.exists() and not chosen.force:
        raise Wrong(f"--out: {out} is there already; name another file, or overwrite it with --force")
    text = _text(chosen)
    if npz.kind(path) == "trace":
        if text is not None:
            raise Wrong("--text: a trace has its text already; --text is for a network")
        network, trace = None, Trace.load(path)
    else:
        network, trace = _recorded(chosen, path, text)
    trace = _part(chosen, trace)
    views = _views(chosen, network, trace)
    state = {"t": 0} | _place(chosen, trace)
    if {"gradient", "connectivity"} & set(views):
        explorer = GradientExplorer(network, trace, views=views, state=state)
    else:
        explorer = Explorer(trace, views, state=state)
    explorer.save_html(out)
    print(
        f"{out}: {len(trace):,} tokens; {', '.join(views)}; {out.stat().st_size / 1e6:.1f} MB, needs neither kernel nor network"
    )
    return 0


def _text(chosen) -> str | None:
    if chosen.text is not None and chosen.text_file is not None:
        raise Wrong("--text and --text-file: give one of them")
    if chosen.text_file is None:
        return chosen.text
    try:
        return Path(chosen.text_file).read_text(encoding="utf-8")
    except OSError as error:
        raise Wrong(f"--text-file: {chosen.text_file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Wrong(f"--text-file: {chosen.text_file} is no text in UTF-8: {error}") from error


def _recorded(chosen, path: Path, text: str | None):
    stored = checkpoints.load(path)
    tokenizer = stored.tokenizer()
    if not text:
        raise Wrong(f"{chosen.file} is a network, and has to read something: give it --text or --text-file")
    if tokenizer is None:
        raise checkpoints.CheckpointError(
            f"{chosen.file} holds a network without a tokenizer, so it cannot read a text"
        )
    network = stored.network(device="cpu")
    classes = TAGS if stored.about.get("card", {}).get("name") == "tagger" else ()
    title = stored.about.get("card", {}).get("what") or path.stem
    return network, Trace.record(
        network, text, tokenizer, unknown=chosen.unknown == "allow", classes=classes, title=title
    )


def _part(chosen, trace: Trace) -> Trace:
    start, stop = getattr(chosen, "from"), len(trace) if chosen.to is None else chosen.to
    if not start < stop <= len(trace):
        raise Wrong(f"--from and --to: there are {len(trace):,} tokens, 0 to {len(trace):,}; got {start:,} to {stop:,}")
    if stop - start > MOST_TOKENS:
        raise Wrong(
            f"{stop - start:,} tokens are too many for a page, which shows {MOST_TOKENS:,}: take a part with --from and --to"
        )
    return trace if (start, stop) == (0, len(trace)) else trace.excerpt(start, stop)


def _views(chosen, network, trace: Trace) -> list[str]:
    """Those that were asked for, or all that have something to show."""
    followed = network is not None and trace.logits is not None and len(trace) <= MOST_BACK
    lacks = {
        "predictions": "" if trace.logits is not None else "the trace has no answers (logits)",
        "saturation": "" if any(map(is_gate, trace.names)) else "there are no gates",
        "gradient": "" if followed else f"a network with answers is needed, and {MOST_BACK} tokens at most",
    }
    lacks["connectivity"] = lacks["gradient"]
    if chosen.views is None:
        return [name for name in VIEWS if name != "step" and not lacks.get(name)]
    wanted = [name.strip() for name in chosen.views.split(",") if name.strip()]
    for name in wanted:
        if name not in VIEWS:
            raise Wrong(f"--views: there is no view {name!r} of one trace in a page; there are {', '.join(VIEWS)}")
        if lacks.get(name):
            raise Wrong(f"--views: {name} cannot be shown: {lacks[name]}")
    if not wanted:
        raise Wrong(f"--views: at least one of {', '.join(VIEWS)} is needed")
    return wanted


def _place(chosen, trace: Trace) -> dict:
    state = {}
    if chosen.array is not None:
        if chosen.array not in trace.arrays:
            raise Wrong(f"--array: there is no {chosen.array!r}; there are {', '.join(trace.names)}")
        state["array"] = chosen.array
    if chosen.unit is not None:
        name = chosen.array or next((name for name in trace.names if name.endswith("h")), trace.names[0])
        units = trace[name].shape[1]
        if chosen.unit >= units:
            raise Wrong(f"--unit: {name} has the units 0 to {units - 1}, got {chosen.unit}")
        state["unit"] = chosen.unit
    return state
