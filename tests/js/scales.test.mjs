// Where numbers stand on an axis.

import assert from "node:assert/strict";
import { test } from "node:test";

import { powerName, powers, scale, ticks } from "../../d2lrnn/explore/js/scales.js";

test("ticks are round, within, and not too many", () => {
  assert.deepEqual(ticks(0, 1, 4), [0, 0.5, 1]);
  assert.deepEqual(ticks(-2.1, 2.3, 5), [-2, -1, 0, 1, 2]);
  assert.deepEqual(ticks(3, 3), [3]);
  for (const [low, high] of [[0, 7], [-0.013, 0.4], [1e-9, 3e-9], [5, 123456], [-1e6, -999]]) {
    for (const most of [2, 5, 9]) {
      const found = ticks(low, high, most);
      assert.ok(found.length >= 1 && found.length <= most + 1, `${low} ${high} ${most}: ${found}`);
      assert.ok(found.every((value) => value >= low - 1e-12 && value <= high + 1e-12));
      const steps = found.slice(1).map((value, k) => value - found[k]);
      assert.ok(steps.every((step) => Math.abs(step - steps[0]) < 1e-6 * Math.abs(steps[0])));
    }
  }
});

test("powers of ten, the greatest always among them", () => {
  assert.deepEqual(powers(0.5, 2000), [1, 10, 100, 1000]);
  assert.deepEqual(powers(1e-8, 1, 3).map((value) => Math.round(Math.log10(value))), [-6, -3, 0]);
});

test("a scale maps its ends to its ends", () => {
  const even = scale(-1, 3, 100, 0), log = scale(1e-4, 1, 0, 400, true);
  assert.deepEqual([even(-1), even(1), even(3)], [100, 50, 0]);
  assert.deepEqual([1e-4, 1e-3, 1].map((value) => Math.round(log(value))), [0, 100, 400]);
  assert.equal(scale(2, 2, 5, 9)(2), 5);
});

test("powers in words", () => assert.deepEqual([1, 0.1, 1000, 1e-5, 1e12].map(powerName), ["1", "0.1", "1000", "10⁻⁵", "10¹²"]));
