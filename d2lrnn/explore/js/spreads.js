// Two small pictures of one unit: how its values are spread where something holds and where not; and how it goes with a number.
// Each draws on a context of `room` × `tall` and returns in words what is to be seen.

import { curve, histogram } from "./finding.js";
import { ownBytes, shown } from "./numbers.js";

const UNITS = { "position in line": ", in characters", "bracket depth": ", in open brackets" };
const LEFT = 54, RIGHT = 10, TOP = 10, BOTTOM = 36;

export function drawHistogram(context, { trace, array, unit, values, one, room, tall, style }) {
  const { low, high, wide: bytes, holds, others, counts } = histogram(ownBytes(trace, array, unit), values);
  const most = Math.max(...holds, ...others, 0.01), bins = holds.length, wide = (room - LEFT - RIGHT) / bins;
  const y = (share) => tall - BOTTOM - (share / most) * (tall - TOP - BOTTOM);
  const paint = axes(context, { room, tall, style, low: (low / 127) * array.scales[unit], high: (high / 127) * array.scales[unit], end: LEFT + ((high - low + 1) / bytes) * wide, bottom: 0, top: 100 * most, across: `${array.label}, unit ${unit}`, up: "% of tokens" });
  context.fillStyle = paint("--d2l-accent");
  context.globalAlpha = 0.6;
  holds.forEach((share, k) => { if (share) context.fillRect(LEFT + k * wide + 0.5, y(share), wide - 1, tall - BOTTOM - y(share)); });
  context.globalAlpha = 1;
  context.strokeStyle = paint("--d2l-ink");
  context.lineWidth = 1.6;
  context.beginPath();
  context.moveTo(LEFT, y(0));
  others.forEach((share, k) => { context.lineTo(LEFT + k * wide, y(share)); context.lineTo(LEFT + (k + 1) * wide, y(share)); });
  context.lineTo(room - RIGHT, y(0));
  context.stroke();
  const here = (n) => `${n.toLocaleString("en")} tokens`;
  if (!counts[0]) return `In the text that is shown it holds nowhere: all ${here(counts[1])} are under the line.`;
  return `Filled: where it holds (${one.name}, ${here(counts[0])} shown); line: where it does not (${here(counts[1])}). The less they overlap, the better the unit tells.`;
}

export function drawCurve(context, { trace, array, unit, values, one, room, tall, style }) {
  const { points, least, greatest } = curve(ownBytes(trace, array, unit), values);
  let bottom = Math.min(...points.map((point) => point.low)), top = Math.max(...points.map((point) => point.high));
  if (bottom >= top) { bottom -= 1; top += 1; }
  const x = (value) => LEFT + ((value - least) / (greatest - least || 1)) * (room - LEFT - RIGHT), y = (byte) => TOP + ((top - byte) / (top - bottom)) * (tall - TOP - BOTTOM);
  const paint = axes(context, { room, tall, style, low: least, high: greatest, bottom: (bottom / 127) * array.scales[unit], top: (top / 127) * array.scales[unit], across: one.name + (UNITS[one.name] ?? ""), up: `${array.label}, unit ${unit}` });
  context.fillStyle = paint("--d2l-accent");
  context.globalAlpha = 0.3;
  context.beginPath();
  points.forEach((point, k) => context[k ? "lineTo" : "moveTo"](x(point.x), y(point.high)));
  [...points].reverse().forEach((point) => context.lineTo(x(point.x), y(point.low)));
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = paint("--d2l-ink");
  context.lineWidth = 1.8;
  context.beginPath();
  points.forEach((point, k) => context[k ? "lineTo" : "moveTo"](x(point.x), y(point.mean)));
  context.stroke();
  return `Line: the mean of the ${array.label}, unit ${unit}, by ${one.name}; band: one standard deviation either way, over the tokens that are shown.`;
}

/** Two axes with their ends and names; `end`: where the greatest value stands. Returns what looks a colour up. */
function axes(context, { room, tall, style, low, high, end = room - RIGHT, bottom, top, across, up }) {
  const paint = (name) => style.getPropertyValue(name).trim();
  context.fillStyle = paint("--d2l-card");  // a picture that is taken away needs a ground
  context.fillRect(0, 0, room, tall);
  context.strokeStyle = paint("--d2l-rule");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(LEFT + 0.5, TOP);
  context.lineTo(LEFT + 0.5, tall - BOTTOM + 0.5);
  context.lineTo(room - RIGHT, tall - BOTTOM + 0.5);
  context.stroke();
  context.fillStyle = paint("--d2l-soft");
  context.font = "11.5px system-ui, sans-serif";
  const write = (text, x, y, align) => { context.textAlign = align; context.fillText(text, x, y); };
  write(shown(low), LEFT, tall - BOTTOM + 14, "left");
  write(shown(high), end, tall - BOTTOM + 14, "right");
  if (low < 0 && high > 0) {
    const zero = LEFT + (-low / (high - low)) * (end - LEFT);
    if (zero - LEFT > 34 && end - zero > 34) write("0", zero, tall - BOTTOM + 14, "center");
  }
  write(across, (LEFT + room - RIGHT) / 2, tall - 6, "center");
  write(shown(top), LEFT - 5, TOP + 8, "right");
  write(bottom === 0 ? "0" : shown(bottom), LEFT - 5, tall - BOTTOM, "right");
  context.save();
  context.translate(12, (TOP + tall - BOTTOM) / 2);
  context.rotate(-Math.PI / 2);
  write(up, 0, 0, "center");
  context.restore();
  return paint;
}
