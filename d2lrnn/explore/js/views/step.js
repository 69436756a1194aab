// Step: the cell's equations with the numbers of one unit at one step; beside each, the same value over the neighbouring tokens, so that a gate can be seen to
// close. Left and right walk through time.

import { around, widths } from "../columns.js";
import { h, keys, onWidth, sized } from "../dom.js";
import { place, reader, step as stepOf, typeset } from "../equations.js";
import { clamp, css, shown, valueAt, visible } from "../numbers.js";
import { drawStep, drawStrip, drawTokens, end, TALL, TOKENS } from "../strips.js";

const COLUMN = { letter: 8.5, beside: 9, most: 110 };  // pixels

export const step = {
  title: "Step",
  uses: ["array", "unit"],
  mount(host, ctx) {
    const head = h("p", { class: "d2l-step-head" }), begins = h("p", { class: "d2l-quiet" });
    const tokens = h("canvas", { "aria-hidden": "true" });
    const grid = h("div", { class: "d2l-step", tabindex: 0, role: "group", "aria-label": "The equations of one step. Left and right walk through time, up and down change the unit." });
    const under = h("p", { class: "d2l-quiet" });
    host.append(grid, under);
    let rows = null, parts = [], layout = "", measured = null, wide = [], where = null, room = 0, paint = paints();

    /** The elements of all rows, which stay as long as the arrays do. */
    function build() {
      parts = rows.map((row) => {
        const colour = () => ctx.store.set({ array: row.array });
        const part = {
          maths: h("div", { class: "d2l-maths", "aria-hidden": "true" }), said: h("span", { class: "d2l-said" }), note: h("p", { class: "d2l-problem" }),
          word: h("b"), low: h("span"), high: h("span"), fill: h("div", { class: "d2l-step-fill" }), strip: h("canvas", { "aria-hidden": "true" }),
        };
        const name = h(row.array ? "button" : "b", { class: "d2l-step-name", ...(row.array && { type: "button", title: "choose this array", onclick: colour }) }, row.name);
        part.line = h("div", { class: "d2l-step-row" },
          h("div", { class: "d2l-step-left" }, h("div", {}, name, h("span", { class: "d2l-quiet" }, row.does)), part.maths, part.said, part.note),
          h("div", { class: "d2l-step-meter", "aria-hidden": "true" },
            h("div", { class: "d2l-step-track" }, row.low < 0 && h("div", { class: "d2l-step-zero" }), part.fill),
            h("div", { class: "d2l-step-ends" }, part.low, part.word, part.high)),
          h("div", { class: "d2l-step-strip" }, part.strip));
        return part;
      });
      grid.replaceChildren(
        h("div", { class: "d2l-step-row" },
          h("div", { class: "d2l-step-left" }, head, begins), h("div", { class: "d2l-step-meter" }), h("div", { class: "d2l-step-strip" }, tokens)),
        ...parts.map((part) => part.line));
      room = tokens.parentElement.clientWidth;
    }

    function fill() {
      const { trace, array, state } = ctx.now(), backward = state.array.includes("backward.");
      rows = stepOf(trace, state.array, state.unit, state.t);
      const now = JSON.stringify(rows.map((row) => [row.name, row.array, row.low < 0]));
      if (now !== layout) { layout = now; build(); }
      rows.forEach((row, k) => {
        const { line, maths, said, note, word, low, high, fill } = parts[k];
        const share = (value) => 100 * clamp((value - row.low) / (row.high - row.low), 0, 1), zero = share(0), at = share(row.value);
        line.classList.toggle("d2l-now", row.array === state.array);
        write(maths, row.pieces.length ? row.pieces : [{ op: "", under: row.words }]);
        said.textContent = row.words;
        word.textContent = row.word;
        low.textContent = end(row.low);
        high.textContent = end(row.high);
        note.textContent = row.note;
        note.hidden = !row.note;
        fill.style.cssText = `left:${Math.min(zero, at)}%;width:${Math.abs(at - zero)}%;background:${paint.bar(row.value)}`;
      });
      const layer = /layer(\d+)\./.exec(state.array)?.[1], read = visible(trace.tokens[state.t]), first = state.t === (backward ? trace.tokens.length - 1 : 0);
      head.replaceChildren("Step ", h("b", {}, state.t.toLocaleString("en")), " reads ", h("code", { class: "d2l-token" }, read), layer > 0 ? `, as layer ${layer} passes it on` : "");
      const states = rows.begins.flatMap(([symbol, value], k) => [k ? " and " : " comes with ", maths(symbol), ` = ${value}`]);
      begins.replaceChildren(`Unit ${state.unit}`, ...states, first && states.length ? ", which it began the text with." : ".");
      under.textContent = [
        rows.cell ? "" : "The trace does not say which cell made it, so its arrays stand without equations.",
        "At the right the same value over the neighbouring tokens, on the same scale as the bar; the frame is this step.",
        backward ? "This direction reads from right to left." : "",
        rows.fine ? "Numbers are rounded to four digits."
          : "Numbers are known to one part in 254 of their scale here, so that they add up only roughly; StepExplorer sends all digits of a text that is not too long.",
      ].filter(Boolean).join(" ");
      ctx.say(`token ${state.t}, ${read}: ${array.label} of unit ${state.unit} is ${shown(valueAt(trace, array, state.unit, state.t))}`);
      draw();
    }

    function paints() {
      const lut = ctx.colours().map(css), style = getComputedStyle(host);
      const of = (name) => style.getPropertyValue(`--d2l-${name}`).trim();
      return { bar: (value) => lut[value < 0 ? 1 : 255], rule: of("rule"), ink: of("ink"), soft: of("soft"), paper: of("paper") };
    }

    function draw() {
      const { trace, state } = ctx.now();
      if (!room) return;
      if (measured !== trace) { measured = trace; wide = widths(trace.tokens.map((token) => [visible(token)]), COLUMN); }
      const [start, stop] = around(wide, state.t, room - 1);
      where = { wide, start, stop, t: state.t, room };
      const shared = { trace, backward: state.array.includes("backward."), where, paint };
      drawTokens(sized(tokens, room, TOKENS), shared);
      rows.forEach((row, k) => drawStrip(sized(parts[k].strip, room, TALL), { ...shared, row }));
    }

    grid.addEventListener("pointerdown", (event) => {
      if (event.target.tagName !== "CANVAS" || !where) return;
      let x = event.clientX - event.target.getBoundingClientRect().left, t = where.start;
      while (t < where.stop - 1 && x >= wide[t]) x -= wide[t++];
      ctx.store.set({ t });
    });
    keys(grid, ctx.travel);
    const stop = ctx.store.on((_, changed) => { if (["trace", "array", "unit", "t"].some((key) => changed.has(key))) fill(); });
    const stopWidth = onWidth(host, () => { room = tokens.parentElement.clientWidth; draw(); });
    const stopTheme = ctx.onTheme(() => { paint = paints(); fill(); });
    return {
      destroy() { stop(); stopWidth(); stopTheme(); },
      png() {
        const { trace, state } = ctx.now(), canvas = document.createElement("canvas");
        const title = `${trace.title ? `${trace.title}: ` : ""}step ${state.t}, unit ${state.unit}`;
        drawStep((width, tall) => sized(canvas, width, tall), { trace, title, backward: state.array.includes("backward."), rows, where, room: where.room + 540, paint });
        return canvas;
      },
      table() {
        const { trace, state } = ctx.now(), { at } = reader(trace, state.unit);
        const names = trace.arrays.filter((array) => state.unit < array.units && (!rows.cell || place(array.name) === place(state.array))).map((array) => array.name);
        return [["token", "text", ...names.map((name) => `${name} unit ${state.unit}`)], ...trace.tokens.map((token, t) => [t, token, ...names.map((name) => at(name, t))])];
      },
    };
  },
};

