// Heat map: all units of an array, one row each, over the text from left to right; under it the chosen unit as a line.

import { choice, h, keys, onWidth, sized } from "../dom.js";
import { clamp, order, pixels, shown, valueAt, visible } from "../numbers.js";

const ORDERS = [["stored", "as stored"], ["activity", "most active first"], ["similarity", "similar ones together"], ["value", "by value at the cursor"]];
const LINE = 64;  // pixels of the line's strip

export const heat = {
  title: "Heat map",
  uses: ["array", "unit", "scale"],
  mount(host, ctx) {
    let rows = [], image = null, cell = 1, high = 1;
    const how = () => (ORDERS.some(([name]) => name === ctx.store.get().order) ? ctx.store.get().order : "stored");
    const sort = choice("order of units", ORDERS, how(), (order) => ctx.store.set({ order }));
    const canvas = h("canvas", { "aria-hidden": "true" }), strip = h("canvas", { "aria-hidden": "true" });
    const across = h("div", { class: "d2l-mark d2l-row", "aria-hidden": "true" }), down = h("div", { class: "d2l-mark d2l-column", "aria-hidden": "true" });
    const paper = h("div", { class: "d2l-paper" }, canvas, strip, across, down);
    const box = h("div", { class: "d2l-heat", tabindex: 0, role: "group", "aria-label": "All units over the text. Left and right move the cursor, up and down go to the unit in the row above or below." }, paper);
    const caption = h("p", { class: "d2l-quiet" });
    host.append(h("div", { class: "d2l-bar" }, sort), box, caption);

    function all() {
      const { trace, array, state } = ctx.now(), T = trace.tokens.length;
      const room = box.clientWidth;
      if (!room) return;
      rows = order(trace, array, how(), state.t);
      cell = clamp(Math.floor(room / T), 1, 14);
      high = clamp(Math.floor(300 / array.units), 1, 16);
      const lut = pixels(ctx.theme());
      image = document.createElement("canvas");
      image.width = T;
      image.height = array.units;
      const context = image.getContext("2d"), whole = context.createImageData(T, array.units), out = new Uint32Array(whole.data.buffer);
      rows.forEach((unit, row) => {
        const bytes = ctx.bytes(trace, array, unit), from = row * T;
        for (let t = 0; t < T; t++) out[from + t] = lut[bytes[t] + 128];
      });
      context.putImageData(whole, 0, 0);
      const drawn = sized(canvas, T * cell, array.units * high);
      drawn.imageSmoothingEnabled = false;
      drawn.drawImage(image, 0, 0, T * cell, array.units * high);
      caption.textContent = `${array.units} units, one a row, over ${T} tokens; ${array.label}, ${state.scale === "unit" ? "each row from its own greatest value below 0 (blue) to above (orange)" : `from ${shown(-array.scale)} (blue) through 0 to ${shown(array.scale)} (orange)`}. Under them the chosen unit.`;
      unit();
    }

    function unit() {
      const { trace, array, state } = ctx.now(), bytes = ctx.bytes(trace, array, state.unit), T = bytes.length;
      const context = sized(strip, T * cell, LINE), style = getComputedStyle(host);
      const middle = LINE / 2, y = (byte) => middle - (byte / 127) * (middle - 3);
      context.strokeStyle = style.getPropertyValue("--d2l-rule");
      context.beginPath(); context.moveTo(0, middle); context.lineTo(T * cell, middle); context.stroke();
      context.fillStyle = style.getPropertyValue("--d2l-ink");
      // Steps, as rectangles: of a path of 10,000 points the stroke alone takes 20 ms.
      bytes.forEach((byte, t) => {
        const now = y(byte), before = t ? y(bytes[t - 1]) : now;
        context.fillRect(t * cell, Math.min(now, before) - 0.75, 1.5, Math.abs(now - before) + 1.5);
        if (cell > 1) context.fillRect(t * cell, now - 0.75, cell + 1.5, 1.5);
      });
      cursor();
    }

    function cursor() {
      const { array, state } = ctx.now(), row = rows.indexOf(state.unit);
      across.style.cssText = `left:0;top:${row * high - 1}px;width:${canvas.style.width};height:${high + 2}px`;
      down.style.cssText = `top:0;left:${state.t * cell - 1}px;height:${array.units * high + LINE}px;width:${cell + 2}px`;
      const x = state.t * cell;
      if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth - cell) box.scrollLeft = x - box.clientWidth / 2;
    }

    const go = (event) => {
      const { trace, array } = ctx.now(), origin = paper.getBoundingClientRect();
      const t = clamp(Math.floor((event.clientX - origin.left) / cell), 0, trace.tokens.length - 1), row = Math.floor((event.clientY - origin.top) / high);
      ctx.store.set(row < array.units ? { t, unit: rows[clamp(row, 0, rows.length - 1)] } : { t });
    };
    box.addEventListener("pointerdown", go);
    box.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
    box.addEventListener("pointermove", (event) => {
      const { trace, array } = ctx.now(), origin = paper.getBoundingClientRect();
      const t = Math.floor((event.clientX - origin.left) / cell), row = Math.floor((event.clientY - origin.top) / high);
      box.title = rows[row] === undefined || !trace.tokens[t] ? "" : `unit ${rows[row]} at token ${t} ${visible(trace.tokens[t])}: ${shown(valueAt(trace, array, rows[row], t))}`;
    });
    const move = (by) => { const { state } = ctx.now(); ctx.store.set({ unit: rows[clamp(rows.indexOf(state.unit) + by, 0, rows.length - 1)] }); };
    keys(box, { ...ctx.travel, ArrowUp: () => move(-1), ArrowDown: () => move(1) });

    const stopWidth = onWidth(box, all);
    const stop = ctx.store.on((state, changed) => {
      if (!image) return;
      if (["trace", "array", "order", "scale"].some((key) => changed.has(key)) || (changed.has("t") && how() === "value")) all();
      else if (changed.has("unit")) unit();
      else cursor();
    });
    const stopTheme = ctx.onTheme(() => { if (image) all(); });
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png: () => canvas,
      table() {
        const { trace, array } = ctx.now();
        return [["token", "text", ...rows.map((one) => `unit ${one}`)], ...trace.tokens.map((token, t) => [t, token, ...rows.map((one) => valueAt(trace, array, one, t))])];
      },
    };
  },
};
