"""`python -m d2lrnn train`: a text, a network, and how it does beside a model that counts."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path

from d2lrnn.commands import Wrong
from d2lrnn.data import corpora
from d2lrnn.text.baseline import Parts, Score, counted_baseline
from d2lrnn.text.batches import random_batches, sequential_batches, split
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer

_CONTEXT = 256  # tokens that a network reads, unscored, before each row of a held-out text
_SAMPLE = 300


def train(chosen) -> int:
    """Train as the arguments say, and report. Returns the exit status."""
    out = Path(chosen.out)
    _check(chosen, out)
    text = _Text(chosen)
    print(text, flush=True)

    from d2lrnn import device as devices
    from d2lrnn import train as training
    from d2lrnn.generate import generate
    from d2lrnn.nn.models import LanguageModel

    contexts = devices.choose_all(chosen.device)
    cut = sequential_batches if chosen.partition == "sequential" else random_batches
    parts, batches = text.parts, cut(text.parts.train, chosen.batch, chosen.steps_per_row, rng=chosen.seed)
    network = LanguageModel(
        len(parts.tokenizer), cell=chosen.cell, hidden=chosen.hidden, layers=chosen.layers, embedding=chosen.embedding, dropout=chosen.dropout,
        locked_dropout=chosen.locked_dropout, residual=chosen.residual, engine=chosen.engine, device=contexts[0], rng=chosen.seed,
    )  # fmt: skip
    recipe = _recipe(chosen, len(batches))
    where = (
        devices.describe(contexts[0])
        if chosen.device is None
        else f"{', '.join(map(str, contexts))} (--device says so)"
    )
    print(_plan(chosen, network, recipe, len(batches), where), flush=True)
    counted = None if chosen.no_baseline else counted_baseline(parts)
    if counted is not None:
        print(f"to beat   {_name(counted)}: {text.measures('valid', counted.valid)}", flush=True)

    history = training.fit(
        network, batches, parts.valid, context=parts.before("valid", _CONTEXT), tokenizer=parts.tokenizer, checkpoint=out, resume=chosen.resume,
        devices=contexts, watch=[_Looks(text)], **recipe,
    )  # fmt: skip
    write = f"To write with it:\n{_command('generate', chosen.out, '--prompt', 'TEXT')}"
    if history.stopped == "interrupted":
        print(f"\nInterrupted after {history.steps:,} steps; {out} keeps them. To go on:\n{_again(chosen)}\n{write}")
        return 130

    results = {_named(chosen): {part: _score(training, network, parts, part) for part in ("valid", "test")}}
    if counted is not None:
        results[_name(counted)] = {"valid": counted.valid, "test": counted.test}
    print(
        f"{out} keeps the weights of step {history.best[0]:,}, the best on the validation text ({history.stopped}).\n"
    )
    print(text.table(results))
    print(f"\nA sample, temperature 0.8, seed {chosen.seed}:\n")
    print(generate(network, parts.tokenizer, "", _SAMPLE, temperature=0.8, rng=chosen.seed).strip("\n"))
    print(f"\n{write}")
    return 0


def _check(chosen, out: Path) -> None:
    """What can be found wrong before the text is read. Raises Wrong."""
    if out.exists() and not out.is_file():
        raise Wrong(f"--out: {out} is there and is no file; name a file, e.g. {out / 'run.npz'}")
    if out.exists() and not chosen.resume:
        raise Wrong(f"--out: {out} is there already; add --resume to go on with it, or name another file")
    if not out.parent.is_dir():
        raise Wrong(f"--out: there is no folder {out.parent}; make it first, or name a file in another one")
    if chosen.tokenizer == "bpe" and chosen.min_freq is not None:
        raise Wrong("--min-freq is for characters and words; byte pairs have --merges")
    if chosen.tokenizer != "bpe" and chosen.merges is not None:
        raise Wrong(f"--merges is for --tokenizer bpe, got {chosen.tokenizer}")
    if chosen.locked_dropout and not chosen.dropout:
        raise Wrong("--locked-dropout says how to drop, and --dropout how much: give both")
    if chosen.valid + chosen.test >= 1:
        raise Wrong(f"--valid and --test must leave something to learn from, got {chosen.valid:g} and {chosen.test:g}")


def _tokenizer(chosen, text: str):
    if chosen.tokenizer == "bpe":
        return BPETokenizer.train(text, 1000 if chosen.merges is None else chosen.merges)
    kind, rare = {"char": (CharTokenizer, 0), "word": (WordTokenizer, 5)}[chosen.tokenizer]
    return kind.train(text, min_freq=rare if chosen.min_freq is None else chosen.min_freq)


class _Text:
    """The text in its three parts: `parts` as ids, and how many characters each has, so that losses can be told a character."""

    def __init__(self, chosen):
        self.corpus = corpora.load(chosen.corpus)
        texts = split(self.corpus.text, (1 - chosen.valid - chosen.test, chosen.valid, chosen.test))
        tokenizer = _tokenizer(chosen, texts[0])
        self.parts = Parts(chosen.corpus, tokenizer, *map(tokenizer.encode, texts))
        self.characters = dict(zip(("train", "valid", "test"), map(len, texts), strict=True))
        self.kind = {"char": "characters", "word": "words", "bpe": "byte pairs"}[chosen.tokenizer]

    def __str__(self) -> str:
        parts, n = self.parts, self.characters
        unknown = f"; {(parts.test == 0).mean():.2%} of the test text is <unk>" if (parts.test == 0).any() else ""
        tokens = (
            ""
            if self.kind == "characters"
            else f" ({len(parts.train):,} + {len(parts.valid):,} + {len(parts.test):,} tokens)"
        )
        return (
            f"text      {self.corpus.title}: {n['train']:,} characters to learn from, {n['valid']:,} to choose by, {n['test']:,} to judge by{tokens}\n"
            f"tokens    {self.kind}, a vocabulary of {len(parts.tokenizer):,}{unknown}"
        )

    def bits_a_character(self, part: str, score: Score) -> float:
        return score.bits * score.tokens / self.characters[part]

    def measures(self, part: str, score: Score) -> str:
        bits = self.bits_a_character(part, score)
        return f"held-out loss {score.nats:.3f} nats, perplexity {score.perplexity:.2f}, {bits:.3f} bits a character"

    def table(self, results: dict[str, dict[str, Score]]) -> str:
        """Names downwards, measures on the test text across, the best one marked; the validation text beside it."""
        width = max(map(len, results))
        lines = [f"{'on the test text':{width}}    nats  perplexity  bits/character   (validation: perplexity)"]
        for name, scores in results.items():
            test = scores["test"]
            lines.append(
                f"{name:{width}}  {test.nats:6.3f}  {test.perplexity:10.2f}  {self.bits_a_character('test', test):14.3f}   {scores['valid'].perplexity:.2f}"
            )
        if len(results) == 2:
            (ours, mine), (counts, theirs) = ((name, scores["test"].nats) for name, scores in results.items())
            winner = ours if mine < theirs else f"{counts}, which only counts,"
            lines.append(f"{winner} is better by {abs(mine - theirs):.3f} nats a token.")
        if (self.parts.test == 0).any():
            lines.append(
                "(<unk> is easier to predict than what it stands for: compare these numbers with those of the same tokens only.)"
            )
        return "\n".join(lines)


class _Looks:
    """Prints a line at each look at the validation text, above the bar if there is one."""

    def __init__(self, text: _Text):
        self._text, self._said = text, -1

    def __call__(self, network, history) -> None:
        from tqdm import tqdm

        step, loss = history.valid[-1]
        if step == self._said:  # a run that ends on a look comes here twice
            return
        self._said = step
        score = Score(loss, len(self._text.parts.valid))
        tqdm.write(
            f"step {step:>7,}  {history.seconds:6.1f} s  {self._text.measures('valid', score)}  ({history.tokens_per_second:,.0f} tokens/s)",
            file=sys.stdout,
        )
        sys.stdout.flush()


def _recipe(chosen, steps_an_epoch: int) -> dict:
    """The settings of `fit`."""
    epochs = chosen.epochs or (None if chosen.steps or chosen.seconds else 3.0)
    total = chosen.steps or (math.ceil(epochs * steps_an_epoch) if epochs else 10 * min(steps_an_epoch, 500))
    return {
        "epochs": epochs, "steps": chosen.steps, "seconds": chosen.seconds, "optimizer": chosen.optimizer,
        "rate": chosen.rate or {"adam": 0.004, "sgd": 1.0}[chosen.optimizer], "schedule": chosen.schedule,
        "clip": chosen.clip or None, "average": chosen.average,
        "evaluate_every": chosen.look_every or max(1, min(1000, math.ceil(total / 10))), "patience": chosen.patience, "seed": chosen.seed,
    }  # fmt: skip


def _plan(chosen, network, recipe: dict, steps_an_epoch: int, where: str) -> str:
    layers = f"{chosen.layers} layer{'s' * (chosen.layers > 1)} of {chosen.hidden}"
    dropout = f", {'locked ' * chosen.locked_dropout}dropout {chosen.dropout:g}" if chosen.dropout else ""
    inputs = f"embedding of {chosen.embedding}" if chosen.embedding else "one-hot"
    if recipe["seconds"]:
        length = f"{recipe['seconds']:g} s"
    elif recipe["steps"]:
        length = f"{recipe['steps']:,} steps, {recipe['steps'] / steps_an_epoch:.2g} epochs"
    else:
        length = f"{math.ceil(recipe['epochs'] * steps_an_epoch):,} steps, {recipe['epochs']:g} epochs"
    clip = f"clipped at {chosen.clip:g}" if chosen.clip else "not clipped"
    average = "" if chosen.average is None else f", weights averaged after {chosen.average:.0%} of the run"
    return (
        f"network   {chosen.cell}, {layers}, {inputs}{dropout}: {network.parameters.size:,} weights, {network.engine} engine, on {where}\n"
        f"training  {length}, {chosen.batch} rows of {chosen.steps_per_row} tokens, {chosen.partition}, {chosen.optimizer} at {recipe['rate']:g}, "
        f"gradient {clip}{average}, seed {chosen.seed}"
    )


def _score(training, network, parts: Parts, part: str) -> Score:
    return training.score(network, getattr(parts, part), parts.before(part, _CONTEXT), rows=32)


def _named(chosen) -> str:
    return f"{chosen.cell}, {chosen.layers} × {chosen.hidden} units"


def _name(counted) -> str:
    return f"Kneser–Ney, order {counted.model.order}"


def _command(*words: str) -> str:
    return f"python -m d2lrnn {shlex.join(words)}"


def _again(chosen) -> str:
    return _command(*chosen.words, *([] if chosen.resume else ["--resume"]))
