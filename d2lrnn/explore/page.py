"""An explorer without a kernel: as a page of its own, and as what a notebook shows before it is trusted."""

from __future__ import annotations

import base64
import gzip
import html
import json
from functools import cache

import numpy as np

from d2lrnn.explore import bundle
from d2lrnn.explore.payload import label
from d2lrnn.explore.tokens import card, marked_up
from d2lrnn.trace.arrays import Trace

PAYLOAD, STATE = "«the payload»", "«the state»"  # where they go in a page
_STILL = 400  # tokens in the still picture
_NEGATIVE, _POSITIVE = np.array([90, 167, 222]), np.array([242, 142, 60])


# What it says where a browser cannot unpack (before 2023) is said in words.
_UNPACK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An explorer</title></head><body>
<script type="text/plain" id="packed">«packed»</script><script>
(async () => {
  try {
    const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (char) => char.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    document.open();
    document.write(text);
    document.close();
  } catch (error) {
    document.body.textContent = `This explorer cannot be unpacked here: ${error.message}. It needs a browser of 2023 or later; or run the notebook.`;
  }
})();
</script></body></html>"""


@cache
def template(title: str) -> str:
    """A page with everything in it but the payload, in base64, and the state, in JSON: `PAYLOAD` and `STATE` stand for them."""
    title = html.escape(title).replace("«", "&laquo;")  # or it might hold one of the two marks
    return (
        '<!doctype html><html lang="en" data-d2l-page=""><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{bundle.style()}\n"
        "body{margin:8px;color:#1B1F24;font-family:system-ui,sans-serif}h1{font-size:17px;margin:2px 2px 6px;overflow-wrap:anywhere}"
        "@media (prefers-color-scheme: dark){body{background:#0F1216;color:#E5E7EB}}</style></head>"
        f'<body><main><h1>{title}</h1><div id="explorer"><noscript>An explorer needs JavaScript, which is switched off here.</noscript></div></main>'
        f'<script type="text/plain" id="payload">{PAYLOAD}</script><script type="application/json" id="state">{STATE}</script>'
        f'<script type="module">{bundle.source()}\nopen(document.getElementById("explorer"));</script></body></html>'
    )


def page(payload: bytes, views: tuple[str, ...], state: dict, title: str) -> str:
    """One HTML file: the explorer as it is, which asks for nothing from anywhere."""
    said = json.dumps({"views": views, "state": state}).replace("<", "\\u003c")
    return template(title).replace(PAYLOAD, base64.b64encode(payload).decode()).replace(STATE, said)


def framed(whole: str, height: int, title: str) -> str:
    """The same within another page, in a frame that may do nothing there but run and offer files. It is packed: a notebook keeps one for each explorer."""
    packed = base64.b64encode(gzip.compress(whole.encode("utf-8", "replace"), 9, mtime=0)).decode()
    whole = _UNPACK.replace("«packed»", packed)
    return (
        f'<iframe title="{html.escape(title, quote=True)}" sandbox="allow-scripts allow-downloads" '
        f'style="width:100%;height:{height}px;border:0" srcdoc="{html.escape(whole, quote=True)}"></iframe>'
    )


def still(trace: Trace, name: str, unit: int, own: bool = False) -> str:
    """The text coloured by one unit, as HTML without a script: what is seen before a notebook is trusted. Of a long text the beginning.

    own: whether its colours are on the unit's own scale, and not on that of all.
    """
    values = trace[name][:_STILL, unit]
    scale = float(np.abs(trace[name][:, unit]).max()) or 1.0 if own else max(1.0, float(np.abs(trace[name]).max()))
    spans = []
    for token, value in zip(trace.tokens[:_STILL], values, strict=False):
        share = float(np.clip(value / scale, -1, 1))
        end = _POSITIVE if share > 0 else _NEGATIVE
        r, g, b = np.rint(255 + abs(share) * (end - 255)).astype(int)
        line = "underline" if share > 0.5 else "overline" if share < -0.5 else "none"
        style = f"background-color:rgb({r},{g},{b});text-decoration:{line}"
        spans.append(
            f'<span title="{value:.2f}" style="{style}">{marked_up(token)}</span>' + "<br>" * token.count("\n")
        )
    more = f" The first {_STILL} of {len(trace):,} tokens." if len(trace) > _STILL else ""
    caption = (
        f"Unit {unit} of the {label(name, trace)}: blue and overlined below zero, orange and underlined above.{more}"
    )
    return card("".join(spans), caption)
