"""`generate` and `stream`: a model goes on with a text, token by token.

B streams, V vocabulary, T tokens.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.generate import sampling
from d2lrnn.generate.holding import Hold
from d2lrnn.generate.steppers import Stepper, stepper_for
from d2lrnn.seeding import generator
from d2lrnn.text.bpe import BPETokenizer, to_bytes
from d2lrnn.text.tokenizers import Tokenizer, check_text
from d2lrnn.text.visible import visible

NOTHING = -1  # the id before a text's first token, for models that know how a text begins


def generate(
    model, tokenizer: Tokenizer, prompt: str | Sequence[str] = "", length: int = 200, *, method: str = "sample",
    temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None, stop: str | Callable[[str], bool] | None = None,
    rng: int | np.random.Generator | None = None, unknown: str = "error", allow: Sequence[str] = (), reread: bool = False,
    held: Sequence[Hold] = (),
) -> str | list[str]:  # fmt: skip
    """The prompt and `length` tokens that follow it. A list of prompts, of whatever lengths, gives a list of texts, written side by side in one batch.

    model: a `LanguageModel`, a counted model of `d2lrnn.text.ngrams`, or a stepper of `d2lrnn.generate.steppers`. A network on a CPU, whichever its
    engine, is run by the deck's equations on NumPy arrays, which for one step at a time is the quickest; on a GPU it runs there, on its own engine.
    The numbers agree to 1e-5, so the same seed gives the same text.
    method: "sample" draws each token, with one uniform number a stream; "greedy" takes the
    likeliest. temperature, then top_k, then top_p (nucleus) reshape what is drawn from: see `d2lrnn.generate.sampling`. Temperature 0 is greedy.
    stop: a string, after which the text ends (it stays part of it), or a function of the text written so far, prompt excluded, that says True at the end.
    rng: see `d2lrnn.generator`.
    unknown: "error", or "allow" to read what is not in the vocabulary as `<unk>`.
    allow: tokens that may be written although no text contains them. By default `<unk>` and reserved ones, such as `<pad>`, never are.
    reread: read the whole text again before every token, the only way to run a bidirectional model (and slow); without it such a model is an error.
    held: units of a `LanguageModel` that keep a value while prompt and text are read, such as [Hold("layer0.f", unit=3, value=1.0)]: see `Hold`.

    An empty prompt: a counted model begins a text as it was counted to. A network has to have read something: a line break, or else a space, is read and
    not shown, if the vocabulary has one; else the first token is drawn, all being equally likely, by greedy too.

    Raises ValueError for characters outside the vocabulary, which it names; for settings that are not as above; if the tokenizer is not the model's; and
    if nothing may come next. TypeError for another kind of model.
    """
    prompts = [prompt] if isinstance(prompt, str) else list(prompt)
    choice = Choice(method, temperature, top_k, top_p)
    stepper = stepper_for(model, reread=reread, held=held)
    pens, steps = _prepared(stepper, tokenizer, prompts, length, choice, stop, generator(rng), unknown, allow)
    for _ in steps:
        pass
    texts = [pen.text for pen in pens]
    return texts[0] if isinstance(prompt, str) else texts


def stream(
    model, tokenizer: Tokenizer, prompt: str = "", length: int = 200, *, method: str = "sample", temperature: float = 1.0,
    top_k: int | None = None, top_p: float | None = None, stop: str | Callable[[str], bool] | None = None,
    rng: int | np.random.Generator | None = None, unknown: str = "error", allow: Sequence[str] = (), reread: bool = False,
    held: Sequence[Hold] = (),
) -> Iterator[str]:  # fmt: skip
    """What `generate` writes, piece by piece as it comes: the prompt, then token after token; joined, with the same seed, it is the same text.

    A character of several tokens comes when it is whole. Arguments and errors as for `generate`; the errors come at once, not at the first piece.
    """
    choice = Choice(method, temperature, top_k, top_p)
    prompts, stepper = [check_text(prompt)], stepper_for(model, reread=reread, held=held)
    (pen,), steps = _prepared(stepper, tokenizer, prompts, length, choice, stop, generator(rng), unknown, allow)

    def pieces():
        shown = 0
        for _ in steps:
            yield from filter(None, pen.pieces[shown:])
            shown = len(pen.pieces)

    return pieces()


@dataclass(frozen=True)
class Choice:
    """How a token is chosen from scores (B, V) and one uniform number a stream."""

    method: str = "sample"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self):
        if self.method not in ("sample", "greedy"):
            raise ValueError(f"method must be sample or greedy, got {self.method!r}")
        sampling.check_temperature(self.temperature)
        if self.top_k is not None:
            check_whole("top_k", self.top_k, 1)
        if self.top_p is not None:
            sampling.check_nucleus(self.top_p)

    @property
    def greedy(self) -> bool:
        return self.method == "greedy" or self.temperature == 0

    def __call__(self, scores: np.ndarray, u: np.ndarray | None) -> np.ndarray:
        if self.greedy:
            return sampling.log_softmax(scores).argmax(-1)
        log_p = sampling.temperature(scores, self.temperature)
        if self.top_k is not None:
            log_p = sampling.top_k(log_p, self.top_k)
        if self.top_p is not None:
            log_p = sampling.nucleus(log_p, self.top_p)
        return sampling.draw(log_p, u)


class Pen:
    """Writes one text: ids come in, `pieces` of text come out, and it knows when to stop."""

    def __init__(self, tokenizer: Tokenizer, prompt: str, before: int | None, length: int, stop):
        self.pieces, self._left, self._stop = [prompt], length, stop
        self._tokens = tokenizer.vocab.tokens
        if isinstance(tokenizer, BPETokenizer):
            self._utf8, self._before = codecs.getincrementaldecoder("utf-8")("replace"), None
        else:
            self._utf8, self._before = None, None if before is None else self._tokens[before]
            self._detokenize = tokenizer.detokenize
        self._written = ""  # only where somebody wants to know

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def write(self, i: int) -> bool:
        """Add a token. Returns whether the text has ended with it."""
        self._left -= 1
        piece = self._piece(self._tokens[i], last=self._left == 0)
        ended = self._left == 0
        if self._stop is not None:
            before, self._written = len(self._written), self._written + piece
            if callable(self._stop):
                ended |= bool(self._stop(self._written))
            elif (at := self._written.find(self._stop, max(0, before - len(self._stop) + 1))) >= 0:
                piece, ended = self._written[before : at + len(self._stop)], True
        self.pieces.append(piece)
        return ended

    def _piece(self, token: str, last: bool) -> str:
        if self._utf8 is not None:
            return self._utf8.decode(to_bytes(token), final=last)
        if self._before is None:
            self._before = token
            return self._detokenize([token])
        head = self._detokenize(
            [self._before]
        )  # a token may be written otherwise after another: with a space before it
        self._before, piece = token, self._detokenize([self._before, token])[len(head) :]
        return piece


def _prepared(stepper, tokenizer, prompts, length, choice, stop, rng, unknown, allow):
    """Everything checked, before anything is written: the pens, and the iterator that makes them write."""
    check_whole("length", length, 0)
    if unknown not in ("error", "allow"):
        raise ValueError(f"unknown must be error or allow, got {unknown!r}")
    if stop == "" or not (stop is None or isinstance(stop, str) or callable(stop)):
        raise ValueError(f"stop is a string that is not empty, or a function of the text so far; got {stop!r}")
    if stepper.size != len(tokenizer):
        raise ValueError(
            f"the model knows {stepper.size} ids and the tokenizer {len(tokenizer)}: it is not the model's"
        )
    possible = writable(tokenizer, allow)
    heads, pens, first = [], [], []
    for prompt in prompts:
        ids = encoded(tokenizer, prompt, unknown)
        first.append(len(ids) == 0)
        before = int(ids[-1]) if len(ids) else None
        if first[-1]:
            start = NOTHING if stepper.from_nothing else _start(tokenizer)
            first[-1] = start is None
            ids = np.array([rng.choice(np.flatnonzero(possible)) if start is None else start])
        heads.append(ids)
        pens.append(Pen(tokenizer, prompt, before, length, stop))
    return pens, _steps(stepper, heads, pens if length else [], first, choice, rng, np.where(possible, 0.0, -np.inf))


def _steps(stepper: Stepper, heads: list, pens: list[Pen], first: list[bool], choice: Choice, rng, banned):
    """Step by step: every stream reads its next token, and one whose head is read writes the next. Yields after each step, and before the first.

    heads: the ids to read first; first: whether a head is itself to be written. A stream that has ended is left out from then on.
    """
    yield
    rows = np.array([row for row, pen in enumerate(pens) if not (first[row] and pen.write(int(heads[row][0])))], int)
    if any(first[row] for row in range(len(pens))):
        yield
    lengths = np.array([len(head) for head in heads])
    ids = np.array([head[0] for head in heads])
    state, t = stepper.begin(len(pens)), 0
    if len(rows) < len(pens):
        state = stepper.select(state, rows)
    while len(rows):
        t += 1
        writing = lengths[rows] <= t
        scores, state = stepper.step(ids[rows], state, wanted=bool(writing.any()))
        for row in rows[~writing]:
            ids[row] = heads[row][t]
        if not writing.any():
            continue
        u = None if choice.greedy else rng.random(len(pens))[rows][writing]
        fresh = choice(scores[writing] + banned, u)
        ids[rows[writing]] = fresh
        ended = {row for row, i in zip(rows[writing].tolist(), fresh.tolist(), strict=True) if pens[row].write(i)}
        yield
        if ended:
            left = np.array([row not in ended for row in rows.tolist()])
            rows, state = rows[left], stepper.select(state, left)


def encoded(tokenizer: Tokenizer, prompt: str, unknown: str = "error") -> np.ndarray:
    """A prompt's ids (T,). Raises ValueError, which names them, for characters or words outside the vocabulary, unless unknown="allow"."""
    ids = tokenizer.encode(check_text(prompt))
    if unknown == "error" and len(ids) and not ids.all():
        strange = dict.fromkeys(t for t in tokenizer.tokenize(prompt) if t not in tokenizer.vocab)
        named = ", ".join(repr(visible(t)) for t in [*strange][:10]) + (", …" if len(strange) > 10 else "")
        raise ValueError(
            f'prompt: not in the vocabulary: {named}; write it without, or read each as <unk> with unknown="allow"'
        )
    return ids


def writable(tokenizer: Tokenizer, allow: Sequence[str] = ()) -> np.ndarray:
    """Which ids a text may be written with, (V,) of bools: the tokens that a text can contain, and those of `allow`.

    A token such as `<unk>` or `<pad>` is none: the tokenizer would cut that string into several. Raises ValueError for an `allow` that has no id.
    """
    vocab = tokenizer.vocab
    if isinstance(tokenizer, BPETokenizer):
        found = np.arange(len(vocab)) > len(tokenizer.reserved)
    else:
        found = np.array([tokenizer.tokenize(token) == [token] for token in vocab.tokens])
    for token in [allow] if isinstance(allow, str) else allow:
        if token not in vocab:
            raise ValueError(f"allow: {token!r} is not in the vocabulary")
        found[vocab[token]] = True
    if not found.any():
        raise ValueError("the vocabulary has no token that a text can be written with")
    return found


def _start(tokenizer: Tokenizer) -> int | None:
    """What a network reads before a text without a prompt: a line break, else a space, else None."""
    return next((tokenizer.vocab[token] for token in ("\n", " ") if token in tokenizer.vocab), None)
