// The equations of each cell in the deck's notation and order (slides 21, 30–34 and 36–42), with the numbers of one unit at one step. It touches no page.
//
// A piece of an equation is {sym, value}: a symbol and its number; {op, under}: a sign, and the same between numbers; or {group, value}: several pieces,
// and what they make together. A symbol is written as "H_{t−1}" or "W_xi".

import { arrayNamed, valueAt } from "./numbers.js";

const NEEDS = { rnn: ["h"], rnn_relu: ["h"], gru: ["r", "z", "candidate", "h"], gru_after: ["r", "z", "candidate", "h"], lstm: ["i", "f", "o", "candidate", "c", "h"] };
const DOES = {
  i: "how much of the candidate is written", f: "how much of the old cell is kept", o: "how much of the cell is let out", c: "what is remembered",
  r: "how much of the old state the candidate sees", z: "how much of the old state stays", candidate: "what could be written", h: "what all others see",
};
/** What a gate does below 0.1 and above 0.9. */
const WORDS = { i: ["closed", "open"], o: ["closed", "open"], r: ["closed", "open"], f: ["forgets", "keeps"], z: ["renews", "keeps"] };

/** A number with four digits that count, at most four after the point, so that what is shown adds up to what is shown. */
export function four(value) {
  const size = Math.abs(value);
  return minus(value.toFixed(size < 1 ? 4 : Math.max(0, 3 - Math.floor(Math.log10(size)))));
}

/** One that is known to a byte only. */
export const rough = (value) => minus(value.toFixed(2));

const minus = (text) => text.replace("-", "−").replace(/^−(0(\.0+)?)$/, "$1");

/** The part of an array's name that says layer and direction. */
export const place = (name) => name.slice(0, name.lastIndexOf(".") + 1);

/** Values of one unit, by array. at(name, t); before(name, t): one token earlier, of a backward direction one later; where there is none, what was begun with. */
export function reader(trace, unit) {
  const at = (name, t) => valueAt(trace, arrayNamed(trace, name), unit, t);
  const before = (name, t) => {
    const from = name.includes("backward.") ? t + 1 : t - 1;
    return from >= 0 && from < trace.tokens.length ? at(name, from) : trace.numbers[`begin.${name}`]?.values[unit] ?? 0;
  };
  return { at, before };
}

/** What went into σ, tanh or ReLU, from what came out, in print. half: how far that may be off. Too near an end to tell, only a bound. */
export function inputOf(how, value, half) {
  const inverse = { σ: (y) => Math.log(y / (1 - y)), tanh: Math.atanh, ReLU: (y) => y }[how];
  const [least, most] = { σ: [0, 1], tanh: [-1, 1], ReLU: [0, Infinity] }[how];
  const low = value - half, high = value + half;
  if (how === "ReLU" && low <= 0) return "≤ 0";
  if (low <= least) return `< ${minus(inverse(high).toFixed(1))}`;
  if (high >= most) return `> ${minus(inverse(low).toFixed(1))}`;
  const spread = inverse(high) - inverse(low);
  return spread < 2e-4 ? four(inverse(value)) : minus(inverse(value).toFixed(Math.max(0, Math.min(3, Math.floor(-Math.log10(spread))))));
}

/**
 * One step of one unit, as the rows of its equations from top to bottom. name: an array of the layer and direction that is meant.
 *
 * A row: kind; name and does, in words; array, its name, null if it is worked out; pieces, and the same as words; value; low and high, the ends of its
 * scale; at(t); word, of a gate that is closed or open; note, where the trace does not obey the equation.
 * Of all rows: cell, null where no equation is known; fine, whether all digits are there; begins, [symbol, number] of what the step begins with.
 */
