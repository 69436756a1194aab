// Strongest moments, histograms, kinds of tokens.

import assert from "node:assert/strict";
import { test } from "node:test";

import { kindOf, KINDS } from "../../d2lrnn/explore/js/kinds.js";
import { histogramOf, strongest } from "../../d2lrnn/explore/js/moments.js";

test("the strongest moments, none near a stronger one", () => {
  const bytes = Int8Array.of(1, 90, 100, 90, 5, 0, -50, -60, 80, 100);
  assert.deepEqual(strongest(bytes, 1, 3, 1), [2, 9, 1]);
  assert.deepEqual(strongest(bytes, 1, 3, 3), [2, 9, 5]);
  assert.deepEqual(strongest(bytes, -1, 2, 2), [7, 5]);
  assert.deepEqual(strongest(Int8Array.of(3), 1, 5, 20), [0]);
});

test("a histogram counts everything once, in whole bytes", () => {
  const bytes = Int8Array.from({ length: 300 }, (_, k) => (k % 201) - 100);
  const { low, each, counts } = histogramOf(bytes, 40);
  assert.equal(low, -100);
  assert.equal(each, 6);
  assert.equal(counts.reduce((a, b) => a + b), 300);
  assert.equal(counts[0], bytes.filter((byte) => byte < -94).length);
  assert.deepEqual(histogramOf(Int8Array.of(7, 7)), { low: 7, each: 1, counts: [2] });
});

test("kinds, by what was read last", () => {
  const said = ["e", "x", "Q", " ", "\n", "!", "the", "Ab", "é", "ß", "", "\t", "7", "E"].map((token) => KINDS[kindOf(token)].name);
  assert.deepEqual(said, ["vowel", "other small letter", "capital", "space", "line end", "anything else", "vowel", "other small letter", "other small letter", "other small letter", "anything else", "space", "anything else", "capital"]);
  assert.equal(new Set(KINDS.map((kind) => kind.mark)).size, KINDS.length, "each can be told without its colour");
});
