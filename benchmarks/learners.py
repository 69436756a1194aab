"""Settings of the language models that the benchmarks train, and one way to train them all."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from d2lrnn.text.batches import sequential_batches


@dataclass(frozen=True)
class Setting:
    """A network and how it is trained. seconds: of training by the clock; epochs: instead."""

    hidden: int
    dropout: float
    rows: int
    steps: int
    rate: float
    seconds: float | None = None
    epochs: float | None = None
    schedule: str = "cosine"
    cell: str = "lstm"
    layers: int = 1
    forget_bias: float = 1.0
    weight_decay: float = 0.0
    locked_dropout: bool = False
    average: float | None = None
    seed: int = 1

    def __str__(self) -> str:
        length = f"{self.seconds:g} s" if self.epochs is None else f"{self.epochs:g} epochs"
        depth = f"{self.layers} layers of " if self.layers > 1 else ""
        name = {"gru_after": "GRU (reset after the product)", "lstm": f"LSTM (forget bias {self.forget_bias:g})"}[
            self.cell
        ]
        decay = f", weight decay {self.weight_decay:g}" if self.weight_decay else ""
        locked = "locked " if self.locked_dropout else ""
        mean = "" if self.average is None else f", weights averaged after {self.average:.0%} of the run"
        return (
            f"{name}, {depth}{self.hidden} units, one-hot, {locked}dropout {self.dropout:g}, {self.rows} rows of {self.steps} steps, "
            f"Adam at {self.rate:g}{decay}, {self.schedule} to 0, clip 1{mean}, {length}, seed {self.seed}"
        )


# What the longer trainings have in common, found by trials of three to five minutes (`learning`).
RECIPE = {"steps": 32, "schedule": "linear", "locked_dropout": True, "average": 0.7}


def trained(setting: Setting, ids: np.ndarray, symbols: int, valid=None, context=(), **options):
    """A network trained on `ids`, and its history. valid: a text by which its best weights are chosen; none: those at the end are kept."""
    from d2lrnn.nn.models import LanguageModel
    from d2lrnn.train import fit

    network = LanguageModel(
        symbols,
        cell=setting.cell,
        hidden=setting.hidden,
        layers=setting.layers,
        dropout=setting.dropout,
        locked_dropout=setting.locked_dropout,
        forget_bias=setting.forget_bias,
        rng=setting.seed,
    )
    history = fit(
        network,
        sequential_batches(ids, setting.rows, setting.steps, rng=setting.seed),
        valid,
        context=context,
        seconds=setting.seconds,
        epochs=setting.epochs,
        rate=setting.rate,
        schedule=setting.schedule,
        average=setting.average,
        optimizer_settings={"weight_decay": setting.weight_decay},
        seed=setting.seed,
        progress=False,
        **options,
    )
    print(f"{setting}: {history}, {history.tokens_per_second:,.0f} tokens/s")
    return network, history


def scaled(setting: Setting, share: float) -> Setting:
    """The same for a share of its time."""
    kept = asdict(setting)
    for name in ("seconds", "epochs"):
        if kept[name] is not None:
            kept[name] *= share
    return Setting(**kept)
