// Questions to a slow kernel: how many are asked, which answers count, and in what order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { debounced, latestOnly } from "../../d2lrnn/explore/js/asking.js";

/** A kernel whose answers come when the test says so, and a clock. */
function scene(patience = 1000) {
  const asked = [], shown = [], failures = [], clock = { now: 0 };
  const asking = latestOnly({
    ask: (body) => new Promise((resolve, reject) => asked.push({ body, resolve, reject })),
    done: (answer, body) => shown.push([answer, body]),
    failed: (error, body) => failures.push([error.message, body]),
    patience, now: () => clock.now,
  });
  return { asked, shown, failures, clock, asking, rest: () => new Promise((done) => setImmediate(done)) };
}

test("what comes while a question is open waits, and only the last of it is asked", async () => {
  const { asked, shown, asking, rest } = scene();
  for (const text of ["a", "ab", "abc", "abcd"]) asking.put(text);
  assert.deepEqual(asked.map((one) => one.body), ["a"]);
  asked[0].resolve("A");
  await rest();
  assert.deepEqual(asked.map((one) => one.body), ["a", "abcd"]);
  asked[1].resolve("ABCD");
  await rest();
  assert.deepEqual(shown, [["A", "a"], ["ABCD", "abcd"]]);
  asking.put("b");
  assert.equal(asked.length, 3, "with nothing open, a question is asked at once");
});

test("an answer that comes after a later one is dropped", async () => {
  const { asked, shown, failures, clock, asking, rest } = scene();
  asking.put("old");
  clock.now = 1500;  // given up
  asking.put("new");
  assert.deepEqual(asked.map((one) => one.body), ["old", "new"]);
  asked[1].resolve("NEW");
  await rest();
  asked[0].resolve("OLD");
  await rest();
  assert.deepEqual(shown, [["NEW", "new"]]);
  asking.put("old too");
  clock.now = 3000;
  asking.put("newer");
  asked[3].resolve("NEWER");
  await rest();
  asked[2].reject(new Error("late"));
  await rest();
  assert.deepEqual(failures, []);
});

test("an early answer to a question that was given up is shown, and the open one still counts as open", async () => {
  const { asked, shown, clock, asking, rest } = scene();
  asking.put("slow");
  clock.now = 1500;
  asking.put("second");
  asked[0].resolve("SLOW");
  await rest();
  asking.put("third");
  assert.equal(asked.length, 2);
  asked[1].resolve("SECOND");
  await rest();
  assert.deepEqual(shown.map(([answer]) => answer), ["SLOW", "SECOND"]);
  assert.equal(asked[2].body, "third");
});

test("within its patience it does not give up", () => {
  const { asked, clock, asking } = scene();
  asking.put("a");
  clock.now = 999;
  asking.put("b");
  assert.equal(asked.length, 1);
  clock.now = 1000;
  asking.put("c");
  assert.deepEqual(asked.map((one) => one.body), ["a", "c"]);
});

test("a failure is told, and the next question goes on", async () => {
  const { asked, shown, failures, asking, rest } = scene();
  asking.put("é");
  asking.put("e");
  asked[0].reject(new Error("not in the vocabulary"));
  await rest();
  assert.deepEqual(failures, [["not in the vocabulary", "é"]]);
  asked[1].resolve("E");
  await rest();
  assert.deepEqual(shown, [["E", "e"]]);
});

test("after stop nothing is told", async () => {
  const { asked, shown, asking, rest } = scene();
  asking.put("a");
  asking.put("b");
  asking.stop();
  asked[0].resolve("A");
  await rest();
  assert.deepEqual([shown, asked.length], [[], 1]);
});

test("debounced calls once, with what came last", async () => {
  const calls = [], later = debounced((x) => calls.push(x), 20);
  later(1);
  later(2);
  await new Promise((done) => setTimeout(done, 60));
  assert.deepEqual(calls, [2]);
  later(3);
  later.stop();
  await new Promise((done) => setTimeout(done, 60));
  assert.deepEqual(calls, [2]);
});
