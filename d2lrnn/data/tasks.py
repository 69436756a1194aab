"""Tasks of numbers and symbols that a network solves only if it remembers, and forgets, the right things (chapters 05 and 06, deck slides 27–43).

    inputs, targets = adding(32, 100, rng=0)      a fresh minibatch at every call, (T, B, 2) and (B,)
    adding_baseline()                             what a network scores that has learnt nothing: 1/6

Every task can be solved: its best possible loss is 0. Beside each stands `…_baseline`, the exact loss of the best model that lacks the memory in question:
a cross-entropy in nats, or a squared error for `adding`. A network has learnt to remember when its loss lies below.

T is the number of time steps, B the batch, k the number of symbols. Arrays are time-major: symbols are int32 ids (T, B), numbers float32. Sequences are drawn
anew from `rng` at each call, so that a loss on a new minibatch is a held-out loss.
"""

from __future__ import annotations

import math

import numpy as np

from d2lrnn.arguments import check_whole
from d2lrnn.seeding import generator


def remember_first(
    batch: int, steps: int, symbols: int = 8, *, distractors: int = 0, rng=None
) -> tuple[np.ndarray, np.ndarray]:
    """Say at the end which symbol came first: one early observation matters, and nothing after it (slide 28: the update gate).

    Returns inputs (T, B), T = `steps`, and targets (B,): inputs[0], one of k = `symbols` equally likely ids. What follows are distractors, equally likely and
    independent: ids from the same 0 … k − 1, so that only the place tells which one counts; or, if `distractors` is above 0, that many ids of their own,
    k … k + distractors − 1, which is easier to learn. After the latch problem of Bengio, Simard and Frasconi (1994). Raises TypeError or ValueError for
    fewer than 2 steps or symbols.
    """
    batch, steps, symbols = _sizes("remember_first", batch=(batch, 1), steps=(steps, 2), symbols=(symbols, 2))
    own = check_whole("remember_first: distractors", distractors, 0)
    rng = generator(rng)
    low, high = (symbols, symbols + own) if own else (0, symbols)
    inputs = rng.integers(low, high, (steps, batch), np.int32)
    inputs[0] = rng.integers(symbols, size=batch)
    return inputs, inputs[0].copy()


def remember_first_baseline(symbols: int = 8) -> float:
    """Chance level, in nats: ln k. It is the best of any model that does not see the first step, however much it remembers of the others."""
    return math.log(check_whole("remember_first_baseline: symbols", symbols, 2))


RULES = ("sum", "first")


