// The arithmetic of the explorers: bytes back to numbers, numbers to words and colours, units in order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrayNamed, clamp, colours, csv, order, ownBytes, pixels, running, shown, spread, unitBytes, unpack, valueAt, visible } from "../../d2lrnn/explore/js/numbers.js";
import { python } from "./python.mjs";

/** A trace as `unpack` makes it, of rows of bytes, one a unit. */
function traceOf(rows, scale = 1) {
  const array = { name: "layer0.h", units: rows.length, scale, scales: new Float32Array(rows.length).fill(scale), bytes: Int8Array.from(rows.flat()) };
  return { tokens: rows[0].map(String), arrays: [array], numbers: {} };
}

test("what Python packed comes out again", () => {
  const { payload, values, begin, surprisal, tokens, scales } = python(`
import base64
import numpy as np
from d2lrnn.explore.payload import pack
from d2lrnn.trace.arrays import Trace
rng = np.random.default_rng(4)
tokens = ["a", "é", "\\udcff", "😀", "</script>", "a", "b"]
def trace(size):
    return Trace(tokens, {"layer0.c": size * rng.normal(size=(7, 5)), "layer0.f": rng.uniform(size=(7, 5)), "odd": np.zeros((7, 1))},
                 {"layer0.c": rng.normal(size=5)}, rng.normal(size=(7, 3)), ["a", "b", "é"], title="one")
traces = [trace(1), trace(9)]
{"payload": base64.b64encode(pack(traces, [{"more": np.arange(6.).reshape(2, 3)}, {}], {"view": ["words", 1]})).decode(), "tokens": tokens, "values": [{name: t[name].T.tolist() for name in t.names} for t in traces], "begin": [t.begin["layer0.c"].tolist() for t in traces], "surprisal": [[None if np.isnan(x) else float(x) for x in t.surprisal] for t in traces], "scales": [float(max(abs(t["layer0.c"]).max() for t in traces)), 1, 1e-6]}
  `);
  const bytes = Buffer.from(payload, "base64");
  const moved = new Uint8Array(bytes.length + 3);  // as a part of something larger, at a place where no number of four bytes may begin
  moved.set(bytes, 3);
  for (const given of [bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), new DataView(moved.buffer, 3), moved.subarray(3)]) {
    const data = unpack(given);
    assert.deepEqual(data.words, { view: ["words", 1] });
    data.traces.forEach((trace, i) => {
      assert.deepEqual(trace.tokens, tokens);
      assert.deepEqual(trace.arrays.map((array) => Math.fround(array.scale)), scales.map(Math.fround));
      for (const array of trace.arrays) {
        assert.equal(arrayNamed(trace, array.name), array);
        values[i][array.name].forEach((row, unit) => {
          assert.deepEqual(unitBytes(trace, array, unit).length, 7);
          row.forEach((value, t) => assert.ok(Math.abs(valueAt(trace, array, unit, t) - value) <= Math.max(...row.map(Math.abs)) / 254 + 1e-6, `${array.name} ${unit} ${t}`));
        });
      }
      assert.deepEqual(Array.from(trace.numbers["begin.layer0.c"].values), begin[i].map(Math.fround));
      assert.deepEqual(Array.from(trace.numbers.surprisal.values, (x) => (Number.isNaN(x) ? null : x)), surprisal[i]);
      assert.deepEqual(trace.numbers["top.p"].shape, [7, 3]);
      for (let t = 0; t < 7; t++) assert.ok(Math.abs(trace.numbers["top.p"].values.subarray(3 * t, 3 * t + 3).reduce((a, b) => a + b) - 1) < 1e-5);
    });
    assert.deepEqual(data.traces[0].numbers.more.shape, [2, 3]);
    assert.deepEqual([...data.traces[0].numbers.more.values], [0, 1, 2, 3, 4, 5]);
    assert.equal(data.traces[1].numbers.more, undefined);
  }
});

