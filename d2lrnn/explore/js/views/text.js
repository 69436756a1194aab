// Text: every token on the colour of one unit at that moment. The text is real text; the colours are painted on a canvas under it, so that another unit
// is one repaint, not thousands of changed elements.

import { h, keys, onWidth, sized } from "../dom.js";
import { css, running, shown, unitBytes, valueAt, visible } from "../numbers.js";

export const text = {
  title: "Text",
  uses: ["array", "unit"],
  mount(host, ctx) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const letters = h("div", { class: "d2l-letters" });
    const mark = h("div", { class: "d2l-mark", "aria-hidden": "true" });
    const paper = h("div", { class: "d2l-paper" }, canvas, letters, mark);
    const box = h("div", { class: "d2l-text", tabindex: 0, role: "group", "aria-label": "The text, coloured by one unit. Left and right move the cursor, up and down change the unit." }, paper);
    const legend = h("div", { class: "d2l-legend" });
    host.append(box, legend);
    let boxes = [];  // of each token: one rectangle, or several where a line ends within it
    let width = 0;

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
      const context = sized(canvas, paper.clientWidth, letters.offsetHeight);
      draw(context, unitBytes(trace, array, state.unit));
    }

    // A bar under a token is a value above zero, a bar over it one below; the thicker, the larger: a cue that is not colour.
    function draw(context, bytes) {
      const lut = ctx.colours().map(css), ink = ctx.theme() === "dark" ? "#E5E7EB" : "#1B1F24";
      boxes.forEach((rectangles, t) => {
        context.fillStyle = lut[bytes[t] + 128];
        for (const [x, y, w, hgt] of rectangles) context.fillRect(x, y - 1, w, hgt + 2);
      });
      context.fillStyle = ink;
      boxes.forEach((rectangles, t) => {
        const thick = Math.round((3 * Math.abs(bytes[t])) / 127);
        if (thick) for (const [x, y, w, hgt] of rectangles) context.fillRect(x + 0.5, bytes[t] > 0 ? y + hgt + 2 - thick : y - 2, Math.max(1, w - 1), thick);
      });
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
      const { array } = ctx.now(), lut = ctx.colours().map(css);
      const ramp = h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${lut[1]},${lut[128]},${lut[255]})` });
      legend.replaceChildren(h("span", {}, shown(-array.scale)), ramp, h("span", {}, shown(array.scale)), h("span", { class: "d2l-quiet" }, "bar over a token: below zero; under it: above zero"));
    }

    const tokenAt = (event) => {
      const origin = paper.getBoundingClientRect(), x = event.clientX - origin.left, y = event.clientY - origin.top;
      return boxes.findIndex((rectangles) => rectangles.some((r) => x >= r[0] && x < r[0] + r[2] && y >= r[1] - 3 && y < r[1] + r[3] + 3));
    };
    const go = (event) => { const t = tokenAt(event); if (t >= 0) ctx.store.set({ t }); };
    box.addEventListener("pointerdown", go);
    box.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
    keys(box, ctx.travel);

    const stopWidth = onWidth(box, (now) => { width = now; lay(); paint(); point(); });
    const stop = ctx.store.on((state, changed) => {
      if (!width) return;
      if (changed.has("trace")) lay();
      if (changed.has("trace") || changed.has("array") || changed.has("unit")) { paint(); explain(); }
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
        draw(context, unitBytes(trace, array, state.unit));
        context.font = `${style.fontSize} ${style.fontFamily}`;
        context.fillStyle = style.color;
        context.textBaseline = "middle";
        boxes.forEach(([first], t) => { if (first) context.fillText(running(trace.tokens[t]).trimEnd(), first[0], first[1] + first[3] / 2); });
        return picture;
      },
    };
  },
};