def logical_break(
    batch: int, steps: int, symbols: int = 2, *, rule: str = "sum", chance: float = 0.1, rng=None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sections with breaks between them, as between the chapters of a book: what came before a break says nothing any more (slide 29: the reset gate).

    Returns inputs, targets and weights, each (T, B). Each step is a break, id k = `symbols`, with probability `chance`, otherwise one of the ids 0 … k − 1,
    all equally likely; steps are independent. The target of a step depends on its section alone, the symbols since the last break (or since the start) up to
    and with the step itself:

    "sum": their sum modulo k; for k = 2, whether the ones are odd in number. Every step computes with the state, except right after a break.
    "first": the first of them.

    A weight (float32) is 1 where the target counts, and 0 at breaks, whose target is 0. The loss is Σ weight · loss / Σ weight. A task of our own making.
    Raises TypeError or ValueError for fewer than 2 symbols, another rule, or a chance outside 0 ≤ chance < 1.
    """
    batch, steps, symbols = _sizes("logical_break", batch=(batch, 1), steps=(steps, 1), symbols=(symbols, 2))
    if rule not in RULES:
        raise ValueError(f"logical_break: rule must be one of {', '.join(map(repr, RULES))}, got {rule!r}")
    chance = _chance("logical_break", chance)
    rng = generator(rng)
    breaks = rng.random((steps, batch)) < chance
    inputs = np.where(breaks, symbols, rng.integers(symbols, size=(steps, batch))).astype(np.int32)
    targets = np.zeros_like(inputs)
    fresh, state = np.ones(batch, bool), np.zeros(batch, np.int32)  # fresh: nothing has come since the break
    for t, x in enumerate(inputs):
        state = np.where(fresh, x, (state + x) % symbols if rule == "sum" else state)
        fresh = breaks[t]
        targets[t] = np.where(fresh, 0, state)
    return inputs, targets, (~breaks).astype(np.float32)


def logical_break_baseline(steps: int, symbols: int = 2, *, chance: float = 0.1, memory: int = 1) -> float:
    """The best mean loss, in nats a counted step, of a model that sees the newest `memory` inputs only, the same for both rules.

    `memory=1` is the model without memory: it sees the current input. Of a window of m symbols without a break it cannot tell whether a section begins with
    it. Of the T − m + 1 such places in a sequence the first begins one for certain, each other with the probability p of a break, together
    q = (1 + (T − m) p) / (T − m + 1). Then the window tells the target, otherwise the target is any of the k alike. All other windows tell it: they show the
    break, or reach back to the start. So the loss is (1 − p)^(m − 1) · (T − m + 1) / T times the entropy of the mixture, and 0 from m = T on.
    """
    name = "logical_break_baseline"
    steps, symbols, memory = _sizes(name, steps=(steps, 1), symbols=(symbols, 2), memory=(memory, 1))
    chance = _chance(name, chance)
    places = steps - memory + 1
    if places < 1:
        return 0.0
    known = (1 + (places - 1) * chance) / places
    other = (1 - known) / symbols
    entropy = -math.fsum(p * math.log(p) for p in [known + other, *[other] * (symbols - 1)] if p > 0)
    return (1 - chance) ** (memory - 1) * places / steps * entropy


def adding(batch: int, steps: int, *, rng=None) -> tuple[np.ndarray, np.ndarray]:
    """The adding problem: give the sum of the two marked numbers (Hochreiter and Schmidhuber 1997).

    Returns inputs (T, B, 2) and targets (B,), float32. inputs[:, :, 0] are values uniform in [0, 1); inputs[:, :, 1] are 0 but for two markers of 1, one at a
    random place of the first half (steps 0 … T // 2 − 1), one of the second. The range, the marks and the plain sum are those of Le, Jaitly and Hinton (2015),
    the halves those of Arjovsky, Shah and Bengio (2016); the original has values in [−1, 1] and scales the sum. Raises TypeError or ValueError for fewer
    than 2 steps.
    """
    batch, steps = _sizes("adding", batch=(batch, 1), steps=(steps, 2))
    rng = generator(rng)
    inputs = np.zeros((steps, batch, 2), np.float32)
    inputs[:, :, 0] = rng.random((steps, batch), np.float32)
    rows, half = np.arange(batch), steps // 2
    first, second = rng.integers(half, size=batch), rng.integers(half, steps, size=batch)
    inputs[first, rows, 1] = inputs[second, rows, 1] = 1
    return inputs, inputs[first, rows, 0] + inputs[second, rows, 0]


def adding_baseline(remembered: int = 0) -> float:
    """The mean squared error of the best guess when 0, 1 or 2 of the numbers are remembered: 1/6, 1/12 or 0.

    A number uniform in [0, 1] has the variance ∫ (x − ½)² dx = 1/12. The numbers are independent, so their variances add up, and the best guess puts ½ in the
    place of each that is not known: knowing neither, it always says 1.
    """
    if check_whole("adding_baseline: remembered", remembered, 0) > 2:
        raise ValueError(f"adding_baseline: remembered must be 0, 1 or 2 of the two numbers, got {remembered}")
    return (2 - remembered) / 12


def copying(batch: int, lag: int, length: int = 10, symbols: int = 8, *, rng=None) -> tuple[np.ndarray, np.ndarray]:
    """The copying problem: repeat a string of symbols after a long wait (Hochreiter and Schmidhuber 1997, in the form of Arjovsky, Shah and Bengio 2016).

    Returns inputs and targets, each (T, B) with T = lag + 2 · length. Ids 0 … k − 1 are the symbols, k the blank, k + 1 the delimiter: k + 2 in all.

    inputs: `length` random symbols, lag − 1 blanks, the delimiter, `length` blanks
    targets: lag + length blanks, then the symbols in their order

    (Arjovsky et al. call T what is the lag here.) Raises TypeError or ValueError for a lag or length below 1, or fewer than 2 symbols.
    """
    batch, lag, length, symbols = _sizes(
        "copying", batch=(batch, 1), lag=(lag, 1), length=(length, 1), symbols=(symbols, 2)
    )
    inputs = np.full((lag + 2 * length, batch), symbols, np.int32)
    targets = inputs.copy()
    inputs[:length] = targets[-length:] = generator(rng).integers(symbols, size=(length, batch))
    inputs[length + lag - 1] = symbols + 1
    return inputs, targets


def copying_baseline(lag: int, length: int = 10, symbols: int = 8) -> float:
    """The mean loss, in nats a step, of the best model that remembers none of the symbols: length · ln k / (lag + 2 · length).

    It knows at which step it is (which takes memory too): it gives the blanks for certain, and each of the symbols with probability 1 / k.
    """
    lag, length, symbols = _sizes("copying_baseline", lag=(lag, 1), length=(length, 1), symbols=(symbols, 2))
    return length * math.log(symbols) / (lag + 2 * length)


def _sizes(name: str, **sizes: tuple[int, int]) -> list[int]:
    """Whole numbers, each at least the number beside it."""
    return [check_whole(f"{name}: {what}", value, least) for what, (value, least) in sizes.items()]


def _chance(name: str, chance: float) -> float:
    if not 0 <= chance < 1:
        raise ValueError(f"{name}: chance must be at least 0 and below 1, got {chance!r}")
    return float(chance)