test("bytes of one unit, on its own scale and on that of all", () => {
  const trace = traceOf([[0, 127, -64], [127, -127, 0]]);
  trace.arrays[0].scales = Float32Array.of(0.5, 1);
  assert.deepEqual([...ownBytes(trace, trace.arrays[0], 0)], [0, 127, -64]);
  assert.deepEqual([...unitBytes(trace, trace.arrays[0], 0)], [0, 64, -32]);
  assert.deepEqual([...unitBytes(trace, trace.arrays[0], 1)], [127, -127, 0]);
  assert.equal(valueAt(trace, trace.arrays[0], 0, 1), 0.5);
});

test("an array that is not there", () => assert.equal(arrayNamed(traceOf([[0]]), "layer9.h"), undefined));

test("numbers for people", () => {
  const said = { 0: "0.00", 1: "1.00", "-0.5": "−0.50", 0.011: "0.01", "-0.0042": "−4.2e-3", 12.34: "12.3", 99.96: "100.0", 123.45: "123.5", 1234.5: "1235", "-98765": "−98765" };
  for (const [value, words] of Object.entries(said)) assert.equal(shown(Number(value)), words);
  assert.equal(shown(-0), "0.00");
  for (const nothing of [null, undefined, NaN]) assert.equal(shown(nothing), "–");
});

test("characters are made visible as Python makes them", () => {
  // Every character that both know, below U+3400; then one in 61, since what follows is alike for long stretches.
  const said = python(`
import unicodedata
from d2lrnn.text.visible import visible
codes = [code for code in range(0x110000) if unicodedata.category(chr(code)) != "Cn" and (code < 0x3400 or code % 61 == 0 or 0xD7F0 < code < 0xE010 or 0xDC70 < code < 0xDD10)]
[[text, visible(text)] for code in codes for text in (chr(code), "a" + chr(code))] + [[text, visible(text)] for text in ("", "to be", "a·b", " \\n\\t\\r\\x0b\\x00", "e\\u0301\\u0301", "\\u0301\\u0301", "</script><img src=x onerror=alert(1)>", "\\u202eabc", "👩‍🔬", "\\ufeffx", "\\udcff\\udc80")]
  `);
  assert.ok(said.length > 20_000);
  for (const [text, words] of said) assert.equal(visible(text), words, JSON.stringify(text));
});

test("in running text a space is a space and a line end ends the line", () => {
  assert.equal(running("to be\n"), "to be↵\n");
  assert.equal(running("a·b"), "a·b");
  assert.equal(running("↵"), "↵");
  assert.equal(running("\t\u0007"), "⇥‹07›");
});

const luminance = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);

for (const [theme, ink, paper] of [["light", [0x1b, 0x1f, 0x24], [255, 255, 255]], ["dark", [0xe5, 0xe7, 0xeb], [0x1b, 0x1f, 0x27]]]) {
  test(`colours of the ${theme} theme: the paper's at zero, as strong below as above, and letters are read on each`, () => {
    const all = colours(theme);
    assert.equal(all.length, 256);
    assert.deepEqual(all[128], paper);
    assert.deepEqual(all[0], all[1], "−128 is none of the values");
    const strength = (rgb, end) => rgb.map((c, k) => (c - paper[k]) / (end[k] - paper[k] || 1));
    for (let byte = 1; byte <= 127; byte++) {
      for (const [now, end] of [[all[128 + byte], all[255]], [all[128 - byte], all[1]]]) {
        now.forEach((c, k) => assert.ok(Math.abs(c - (paper[k] + (byte / 127) * (end[k] - paper[k]))) <= 0.5, `${byte}: ${strength(now, end)}`));
      }
    }
    const [up, down] = [all[255], all[1]];
    assert.ok(up[0] - up[2] > 100 && down[2] - down[0] > 100, "orange against blue, which the colour-blind tell apart");
    const bright = luminance(ink);
    for (const rgb of all) {
      const other = luminance(rgb), contrast = (Math.max(bright, other) + 0.05) / (Math.min(bright, other) + 0.05);
      assert.ok(contrast >= 4.5, `${rgb}: ${contrast}`);
    }
  });

  test(`pixels of the ${theme} theme are these colours`, () => {
    assert.deepEqual(Array.from(new Uint8Array(pixels(theme).buffer)), colours(theme).flatMap((rgb) => [...rgb, 255]));
  });
}

