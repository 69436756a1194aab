"""What a language model says, as HTML: two sentences token by token with the winner, and the likeliest next tokens of several models side by side.

Every text is escaped; background and ink are set here, for light and dark pages alike; every bar has its number.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from d2lrnn.explore.tokens import card, marked_up
from d2lrnn.plots.style import BLUE, GREY, INK, ORANGE

_FONT = "14px/1.45 system-ui,sans-serif"
_TALL = 52  # pixels of the highest bar
_MOST = 15.0  # nats at which a bar stops growing: a probability of 3 in 10 million
_DRAWN = 60  # tokens of a sentence that are drawn; all are counted
# A plain colour and a plain underline come first: JupyterLab takes stripes and waves out of stored HTML that it does not trust.
_STRIPES = (
    f"background-color:{ORANGE};background-image:repeating-linear-gradient(135deg,{ORANGE} 0 3px,#F8D9C8 3px 7px)"
)
_WAVY = f"text-decoration:underline;text-decoration:underline wavy {ORANGE}"
_MONO = f"font:14px ui-monospace,'DejaVu Sans Mono',Consolas,monospace;color:{INK};background:none;"
_NOTE = "color:#4B5563;font-size:13px"


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence as a model sees it: its tokens, the natural logarithm of each one's probability given those before it, and which tokens are unknown."""

    tokens: Sequence[str]
    log_probs: Sequence[float]
    unknown: Collection[int] = ()

    def __post_init__(self):
        if len(self.tokens) != len(self.log_probs):
            raise ValueError(
                f"ScoredSentence: one log-probability for each of the {len(self.tokens)} tokens is needed, got {len(self.log_probs)}"
            )

    @property
    def total(self) -> float:
        """The log-probability of the whole sentence, in nats."""
        return float(sum(self.log_probs))

    @property
    def mean(self) -> float:
        """The same per token; 0 for no tokens."""
        return self.total / len(self.tokens) if len(self.tokens) else 0.0


def duel(first: ScoredSentence, second: ScoredSentence, note: str = "") -> str:
    """Two sentences, each token with its surprisal (-log p, in nats) as a bar, and under them which is more probable: in all, and per token."""
    rows = "".join(_sentence(name, sentence) for name, sentence in (("A", first), ("B", second)))
    said = f'<p style="margin:10px 0 0">{_winner(first, second)}</p>'
    more = f'<p style="margin:4px 0 0;{_NOTE}">{html.escape(note)}</p>' if note else ""
    return card(rows + said + more, font=_FONT)


def _sentence(name: str, sentence: ScoredSentence) -> str:
    if not len(sentence.tokens):
        return f'<div style="margin-bottom:10px"><b>{name}</b> <span style="{_NOTE}">is empty: nothing to score.</span></div>'
    unknown = set(sentence.unknown)
    bars = "".join(
        _bar(token, -float(log), i in unknown)
        for i, (token, log) in enumerate(zip(sentence.tokens[:_DRAWN], sentence.log_probs[:_DRAWN], strict=True))
    )
    left = len(sentence.tokens) - _DRAWN
    if left > 0:
        bars += f'<span style="{_NOTE};align-self:center">and {left:,} more, counted but not drawn</span>'
    line = f"log p = {_nats(sentence.total)} nats over {len(sentence.tokens):,} token{'s' * (len(sentence.tokens) != 1)}, {_nats(sentence.mean)} per token"
    if unknown:
        kinds = list(dict.fromkeys(sentence.tokens[i] for i in sorted(unknown)))
        line += f" · <b>unknown here:</b> {', '.join(marked_up(kind) for kind in kinds[:8])}{', …' if len(kinds) > 8 else ''}"
    return (
        '<div style="margin-bottom:10px"><div style="display:flex;flex-wrap:wrap;gap:6px 3px;align-items:flex-end">'
        f'<b style="width:1.3em">{name}</b>{bars}</div>'
        f'<div style="{_NOTE};margin:3px 0 0 1.5em">{line}</div></div>'
    )


