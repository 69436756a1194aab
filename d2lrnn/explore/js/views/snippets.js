// Snippets: the moments at which a unit is highest and lowest, with the text around each, and a histogram of all its values.

import { axes, line } from "../axes.js";
import { choice, h, onWidth, sized } from "../dom.js";
import { histogramOf, strongest } from "../moments.js";
import { css, ownBytes, shown, valueAt, visible } from "../numbers.js";

const BEFORE = 30, AFTER = 12, APART = 21;  // tokens
const COUNTS = ["3", "5", "8", "12"];

export const snippets = {
  title: "Snippets",
  uses: ["array", "unit", "scale"],
  mount(host, ctx) {
    const settings = () => ({ k: 5, ...ctx.store.get().snippets });
    const count = choice("moments of each", COUNTS, "5", (k) => ctx.store.set({ snippets: { ...settings(), k: Number(k) } }));
    const high = h("div"), low = h("div"), canvas = h("canvas", { "aria-hidden": "true" }), note = h("p", { class: "d2l-quiet" });
    host.append(h("div", { class: "d2l-bar" }, count), h("h3", {}, "Highest"), high, h("h3", {}, "Lowest"), low, h("h3", {}, "All values"), canvas, note);
    let width = 0;

    function all() {
      const { trace, array, state } = ctx.now(), bytes = ownBytes(trace, array, state.unit), { k } = settings(), painted = ctx.bytes(trace, array, state.unit);
      count.select.value = String(k);
      high.replaceChildren(...strongest(bytes, 1, k, APART).map((t) => snippet(trace, array, painted, t)));
      low.replaceChildren(...strongest(bytes, -1, k, APART).map((t) => snippet(trace, array, painted, t)));
      spread();
    }

    /** One moment: its value, and the text around it on the unit's colours; the moment itself is framed. */
    function snippet(trace, array, bytes, t) {
      const lut = ctx.colours().map(css), from = Math.max(0, t - BEFORE), to = Math.min(trace.tokens.length, t + AFTER + 1);
      const token = (i) => h("span", { class: i === t ? "d2l-peak" : null, style: `background:${lut[bytes[i] + 128]}` }, visible(trace.tokens[i]));
      const text = Array.from({ length: to - from }, (_, k) => token(from + k));
      const value = shown(valueAt(trace, array, ctx.store.get().unit, t));
      return h("button", { type: "button", class: "d2l-snippet", "aria-label": `token ${t}, ${visible(trace.tokens[t])}, value ${value}: ${trace.tokens.slice(from, to).map(visible).join("")}`, onclick: () => ctx.store.set({ t }) },
        h("span", { class: "d2l-snippet-value" }, value), h("code", {}, from ? "…" : "", text, to < trace.tokens.length ? "…" : ""));
    }

    function spread() {
      if (!width) return;
      const { trace, array, state } = ctx.now(), bytes = ownBytes(trace, array, state.unit), { low: first, each, counts } = histogramOf(bytes);
      const value = (byte) => (byte / 127) * array.scales[state.unit], most = Math.max(...counts), tall = 170;
      const across = { low: value(first - 0.5), high: value(first + counts.length * each - 0.5), name: `${array.label}, unit ${state.unit}` };
      const context = sized(canvas, width, tall), frame = axes(context, { room: width, tall, style: getComputedStyle(host), across, up: { low: 0, high: most, name: "tokens", whole: true } });
      context.fillStyle = frame.paint("accent");
      context.globalAlpha = 0.7;
      counts.forEach((n, k) => {
        const [left, right] = [frame.x(value(first + k * each - 0.5)), frame.x(value(first + (k + 1) * each - 0.5))];
        if (n) context.fillRect(left + 0.5, Math.min(frame.y(n), frame.bottom - 1), Math.max(1, right - left - 1), Math.max(1, frame.bottom - frame.y(n)));
      });
      context.globalAlpha = 1;
      context.strokeStyle = frame.paint("ink");
      context.lineWidth = 2;
      const x = frame.x(value(bytes[state.t]));
      line(context, x, frame.top, x, frame.bottom);
      const here = valueAt(trace, array, state.unit, state.t), below = bytes.reduce((n, byte) => n + (byte < bytes[state.t]), 0);
      note.textContent = `${bytes.length.toLocaleString("en")} tokens. The line is the token at the cursor, ${visible(trace.tokens[state.t])}: ${shown(here)}, above ${((100 * below) / bytes.length).toFixed(0)} % of all.`;
      ctx.say(`token ${state.t}, ${visible(trace.tokens[state.t])}: ${array.label} of unit ${state.unit} is ${shown(here)}, above ${((100 * below) / bytes.length).toFixed(0)} % of all values`);
    }

    const stopWidth = onWidth(host, (wider) => { width = wider; spread(); });
    const stop = ctx.store.on((_, changed) => {
      if (["trace", "array", "unit", "scale", "snippets"].some((key) => changed.has(key))) all();
      else if (changed.has("t")) spread();
    });
    const stopTheme = ctx.onTheme(all);
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png: () => canvas,
      table() {
        const { trace, array, state } = ctx.now(), bytes = ownBytes(trace, array, state.unit), { k } = settings();
        const rows = (which, sign) => strongest(bytes, sign, k, APART).map((t) => [which, t, trace.tokens[t], valueAt(trace, array, state.unit, t), trace.tokens.slice(Math.max(0, t - BEFORE), t + AFTER + 1).join("")]);
        return [["which", "token", "text", `${array.name} unit ${state.unit}`, "around it"], ...rows("highest", 1), ...rows("lowest", -1)];
      },
    };
  },
};
