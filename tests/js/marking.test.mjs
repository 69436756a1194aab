// Marking a stretch of the text, with the mouse and with shift and the arrows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { marker } from "../../d2lrnn/explore/js/marking.js";
import { makeStore } from "../../d2lrnn/explore/js/store.js";

function begin(more = { find: {} }) {
  const store = makeStore({ t: 5, unit: 0, ...more }), marks = marker(store);
  const move = (by) => () => store.set({ t: Math.max(0, store.get().t + by) });
  const table = marks.keys({ ArrowRight: move(1), ArrowLeft: move(-1), PageDown: move(20), ArrowDown: () => store.set({ unit: store.get().unit + 1 }) });
  return { store, marks, press: (key, shiftKey = false) => table[key]({ shiftKey }), marked: () => store.get().marked };
}

test("a drag marks from where it began, either way; another press takes the mark away", () => {
  const { store, marks, marked } = begin();
  marks.press(3);
  marks.drag(3);
  assert.equal(marked(), null, "a click that trembles marks nothing");
  marks.drag(6);
  assert.deepEqual([marked(), store.get().t], [[3, 7], 6]);
  marks.drag(1);
  assert.deepEqual(marked(), [1, 4]);
  marks.drag(3);
  assert.deepEqual(marked(), [3, 4], "back at the beginning: that token alone");
  marks.press(8);
  assert.equal(marked(), null);
});

test("shift and the arrows mark what the cursor passes", () => {
  const { press, marked, store } = begin();
  press("ArrowRight", true);
  press("ArrowRight", true);
  assert.deepEqual(marked(), [5, 8]);
  press("ArrowLeft", true);
  assert.deepEqual(marked(), [5, 7]);
  press("PageDown", true);
  assert.deepEqual(marked(), [5, 27]);
  press("ArrowLeft");
  assert.deepEqual([marked(), store.get().t], [[5, 27], 25], "a move without shift leaves the mark");
  press("ArrowLeft", true);
  assert.deepEqual(marked(), [24, 26], "and the next with it begins another");
  press("ArrowDown", true);
  assert.deepEqual([marked(), store.get().unit], [[24, 26], 1], "another unit marks nothing");
  press("Escape");
  assert.equal(marked(), null);
});

test("at the edge of the text nothing is marked", () => {
  const { press, marked } = begin({ find: {}, t: 0 });
  press("ArrowLeft", true);
  assert.equal(marked(), undefined);
});

test("where nothing is sought, nothing is marked", () => {
  const { marks, press, store } = begin({});
  marks.press(2);
  marks.drag(4);
  press("ArrowRight", true);
  press("Escape");
  assert.deepEqual(store.get(), { t: 5, unit: 0 });
});