export function step(trace, name, unit, t) {
  const prefix = place(name), there = (kind) => unit < (arrayNamed(trace, prefix + kind)?.units ?? 0);
  const cell = NEEDS[trace.cell]?.every(there) ? trace.cell : null;
  const fine = trace.arrays.every((array) => array.fine), print = fine ? four : rough;
  const { at, before } = reader(trace, unit);
  if (!cell) {
    const rows = trace.arrays.filter((array) => unit < array.units).map((array) => alone(array, scaled(trace, array, unit), { at, before, t, print }));
    return Object.assign(rows, { cell, fine, begins: [] });
  }

  const was = prefix.includes("backward.") ? "t+1" : "t−1";
  const now = (kind) => at(prefix + kind, t), then = (kind) => before(prefix + kind, t);
  const sym = (symbol, value) => ({ sym: symbol, value: print(value) });
  const factor = (symbol, value) => ({ sym: symbol, value: value < 0 ? `(${print(value)})` : print(value) });
  const op = (sign, under = sign) => ({ op: sign, under });
  const group = (value, ...pieces) => ({ group: pieces, value: print(value) });
  const times = (...pieces) => group(pieces[0][1] * pieces[1][1], sym(...pieces[0]), op("⊙", "×"), factor(...pieces[1]));

  /** right: what the right side of the equation makes, where all of it is known. */
  function row(kind, pieces, right = now(kind)) {
    const array = arrayNamed(trace, prefix + kind), value = now(kind);
    const obeys = !fine || Math.abs(right - value) <= 1e-4 * array.scale;
    const note = obeys ? "" : `The trace has ${four(value)}; the right side makes ${four(right)}. These arrays were made by another equation.`;
    return {
      ...scaled(trace, array, unit), kind, name: array.label.split(",")[0], does: DOES[kind], array: array.name, pieces, words: words(pieces), value,
      at: (s) => at(array.name, s), word: WORDS[kind]?.[value < 0.1 ? 0 : value > 0.9 ? 1 : 2] ?? "", note,
    };
  }
  function squashed(kind, symbol, how, inside) {
    const half = (fine ? 1.2e-7 : 1 / 254) * arrayNamed(trace, prefix + kind).scales[unit];
    return row(kind, [sym(symbol, now(kind)), op("="), op(`${how}(`), { sym: inside, value: inputOf(how, now(kind), half) }, op(")")]);
  }
  const product = (gate) => `X_t W_x${gate} + H_{${was}} W_h${gate} + b_${gate}`;
  const gate = (kind) => squashed(kind, `${kind.toUpperCase()}_t`, "σ", product(kind));
  const mixed = () => {
    const z = now("z"), old = then("h"), candidate = now("candidate");
    return row("h",
      [sym("H_t", now("h")), op("="), times(["Z_t", z], [`H_{${was}}`, old]), op("+"), times(["(1 − Z_t)", 1 - z], ["H̃_t", candidate])],
      z * old + (1 - z) * candidate);
  };
  const reset = () => {
    const seen = (s) => at(`${prefix}r`, s) * before(`${prefix}h`, s), pieces = [times(["R_t", now("r")], [`H_{${was}}`, then("h")])];
    return {
      ...scaled(trace, arrayNamed(trace, `${prefix}h`), unit), kind: "reset", name: "reset state", does: "what the candidate sees of this unit", array: null,
      pieces, words: words(pieces), value: seen(t), at: seen, word: "", note: "",
    };
  };
  const rows = {
    rnn: () => [squashed("h", "H_t", "tanh", product("h"))],
    rnn_relu: () => [squashed("h", "H_t", "ReLU", product("h"))],
    gru: () => [gate("r"), gate("z"), reset(), squashed("candidate", "H̃_t", "tanh", `X_t W_xh + (R_t ⊙ H_{${was}}) W_hh + b_h`), mixed()],
    gru_after: () => [gate("r"), gate("z"), squashed("candidate", "H̃_t", "tanh", `X_t W_xh + b_h + R_t ⊙ (H_{${was}} W_hh + c_h)`), mixed()],
    lstm: () => {
      const out = Math.tanh(now("c"));
      return [gate("i"), gate("f"), gate("o"), squashed("candidate", "C̃_t", "tanh", product("c")),
        row("c",
          [sym("C_t", now("c")), op("="), times(["F_t", now("f")], [`C_{${was}}`, then("c")]), op("+"), times(["I_t", now("i")], ["C̃_t", now("candidate")])],
          now("f") * then("c") + now("i") * now("candidate")),
        row("h", [sym("H_t", now("h")), op("="), sym("O_t", now("o")), op("⊙", "×"), group(out, op("tanh("), sym("C_t", now("c")), op(")"))], now("o") * out)];
    },
  }[cell]();
  const states = NEEDS[cell].filter((kind) => kind === "c" || kind === "h");
  return Object.assign(rows, { cell, fine, begins: states.map((kind) => [`${kind.toUpperCase()}_{${was}}`, print(then(kind))]) });
}

/** The ends of a row's scale: a gate's are 0 and 1; of what can be larger than 1 the farthest that this unit goes. */
function scaled(trace, array, unit) {
  if ("iforz".includes(array.name.split(".").at(-1))) return { low: 0, high: 1 };
  if (array.scale <= 1) return { low: -array.scale, high: array.scale };
  if (!farthest.has(array)) farthest.set(array, new Map());
  const known = farthest.get(array);
  if (!known.has(unit)) {
    const most = trace.tokens.reduce((most, _, t) => Math.max(most, Math.abs(valueAt(trace, array, unit, t))), 0);
    known.set(unit, most || array.scale);
  }
  return { low: -known.get(unit), high: known.get(unit) };
}
const farthest = new WeakMap();

/** An array of which no equation is known. */
function alone(array, ends, { at, before, t, print }) {
  const value = at(array.name, t), words = `${print(value)}; a token before: ${print(before(array.name, t))}`;
  return { ...ends, kind: "", name: array.label, does: "", array: array.name, pieces: [], words, value, at: (s) => at(array.name, s), word: "", note: "" };
}

/** An equation's numbers as text; where some of them make one together, a second time with that. */
export function words(pieces) {
  const sign = (under) => ("=×+".includes(under) ? ` ${under} ` : under);
  const each = (one, short) => (one.group ? (short ? one.value : line(one.group)) : one.value ?? sign(one.under));
  const line = (all, short) => all.map((one) => each(one, short)).join("").replaceAll("+ −", "− ").replace(/× −([\d.]+)/g, "× (−$1)");
  const first = line(pieces);
  return pieces.some((one) => one.group) ? `${first} = ${line(pieces, true).split(" = ").at(-1)}` : first;
}

const TOKEN = /(tanh|ReLU|σ)|([A-Za-z]\u0303?)(?:_(?:\{([^}]*)\}|([A-Za-z]+)))?|[^A-Za-zσ]+/gu;

/** A symbol in parts: [{text, sub, upright}]. */
export const typeset = (symbol) => Array.from(symbol.matchAll(TOKEN), ([all, name, letter, braced, plain]) => (
  { text: name ?? letter ?? all, sub: braced ?? plain ?? "", upright: letter === undefined }));
