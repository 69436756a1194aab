"""Small languages of which the best possible prediction is known exactly: sentences with a blank (chapter 07), and brackets (chapter 10).

    language = BlankLanguage()
    language.best_accuracy("left"), language.best_accuracy("both")     what no network can beat that looks at this side
    language.posterior("I am ___ very hungry.", "both")                the truth that its probabilities are compared with

T is the number of time steps, B the batch, N the number of sentences, V the size of the vocabulary.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.data.brackets import BracketLanguage
from d2lrnn.data.hungry import hungry_sentences
from d2lrnn.seeding import generator
from d2lrnn.text.vocab import Vocab

__all__ = ["BLANK", "PAD", "BlankLanguage", "BracketLanguage", "Sentence", "Sentences"]

BLANK, PAD = "___", "<pad>"
SIDES = ("left", "right", "both")
_TOKEN = re.compile(r"[\w']+|[^\w\s]")


@dataclass(frozen=True)
class Sentence:
    """A sentence with one word left out: `question` are its tokens, `BLANK` among them, and `answer` is the word."""

    question: tuple[str, ...]
    answer: str

    @property
    def blank(self) -> int:
        """The time step of the blank."""
        return self.question.index(BLANK)

    @property
    def text(self) -> str:
        """The question as one reads it: I am ___ very hungry."""
        return re.sub(r" (?=[.,;:!?])", "", " ".join(self.question))

    def __str__(self) -> str:
        return self.text.replace(BLANK, f"[{self.answer}]")


@dataclass(frozen=True, repr=False)
class Sentences:
    """A minibatch of sentences of varying length; B of them, padded to T steps with the id of `PAD`, all arrays int32.

    `inputs` (T, B): ids, with the blank's where the word is missing. `targets` (B,): the ids of the answers. `blanks` (B,): the step of each blank, where a
    network that reads from left to right has to answer. `lengths` (B,): steps before the padding. `sentences`: the same as text.
    """

    sentences: tuple[Sentence, ...]
    inputs: np.ndarray
    targets: np.ndarray
    blanks: np.ndarray
    lengths: np.ndarray

    def __len__(self) -> int:
        return len(self.sentences)

    def __repr__(self) -> str:
        return f"Sentences({len(self):,}, inputs of shape {self.inputs.shape}, first: {self.sentences[0]})"


class BlankLanguage:
    """A language of sentences with one blank each, and the best that anybody can do who reads left of it, right of it, or both (deck slides 45–47).

    weights: every sentence of the language, its blank in brackets, with how likely it is: `{"I am [not] very hungry.": 2, …}`. They are divided by their sum.
    Without it, the 2,112 sentences of `hungry.hungry_sentences`. Words and punctuation marks are tokens; upper and lower case differ.

    Attributes: `sentences` (N of them), `probabilities` (N,), `answers` (all words a blank can stand for, the most likely first), `steps` (T, the length of the
    longest sentence), and `vocab`: `<unk>`, `PAD`, `BLANK`, the answers, then the other words.

    Bounds come from adding up all sentences, as fractions, so that only the last step, a logarithm or a conversion, rounds. Raises ValueError for no
    sentences, a sentence without exactly one blank, or weights that are negative or all 0.
    """

    def __init__(self, weights: Mapping[str, float] | None = None):
        shares = Counter()
        for text, weight in (hungry_sentences() if weights is None else weights).items():
            if not (isinstance(weight, Real) and 0 <= weight < math.inf):
                raise ValueError(
                    f"BlankLanguage: a weight is a finite number of 0 or more, got {weight!r} for {text!r}"
                )
            if weight:
                shares[_sentence(text)] += Fraction(weight.item() if isinstance(weight, np.generic) else weight)
        if not shares:
            raise ValueError("BlankLanguage: at least one sentence with a weight above 0 is needed, got none")
        total = sum(shares.values())
        self._shares = {sentence: share / total for sentence, share in shares.items()}
        self.sentences = tuple(self._shares)
        self.probabilities = np.array([float(share) for share in self._shares.values()])
        answers, words = Counter(), set()
        self._joint = {side: defaultdict(Counter) for side in SIDES}
        for sentence, share in self._shares.items():
            answers[sentence.answer] += share
            words.update(sentence.question)
            for side in SIDES:
                self._joint[side][_seen(sentence.question, side)][sentence.answer] += share
        self.answers = tuple(sorted(answers, key=lambda word: (-answers[word], word)))
        self.vocab = Vocab.in_order([*self.answers, *sorted(words - {BLANK, *answers})], reserved=(PAD, BLANK))
        self.steps = max(len(sentence.question) for sentence in self.sentences)
        self._every = self._padded(self.sentences)

    def __repr__(self) -> str:
        return f"BlankLanguage({len(self.sentences):,} sentences, {len(self.vocab)} tokens; a blank is one of {', '.join(self.answers)})"

    def _padded(self, sentences: tuple[Sentence, ...]) -> Sentences:
        lengths = np.array([len(sentence.question) for sentence in sentences], np.int32)
        rows = [[*sentence.question, *[PAD] * (self.steps - len(sentence.question))] for sentence in sentences]
        inputs = self.vocab.ids([token for row in rows for token in row]).reshape(len(rows), self.steps).T.copy()
        targets = self.vocab.ids([sentence.answer for sentence in sentences])
        return Sentences(sentences, inputs, targets, np.array([s.blank for s in sentences], np.int32), lengths)

    def every(self) -> Sentences:
        """All N sentences once. `probabilities @ losses` of a network's losses on them is its expected loss, free of chance."""
        return self._padded(self.sentences)

    def sample(self, n: int, *, rng=None) -> Sentences:
        """`n` sentences drawn by their probabilities, independently. T is `steps` for every sample."""
        n = check_whole("sample: n", n, 1)
        drawn = generator(rng).choice(len(self.sentences), n, p=self.probabilities / self.probabilities.sum())
        every = self._every
        sentences = tuple(self.sentences[i] for i in drawn)
        inputs = every.inputs[:, drawn]
        return Sentences(sentences, inputs, every.targets[drawn], every.blanks[drawn], every.lengths[drawn])

    def best_accuracy(self, side: str) -> float:
        """The greatest share of blanks that can be filled with the right word, looking at one side of the blank ("left", "right") or at "both"."""
        return float(sum(max(words.values()) for words in self._joint[_side(side)].values()))

    def best_loss(self, side: str) -> float:
        """The least mean cross-entropy, in nats a blank: the entropy of the answer given that side. The posterior, and nothing else, reaches it."""
        joint = self._joint[_side(side)].values()
        return math.fsum(float(p) * math.log(sum(words.values()) / p) for words in joint for p in words.values())

    def posterior(self, sentence: str | Sequence[str] | Sentence, side: str) -> dict[str, float]:
        """The probability of each of `answers`, given what stands on that side of the blank; the other side is not looked at, and may be missing.

        sentence: a text such as "I am ___ very hungry.", its tokens, or a `Sentence`. Raises ValueError if it has not exactly one blank, or if no sentence of
        the language has what it says on that side.
        """
        if isinstance(sentence, Sentence):
            sentence = sentence.question
        tokens = tuple(_TOKEN.findall(sentence) if isinstance(sentence, str) else sentence)
        if tokens.count(BLANK) != 1:
            raise ValueError(
                f"posterior: one blank, written {BLANK}, is needed, got {tokens.count(BLANK)} in {' '.join(tokens)!r}"
            )
        words = self._joint[_side(side)].get(_seen(tokens, side))
        if words is None:
            where = {"left": "before it", "right": "after it", "both": "on both sides of it"}[side]
            raise ValueError(
                f"posterior: no sentence of this language has a blank with these words {where}: {' '.join(tokens)!r}; "
                f"its sentences look like {self.sentences[0].text!r}"
            )
        total = sum(words.values())
        return {answer: float(words[answer] / total) for answer in self.answers}


def _side(side: str) -> str:
    if side not in SIDES:
        raise ValueError(f"BlankLanguage: side must be one of {', '.join(map(repr, SIDES))}, got {side!r}")
    return side


def _seen(question: tuple[str, ...], side: str) -> tuple:
    """What somebody knows who looks at that side of the blank."""
    blank = question.index(BLANK)
    left, right = question[:blank], question[blank + 1 :]
    return {"left": left, "right": right, "both": (left, right)}[side]


def _sentence(text: str) -> Sentence:
    answers = re.findall(r"\[([\w']+)\]", text)
    question = tuple(_TOKEN.findall(re.sub(r"\[[\w']+\]", f" {BLANK} ", text)))
    if len(answers) != 1 or question.count(BLANK) != 1:
        raise ValueError(
            f"BlankLanguage: a sentence has one word in brackets, as in 'I am [not] very hungry.', got {text!r}"
        )
    return Sentence(question, answers[0])
