// Text: every token on the colour of one unit at that moment. The text is real text; the colours are painted on a canvas under it, so that another unit
// is one repaint, not thousands of changed elements.

import { h, keys, onWidth, sized } from "../dom.js";
import { finding, underlined } from "../finding.js";
import { marker } from "../marking.js";
import { css, running, shown, valueAt, visible } from "../numbers.js";

export const text = {
  title: "Text",
  uses: ["array", "unit", "scale"],
  mount(host, ctx) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const letters = h("div", { class: "d2l-letters", style: ctx.store.get().find ? "user-select:none" : null });  // or what is marked would lie under the browser's own colour
    const mark = h("div", { class: "d2l-mark", "aria-hidden": "true" });
    const paper = h("div", { class: "d2l-paper" }, canvas, letters, mark);
    const box = h("div", { class: "d2l-text", tabindex: 0, role: "group", "aria-label": "The text, coloured by one unit. Left and right move the cursor, up and down change the unit." }, paper);
    const legend = h("div", { class: "d2l-legend" });
    host.append(box, legend);
    let boxes = [];  // of each token: one rectangle, or several where a line ends within it
    let width = 0;
    let painted = [0, 0];  // from which height to which: what is in sight, and as much above and below it

    function lay() {
      const { trace } = ctx.now();
      const node = document.createTextNode(trace.tokens.map(running).join(""));
      letters.replaceChildren(node);
      const origin = paper.getBoundingClientRect(), range = document.createRange();
      let at = 0;
      boxes = trace.tokens.map((token) => {
        range.setStart(node, at);
        range.setEnd(node, (at += running(token).length));
        return Array.from(range.getClientRects(), (r) => [r.left - origin.left, r.top - origin.top, r.width, r.height]).filter((r) => r[2] > 0);
      });
    }

    function paint() {
      const { trace, array, state } = ctx.now();
      const tall = letters.offsetHeight, seen = box.clientHeight, from = Math.max(0, Math.floor(box.scrollTop - seen));
      painted = [from, Math.min(tall, from + 3 * seen)];
      canvas.style.top = `${from}px`;
      const context = sized(canvas, paper.clientWidth, painted[1] - from);
      context.translate(0, -from);
      draw(context, ctx.bytes(trace, array, state.unit), painted);
    }

    function scrolled() {
      const [from, to] = painted, seen = box.clientHeight, y = box.scrollTop;
      if ((from > 0 && y < from + seen / 2) || (to < letters.offsetHeight && y > to - 1.5 * seen)) paint();
    }

    // A bar under a token is a value above zero, a bar over it one below; the thicker, the larger: a cue that is not colour.
    // Only the lines that lie between two heights are drawn.
    function draw(context, bytes, [from, to]) {
      const lut = ctx.colours().map(css), ink = ctx.theme() === "dark" ? "#E5E7EB" : "#1B1F24";
      const within = boxes.map((_, t) => t).filter((t) => boxes[t].length && boxes[t].at(-1)[1] + boxes[t].at(-1)[3] >= from && boxes[t][0][1] <= to);
      for (const t of within) {
        context.fillStyle = lut[bytes[t] + 128];
        for (const [x, y, w, hgt] of boxes[t]) context.fillRect(x, y - 1, w, hgt + 2);
      }
      context.fillStyle = ink;
      for (const t of within) {
        const thick = Math.round((3 * Math.abs(bytes[t])) / 127);
        if (thick) for (const [x, y, w, hgt] of boxes[t]) context.fillRect(x + 0.5, bytes[t] > 0 ? y + hgt + 2 - thick : y - 2, Math.max(1, w - 1), thick);
      }
      const state = ctx.store.get();
      context.fillStyle = ctx.theme() === "dark" ? "#7CC0F0" : "#005A8F";
      for (const stretch of underlined(ctx.data, state)) brace(context, stretch);
      if (Array.isArray(state.marked)) brace(context, state.marked, true);
    }

    // A line under a stretch of tokens, its ends turned up; with `over` one above it as well.
    function brace(context, [start, stop], over = false) {
      for (let t = start; t < Math.min(stop, boxes.length); t++) {
        (boxes[t] ?? []).forEach(([x, y, w, hgt], k, all) => {
          context.fillRect(x, y + hgt + 3, w, 2);
          if (over) context.fillRect(x, y - 4, w, 2);
          const top = over ? y - 4 : y + hgt - 1, high = y + hgt + 5 - top;
          if (t === start && k === 0) context.fillRect(x, top, 2, high);
          if (t === stop - 1 && k === all.length - 1) context.fillRect(x + w - 2, top, 2, high);
        });
      }
    }

    function point() {
      const { trace, array, state } = ctx.now(), place = boxes[state.t]?.[0];
      mark.hidden = !place;
      if (place) {
        const [x, y, w, hgt] = place;
        mark.style.cssText = `left:${x - 1}px;top:${y - 2}px;width:${w + 2}px;height:${hgt + 4}px`;
        if (y < box.scrollTop || y + hgt > box.scrollTop + box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
      }
      ctx.say(`token ${state.t}, ${visible(trace.tokens[state.t])}: ${array.label} of unit ${state.unit} is ${shown(valueAt(trace, array, state.unit, state.t))}`);
    }

    function explain() {
      const { array, state } = ctx.now(), lut = ctx.colours().map(css), most = ctx.scale(array, state.unit);
      const ramp = h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${lut[1]},${lut[128]},${lut[255]})` });
      legend.replaceChildren(h("span", {}, shown(-most)), ramp, h("span", {}, shown(most)), h("span", { class: "d2l-quiet" }, `bar over a token: below zero; under it: above zero${underlined(ctx.data, ctx.store.get()).length ? `; blue line under it: ${finding(ctx.data, ctx.store.get()).name}` : ""}`));
    }

    const tokenAt = (event) => {
      const origin = paper.getBoundingClientRect(), x = event.clientX - origin.left, y = event.clientY - origin.top;
      return boxes.findIndex((rectangles) => rectangles.some((r) => x >= r[0] && x < r[0] + r[2] && y >= r[1] - 3 && y < r[1] + r[3] + 3));
    };
    box.addEventListener("scroll", scrolled);
    const marks = marker(ctx.store);
    const go = (event, how) => { const t = tokenAt(event); if (t >= 0) how(t); };
    box.addEventListener("pointerdown", (event) => go(event, marks.press));
    box.addEventListener("pointermove", (event) => { if (event.buttons) go(event, marks.drag); });
    keys(box, marks.keys(ctx.travel));

    const stopWidth = onWidth(box, (now) => { width = now; lay(); paint(); point(); });
    const stop = ctx.store.on((state, changed) => {
      if (!width) return;
      if (changed.has("trace")) lay();
      if (["trace", "array", "unit", "scale", "find", "marked"].some((key) => changed.has(key))) { paint(); explain(); }
      point();
    });
    const stopTheme = ctx.onTheme(() => { if (width) { paint(); explain(); } });
    explain();

    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      table() {
        const { trace, array, state } = ctx.now();
        return [["token", "text", `${array.name} unit ${state.unit}`], ...trace.tokens.map((token, t) => [t, token, valueAt(trace, array, state.unit, t)])];
      },
      png() {
        const { trace, array, state } = ctx.now(), picture = document.createElement("canvas");
        const context = sized(picture, paper.clientWidth, letters.offsetHeight), style = getComputedStyle(letters);
        context.fillStyle = ctx.theme() === "dark" ? "#1B1F27" : "#FFFFFF";
        context.fillRect(0, 0, paper.clientWidth, letters.offsetHeight);
        draw(context, ctx.bytes(trace, array, state.unit), [0, letters.offsetHeight]);
        context.font = `${style.fontSize} ${style.fontFamily}`;
        context.fillStyle = style.color;
        context.textBaseline = "middle";
        boxes.forEach(([first], t) => { if (first) context.fillText(running(trace.tokens[t]).trimEnd(), first[0], first[1] + first[3] / 2); });
        return picture;
      },
    };
  },
};
