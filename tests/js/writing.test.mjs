// What the views that read and write text work out: where the caret is, which tokens are marked, where two texts part, what can be held.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bounds, marked, parting, summary, tokenBefore } from "../../d2lrnn/explore/js/writing.js";

test("the caret stands behind a token", () => {
  const tokens = ["to", " ", "be"];
  assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map((caret) => tokenBefore(tokens, "to be", caret)), [0, 0, 0, 1, 2, 2, 2]);
  assert.equal(tokenBefore(["a", "😀", "b"], "a😀b", 3), 1, "a character of two units is one token");
  assert.equal(tokenBefore(["to", "be"], "to be", 1), 1, "tokens that do not make up the text: the last");
});

test("marked tokens come once, in order", () => {
  assert.deepEqual(marked(["ß", "a", "é", "b", "ß"], Float32Array.of(1, 0, 1, 0, 1)), ["ß", "é"]);
  assert.deepEqual(marked(["a"], []), []);
});

test("texts part at the first character that differs, counted in characters", () => {
  assert.equal(parting("the sea", "the sky"), 5);
  assert.equal(parting("same", "same"), 4);
  assert.equal(parting("same", "same here"), 4);
  assert.equal(parting("", "x"), 0);
  assert.equal(parting("😀a", "😁a"), 0, "two emoji that begin with the same half are two characters");
  assert.equal(parting("😀a", "😀b"), 1);
});

test("gates from 0 to 1, states from −1 to 1, memory cells as far as the text goes and beyond", () => {
  for (const kind of "iforz") assert.deepEqual(bounds(kind, "lstm", 1), { low: 0, high: 1, least: 0, most: 1, step: 0.01 });
  for (const kind of ["h", "candidate"]) assert.deepEqual(bounds(kind, "gru", 1), { low: -1, high: 1, least: -1, most: 1, step: 0.01 });
  assert.deepEqual(bounds("c", "lstm", 5.6), { low: -6, high: 6, least: -Infinity, most: Infinity, step: 0.05 });
  assert.deepEqual(bounds("c", "lstm", 0.3).high, 1);
  assert.deepEqual(bounds("h", "rnn_relu", 3.2), { low: 0, high: 4, least: 0, most: Infinity, step: 0.05 });
});

test("a summary", () => {
  assert.deepEqual(summary([1, -2, 4]), { low: -2, high: 4, mean: 1 });
});
