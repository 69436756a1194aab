// Two axes with numbers and names on a canvas.

import { shown } from "./numbers.js";
import { powerName, powers, scale, ticks } from "./scales.js";

const LEFT = 58, RIGHT = 12, TOP = 10, BOTTOM = 40;

/**
 * Draws them on a context of room × tall. across, up: {low, high, name, log, ticks}; ticks: numbers in the place of those that are chosen.
 * style: of an element of the explorer, for its colours. Returns {x, y}, from numbers to places, {left, right, top, bottom}, and paint(name of a colour).
 */
export function axes(context, { room, tall, style, across, up, left = LEFT, square = false }) {
  const paint = (name) => style.getPropertyValue(`--d2l-${name}`).trim();
  const side = Math.min(room - left - RIGHT, tall - TOP - BOTTOM);
  const box = { left, top: TOP, right: square ? left + side : room - RIGHT, bottom: square ? TOP + side : tall - BOTTOM };
  const x = scale(across.low, across.high, box.left, box.right, across.log), y = scale(up.low, up.high, box.bottom, box.top, up.log);
  context.fillStyle = paint("card");  // a picture that is taken away needs a ground
  context.fillRect(0, 0, room, tall);
  context.font = "12px system-ui, sans-serif";
  context.lineWidth = 1;
  const at = ({ low, high, log, ticks: given }, most) => given ?? (log ? powers(low, high, most) : ticks(low, high, most));
  const named = (axis, value) => (axis.log ? powerName(value) : axis.whole ? value.toLocaleString("en") : Number(value.toPrecision(3)) === 0 ? "0" : short(value));
  context.textBaseline = "middle";
  for (const value of at(up, Math.max(2, Math.floor((box.bottom - box.top) / 34)))) {
    context.strokeStyle = paint("rule");
    context.globalAlpha = 0.6;
    line(context, box.left, y(value), box.right, y(value));
    context.globalAlpha = 1;
    context.fillStyle = paint("soft");
    context.textAlign = "right";
    context.fillText(named(up, value), box.left - 6, y(value));
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  for (const value of at(across, Math.max(2, Math.floor((box.right - box.left) / 70)))) {
    context.strokeStyle = paint("rule");
    line(context, x(value), box.bottom, x(value), box.bottom + 4);
    context.fillText(named(across, value), x(value), box.bottom + 17);
  }
  context.strokeStyle = paint("soft");
  line(context, box.left, box.top, box.left, box.bottom);
  line(context, box.left, box.bottom, box.right, box.bottom);
  context.fillStyle = paint("ink");
  context.fillText(across.name, (box.left + box.right) / 2, box.bottom + 34);
  context.save();
  context.translate(13, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(up.name, 0, 0);
  context.restore();
  return { x, y, paint, ...box };
}

/** A line, sharp where it is level or upright. */
export function line(context, x1, y1, x2, y2) {
  const sharp = (value) => Math.round(value) + 0.5;
  if (x1 === x2) x1 = x2 = sharp(x1);
  if (y1 === y2) y1 = y2 = sharp(y1);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

const short = (value) => (Math.abs(value) >= 1000 || Math.abs(value) < 0.001 ? shown(value) : String(Number(value.toPrecision(6))).replace("-", "−"));