test("means and deviations of units", () => {
  const trace = traceOf([[1, 2, 3, 6], [-127, 127, -127, 127], [5, 5, 5, 5]]);
  const moves = spread(trace, trace.arrays[0]);
  assert.deepEqual(moves.map((one) => one.mean), [3, 0, 5]);
  assert.deepEqual(moves.map((one) => one.deviation), [Math.sqrt(3.5), 127, 0]);
});

test("units in order", () => {
  const trace = traceOf([[0, 0, 0, 0], [9, -9, 9, -9], [1, 2, 1, 2], [-9, 9, -9, 9.4], [9, 2, 9, 2]], 2), array = trace.arrays[0];
  assert.deepEqual(order(trace, array, "stored"), [0, 1, 2, 3, 4]);
  assert.deepEqual(order(trace, array, "activity"), [1, 3, 4, 2, 0], "of equals the first comes first");
  assert.deepEqual(order(trace, array, "value", 0), [1, 4, 2, 0, 3]);
  assert.deepEqual(order(trace, array, "value", 1), [3, 2, 4, 0, 1]);
  assert.throws(() => order(trace, array, "beauty"), /no order "beauty"/);
});

test("similar units stand side by side, whatever their size and place", () => {
  const wave = (by, of, to = 0) => Array.from({ length: 60 }, (_, t) => Math.round(of * Math.sin(by * t) + to));
  const trace = traceOf([wave(0.2, 100), wave(0.9, 120), wave(0.2, 30, 40), wave(0.9, 25, -50), wave(0.2, 60, -9), new Array(60).fill(7)]);
  const found = order(trace, trace.arrays[0], "similarity"), place = (unit) => found.indexOf(unit);
  assert.deepEqual([...found].sort(), [0, 1, 2, 3, 4, 5]);
  assert.equal(found[0], 1, "it begins with the most moving");
  assert.equal(place(3), 1);
  assert.equal(Math.max(place(0), place(2), place(4)) - Math.min(place(0), place(2), place(4)), 2);
});

test("many units are put in order within a moment", () => {
  const rows = Array.from({ length: 3000 }, (_, unit) => Array.from({ length: 800 }, (_, t) => Math.round(100 * Math.sin(unit * unit + t))));
  const trace = traceOf(rows), began = performance.now();
  assert.equal(new Set(order(trace, trace.arrays[0], "similarity")).size, 3000);
  assert.ok(performance.now() - began < 3000);
});

test("a table as CSV", () => {
  assert.equal(csv([["token", "text"], [0, "a,b"], [-1.5, 'say "no"'], [NaN, "two\nlines"]]), 'token,text\r\n0,"a,b"\r\n-1.5,"say ""no"""\r\nNaN,"two\nlines"\r\n');
});

test("no cell is taken for a formula, and no number for a text", () => {
  const cell = (text) => csv([[text]]).replace(/\r\n$/, "");
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=", " =1", "\n=1"]) assert.ok(/^"?'/.test(cell(text)), JSON.stringify(text));
  assert.equal(cell("\r=1"), `"'\r=1"`);
  for (const plain of ["a=b", " ", "\n", "'", "1", "the -"]) assert.ok(!cell(plain).startsWith("'") || plain === "'", JSON.stringify(plain));
  assert.equal(cell(-1), "-1");
  assert.equal(cell("="), "'=");
});

test("clamp", () => assert.deepEqual([-1, 0.5, 7].map((x) => clamp(x, 0, 1)), [0, 0.5, 1]));
