// The equations of a step: right numbers in the deck's order, sums that add up in print, bounds where a gate is too near an end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { four, inputOf, step, typeset, words } from "../../d2lrnn/explore/js/equations.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A trace as `unpack` gives it. arrays: by name, a row of values over time for each unit. */
function traceOf(cell, arrays, { begin = {}, fine = true } = {}) {
  const T = Object.values(arrays)[0][0].length;
  return {
    cell, tokens: Array.from({ length: T }, (_, t) => String.fromCharCode(97 + t)),
    numbers: Object.fromEntries(Object.entries(begin).map(([name, values]) => [`begin.${name}`, { shape: [values.length], values }])),
    arrays: Object.entries(arrays).map(([name, rows]) => {
      const scale = Math.max(1, ...rows.flat().map(Math.abs)), parts = rows.flat().map((value) => (value / scale) * 127), bytes = Int8Array.from(parts, Math.round);
      return { name, label: name, units: rows.length, scale, scales: new Float64Array(rows.length).fill(scale), bytes, ...(fine ? { fine: Int16Array.from(parts, (part, k) => Math.round((part - bytes[k]) * 65534)) } : {}) };
    }),
  };
}

/** An LSTM's arrays, (units, T), from what goes into its gates. */
function lstm(units, T, input, first = 0) {
  const out = { h: [], c: [], i: [], f: [], o: [], candidate: [] };
  for (let unit = 0; unit < units; unit++) {
    const rows = Object.fromEntries(Object.keys(out).map((kind) => [kind, []]));
    let c = first;
    for (let t = 0; t < T; t++) {
      const [i, f, o] = [sigmoid(input()), sigmoid(input() + 1), sigmoid(input())], candidate = Math.tanh(input());
      c = f * c + i * candidate;
      for (const [kind, value] of Object.entries({ h: o * Math.tanh(c), c, i, f, o, candidate })) rows[kind].push(value);
    }
    for (const kind in out) out[kind].push(rows[kind]);
  }
  return Object.fromEntries(Object.entries(out).map(([kind, rows]) => [`layer0.${kind}`, rows]));
}

