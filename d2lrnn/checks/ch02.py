"""Checks for the exercises of chapter 02."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from d2lrnn.checks import Wrong, ask, exercise, number
from d2lrnn.text.batches import sequential_batches
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer

UNK = "<unk>"


def _strings(given, what: str) -> list:
    """The answer as a list of strings. Raises Wrong for anything else."""
    if not isinstance(given, list | tuple) or not all(isinstance(token, str) for token in given):
        raise Wrong(f"a list of strings is asked for, {what}; got {_short(given)}")
    return list(given)


def _short(value) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 70 else text[:66] + ' …'}"


# ---- 2.1


def _apply(tokens, merges, step=None) -> list[str]:
    """Merges in their order, each everywhere, from left to right; `step` replaces the way one merge is applied."""
    for left, right in merges:
        tokens = (step or _everywhere)(tokens, left, right)
    return tokens


def _everywhere(tokens, left, right):
    out, i = [], 0
    while i < len(tokens):
        both = tokens[i : i + 2] == [left, right]
        out.append(left + right if both else tokens[i])
        i += 2 if both else 1
    return out


def _once(tokens, left, right):
    for i in range(len(tokens) - 1):
        if tokens[i : i + 2] == [left, right]:
            return [*tokens[:i], left + right, *tokens[i + 2 :]]
    return tokens


def _from_the_right(tokens, left, right):
    return [t[::-1] for t in _everywhere([t[::-1] for t in tokens[::-1]], right[::-1], left[::-1])][::-1]


def _by_replacing(piece, merges) -> list[str]:
    """Merges as replacements in one string, which also finds a pair where a longer token ends or begins."""
    line = "|".join(piece)
    for left, right in merges:
        line = line.replace(f"{left}|{right}", left + right)
    return line.split("|")


def _longest(piece, merges) -> list[str]:
    known, out = {left + right for left, right in merges}, []
    while piece:
        size = next((n for n in range(len(piece), 1, -1) if piece[:n] in known), 1)
        out.append(piece[:size])
        piece = piece[size:]
    return out


@exercise("2.1")
def apply_merges(answer):
    rng = np.random.default_rng(22)
    trials = [  # each tells two mistakes apart, so their order counts
        ("abcd", [("a", "b"), ("c", "d"), ("b", "c"), ("ab", "c")]),
        ("banana", [("a", "n"), ("an", "a")]),
        ("aaa", [("a", "a")]),
        ("abab", [("a", "b")]),
        ("abc", [("b", "c"), ("a", "b")]),
        ("xyz", [("a", "b")]),
        ("abc", []),
    ]
    for _ in range(6):
        text = " ".join("".join(rng.choice(list("abc"), rng.integers(2, 9))) for _ in range(40))
        merges = [(merge.left, merge.right) for merge in BPETokenizer.train(text, 12).merges]
        trials += [("".join(rng.choice(list("abc"), 14)), merges) for _ in range(4)]
    for piece, merges in trials:
        given = _strings(ask(answer, piece, list(merges)), "the tokens of the piece")
        right = _apply(list(piece), merges)
        if given == right:
            continue
        where = f"{piece!r} with {merges if len(merges) < 5 else f'{len(merges)} merges'}"
        if "".join(given) != piece:
            raise Wrong(
                f"{where}: joined, your tokens are {''.join(given)!r}; a merge must neither lose nor add anything"
            )
        if given == list(piece):
            raise Wrong(f"{where}: nothing was merged; are you keeping the result of each merge for the next one?")
        if given == _apply(list(piece), merges, _once):
            raise Wrong(f"{where}: a merge applies wherever its pair stands, not only at the first place")
        if given == _apply(list(piece), merges[::-1]):
            raise Wrong(
                f"{where}: the merges were applied last to first; a later merge is made of what earlier ones made"
            )
        if given == _longest(piece, merges):
            raise Wrong(
                f"{where}: taking the longest known token is another algorithm; apply the merges one by one, in their order: {right}"
            )
        if given == _by_replacing(piece, merges):
            raise Wrong(
                f"{where}: {right} was expected, got {given}; a pair is two whole tokens, and replacing text also finds it where longer tokens meet"
            )
        if given == _apply(list(piece), merges, _from_the_right):
            raise Wrong(f"{where}: where pairs overlap, the left one is merged: 'aaa' becomes 'aa' and 'a'")
        raise Wrong(f"{where}: {right} was expected, got {given}")
    return "that is how the tokenizer cuts text that it was not trained on"


# ---- 2.2


def _ranked(tokens, keep) -> list[str]:
    counts = Counter(tokens)
    return [t for t in sorted(counts, key=lambda t: (-counts[t], t)) if keep(counts[t])]


@exercise("2.2")
def vocabulary(answer):
    rng = np.random.default_rng(21)
    words = ["the", "king", "is", "dead", "long", "live", "The", ".", "é"]
    trials = [(["b", "a", "b", "c"], 1), (["x"], 1), (["x"], 2), ([], 1)]
    trials += [([str(w) for w in rng.choice(words, 40, p=np.arange(1, 10) / 45)], k) for k in (1, 2, 4, 5)]
    for tokens, least in trials:
        given = _strings(ask(answer, list(tokens), least), "the vocabulary")
        right = [UNK, *_ranked(tokens, lambda count, least=least: count >= least)]
        if given == right:
            continue
        where = f"for {tokens if len(tokens) < 6 else f'{len(tokens)} tokens'} and min_freq = {least}"
        counts = Counter(tokens)
        if given[:1] != [UNK]:
            raise Wrong(
                f"{where}: the first entry must be {UNK!r}, so that the unknown token has number 0, got {given[:1]}"
            )
        if len(set(given)) < len(given):
            raise Wrong(
                f"{where}: {Counter(given).most_common(1)[0][0]!r} is there more than once; each token needs one number"
            )
        if set(given) == {UNK, *(t for t in counts if counts[t] > least)} != set(right):
            raise Wrong(
                f"{where}: a token that is seen exactly {least} times stays; only those seen fewer times go (>=, not >)"
            )
        if set(given) == {UNK, *counts} and set(right) != set(given):
            raise Wrong(f"{where}: tokens seen fewer than min_freq times are still there")
        if set(given) == set(right):
            if given[1:] == sorted(right[1:]):
                raise Wrong(
                    f"{where}: in alphabetical order; the most frequent token comes first, the alphabet decides between equals"
                )
            if [counts[t] for t in given[1:]] == [counts[t] for t in right[1:]]:
                raise Wrong(
                    f"{where}: of equally frequent tokens the one that sorts first comes first ({right}), or the numbers depend on chance; got {given}"
                )
            raise Wrong(
                f"{where}: these are the right tokens, but the most frequent one comes first: {right}, got {given}"
            )
        raise Wrong(f"{where}: {right} was expected, got {_short(given)}")
    return "its positions are the ids: vocabulary.index(token) is what Vocab looks up in a dictionary"


# ---- 2.3


def _share(lost, of) -> float:
    lost, of = list(lost), list(of)
    return len(lost) / len(of) if of else 0.0


@exercise("2.3")
def unknown_rate(answer):
    rng = np.random.default_rng(23)
    letters = np.array(list("abcdefghijkl"))
    trials = [(list("aaaaabbce"), list("abbbccddddd"), 2)]  # here each of the mistakes below gives a number of its own
    for _ in range(4):
        odds = rng.dirichlet(np.full(12, 0.5))
        train, heldout = (rng.choice(letters, size, p=odds).tolist() for size in (60, 45))
        trials += [(train, heldout, k) for k in (2, 3, 5)]
    trials += [
        (["a", "a", "b"], ["a", "b", "c", "c"], 1),
        (["a", "b"], ["b", "a", "a"], 1),
        (["a"], ["a", "b", "b"], 1),
    ]
    for train, heldout, least in trials:
        given = number(ask(answer, list(train), list(heldout), least), "the share of held-out tokens")
        seen, there = Counter(train), Counter(heldout)
        right = _share((t for t in heldout if seen[t] < least), heldout)
        if math.isclose(given, right, abs_tol=1e-9):
            continue
        where = f"with {len(train)} training tokens, {len(heldout)} held-out tokens and min_freq = {least}, the share is {right:.4f}, got {given:.4f}"
        guesses = [
            (100 * right, "a share is asked for, from 0 to 1, not per cent"),
            (right * len(heldout), "this is how many there are; divide by the number of held-out tokens"),
            (1 - right, "this is the share that is known"),
            (
                _share((t for t in there if seen[t] < least), there),
                "each occurrence counts: tokens of the text, not entries of a vocabulary",
            ),
            (
                _share((t for t in heldout if t not in seen), heldout),
                "tokens that training saw fewer than min_freq times are unknown too",
            ),
            (
                _share((t for t in heldout if 0 < seen[t] < least), heldout),
                "a token that training never saw is unknown too",
            ),
            (
                right * len(heldout) / len(train),
                "divide by the number of held-out tokens, not by that of the training tokens",
            ),
            (
                _share((t for t in heldout if seen[t] <= least), heldout),
                "a token seen exactly min_freq times is known (<, not <=)",
            ),
            (
                _share((t for t in train if seen[t] < least), train),
                "this is the share of the training text; the held-out text decides",
            ),
            (
                _share((t for t in heldout if there[t] < least), heldout),
                "count in the training text: the vocabulary never saw the held-out text",
            ),
        ]
        hint = next(
            (hint for value, hint in guesses if math.isclose(given, value, abs_tol=1e-9)),
            "how often did training see each held-out token?",
        )
        raise Wrong(f"{where}: {hint}")
    return "the number that a vocabulary of words never gets to zero"


# ---- 2.4


@exercise("2.4")
def bits_per_character(answer):
    text = "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind to suffer naïveté\n" * 3
    tokenizers = [
        CharTokenizer.train(text),
        WordTokenizer.train(text),
        BPETokenizer.train(text, 0),
        BPETokenizer.train(text, 40),
    ]
    for tokenizer in tokenizers:
        for part in (text, text[5:80]):
            given = number(ask(answer, tokenizer, part), "the bits per character")
            size, tokens = len(tokenizer), len(tokenizer.encode(part))
            right = math.log2(size) * tokens / len(part)
            if math.isclose(given, right, rel_tol=1e-6):
                continue
            where = f"{tokenizer} on {len(part)} characters: {right:.4f} bits a character, got {given:.4f}"
            guesses = [
                (right * math.log(2), "this is in nats; bits need the logarithm to base 2"),
                (math.log10(size) * tokens / len(part), "bits need the logarithm to base 2, not 10"),
                (math.log2(size), "these are bits per token; how many tokens are there for each character?"),
                (math.log2(size) * tokens, "these are the bits of the whole text; divide by its characters"),
                (math.log2(size) * len(part) / tokens, "upside down: tokens divided by characters is wanted"),
                (math.log2(size) * tokens / len(part.encode()), "divide by characters, len(text), not by bytes"),
                (
                    math.ceil(math.log2(size)) * tokens / len(part),
                    "do not round the logarithm up; the bound is log2(V) itself",
                ),
                (size * tokens / len(part), "V choices take log2(V) bits, not V"),
                (tokens / len(part), "this is tokens per character; how many bits does each token take?"),
                (math.log2(size) / len(part), "these are the bits of one token; the text has more than one"),
                (
                    math.log2(max(2, len(set(tokenizer.tokenize(part))))) * tokens / len(part),
                    "V is the size of the vocabulary, len(tokenizer), not how many different tokens this text has",
                ),
            ]
            hint = next(
                (hint for value, hint in guesses if math.isclose(given, value, rel_tol=1e-6)),
                "how many tokens does the text have, how many bits does each take, and how many characters share them?",
            )
            raise Wrong(f"{where}: {hint}")
    return "every model in this course has to stay below it"


# ---- 2.5


def _pairs(given, steps: int, rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The answer as a list of (inputs, targets). Raises Wrong if it is no such list."""
    if not isinstance(given, list | tuple):
        given = list(given) if hasattr(given, "__next__") else None
    if given is None or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in given):
        raise Wrong("a list of pairs (inputs, targets) is asked for, one pair a minibatch")
    pairs = [(np.asarray(inputs), np.asarray(targets)) for inputs, targets in given]
    for array in (array for pair in pairs for array in pair):
        if array.shape == (rows, steps) != (steps, rows):
            raise Wrong(
                f"an array of shape {array.shape}, (B, T); time comes first in this course: (T, B), here {(steps, rows)}"
            )
        if array.shape != (steps, rows):
            raise Wrong(f"each array needs shape (T, B), here {(steps, rows)}, got {array.shape}")
    return pairs


