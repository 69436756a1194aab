"""The explorers: from a key to the picture in Chromium, what is sent, and what a trace costs."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.report import ROOT
from benchmarks.table import Number, Row, Seconds, Section, Skip, race, same
from d2lrnn import doctor
from d2lrnn.data import corpora
from d2lrnn.text.tokenizers import CharTokenizer

TITLE = "explorers, LSTM of 256 units, every gate"
HIDDEN, KEYS, TYPED = 256, 50, 200
SOUGHT = "start of a word"
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

# From now on, keep the milliseconds from each key's own time stamp to the first task after the frame that shows what it did.
PRESSES = """root => {
  window.took = [];
  root.addEventListener('keydown', event => requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - event.timeStamp))), true);
}"""
PICTURES = "root => [...root.querySelectorAll('canvas')].map(one => one.toDataURL()).join()"

# The same for letters that the kernel has to read first: until the frame in which a picture of the longer text stands.
TYPING = """root => {
  const box = root.querySelector('textarea'), letters = root.querySelector('.d2l-letters');
  let began = null;
  window.took = [];
  box.addEventListener('keydown', event => { began ??= event.timeStamp; }, true);
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (began !== null) { window.took.push(performance.now() - began); began = null; }
  }))).observe(letters, { childList: true });
}"""
CELL = """
from d2lrnn.data import corpora
from d2lrnn.explore import LiveTyping
from d2lrnn.nn.models import LanguageModel
from d2lrnn.text.tokenizers import CharTokenizer

text = corpora.load("shakespeare/hamlet").text
tokenizer = CharTokenizer.train(text)
net = LanguageModel(len(tokenizer), cell="lstm", hidden={hidden}, rng=1)
LiveTyping(net, tokenizer, text[5000 : 5000 + {typed}])
"""


def measure(small: bool = False) -> Section:
    executable = doctor.browser()
    if not executable:
        raise Skip("benchmarks: explorers needs Chromium: `sudo apt install chromium`")
    from d2lrnn.nn.models import LanguageModel
    from d2lrnn.trace import Trace

    sys.path.insert(0, str(ROOT / "tests"))  # where the browser tests have the same server and the same student
    from browser.lab import chromium

    hidden, sizes, runs = (16, (200, 400), 1) if small else (HIDDEN, (2_000, 10_000), 5)
    text = corpora.load("shakespeare").text
    tokenizer = CharTokenizer.train(text)
    net = LanguageModel(len(tokenizer), cell="lstm", hidden=hidden, rng=1, device="cpu")
    traces = [Trace.record(net, text[:size], tokenizer) for size in sizes]
    with tempfile.TemporaryDirectory() as folder, chromium(executable) as browser:
        rows = in_a_page(browser, Path(folder), traces, runs)
        rows += [stored(traces[0].excerpt(0, sizes[0] // 4)), *recorded(net, tokenizer, text[: sizes[1]], runs)]
        rows.append(typed(browser, Path(folder), hidden, 5 if small else 24))
    rows.append(sought(net, tokenizer, text[: 4_000 if small else 100_000], runs))
    return Section(
        rows,
        (
            "A page: text and heat map, saved, opened from the disk with the network cut, in headless Chromium, 1000 × 900. A change's clock runs from the "
            "key's own time stamp to the first task after the frame that shows it, so the wait for that frame (up to 16.7 ms) is counted. Checked in the "
            "run: every key changed the picture, and the page asked for nothing. It has no kernel, so it needs none for this.",
            "On the wire: the arrays, and the modules, style and page template that go with them. In a notebook: the output as it is stored.",
            "Step by step: the scratch engine, one token a call, with the same weights; only its hidden states are kept, and compared with the trace's, "
            "which has every gate and the answers besides.",
            f"Live typing is in JupyterLab, with its kernel. Find a cell: {SOUGHT!r}, the labels turned round 20 times, no control network; reading the text "
            "is not counted.",
        ),
        ("mxnet", "numpy", "anywidget", "jupyterlab", "playwright"),
    )


def in_a_page(browser, folder: Path, traces: list, runs: int) -> list[Row]:
    """Opening, and changing the unit, for a short and a long text."""
    from browser.pages import Saved

    from d2lrnn.explore import Explorer

    rows, limits = [], ((0.016, 50.0), (0.060, None))
    for trace, (median, worst) in zip(traces, limits, strict=True):
        explorer, path = Explorer(trace), folder / f"{len(trace)}.html"
        explorer.save_html(path)
        with Saved(browser, path) as page:
            took = changes(page)
            same("a saved page asks for nothing but itself", page.asked == [path.as_uri()] and not page.complaints)
        what = (
            f"another unit, {len(trace):,} characters × {trace['layer0.h'].shape[1]} units × {len(trace.names)} arrays"
        )
        rows.append(Row(f"{what}: key to painted", Seconds(took), at_most=median))
        rows.append(Row(f"the same, the worst of {len(took)}", Number(1000 * max(took), " ms"), at_most=worst))
        if trace is traces[0]:
            opening = Seconds(tuple(opened(browser, path) for _ in range(runs)))
            sent = len(explorer._payload) + sum(
                len(part.encode()) for part in (explorer._page, explorer._esm, explorer._css)
            )
            more = [Row(f"open it, {len(trace):,} characters", opening, at_most=1.0)]
            more.append(Row("what it sends on the wire", Number(sent / 1e6, " MB"), at_most=4.0))
    return rows + more


def changes(page) -> tuple[float, ...]:
    """The seconds of each of `KEYS` changes of the unit."""
    page.ask(PRESSES)
    page.root.locator(".d2l-text").focus()
    before = page.ask(PICTURES)
    for i in range(KEYS):
        page.page.keyboard.press("ArrowDown")
        page.page.wait_for_function("count => window.took.length === count", arg=i + 1)
        now = page.ask(PICTURES)
        same("every key changed the picture", now != before)
        before = now
    return tuple(ms / 1000 for ms in page.page.evaluate("() => window.took"))


def opened(browser, path: Path) -> float:
    """Seconds from going to the page until its picture stands, in a window that has loaded nothing before."""
    from browser.pages import BLANK

    context = browser.new_context(viewport={"width": 1000, "height": 900}, offline=True)
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_function(
            "() => [...document.querySelectorAll('canvas')].length && document.querySelector('.d2l-letters')?.textContent"
        )
        page.evaluate(FRAMES)
        taken = time.perf_counter() - began
        same("every view shows something", page.locator(".d2l-explorer").evaluate(BLANK) == [])
        return taken
    finally:
        context.close()


def stored(excerpt) -> Row:
    """What an explorer of an excerpt adds to a notebook's file."""
    from d2lrnn.explore import Explorer

    bundle = Explorer(excerpt)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    size = len(json.dumps(data, ensure_ascii=False).encode())
    return Row(f"what {len(excerpt):,} characters add to a notebook", Number(size / 1e6, " MB"), at_most=1.5)


