// Pictures of a step on a canvas: tokens side by side, a value over them as bars, and an equation as it is written.

import { typeset } from "./equations.js";
import { shown, visible } from "./numbers.js";

/** Heights in pixels, of values over tokens and of the tokens. */
export const TALL = 44;
export const TOKENS = 26;

/** The end of a scale, in print. */
export const end = (value) => (Number.isInteger(value) ? String(value).replace("-", "−") : shown(value));
const SERIF = '"STIX Two Text", "Latin Modern Roman", Cambria, "Times New Roman", "DejaVu Serif", serif', MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';

/** What both need: where columns begin. where: {wide, start, stop, t}; what has been read already is darker. */
function columns({ wide, start, stop }, each) {
  for (let t = start, x = 0.5; t < stop; x += wide[t++]) each(t, x, wide[t]);
}

/** Tokens, that of the step in a frame. */
export function drawTokens(context, { trace, backward, where, paint }) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  columns(where, (t, x, width) => {
    const here = t === where.t, text = visible(trace.tokens[t]), fits = Math.floor((width - 4) / 8.4);
    if (here) frame(context, x, width, TOKENS, paint);
    context.fillStyle = here || (backward ? t > where.t : t < where.t) ? paint.ink : paint.soft;
    context.font = `${here ? "bold " : ""}14px ${MONO}`;
    const chars = Array.from(text);
    context.fillText(chars.length > fits ? `${chars.slice(0, fits - 1).join("")}…` : text, x + width / 2, TOKENS / 2 + 1);
  });
}

/** The value of a row over the same tokens: bars from zero, up or down. */
export function drawStrip(context, { row, where, paint }) {
  const bar = (width) => Math.min(width - 3, 26);
  const y = (value) => 3 + (1 - (value - row.low) / (row.high - row.low)) * (TALL - 6), zero = y(0), across = where.wide.slice(where.start, where.stop).reduce((a, b) => a + b, 0);
  context.fillStyle = paint.rule;
  for (const line of row.low < 0 ? [zero] : [3, zero]) context.fillRect(0, Math.round(line), across, 1);
  columns(where, (t, x, width) => {
    const value = row.at(t), top = y(Math.max(0, value)), tall = Math.abs(y(value) - zero);
    context.fillStyle = paint.bar(value);
    context.globalAlpha = t === where.t ? 1 : 0.75;
    context.fillRect(x + width / 2 - bar(width) / 2, top, bar(width), tall);
  });
  context.globalAlpha = 1;
  columns(where, (t, x, width) => { if (t === where.t) frame(context, x, width, TALL, paint); });
}

function frame(context, x, width, tall, paint) {
  context.strokeStyle = paint.ink;
  context.lineWidth = 1.5;
  context.strokeRect(x + 0.25, 0.75, width - 0.5, tall - 1.5);
}

/** Everything as one picture, `room` pixels wide; begun(width, height) gives the context. */
export function drawStep(begun, { trace, title, backward, rows, where, room, paint }) {
  const tall = 78, left = room - where.room - 12, context = begun(room, 60 + tall * rows.length);
  context.fillStyle = paint.paper;
  context.fillRect(0, 0, room, 60 + tall * rows.length);
  const write = (text, x, y, font, colour = paint.ink) => {
    Object.assign(context, { textAlign: "left", textBaseline: "alphabetic", font, fillStyle: colour });
    context.fillText(text, x, y);
  };
  write(title, 12, 24, "600 14px system-ui, sans-serif");
  const at = (x, y, draw) => { context.save(); context.beginPath(); context.rect(x, y - 3, where.room, TALL + 6); context.clip(); context.translate(x, y); draw(); context.restore(); };
  at(left, 30, () => drawTokens(context, { trace, backward, where, paint }));
  rows.forEach((row, k) => {
    const y = 60 + k * tall;
    write(row.name, 12, y + 14, "600 13px system-ui, sans-serif");
    write(row.word, 150, y + 14, "13px system-ui, sans-serif", paint.soft);
    equation(row.pieces).reduce((x, { text, sub, upright }) => {
      write(text, x, y + 36, `${upright ? "" : "italic "}16px ${SERIF}`);
      x += context.measureText(text).width;
      if (sub) { write(sub, x, y + 40, `italic 11px ${SERIF}`); x += context.measureText(sub).width + 1; }
      return x;
    }, 12);
    write(row.words, 12, y + 58, "13px system-ui, sans-serif");
    at(left, y + 14, () => drawStrip(context, { row, where, paint }));
    write(`${end(row.low)} to ${end(row.high)}`, left, y + 10, "11px system-ui, sans-serif", paint.soft);
  });
}

/** An equation without its numbers, typeset. */
function equation(pieces) {
  const sign = (op) => [{ text: "=⊙+".includes(op) ? ` ${op} ` : op, sub: "", upright: true }];
  return pieces.flatMap((one) => (one.group ? equation(one.group) : one.sym ? typeset(one.sym) : sign(one.op)));
}
