// What the view that finds cells works out: which finding is looked at, where its predicate holds, and what is drawn of a unit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asked, curve, direction, finding, height, histogram, ownFinding, runs, score, underlined, valuesOf, verdict } from "../../d2lrnn/explore/js/finding.js";

const quotes = { name: "quotes", measure: "AUC", units: 1536, tokens: [6000, 4000], holds: [1200, 800], rows: [["c", 3, 0.9, 0.88, -1]], turned: { times: 20, most: 0.61 }, beyond: 2, control: { title: "untrained", held: 0.7, beyond: 1 }, where: "find.0" };
const column = { ...quotes, name: "column", measure: "rank correlation", holds: null, where: "find.1" };
const data = {
  traces: [{ tokens: [..."abcdef"], numbers: { "find.0": { values: Float32Array.of(0, 1, 1, 0, 0, 1) }, "find.1": { values: Float32Array.of(1, 2, 3, 1, 2, 3) } } }],
  words: { find: { findings: [quotes, column], of: 10_000 } },
};
const own = { ...quotes, name: "own", where: undefined, values: [1, 0, 0, 0, 0, 0] };
const looking = (which, mine = null) => ({ trace: 0, find: { which, own: mine } });

test("stretches where it holds", () => {
  assert.deepEqual(runs([]), []);
  assert.deepEqual(runs([1, 1, 0, 1]), [[0, 2], [3, 4]]);
  assert.deepEqual(runs(Float32Array.of(0, 1, 1, 0, 0, 1)), [[1, 3], [5, 6]]);
});

test("the finding that is looked at: by name, the reader's own, or the first", () => {
  assert.equal(finding(data, looking("column")), column);
  assert.equal(finding(data, looking("", own)), own);
  assert.equal(finding(data, looking("")), quotes);
  assert.equal(finding(data, looking("of another explorer")), quotes);
  assert.equal(finding(data, { trace: 0 }), null, "nothing is sought");
  assert.equal(finding({ traces: data.traces, words: {} }, looking("quotes")), null, "a state that was copied into an explorer that seeks nothing");
});

test("a finding of another text, come with a copied state, is not shown", () => {
  for (const other of [{ ...own, values: [1, 0] }, { ...own, tokens: [6000, 4001] }, {}, "own", null]) {
    assert.equal(ownFinding(data, looking("", other)), null);
    assert.equal(finding(data, looking("", other)), quotes);
  }
});

test("what the text underlines", () => {
  assert.deepEqual(underlined(data, looking("quotes")), [[1, 3], [5, 6]]);
  assert.deepEqual(underlined(data, looking("column")), [], "a number holds nowhere");
  assert.deepEqual(underlined(data, looking("", own)), [[0, 1]]);
  assert.deepEqual(underlined(data, { trace: 0 }), []);
  assert.deepEqual([...valuesOf(data.traces[0], column)], [1, 2, 3, 1, 2, 3]);
});

test("bars: a score that says nothing has no height", () => {
  assert.deepEqual([0.5, 0.75, 1, 0.4].map((one) => height(one, "AUC")), [0, 0.5, 1, 0]);
  assert.deepEqual([0, 0.25, 1, -0.1].map((one) => height(one, "rank correlation")), [0, 0.25, 1, 0]);
});

test("a histogram: shares of either kind, in bins of whole bytes", () => {
  const { low, high, wide, holds, others, counts } = histogram(Int8Array.of(-10, -10, 0, 5, 53, 53), [1, 0, 0, 0, 1, 1], 32);
  assert.deepEqual([low, high, wide, holds.length, counts], [-10, 53, 2, 32, [3, 3]]);
  assert.deepEqual([holds[0], holds[31], others[0], others[5], others[7]], [1 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3]);
  const few = histogram(Int8Array.of(3, 4, 6), [0, 0, 0], 32);
  assert.deepEqual([few.wide, few.others, few.holds], [1, [1 / 3, 1 / 3, 0, 1 / 3], [0, 0, 0, 0]], "one bin a byte, no gaps; where it holds nowhere, nothing");
  assert.deepEqual(histogram(Int8Array.of(7, 7), [0, 1], 32).holds, [1], "a unit that stands still");
  assert.equal(histogram(Int8Array.from({ length: 255 }, (_, i) => i - 127), new Array(255).fill(1), 32).holds.length, 32);
});

test("a curve: mean and deviation by the value of a number", () => {
  const { points, least, greatest } = curve(Int8Array.of(10, 20, 30, 50), [0, 0, 3, 3]);
  assert.deepEqual(points, [{ x: 0, mean: 15, low: 10, high: 20, count: 2 }, { x: 3, mean: 40, low: 30, high: 50, count: 2 }]);
  assert.deepEqual([least, greatest], [0, 3]);
  const many = curve(new Int8Array(100), Array.from({ length: 100 }, (_, i) => i), 40).points;
  assert.deepEqual([many.length, many[0].count, many[0].x], [34, 3, 1], "three whole numbers a point");
  const halves = curve(new Int8Array(101), Float32Array.from({ length: 101 }, (_, i) => i / 100), 40).points;
  assert.ok(halves.length <= 41 && halves.every(({ count }) => count >= 1));
  assert.equal(curve(Int8Array.of(1, 2), [4, 4]).points.length, 1, "a number that is the same all over what is shown");
});

test("in words", () => {
  assert.equal(asked(quotes), "1,536 units were ranked on 6,000 tokens (it holds at 1,200) and judged on the other 4,000 (800).");
  assert.equal(asked(column), "1,536 units were ranked on 6,000 tokens and judged on the other 4,000.");
  assert.match(verdict(quotes), /in 20 ways, the best of all units reached 0\.610; 2 units do better with the right ones\. Without training, the best unit of “untrained” reached 0\.700; 1 unit does better\.$/);
  assert.match(verdict({ ...quotes, control: { ...quotes.control, beyond: 0 } }), /But the best unit .* for this no training is needed\.$/);
  assert.match(verdict({ ...quotes, control: null }), /was not asked \(control=\)\.$/);
  assert.match(verdict({ ...quotes, beyond: 0 }), /no units do better with the right ones: nothing was found\.$/);
  assert.deepEqual([score(0.98), score(-0.02)], ["0.980", "−0.020"]);
  assert.deepEqual([direction(quotes, 1), direction(quotes, -1), direction(column, -1)], ["▲ higher", "▼ lower", "▼ falls"]);
});
