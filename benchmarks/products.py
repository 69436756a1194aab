"""Where a training step goes: the machine's own speed of matrix products at the step's shapes, and the parts of `fit`, each timed with all before it.

T time steps, B rows, V symbols, H hidden units, G gates.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.table import Rate, Row, Seconds, Section, turns
from benchmarks.training import CELLS, CLIP, RATE, Bench, Sizes, fitting

TITLE = "matrix products, and what a training step does besides"
FLOPS = 1e9  # of products in one timing of a shape


def measure(small: bool = False) -> Section:
    from d2lrnn import device

    bench = Bench.made(small)
    sizes = bench.sizes
    device.use_threads(sizes.threads)
    try:
        speeds = Speeds(sizes.runs, FLOPS / (20_000 if small else 1))
        rows = [speeds.row(256 if small else 2048, 256 if small else 2048, 256 if small else 2048, "a large product")]
        for name, cell in CELLS.items():
            rows += of_cell(bench, speeds, name, cell)
    finally:
        device.use_threads()
    return Section(
        rows,
        (
            f"One step of `fit`: {sizes.rows} rows of {sizes.length} characters, {bench.symbols} symbols, {sizes.hidden} hidden units, one-hot inputs, "
            f"{sizes.threads} threads.",
            "A shape (m×k)·(k×n) is timed in MXNet and in NumPy (OpenBLAS), many products one after the other; the machine's own speed at that shape is the "
            "better of the two. A product is 2 m k n floating-point operations.",
            "A cell's products: with G gates, (T B×V)·(V×G H) for the inputs of all steps at once, and the gradient of its weights; "
            "T times (B×H)·(H×G H) forward and (B×G H)·(G H×H) backward; (G H×T B)·(T B×H) for the gradient of the recurrent weights; "
            "three of the output layer. Their time alone is that of each at the machine's own speed at its shape, added up; "
            "the ratio in that row is the share of this speed that the step reaches.",
            "The parts: each is timed together with all before it, in turns, and what it adds is the difference, 0 if noise made it negative. "
            "Python and data are what `fit` takes beyond the others: cutting minibatches, reading losses, keeping the history.",
        ),
        ("mxnet", "numpy"),
    )


class Speeds:
    """The machine's own speed at each shape, measured once."""

    def __init__(self, runs: int, flops: float):
        self._runs, self._flops, self._known = runs, flops, {}

    def of(self, m: int, k: int, n: int) -> tuple[Rate, Rate]:
        """MXNet's and NumPy's speed at (m×k)·(k×n), GFLOP/s."""
        from mxnet import np as mxnp
        from mxnet import npx

        if (m, k, n) not in self._known:
            rng = np.random.default_rng(0)
            a, b = (rng.normal(size=shape).astype(np.float32) for shape in ((m, k), (k, n)))
            A, B = mxnp.array(a), mxnp.array(b.T.copy())  # as the weights of a layer lie, (n, k)
            count = max(2, int(self._flops / (2 * m * k * n)))

            def ours() -> float:
                npx.waitall()
                began = time.perf_counter()
                for _ in range(count):
                    npx.fully_connected(A, B, num_hidden=n, no_bias=True)
                npx.waitall()
                return time.perf_counter() - began

            def plain() -> float:
                began = time.perf_counter()
                for _ in range(count):
                    a @ b
                return time.perf_counter() - began

            times = turns({"MXNet": ours, "NumPy": plain}, self._runs, 0.3 if self._runs > 1 else 0)
            done = 2e-9 * m * k * n * count
            self._known[m, k, n] = tuple(Rate(tuple(done / s for s in t.runs), "GFLOP/s") for t in times.values())
        return self._known[m, k, n]

    def seconds(self, m: int, k: int, n: int, count: int = 1) -> float:
        """Of `count` products at the machine's own speed."""
        return 2e-9 * m * k * n * count / max(rate.value for rate in self.of(m, k, n))

    def row(self, m: int, k: int, n: int, what: str) -> Row:
        mxnet, plain = self.of(m, k, n)
        return Row(f"({m}×{k})·({k}×{n}), {what}: MXNet", mxnet, {"NumPy": plain}, paired=True)


