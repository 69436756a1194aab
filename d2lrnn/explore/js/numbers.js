// The arithmetic of the explorers: what came over the wire as numbers, their colours, their order. It touches no page, so that node can test it.
//
// T tokens, H units. An array comes as one signed byte a value, unit after unit, with a scale for each unit: value = byte / 127 * scales[unit]. Some come with
// two bytes more, what the first left out, in parts of 65,534: then value = (byte + fine / 65534) / 127 * scales[unit]. For colours there is one scale for all.

/** The parts of a payload (`d2lrnn.explore.payload.pack`): an ArrayBuffer or a view of one. */
export function unpack(bytes) {
  const view = bytes instanceof ArrayBuffer ? new DataView(bytes) : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = new Uint8Array(view.buffer, view.byteOffset + 4, length);
  const data = JSON.parse(new TextDecoder().decode(header));
  const start = view.byteOffset + 4 + length;
  for (const trace of data.traces) {
    for (const array of trace.arrays) {
      const size = array.units * trace.tokens.length;
      array.bytes = new Int8Array(view.buffer, start + array.at, size);
      // Copied, since numbers of two or four bytes may not begin anywhere.
      array.scales = new Float32Array(view.buffer.slice(start + array.scales, start + array.scales + 4 * array.units));
      if (array.fine !== undefined) array.fine = new Int16Array(view.buffer.slice(start + array.fine, start + array.fine + 2 * size));
    }
    for (const numbers of Object.values(trace.numbers)) {
      const from = start + numbers.at;
      numbers.values = new Float32Array(view.buffer.slice(from, from + 4 * numbers.shape.reduce((a, b) => a * b, 1)));
    }
  }
  return data;
}

/** The array of that name, or undefined. */
export const arrayNamed = (trace, name) => trace.arrays.find((array) => array.name === name);

/** One value of an array. */
export function valueAt(trace, array, unit, t) {
  const at = unit * trace.tokens.length + t;
  return ((array.bytes[at] + (array.fine ? array.fine[at] / 65534 : 0)) / 127) * array.scales[unit];
}

/** The bytes of one unit, over time, on the scale of its own: byte / 127 * array.scales[unit]. */
export const ownBytes = (trace, array, unit) => array.bytes.subarray(unit * trace.tokens.length, (unit + 1) * trace.tokens.length);

/** The same on the scale that all units of the array share: byte / 127 * array.scale. */
export function unitBytes(trace, array, unit) {
  const own = ownBytes(trace, array, unit), share = array.scales[unit] / array.scale;
  return share === 1 ? own : own.map((byte) => Math.round(byte * share));
}

/** A number for people: three digits, a true minus sign. */
export function shown(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 0.01 || size === 0 ? value.toFixed(size >= 10 ? 1 : 2) : value.toExponential(1);
  return text.replace("-", "−").replace("e−", "e-").replace(/^−(0(\.0+)?)$/, "$1");
}

const MARKS = { " ": "·", "\n": "↵", "\r": "␍", "\t": "⇥" };

/** A token in printable form, as `d2lrnn.text.visible` has it. */
export function visible(token) {
  let out = "", first = true;
  for (const char of token) {
    const code = char.codePointAt(0);
    if (MARKS[char]) out += MARKS[char];
    else if (first && /\p{M}/u.test(char)) out += "◌" + char;
    else if (code >= 0xdc80 && code <= 0xdcff) out += `‹${(code - 0xdc00).toString(16).toUpperCase()}›`;
    else if (/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u.test(char)) out += `‹${code.toString(16).toUpperCase().padStart(2, "0")}›`;
    else out += char;
    first = false;
  }
  return out;
}

/** The same for running text: a space stays a space, and a line end ends the line. */
export const running = (token) => visible(token).replaceAll("·", token.includes("·") ? "·" : " ").replaceAll("↵", token.includes("\n") ? "↵\n" : "↵");

const THEMES = {
  light: { zero: [255, 255, 255], positive: [242, 142, 60], negative: [90, 167, 222] },
  dark: { zero: [27, 31, 39], positive: [160, 78, 0], negative: [28, 105, 168] },
};

/** The colour of each byte, −127 to 127, at index byte + 128: blue below zero, the page's own colour at zero, orange above. [r, g, b] each. */
export function colours(theme) {
  const { zero, positive, negative } = THEMES[theme];
  return Array.from({ length: 256 }, (_, i) => {
    const share = Math.max(-1, (i - 128) / 127);
    const end = share < 0 ? negative : positive;
    return zero.map((from, k) => Math.round(from + Math.abs(share) * (end[k] - from)));
  });
}

/** Colours for a canvas (`fillStyle`). */
export const css = (rgb) => `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;

/** Colours as a canvas stores them, one number a pixel. */
export function pixels(theme) {
  const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  return Uint32Array.from(colours(theme), ([r, g, b]) => (littleEndian ? (255 << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | 255) >>> 0);
}

/** The mean and the standard deviation of each unit, in bytes. */
export function spread(trace, array) {
  const T = trace.tokens.length;
  return Array.from({ length: array.units }, (_, unit) => {
    const row = unitBytes(trace, array, unit);
    let sum = 0, squares = 0;
    for (let t = 0; t < T; t++) { sum += row[t]; squares += row[t] * row[t]; }
    const mean = sum / T;
    return { mean, deviation: Math.sqrt(Math.max(0, squares / T - mean * mean)) };
  });
}

/** Units in the order they are drawn: "stored", "activity" (the most moving first), "similarity" (each beside the one most like it), "value" at token t. */
export function order(trace, array, how, t = 0) {
  const units = Array.from({ length: array.units }, (_, unit) => unit);
  if (how === "stored") return units;
  if (how === "value") return units.sort((a, b) => valueAt(trace, array, b, t) - valueAt(trace, array, a, t) || a - b);
  const moves = spread(trace, array);
  if (how === "activity") return units.sort((a, b) => moves[b].deviation - moves[a].deviation || a - b);
  if (how === "similarity") return bySimilarity(trace, array, moves);
  throw new Error(`there is no order "${how}"`);
}

// A walk: from the most moving unit always to the one that correlates most with it among those not yet taken. At most 400 tokens are looked at, of more
// than 500 units fewer: the page must not stand still.
function bySimilarity(trace, array, moves) {
  const T = trace.tokens.length, looked = Math.min(400, Math.max(16, 1e8 / array.units ** 2)), step = Math.max(1, Math.ceil(T / looked));
  const rows = moves.map(({ mean, deviation }, unit) => {
    const row = unitBytes(trace, array, unit), out = new Float32Array(Math.ceil(T / step));
    for (let k = 0; k < out.length; k++) out[k] = deviation ? (row[k * step] - mean) / deviation : 0;
    return out;
  });
  const left = new Set(rows.keys());
  let now = moves.reduce((best, { deviation }, unit) => (deviation > moves[best].deviation ? unit : best), 0);
  const found = [];
  for (;;) {
    found.push(now);
    left.delete(now);
    if (!left.size) return found;
    let best = -1, most = -Infinity;
    for (const unit of left) {
      let dot = 0;
      for (let k = 0; k < rows[unit].length; k++) dot += rows[unit][k] * rows[now][k];
      if (dot > most) { most = dot; best = unit; }
    }
    now = best;
  }
}

/** A table as CSV (RFC 4180); a cell that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csv(rows) {
  const cell = (value) => {
    let text = String(value);
    if (typeof value === "string" && /^([\t\r]|\s*[=+\-@])/.test(text)) text = "'" + text;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** x kept within low and high. */
export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
