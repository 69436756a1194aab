// The picture of predictions on a canvas: tokens from left to right; under each its surprisal as a bar, and answers with their probabilities.

import { answersAt, roundUp, stepUnder, surprisalAt } from "./answers.js";
import { visible } from "./numbers.js";

export const GUTTER = 46;  // pixels at the left, for the scale
const HEAD = 28, BARS = 76, CELL = 25, GAP = 8;
const MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace', SANS = "system-ui, sans-serif";

/** How high it is. */
export const tall = ({ k, told }) => HEAD + (told ? BARS + GAP : 0) + k * CELL + 4;

/** The end of the scale of surprisal. */
export const scaleOf = (told) => roundUp(Math.max(1, told.largest));

/**
 * page: [start, stop) and the widths of all columns; k and under as chosen; told: the summary of surprisal, or null; paint: colours.
 * The token in the cursor's column is t.
 */
export function drawForetold(context, { trace, wide, start, stop, t, k, under, told, paint }) {
  const from = HEAD + (told ? BARS + GAP : 0), bottom = HEAD + BARS, most = told && scaleOf(told);
  context.textBaseline = "middle";
  let end = GUTTER;
  for (let s = start; s < stop; s++) end += wide[s];
  if (told) axis(context, { bottom, end, most, mean: told.mean, paint });
  context.fillStyle = paint.soft;
  context.font = `11px ${SANS}`;
  context.textAlign = "right";
  for (let rank = 0; rank < k; rank++) context.fillText(`${rank + 1}.`, GUTTER - 7, from + (rank + 0.5) * CELL);
  for (let s = start, x = GUTTER; s < stop; x += wide[s++]) {
    const step = stepUnder(s, under), value = surprisalAt(trace, s);
    write(context, visible(trace.tokens[s]), x, HEAD / 2, wide[s], `${s === t ? "bold " : ""}15px ${MONO}`, paint.ink);
    if (told && Number.isNaN(value)) write(context, "–", x, bottom - 7, wide[s], `12px ${SANS}`, paint.soft);
    else if (told) {
      const high = (value / most) * (BARS - 8);
      context.fillStyle = paint.soft;
      context.fillRect(x + wide[s] / 2 - 7, bottom - high, 14, high);
    }
    if (step !== null) answersAt(trace, step, k).forEach((answer, rank) => cell(context, x, from + rank * CELL, wide[s], answer, paint));
    if (s === t) { context.strokeStyle = paint.accent; context.lineWidth = 2; context.strokeRect(x - 0.5, 1, wide[s] + 1, from + k * CELL + 2); }
  }
}

function axis(context, { bottom, end, most, mean, paint }) {
  const y = (value) => Math.round(bottom - (value / most) * (BARS - 8)) + 0.5;
  const line = (value, dashes) => {
    context.setLineDash(dashes);
    context.beginPath();
    context.moveTo(GUTTER - 4, y(value));
    context.lineTo(end, y(value));
    context.stroke();
    context.setLineDash([]);
  };
  context.strokeStyle = paint.rule;
  context.lineWidth = 1;
  for (const value of [0, most / 2, most]) line(value, []);
  context.strokeStyle = paint.soft;
  if (!Number.isNaN(mean)) line(mean, [4, 3]);
  context.fillStyle = paint.soft;
  context.font = `11px ${SANS}`;
  context.textAlign = "right";
  for (const value of [0, most / 2, most]) context.fillText(String(Number(value.toFixed(2))), GUTTER - 7, y(value));
  context.save();
  context.translate(9, bottom - BARS / 2 + 4);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText("nats", 0, 0);
  context.restore();
}

/** One answer: the longer the bar and the stronger the shade, the likelier; in a frame what came. */
function cell(context, x, y, width, { token, p, came }, paint) {
  context.fillStyle = paint.accent;
  context.globalAlpha = 0.04 + 0.34 * p;
  context.fillRect(x + 1.5, y + 1.5, width - 3, CELL - 3);
  context.globalAlpha = 1;
  context.fillRect(x + 1.5, y + CELL - 5, (width - 3) * p, 3.5);
  write(context, visible(token), x, y + CELL / 2 - 2, width, `${came ? "bold " : ""}13px ${MONO}`, paint.ink);
  if (came) { context.strokeStyle = paint.ink; context.lineWidth = 1.6; context.strokeRect(x + 2, y + 1.5, width - 4, CELL - 3); }
}

function write(context, text, x, y, width, font, colour) {
  context.font = font;
  context.fillStyle = colour;
  context.textAlign = "center";
  let chars = Array.from(text);
  const fits = Math.floor((width - 6) / context.measureText("m").width);
  if (chars.length > fits) chars = [...chars.slice(0, Math.max(1, fits - 1)), fits > 1 ? "…" : ""];
  context.fillText(chars.join(""), x + width / 2, y);
}

/** What the picture shows, in words. */
export const legend = ({ k, under, told, next }) => [
  told ? `Bar under a token: its surprisal, −ln p, on a scale from 0 to ${String(Number(scaleOf(told).toFixed(2)))} nats; the dashed line is the mean; – where nothing was said of it.` : "",
  !next ? `Under a token the ${k} likeliest answers there.` : under === "place" ? `Under it the ${k} likeliest answers that were given in its place.` : `Under it the ${k} likeliest answers for the token after it.`,
  `The longer the bar and the stronger the shade, the likelier; a full bar is p = 1.${next ? " In a frame: what came." : ""}`,
].filter(Boolean).join(" ");
