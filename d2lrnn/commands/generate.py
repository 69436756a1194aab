"""`python -m d2lrnn generate`: text from a checkpoint, on standard output."""

from __future__ import annotations

import secrets
import sys

import numpy as np

from d2lrnn import generate as writing
from d2lrnn.commands import Wrong
from d2lrnn.generate.writing import encoded, writable
from d2lrnn.text.tokenizers import Tokenizer
from d2lrnn.train import checkpoints


def generate(chosen) -> int:
    """Write as the arguments say. Returns the exit status."""
    _check(chosen)
    stored = checkpoints.load(chosen.checkpoint)
    tokenizer = stored.tokenizer()
    if tokenizer is None:
        raise checkpoints.CheckpointError(
            f"{chosen.checkpoint} holds a network without a tokenizer, so it cannot write"
        )
    if (kind := stored.about["network"].get("kind")) != "LanguageModel":
        raise checkpoints.CheckpointError(
            f"{chosen.checkpoint} holds a network of the kind {kind}; a LanguageModel writes"
        )
    network = stored.network(device=chosen.device)
    if hasattr(sys.stdout, "reconfigure"):  # a terminal that cannot show a character shows a question mark
        sys.stdout.reconfigure(errors="replace")
    if chosen.method == "beam":
        _show(_beams(chosen, network, tokenizer))
        return 0
    seed = secrets.randbelow(2**31) if chosen.seed is None else chosen.seed
    temperature = 1.0 if chosen.temperature is None else chosen.temperature
    how = {
        "length": chosen.length, "method": chosen.method, "temperature": temperature, "top_k": chosen.top_k, "top_p": chosen.top_p,
        "stop": chosen.stop, "rng": seed, "unknown": chosen.unknown,
    }  # fmt: skip
    if chosen.number > 1:
        texts = writing.generate(network, tokenizer, [chosen.prompt] * chosen.number, **how)
        _show([(str(n), text) for n, text in enumerate(texts, 1)])
    else:
        pieces = writing.stream(network, tokenizer, chosen.prompt, **how)
        try:
            for piece in pieces:
                print(piece, end="", flush=True)
        finally:
            print(flush=True)
    if chosen.method == "sample" and chosen.seed is None and temperature:
        print(f"(--seed {seed} writes this again)", file=sys.stderr)
    return 0


def _check(chosen) -> None:
    """Options of another method are a mistake, not to be passed over. Raises Wrong."""
    of = {
        "temperature": "sample", "top_k": "sample", "top_p": "sample", "seed": "sample", "beams": "beam",
    }  # fmt: skip
    for name, method in of.items():
        if getattr(chosen, name) is not None and chosen.method != method:
            raise Wrong(f"--{name.replace('_', '-')} is for --method {method}, and the method is {chosen.method}")
    if chosen.stop == "":
        raise Wrong("--stop: a text that is not empty is needed")
    if chosen.method == "greedy" and chosen.number > 1:
        raise Wrong(f"--number: greedy has one text to write, got {chosen.number}; draw them, or use --method beam")
    if chosen.method == "beam" and chosen.number > (chosen.beams or 5):
        raise Wrong(
            f"--number: a beam of {chosen.beams or 5} finds as many texts, got {chosen.number}; widen it with --beams"
        )
    if chosen.method == "beam" and chosen.length < 1:
        raise Wrong("--length: beam search needs 1 or more")


def _beams(chosen, network, tokenizer: Tokenizer) -> list[tuple[str, str]]:
    """The likeliest texts, the best first, each with its log-probability as a heading."""
    start = chosen.prompt or next((mark for mark in ("\n", " ") if mark in tokenizer.vocab), "")
    if not start:
        raise Wrong("--prompt: beam search needs one here, for the vocabulary has neither a line break nor a space")
    ids, end = encoded(tokenizer, start, chosen.unknown), None
    if chosen.stop is not None:
        if chosen.stop not in tokenizer.vocab:
            raise Wrong(f"--stop: beam search ends at one token, and {chosen.stop!r} is none of this network's")
        end = tokenizer.vocab[chosen.stop]
    found = writing.beam_search(
        network, ids, width=chosen.beams or 5, length=chosen.length, end=end, never=np.flatnonzero(~writable(tokenizer))
    )
    texts = []
    for n, beam in enumerate(found[: chosen.number], 1):
        line = [*beam.ids, end] if beam.ended else beam.ids
        whole = tokenizer.decode([*ids, *line])  # together: words are joined by what stands between them
        texts.append((f"{n}, log-probability {beam.log_prob:.2f}", whole if chosen.prompt else whole[len(start) :]))
    return texts


def _show(texts: list[tuple[str, str]]) -> None:
    for heading, text in texts:
        if len(texts) > 1:
            print(f"--- {heading}")
        print(text, flush=True)