def recorded(net, tokenizer, text: str, runs: int) -> list[Row]:
    """A trace, beside the same network one step after the other."""
    from d2lrnn.trace import Trace

    scratch, ids = net.twin(engine="scratch"), tokenizer.encode(text)

    def step_by_step() -> np.ndarray:
        state, seen = None, []
        for i in range(len(ids)):
            _, state = scratch(ids[i : i + 1, None], state)
            seen.append(state[0])
        return np.stack([h.asnumpy()[0, 0] for h in seen])

    slow = "step by step"
    entrants = {"ours": lambda: Trace.record(net, text, tokenizer), slow: step_by_step}
    Trace.record(net, text[:50], tokenizer)  # graphs are traced once
    scratch(ids[:1, None], None)
    times, found = race(entrants, min(runs, 3))
    same("equal states", np.abs(found["ours"]["layer0.h"] - found[slow]).max() < 1e-5)
    return [
        Row(f"a trace of {len(text):,} characters", times["ours"], at_most=0.3),
        Row("the same, beside step by step", times["ours"], {slow: times[slow]}, times=20),
    ]


def typed(browser, folder: Path, hidden: int, keys: int) -> Row:
    """From a key to the picture of the longer text, the kernel between them."""
    from browser.lab import Lab
    from browser.student import Student

    place, context = folder / "lab", browser.new_context(viewport={"width": 1280, "height": 900})
    place.mkdir()
    with Lab(place) as lab:
        student = Student(context, lab, lab.add("live.ipynb", CELL.format(hidden=hidden, typed=TYPED - keys)))
        try:
            student.run()
            live = student.outputs("cell1").locator(".d2l-explorer")
            box = live.get_by_label("The text that the network reads")
            box.focus()
            box.press("Control+End")
            live.evaluate(TYPING)
            for i in range(keys):
                student.page.keyboard.press("the sea "[i % 8])
                student.wait(f"() => window.took.length === {i + 1}")
            took = student.page.evaluate("() => window.took")
            same("all letters were read", len(live.locator(".d2l-letters").inner_text()) >= TYPED - keys)
        finally:
            student.close()
            context.close()
    print(f"live typing: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms")
    return Row(
        f"live typing, up to {TYPED} characters: key to painted", Seconds(tuple(ms / 1000 for ms in took)), at_most=0.15
    )


def sought(net, tokenizer, text: str, runs: int) -> Row:
    """One predicate, over all units of all arrays."""
    from d2lrnn.trace import Trace
    from d2lrnn.trace.find import find

    trace = Trace.record(net, text, tokenizer)
    times, _ = race({"ours": lambda: find(trace, SOUGHT, rng=1)}, min(runs, 3))
    units = sum(array.shape[1] for array in trace.arrays.values())
    return Row(f"find a cell, {len(text):,} characters, {units:,} units", times["ours"], at_most=2.0)
