// What a prediction depended on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { largest, pieces, relative, row, typical, usual } from "../../d2lrnn/explore/js/past.js";

const one = { shape: [3, 2], values: Float32Array.of(NaN, NaN, 4, NaN, 1, 0) };
const two = { shape: [2, 2, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };

test("rows, with one entry or two", () => {
  assert.deepEqual(row(one, 1), [4, NaN]);
  assert.deepEqual(row(two, 1, 0), [5, 7]);
  assert.deepEqual(row(two, 0, 1), [2, 4]);
});

test("means leave out what is not known; the geometric one zeros too", () => {
  assert.deepEqual(usual(one), [2.5, 0]);
  const found = typical(one);
  assert.ok(Math.abs(found[0] - 2) < 1e-12 && Number.isNaN(found[1]));
  assert.ok(Math.abs(typical(two, 1)[1] - Math.sqrt(32)) < 1e-12);
});

test("lines stop where nothing can be drawn", () => {
  assert.deepEqual(pieces([1, 2, 0, NaN, 3]), { lines: [[[1, 1], [2, 2]], [[5, 3]]], zeros: 1 });
  assert.deepEqual(relative([2, 1, NaN]), [1, 0.5, NaN]);
});

test("the largest first, unknown and zero never", () => assert.deepEqual(largest([0.5, NaN, 2, 0, 2, 1], 3), [2, 4, 5]));
