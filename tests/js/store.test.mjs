// What the views share: who is told what, and a state that fits.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fitting, makeStore } from "../../d2lrnn/explore/js/store.js";
import { python } from "./python.mjs";

test("those who listen are told what changed, and only if it did", () => {
  const store = makeStore({ t: 0, unit: 3 }), told = [];
  const stop = store.on((state, changed) => told.push([{ ...state }, [...changed]]));
  assert.deepEqual(told.pop(), [{ t: 0, unit: 3 }, ["t", "unit"]], "once at the beginning, of everything");
  store.set({ t: 1, unit: 3 });
  assert.deepEqual(told.pop(), [{ t: 1, unit: 3 }, ["t"]]);
  store.set({ t: 1 });
  store.set({});
  assert.equal(told.length, 0);
  store.set({ mine: [1] });
  assert.deepEqual(store.get(), { t: 1, unit: 3, mine: [1] });
  told.pop();
  stop();
  store.set({ t: 9 });
  assert.equal(told.length, 0);
});

test("a state that was read before does not change", () => {
  const given = { t: 0 }, store = makeStore(given), before = store.get();
  store.set({ t: 5 });
  assert.deepEqual([given.t, before.t, store.get().t], [0, 0, 5]);
});

test("one who changes the state while it is told leaves nobody with the old one", () => {
  const store = makeStore({ t: 0, unit: 0 }), last = [];
  store.on((state) => { if (state.t === 1) store.set({ t: 2, unit: 7 }); });
  store.on((state) => last.push({ ...state }));
  store.set({ t: 1 });
  assert.deepEqual(last.at(-1), { t: 2, unit: 7 });
});

test("one may leave while all are told", () => {
  const store = makeStore({ t: 0 }), heard = [];
  const leave = store.on(({ t }) => { if (t) leave(); });
  store.on(({ t }) => heard.push(t));
  store.set({ t: 1 });
  store.set({ t: 2 });
  assert.deepEqual(heard, [0, 1, 2]);
});

test("with other data everything has changed", () => {
  const store = makeStore({ t: 0, unit: 1 });
  let all = null;
  store.on((_, changed) => { all = [...changed]; });
  store.renew({ t: 0, unit: 1 });
  assert.deepEqual(all, ["t", "unit"]);
});

test("a state is put right as Python does it", () => {
  const { given, right } = python(`
import numpy as np
from d2lrnn.explore.explorer import fitting
from d2lrnn.trace.arrays import Trace
rng = np.random.default_rng(0)
traces = [Trace("abc", {"layer0.c": rng.normal(size=(3, 4)), "layer0.h": rng.normal(size=(3, 4))}), Trace("abcde", {"x": rng.normal(size=(5, 2))})]
given = [{}, {"t": 2, "unit": 3, "array": "layer0.c", "trace": 0}, {"t": 99, "unit": 99, "trace": 9}, {"t": -1, "unit": -5, "trace": -2}, {"trace": 1, "array": "layer0.h", "unit": 3, "t": 4}, {"t": "2", "unit": None, "array": 7, "trace": True}, {"t": 1.5, "unit": [1], "array": ["x"], "trace": {}}, {"mine": {"deep": [1, "<b>"]}, "t": 10**9}]
{"given": given, "right": [fitting(state, traces) for state in given]}
  `);
  const data = { traces: [
    { tokens: [..."abc"], arrays: [{ name: "layer0.c", units: 4 }, { name: "layer0.h", units: 4 }] },
    { tokens: [..."abcde"], arrays: [{ name: "x", units: 2 }] },
  ] };
  given.forEach((state, i) => assert.deepEqual(fitting(state, data), right[i], JSON.stringify(state)));
});