@exercise("2.5")
def sequential(answer):
    rng = np.random.default_rng(25)
    for length, rows, steps in ((25, 2, 4), (13, 3, 4), (12, 3, 2), (40, 4, 3), (101, 2, 7), (7, 1, 2), (50, 5, 2)):
        tokens = rng.permutation(length) + 100  # each token once: a wrong place cannot look right
        count = (length - 1) // (rows * steps)
        right = list(sequential_batches(tokens, rows, steps, start=0).at(0))
        pairs = _pairs(ask(answer, tokens.copy(), rows, steps), steps, rows)
        where = f"{length} tokens in B = {rows} rows of T = {steps} steps"
        place = {int(token): i for i, token in enumerate(tokens)}
        for m, (inputs, targets) in enumerate(pairs):
            try:
                at, to = (np.array([[place[int(t)] for t in line] for line in array]) for array in (inputs, targets))
            except KeyError as error:
                raise Wrong(f"{where}: minibatch {m} holds {error}, which is no token of the text") from None
            if (to == at).all():
                raise Wrong(f"{where}: the targets are the inputs themselves; each target is the token one step later")
            if (to == at - 1).all():
                raise Wrong(f"{where}: the targets are one step earlier; the network is to predict what comes next")
            if (to != at + 1).any():
                raise Wrong(
                    f"{where}: in minibatch {m} some targets are not the token after their input; the last of a row lies outside the window"
                )
        if len(pairs) != count:
            raise Wrong(
                f"{where}: {count} minibatches fit, since each target needs a token too: ({length} - 1) // (B * T); got {len(pairs)}"
            )
        begins = [[place[int(t)] for t in inputs[0]] for inputs, _ in pairs]
        if (
            begins == [[(m * rows + row) * steps for row in range(rows)] for m in range(count)]
            and rows > 1
            and count > 1
        ):
            raise Wrong(
                f"{where}: the rows of a minibatch lie side by side in the text, and the next minibatch does not go on where its row stopped; "
                "cut the text into B long rows first"
            )
        if any(
            b != a + steps
            for before, after in zip(begins, begins[1:], strict=False)
            for a, b in zip(before, after, strict=True)
        ):
            raise Wrong(
                f"{where}: each row must go on T = {steps} tokens later than in the minibatch before; row 0 begins at {[b[0] for b in begins]}"
            )
        if begins[0] != [row * count * steps for row in range(rows)]:
            raise Wrong(
                f"{where}: the rows begin at {begins[0]}; a row is {count} minibatches of {steps} steps long, so they begin at "
                f"{[row * count * steps for row in range(rows)]}"
            )
        for (inputs, targets), (inputs_TB, targets_TB) in zip(pairs, right, strict=True):
            if not (np.array_equal(inputs, inputs_TB) and np.array_equal(targets, targets_TB)):
                raise Wrong(
                    f"{where}: the windows begin where they should, but inside them the tokens are out of order"
                )
    return "row b of one minibatch goes on in row b of the next: chapter 04 carries its hidden state across"