def products(sizes: Sizes, symbols: int, gates: int) -> list[tuple]:
    """A step's products: m, k, n, how many, what for. The gradient of one-hot inputs is not needed, so it is not counted."""
    T, B, H, V = sizes.length, sizes.rows, sizes.hidden, symbols
    GH = gates * H
    return [
        (T * B, V, GH, 1, "inputs, forward"),
        (B, H, GH, T, "one time step, forward"),
        (B, GH, H, T, "one time step, backward"),
        (GH, T * B, H, 1, "gradient of the recurrent weights"),
        (GH, T * B, V, 1, "gradient of the input weights"),
        (T * B, H, V, 1, "output layer, forward"),
        (T * B, V, H, 1, "output layer, backward"),
        (V, T * B, H, 1, "output layer, gradient of the weights"),
    ]


def of_cell(bench: Bench, speeds: Speeds, name: str, cell: str) -> list[Row]:
    """The speeds at a cell's shapes, its whole step against its products alone, and its parts."""
    from d2lrnn.nn.cells import cell_named

    sizes = bench.sizes
    shapes = products(sizes, bench.symbols, len(cell_named(cell).gates))
    flops = sum(2 * m * k * n * count for m, k, n, count, _ in shapes)
    alone = sum(speeds.seconds(m, k, n, count) for m, k, n, count, _ in shapes)
    rows = [speeds.row(m, k, n, f"{name}, {what}") for m, k, n, _, what in shapes[:5]]
    times = {part: t.per(sizes.steps) for part, t in parts(bench, cell).items()}
    whole = times["Python and data"]
    what = f"{name}, the whole step: {flops / 1e9:.3g} GFLOP of products at {flops / 1e9 / whole.value:.3g} GFLOP/s"
    rows.append(Row(what, whole, {"its products alone": Seconds((alone,))}))
    before = Seconds((0.0,) * len(whole.runs))
    for part, upto in times.items():
        added = Seconds(tuple(max(0.0, b - a) for a, b in zip(before.runs, upto.runs, strict=True)))
        rows.append(Row(f"{name}, of that: {part} ({added.value / whole.value:.0%})", added))
        before = upto
    return rows


def parts(bench: Bench, cell: str) -> dict[str, Seconds]:
    """The seconds of `steps` steps up to and with each part, in the order in which they come."""
    import mxnet as mx

    from d2lrnn.nn.compiled import Compiled
    from d2lrnn.train.clipping import Clipping
    from d2lrnn.train.optimizers import Adam

    sizes, network = bench.sizes, bench.network(cell)
    layers, arrays = network.layers, list(network.parameters.arrays.values())
    batch = tuple(network.array(part) for part in next(iter(bench.batches(1))))
    state = network.begin_state(sizes.rows)
    adam = Adam()
    memory, clipping = adam.begin(network.parameters), Clipping(CLIP)

    def recurrent(T, X, *rest):
        named = network._named(rest[layers.states :])
        outputs, end = layers.run("fused", T, X, rest[: layers.states], named)
        return [outputs, *end]

    operator = Compiled(recurrent)
    used = [batch[0], *state, *arrays]

    def forward():
        with mx.autograd.record():
            return operator((sizes.length,), used)[0]

    def learn():
        with mx.autograd.record():
            loss, _ = network.loss(batch, state)
        loss.backward()
        return loss

    def update():
        _, factor = clipping(learn(), network.parameters.grad)
        adam.update(network.parameters, memory, 1, RATE, factor)

    def timed(call):
        def run() -> float:
            began = time.perf_counter()
            for _ in range(sizes.steps):
                call()
            mx.npx.waitall()
            return time.perf_counter() - began

        return run

    return turns(
        {
            "the recurrent operator, forward": timed(forward),
            "the recurrent operator, backward": timed(lambda: forward().backward()),
            "output layer and loss, both ways": timed(learn),
            "norm, clipping, Adam": timed(update),
            "Python and data": fitting(bench, bench.network(cell), sizes.steps),
        },
        sizes.runs,
        0,
    )