def _bar(token: str, surprisal: float, unknown: bool) -> str:
    height = 2 + (_TALL - 2) * min(surprisal, _MOST) / _MOST
    fill = _STRIPES if unknown else f"background-color:{INK if math.isinf(surprisal) else BLUE}"
    number = "∞" if math.isinf(surprisal) else f"{surprisal:.1f}"
    word = f'<span style="{_WAVY if unknown else ""}">{marked_up(token)}</span>'
    return (
        '<span style="display:inline-flex;flex-direction:column;align-items:center;min-width:2em;max-width:100%">'
        f'<span style="font-size:11.5px;color:#4B5563">{number}</span>'
        f'<span style="width:1.7em;height:{height:.0f}px;{fill};border-radius:3px 3px 0 0"></span>'
        f'<code style="{_MONO}padding:1px 2px;white-space:pre-wrap">{word}</code></span>'
    )


def _nats(value: float) -> str:
    return "−∞" if value == -math.inf else f"{value:.2f}".replace("-", "−")


def _winner(a: ScoredSentence, b: ScoredSentence) -> str:
    """One or two sentences of HTML (no text of the reader's) about which is more probable."""
    if not len(a.tokens) or not len(b.tokens):
        return "Type two sentences to compare."
    if math.isinf(a.total) and math.isinf(b.total):
        return "Both are <b>impossible</b> to this model: one token of probability 0 is enough."
    better, per_token = a.total - b.total, a.mean - b.mean
    if abs(better) < 1e-9:
        return "They are <b>equally probable</b>: this model cannot tell them apart."
    name, other = ("A", "B") if better > 0 else ("B", "A")
    if math.isinf(better):
        said = f"<b>{name} is more probable</b>; {other} is impossible to this model."
    else:
        said = f"<b>{name} is more probable</b>, {_times(abs(better))}."
    if len(a.tokens) == len(b.tokens) or math.isinf(better):
        return said
    if per_token * better > 0:
        return f"{said} Per token as well."
    return f"{said} But per token <b>{other}</b> does better: each token multiplies by one more number below 1, so length alone costs."


def _times(nats: float) -> str:
    if nats < 0.1:
        return f"{math.exp(nats):.2f} times, which is next to nothing"
    if nats < math.log(1e4):
        return f"{math.exp(nats):,.1f} times" if nats < math.log(100) else f"{math.exp(nats):,.0f} times"
    return f"10<sup>{nats / math.log(10):.0f}</sup> times"


@dataclass(frozen=True)
class Prediction:
    """What one model expects next. `title` names the model, `context` the tokens that it looks at, `seen` how often they came in its text.

    likely: tokens with their probabilities, the likeliest first.
    """

    title: str
    context: Sequence[str]
    seen: int
    likely: Sequence[tuple[str, float]]


def next_tokens(predictions: Sequence[Prediction], note: str = "") -> str:
    """The likeliest next tokens by each model, side by side, all bars on one scale."""
    top = max((p for one in predictions for _, p in one.likely), default=1.0)
    columns = "".join(_column(one, top) for one in predictions)
    more = f'<p style="margin:8px 0 0;{_NOTE}">{html.escape(note)}</p>' if note else ""
    return card(f'<div style="display:flex;flex-wrap:wrap;gap:10px 22px">{columns}</div>{more}', font=_FONT)


def _column(prediction: Prediction, top: float) -> str:
    looks_at = "".join(
        f'<code style="{_MONO}background:#EEF2F6;border-radius:3px;padding:0 3px;margin-right:2px">{marked_up(token)}</code>'
        for token in prediction.context
    )
    seen = f"seen {prediction.seen:,} time{'s' * (prediction.seen != 1)}" if prediction.context else "looks at nothing"
    rows = "".join(
        '<div style="display:flex;align-items:center;gap:6px;margin:2px 0">'
        f'<code style="{_MONO}width:7.2em;flex:none;overflow:hidden;text-overflow:ellipsis;white-space:pre;text-align:right">{marked_up(token)}</code>'
        f'<span style="flex:none;width:{max(1, 84 * p / max(top, 1e-12)):.0f}px;height:12px;background:{BLUE};border-radius:0 3px 3px 0"></span>'
        f'<span style="font-size:12px;color:#4B5563">{_share(p)}</span></div>'
        for token, p in prediction.likely
    )
    empty = f'<div style="{_NOTE}">nothing that begins so</div>' if not prediction.likely else ""
    return (
        f'<div style="flex:1 1 210px;max-width:240px"><div style="font-weight:bold">{html.escape(prediction.title)}</div>'
        f'<div style="min-height:2.9em;font-size:12.5px;color:{GREY}">{looks_at}<br>{seen}</div>{rows}{empty}</div>'
    )


def _share(p: float) -> str:
    return f"{p:.2f}" if p >= 0.1 else f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"
