// Tokens side by side: how many there is room for, and which.

import assert from "node:assert/strict";
import { test } from "node:test";

import { around, pages, pageWith, widths } from "../../d2lrnn/explore/js/columns.js";

test("a column is as wide as its longest text, within bounds; an emoji is one letter", () => {
  assert.deepEqual(widths([["a"], ["a", "abc"], ["😀"], [""], ["x".repeat(99)]], { letter: 10, beside: 5, most: 100 }), [15, 35, 15, 15, 100]);
});

test("around the cursor, in the middle where there is text on both sides", () => {
  const wide = new Array(100).fill(10);
  assert.deepEqual(around(wide, 50, 70), [47, 54]);
  assert.deepEqual(around(wide, 0, 70), [0, 7]);
  assert.deepEqual(around(wide, 1, 70), [0, 7]);
  assert.deepEqual(around(wide, 99, 70), [93, 100]);
  assert.deepEqual(around(wide, 98, 70), [93, 100]);
  assert.deepEqual(around(wide, 50, 5), [50, 51], "one there always is");
  assert.deepEqual(around([10, 10, 10], 1, 1000), [0, 3]);
});

test("columns of different widths never need more than the room", () => {
  const wide = Array.from({ length: 60 }, (_, t) => 8 + ((t * 37) % 50));
  for (let t = 0; t < 60; t++) {
    const [start, stop] = around(wide, t, 200), taken = wide.slice(start, stop).reduce((a, b) => a + b, 0);
    assert.ok(start <= t && t < stop && taken <= 200);
    assert.ok((start === 0 || taken + wide[start - 1] > 200) && (stop === 60 || taken + wide[stop] > 200), "as many as fit");
  }
});

test("pages cover all columns once, each as full as there is room", () => {
  const wide = [30, 30, 30, 50, 90, 200, 10, 10];
  const starts = pages(wide, 100);
  assert.deepEqual(starts, [0, 3, 4, 5, 6]);
  assert.deepEqual([0, 2, 3, 5, 7].map((t) => pageWith(starts, t, 8)), [[0, 3], [0, 3], [3, 4], [5, 6], [6, 8]]);
  assert.deepEqual(pages([], 100), [0]);
});

test("no page needs more than the room, and none has room for the next column", () => {
  const wide = Array.from({ length: 90 }, (_, t) => 8 + ((t * 37) % 50)), starts = pages(wide, 200);
  starts.forEach((start, page) => {
    const stop = starts[page + 1] ?? wide.length, taken = wide.slice(start, stop).reduce((a, b) => a + b, 0);
    assert.ok(taken <= 200 && (stop === wide.length || taken + wide[stop] > 200), `page ${page}`);
  });
});