/** A symbol as elements: letters aslant, subscripts below. */
const maths = (symbol) => h("span", { class: "d2l-symbol" }, typeset(symbol).map(({ text, sub, upright }) => [upright ? text : h("i", {}, text), sub && h("sub", {}, sub)]).flat());

const written = new WeakMap();

/** An equation into its place: where the symbols are there already, only the numbers change, which is quicker. */
function write(place, pieces) {
  const symbols = JSON.stringify(pieces, (key, value) => (key === "value" || key === "under" ? undefined : value));
  if (written.get(place) !== symbols) {
    written.set(place, symbols);
    place.replaceChildren(...pieces.map(piece));
    return;
  }
  const numbers = (all) => all.flatMap((one) => (one.group ? [...numbers(one.group), one.value] : [one.value ?? one.under]));
  const fields = place.getElementsByClassName("d2l-value");
  numbers(pieces).forEach((number, k) => { if (fields[k].textContent !== number) fields[k].textContent = number; });
}

/** A piece of an equation, its number under it. */
function piece(one) {
  if (one.group) return h("span", { class: "d2l-group" }, h("span", { class: "d2l-inner" }, one.group.map(piece)), h("span", { class: "d2l-value" }, one.value));
  if (one.sym) return h("span", { class: `d2l-piece${one.sym.length > 16 ? " d2l-sum" : ""}` }, maths(one.sym), h("span", { class: "d2l-value" }, one.value));
  return h("span", { class: "d2l-piece d2l-sign" }, maths(one.op), h("span", { class: "d2l-value" }, one.under));
}
