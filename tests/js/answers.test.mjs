// Predictions: which answers stand where, what came, and the mean surprisal.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersAt, printed, roundUp, settings, stepUnder, summary, surprisalAt } from "../../d2lrnn/explore/js/answers.js";

const trace = {
  tokens: ["t", "h", "e"], classes: ["e", "h", "t", "<b>"], nextToken: true,
  numbers: {
    "top.ids": { shape: [3, 2], values: Float32Array.of(1, 0, 2, 0, 3, 1) }, "top.p": { shape: [3, 2], values: Float32Array.of(0.5, 0.25, 0.75, 0.125, 0.5, 0.5) },
    surprisal: { shape: [3], values: Float32Array.of(NaN, Math.log(2), Math.log(8)) },
  },
};

test("the likeliest answers after a token, with a mark at what came", () => {
  assert.deepEqual(answersAt(trace, 0, 2), [{ token: "h", p: 0.5, came: true }, { token: "e", p: 0.25, came: false }]);
  assert.deepEqual(answersAt(trace, 1, 1), [{ token: "t", p: 0.75, came: false }]);
  assert.deepEqual(answersAt(trace, 1, 8).map((one) => one.came), [false, true], "no more than were sent");
  assert.deepEqual(answersAt(trace, 2, 2).map((one) => one.came), [null, null], "what comes after the last token, nobody knows");
});

test("a tagger's answers are about the token itself: nothing came, nothing surprises", () => {
  const tagger = { ...trace, nextToken: false, numbers: { ...trace.numbers, surprisal: undefined } };
  assert.deepEqual(answersAt(tagger, 0, 1), [{ token: "h", p: 0.5, came: null }]);
  assert.equal(surprisalAt(tagger, 1), null);
  assert.equal(summary(tagger), null);
});

test("under a token stand the answers after it, or those that were given in its place", () => {
  assert.deepEqual([0, 1, 2].map((t) => stepUnder(t, "after")), [0, 1, 2]);
  assert.deepEqual([0, 1, 2].map((t) => stepUnder(t, "place")), [null, 0, 1]);
});

test("the mean surprisal and the perplexity leave out what nothing was said of", () => {
  const { mean, perplexity, count, without, largest } = summary(trace);
  assert.ok(Math.abs(mean - 2 * Math.LN2) < 1e-6 && Math.abs(perplexity - 4) < 1e-5);
  assert.deepEqual([count, without], [2, 1]);
  assert.ok(Math.abs(largest - Math.log(8)) < 1e-6);
  const first = summary({ ...trace, numbers: { surprisal: { values: Float32Array.of(NaN) } } });
  assert.ok(first.count === 0 && Number.isNaN(first.mean));
});

test("the end of a scale is round and not below what it must hold", () => {
  assert.deepEqual([0.03, 1, 1.2, 5.01, 6, 7.3, 9.2, 10, 61].map((x) => Number(roundUp(x).toPrecision(6))), [0.03, 1, 2, 6, 6, 8, 10, 10, 80]);
});

test("settings are put right", () => {
  assert.deepEqual(settings(undefined, 8), { k: 5, under: "after" });
  assert.deepEqual(settings({ k: 99, under: "place" }, 3), { k: 3, under: "place" });
  assert.deepEqual(settings({ k: "many", under: 7 }, 8), { k: 5, under: "after" });
  assert.deepEqual(settings({ k: 0 }, 8), { k: 1, under: "after" });
});

test("probabilities in print", () => {
  assert.deepEqual([1, 0.12345, 0.0004, 0].map(printed), ["1.000", "0.123", "< 0.001", "0.000"]);
});
