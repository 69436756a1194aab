"""A minibatch drawn on the text that it was cut from, as HTML, with its two arrays beside it.

T is the number of time steps, B the rows of the minibatch; arrays are (T, B).
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from d2lrnn.explore.tokens import card, marked_up
from d2lrnn.plots.style import GREY, INK, ROWS
from d2lrnn.text.batches import Batches

_WINDOW = "box-decoration-break:clone;-webkit-box-decoration-break:clone;border-radius:4px;padding:2px 0;"
_BADGE = (
    "font:bold 10px/1 system-ui,sans-serif;vertical-align:super;padding:1px 3px;margin-right:1px;border-radius:3px;"
)


def minibatch(tokens: Sequence[str], batches: Batches, epoch: int = 0, step: int = 0) -> str:
    """Minibatch number `step` of an epoch (both from 0), on the text and as arrays.

    tokens: the text that was cut, one token for each id of `batches.tokens`; a few hundred can be taken in.
    Each window carries its address, minibatch.row. The rows of this minibatch are coloured; the token after a row, which is only a target, is underlined.
    Raises ValueError for tokens that do not fit, for more rows than there are colours, and for a step that the epoch does not have.
    """
    rows, steps = batches.batch_size, batches.num_steps
    if len(tokens) != len(batches.tokens):
        raise ValueError(f"minibatch: {len(batches.tokens)} tokens are needed, as many as were cut, got {len(tokens)}")
    if rows > len(ROWS):
        raise ValueError(f"minibatch: at most {len(ROWS)} rows can be told apart by colour, got {rows}")
    if not 0 <= step < len(batches):
        raise ValueError(
            f"minibatch: an epoch has {len(batches)} minibatches of this size, numbered 0 to {len(batches) - 1}, so there is no number {step}"
        )
    address = {}  # where each window begins: its minibatch and row
    for m, begins in enumerate(batches.positions(epoch)):
        address.update({int(begin): (m, row) for row, begin in enumerate(begins)})
    here = {row: begin for begin, (m, row) in address.items() if m == step}
    last_target = {begin + steps: row for row, begin in here.items()}
    first = batches.first(epoch)
    end = first + len(batches) * rows * steps

    parts, position = [], 0
    while position < len(tokens):
        inside = position in address
        # Outside the windows: what comes before the first, the one token that is only a target, what comes after it.
        until = (
            position + steps if inside else first if position < first else end + 1 if position == end else len(tokens)
        )
        shown = []
        for k in range(position, until):
            piece = marked_up(tokens[k])
            if k in last_target:
                colour = ROWS[last_target[k]][1]
                piece = f'<u style="text-decoration:underline 3px {colour};text-underline-offset:4px">{piece}</u>'
            shown.append(piece + "<br>" * tokens[k].count("\n"))
        body = "".join(shown)
        if not inside:
            parts.append(body if position == end else f'<s style="color:{GREY}">{body}</s>')
        else:
            m, row = address[position]
            name = f"{m}.{row}"
            if m == step:
                tint, colour, line = ROWS[row]
                badge = f'<b style="{_BADGE}background:{colour};color:#FFF">{name}</b>'
                parts.append(
                    f'<span style="{_WINDOW}background:{tint};border-bottom:3px {line} {colour}">{badge}{body}</span>'
                )
            else:
                badge = f'<span style="{_BADGE}color:#4B5563;border:1px solid #C4C9D1">{name}</span>'
                parts.append(f'<span style="{_WINDOW}">{badge}{body}</span>')
        position = until
    kind = "sequential" if batches.sequential else "random"
    caption = (
        f"{kind} partitioning, epoch {epoch}, minibatch {step} of 0 … {len(batches) - 1}: T = {steps} steps, B = {rows} rows, starting at token {first}. "
        f"Windows are named minibatch.row; {len(tokens) - 1 - (end - first)} of the {len(tokens)} tokens sit this epoch out (struck out)."
    )
    text = f'<div style="line-height:2.2;white-space:pre-wrap">{"".join(parts)}</div>'
    arrays = _arrays(tokens, batches, [here[row] for row in range(rows)])
    return card(text + arrays, caption)


def _arrays(tokens: Sequence[str], batches: Batches, begins: Sequence[int]) -> str:
    """Inputs and targets as two tables, time downwards and rows across."""
    tables = []
    for name, shift in (("inputs", 0), ("targets", 1)):
        head = "".join(
            f'<th style="color:{ROWS[row][1]};padding:0 6px;text-align:center">row {row}</th>'
            for row in range(len(begins))
        )
        lines = []
        for t in range(batches.num_steps):
            cells = "".join(
                f'<td style="background:{ROWS[row][0]};border:1px solid #FFF;padding:0 8px;text-align:center;color:{INK}">'
                f"{marked_up(tokens[begin + t + shift])}"
                f'<sub style="color:#4B5563;font-size:9.5px;padding-left:3px">{html.escape(str(batches.tokens[begin + t + shift]))}</sub></td>'
                for row, begin in enumerate(begins)
            )
            lines.append(
                f'<tr style="background:none"><th style="color:{GREY};padding:0 6px;text-align:right;font-weight:normal">t = {t}</th>{cells}</tr>'
            )
        tables.append(
            '<table style="display:inline-table;border-collapse:collapse;margin:8px 22px 2px 0;font:inherit;font-size:14px;line-height:1.6">'
            f'<caption style="caption-side:top;text-align:left;font-weight:bold;color:{INK};padding:0">{name} ({batches.num_steps}, {len(begins)})</caption>'
            f'<tr style="background:none"><th></th>{head}</tr>{"".join(lines)}</table>'
        )
    return "".join(tables)