function random(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

const value = (text) => Number(text.replaceAll("−", "-").replace(/[()]/g, ""));
/** How much the last digit of a number in print is worth. */
const last = (text) => 10 ** -(text.replace(/[()−]/g, "").split(".")[1]?.length ?? 0);

test("an LSTM in the deck's order, with its numbers", () => {
  const trace = traceOf("lstm", { "layer0.i": [[0.5, 0.42]], "layer0.f": [[0.5, 0.93]], "layer0.o": [[0.5, 0.6]], "layer0.candidate": [[0, 0.1]], "layer0.c": [[1.2, 1.158]], "layer0.h": [[0, 0.6 * Math.tanh(1.158)]] });
  const rows = step(trace, "layer0.h", 0, 1);
  assert.deepEqual(rows.map((row) => row.kind), ["i", "f", "o", "candidate", "c", "h"]);
  assert.equal(rows[0].words, "0.4200 = σ(−0.3228)");
  assert.equal(rows[3].words, "0.1000 = tanh(0.1003)");
  assert.equal(rows[4].words, "1.158 = 0.9300 × 1.200 + 0.4200 × 0.1000 = 1.116 + 0.0420");
  assert.equal(rows[5].words, "0.4922 = 0.6000 × tanh(1.158) = 0.6000 × 0.8204");
  assert.deepEqual(rows.map((row) => row.word), ["", "keeps", "", "", "", ""]);
  assert.ok(rows.every((row) => row.note === ""));
  assert.deepEqual(rows.begins, [["C_{t−1}", "1.200"], ["H_{t−1}", "0.0000"]]);
});

test("a GRU's: the reset state is worked out, Z keeps the old state", () => {
  const arrays = { "layer1.r": [[0.05, 0.4]], "layer1.z": [[0.95, 0.75]], "layer1.candidate": [[0, -0.5]], "layer1.h": [[-0.8, 0.75 * -0.8 + 0.25 * -0.5]] };
  const rows = step(traceOf("gru", arrays), "layer1.z", 0, 1);
  assert.deepEqual(rows.map((row) => row.kind), ["r", "z", "reset", "candidate", "h"]);
  assert.equal(rows[2].words, "0.4000 × (−0.8000) = −0.3200");
  assert.equal(rows[4].words, "−0.7250 = 0.7500 × (−0.8000) + 0.2500 × (−0.5000) = −0.6000 − 0.1250");
  assert.deepEqual([rows[2].at(0), rows[2].low].map((x) => Math.abs(x)), [0, 1]);
  const first = step(traceOf("gru", arrays), "layer1.z", 0, 0);
  assert.deepEqual(first.slice(0, 2).map((row) => row.word), ["closed", "keeps"]);
  const after = step(traceOf("gru_after", arrays), "layer1.h", 0, 1);
  assert.deepEqual(after.map((row) => row.kind), ["r", "z", "candidate", "h"]);
  assert.ok(after[2].pieces.some((one) => one.sym?.includes("R_t ⊙ (H_{t−1} W_hh + c_h)")));
});

test("plain networks: tanh, and ReLU, whose input is not known at 0", () => {
  assert.equal(step(traceOf("rnn", { h: [[0.3]] }), "h", 0, 0)[0].words, "0.3000 = tanh(0.3095)");
  const relu = traceOf("rnn_relu", { h: [[0, 2.5]] });
  assert.deepEqual([0, 1].map((t) => step(relu, "h", 0, t)[0].words), ["0.0000 = ReLU(≤ 0)", "2.500 = ReLU(2.500)"]);
});

test("what is shown adds up, whatever the numbers", () => {
  const next = random(7), trace = traceOf("lstm", lstm(4, 60, () => 8 * next() - 4, 3), { begin: { "layer0.c": [3, 3, 3, 3] } });
  for (let unit = 0; unit < 4; unit++) {
    for (let t = 0; t < 60; t++) {
      const rows = step(trace, "layer0.c", unit, t);
      for (const { words: text, note } of rows.slice(4)) {
        assert.equal(note, "");
        const [left, middle, right] = text.split(" = ");
        const sum = (side) => side.replaceAll("− ", "+ −").split(" + ").reduce((all, part) => all + part.split(" × ").reduce((product, one) => product * (one.startsWith("tanh") ? Math.tanh(value(one.slice(4))) : value(one)), 1), 0);
        for (const side of [middle, right]) assert.ok(Math.abs(sum(side) - value(left)) <= 2 * Math.max(last(left), 1e-4 * Math.abs(value(left)), ...side.match(/[\d.]+/g).map(last)), text);
      }
    }
  }
});

test("a step begins with the last one, the first with what was begun with, a backward one comes from the right", () => {
  const rows = { h: [[0.1, 0.2, 0.3]] };
  const begins = (trace, name, t) => step(trace, name, 0, t).begins;
  const forward = traceOf("rnn", { "layer0.forward.h": rows.h }, { begin: { "layer0.forward.h": [0.7] } });
  assert.deepEqual([0, 1].map((t) => begins(forward, "layer0.forward.h", t)), [[["H_{t−1}", "0.7000"]], [["H_{t−1}", "0.1000"]]]);
  const backward = traceOf("rnn", { "layer0.backward.h": rows.h }, { begin: { "layer0.backward.h": [0.7] } });
  assert.deepEqual([2, 1].map((t) => begins(backward, "layer0.backward.h", t)), [[["H_{t+1}", "0.7000"]], [["H_{t+1}", "0.3000"]]]);
  assert.ok(step(backward, "layer0.backward.h", 0, 1)[0].pieces.some((one) => one.sym?.includes("H_{t+1} W_hh")));
  assert.deepEqual(begins(traceOf("rnn", { h: [[0.5]] }), "h", 0), [["H_{t−1}", "0.0000"]], "where nothing is known, zeros");
});

test("the other layer is left alone", () => {
  const trace = traceOf("rnn", { "layer0.h": [[0.1]], "layer1.h": [[0.2]] });
  assert.deepEqual(step(trace, "layer1.h", 0, 0).map((row) => [row.array, row.value.toFixed(4)]), [["layer1.h", "0.2000"]]);
});

test("arrays that do not obey the equation are noticed, bytes alone are not blamed", () => {
  const arrays = { r: [[0.5]], z: [[0.25]], candidate: [[0.8]], h: [[0.2]] };  // z the other way round
  assert.match(step(traceOf("gru", arrays), "h", 0, 0).at(-1).note, /has 0\.2000; the right side makes 0\.6000/);
  assert.equal(step(traceOf("gru", arrays, { fine: false }), "h", 0, 0).at(-1).note, "");
});

test("bytes alone give two digits, and say so", () => {
  const rows = step(traceOf("rnn", { h: [[0.31234]] }, { fine: false }), "h", 0, 0);
  assert.equal(rows.fine, false);
  assert.equal(rows[0].words, "0.31 = tanh(0.33)");
});

test("without a known cell, or with an array missing: the values of all arrays that have the unit", () => {
  const rows = step(traceOf(null, { mine: [[0.5, 2], [1, -3]], one: [[1, 1]], "x.f": [[0, 0.5], [0.2, 0.4]] }), "mine", 1, 1);
  assert.equal(rows.cell, null);
  assert.deepEqual(rows.map((row) => [row.name, row.words, row.low, row.high]), [["mine", "−3.000; a token before: 1.000", -3, 3], ["x.f", "0.4000; a token before: 0.2000", 0, 1]]);
  assert.equal(step(traceOf("lstm", { h: [[0.5]] }), "h", 0, 0).cell, null);
});

test("a scale is the unit's own where values go beyond 1", () => {
  const trace = traceOf("rnn_relu", { h: [[0.5, 2], [30, 0]] });
  assert.deepEqual([0, 1].map((unit) => step(trace, "h", unit, 0)[0].high.toFixed(4)), ["2.0000", "30.0000"]);
});

test("the input of a gate: as many digits as are known, and a bound at the ends", () => {
  assert.equal(inputOf("σ", sigmoid(-0.31), 1e-7), "−0.3100");
  assert.equal(inputOf("σ", sigmoid(9.21), 1.2e-7), "9.21");
  assert.equal(inputOf("σ", 1, 1.2e-7), "> 15.9");
  assert.equal(inputOf("σ", 0, 1.2e-7), "< −15.9");
  assert.equal(inputOf("σ", 0.5, 1 / 254), "0.0");
  assert.equal(inputOf("σ", 1, 1 / 254), "> 5.5");
  assert.equal(inputOf("tanh", -1, 1.2e-7), "< −8.3");
  assert.equal(inputOf("ReLU", 0.001, 1 / 254), "≤ 0");
});

test("four digits that count", () => {
  assert.deepEqual([0, -0.00001, 0.5, -0.12345, 1, 9.87654, 12.3456, 123.456, 12345.6].map(four), ["0.0000", "0.0000", "0.5000", "−0.1235", "1.000", "9.877", "12.35", "123.5", "12346"]);
});

test("symbols in parts, and equations as words", () => {
  assert.deepEqual(typeset("H̃_{t−1} W_xi").map(({ text, sub, upright }) => [text, sub, upright]), [["H̃", "t−1", false], [" ", "", true], ["W", "xi", false]]);
  assert.deepEqual(typeset("tanh(").map((one) => one.text), ["tanh", "("]);
  assert.equal(words([{ sym: "a", value: "1" }, { op: "=", under: "=" }, { group: [{ sym: "b", value: "2" }, { op: "⊙", under: "×" }, { sym: "c", value: "(−3)" }], value: "−6" }]), "1 = 2 × (−3) = −6");
});
