// Gradient through time: how much the states before it moved a prediction, by distance, on a log axis; and the direct path through the gates that keep.

import { axes } from "../axes.js";
import { choice, h, keys, onWidth, sized } from "../dom.js";
import { shown, visible } from "../numbers.js";
import { pieces, relative, row, typical } from "../past.js";

const OF = [["one", "the token at the cursor"], ["all", "all tokens (geometric mean)"]], SCALES = [["relative", "one step back is 1"], ["absolute", "as they are"]];
const LEAST = 1e-14;  // below this a log axis would show nothing else
const LOOKS = { h: ["#0072B2", []], c: ["#D55E00", [9, 3]], mean: ["#009E73", [2, 3]], max: ["#CC79A7", [7, 3, 2, 3]] };

export const gradient = {
  title: "Gradient through time",
  uses: [],
  missing: (ctx) => (Object.keys(ctx.data.traces[0].numbers).some((name) => name.startsWith("back.")) ? "" : "Gradients need the network as well: GradientExplorer(network, trace) has them."),
  mount(host, ctx) {
    const settings = () => ({ of: "one", scale: "relative", layer: layers()[0], ...ctx.store.get().gradient });
    const put = (changes) => ctx.store.set({ gradient: { ...settings(), ...changes } });
    const numbers = () => ctx.now().trace.numbers;
    const layers = () => [...new Set(Object.keys(numbers()).filter((name) => /^back\..*\.[hc]$/.test(name)).map((name) => name.slice(5, -1)))];
    const of = choice("prediction of", OF, settings().of, (value) => put({ of: value })), how = choice("norms", SCALES, settings().scale, (value) => put({ scale: value }));
    const layer = choice("layer", layers().map((one) => [one, one.replace(/\.$/, "")]), settings().layer, (value) => put({ layer: value }));
    layer.hidden = layers().length < 2;
    const canvas = h("canvas", { "aria-hidden": "true" });
    const box = h("div", { class: "d2l-plot", tabindex: 0, role: "group", "aria-label": "Norm of the gradient by distance. Left and right move the cursor to another prediction." }, canvas);
    const legend = h("div", { class: "d2l-legend" }), note = h("p", { class: "d2l-quiet" });
    host.append(h("div", { class: "d2l-bar" }, of, how, layer), box, legend, note);
    // Whoever moves on wants to see one prediction, not the mean of all.
    keys(box, Object.fromEntries(Object.entries(ctx.travel).map(([key, move]) => [key, (event) => { if (settings().of === "all") put({ of: "one" }); move(event); }])));
    let width = 0;

    /** The lines: {name, look, values}, a value for each distance. */
    function lines() {
      const { state } = ctx.now(), { of: whose, scale, layer: prefix } = settings(), all = numbers();
      const take = (found, which) => { const values = whose === "all" ? typical(found, which) : row(found, state.t, which); return scale === "relative" ? relative(values) : values; };
      const out = [];
      for (const [kind, name] of [["h", "hidden state"], ["c", "memory cell"]]) if (all[`back.${prefix}${kind}`]) out.push({ name: `gradient by the ${name}`, look: LOOKS[kind], values: take(all[`back.${prefix}${kind}`], 0) });
      for (const [gate, name] of [["f", "forget gates"], ["z", "update gates"]]) {
        const found = all[`kept.${prefix}${gate}`];
        if (found) for (const [which, what] of [[0, "mean"], [1, "max"]]) out.push({ name: `product of the ${name}, ${which ? "the unit that keeps most" : "mean of all units"}`, look: LOOKS[what], values: take(found, which) });
      }
      return out;
    }

    function draw() {
      if (!width) return;
      const { trace, state } = ctx.now(), { of: whose, scale } = settings(), shownLines = lines(), known = shownLines.flatMap((one) => one.values.filter((value) => value > 0));
      of.select.value = whose;
      how.select.value = scale;
      layer.select.value = settings().layer;
      const none = !known.length;
      box.hidden = legend.hidden = none;
      if (none) {
        note.textContent = `Nothing was foretold about token ${state.t}, ${visible(trace.tokens[state.t])}: it is the first, or outside the vocabulary. Move on to another.`;
        ctx.say(`token ${state.t}: nothing was foretold about it`);
        return;
      }
      const low = Math.max(LEAST, known.reduce((a, b) => Math.min(a, b))), high = known.reduce((a, b) => Math.max(a, b)), reach = shownLines[0].values.length;
      const tall = Math.round(Math.min(340, Math.max(240, width * 0.36)));
      const context = sized(canvas, width, tall);
      const up = { low: Math.min(low, high / 10), high: high * 1.3, log: true, name: scale === "relative" ? "times its value one step back" : "norm; share that is kept" };
      const frame = axes(context, { room: width, tall, style: getComputedStyle(host), across: { low: 1, high: Math.max(2, reach), name: "distance, in tokens back", whole: true }, up });
      let zeros = 0;
      for (const { look: [colour, dash], values } of shownLines) {
        const found = pieces(values.map((value) => (value > 0 && value < LEAST ? 0 : value)));
        zeros += found.zeros;
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = 2.2;
        context.setLineDash(dash);
        for (const points of found.lines) {
          context.beginPath();
          points.forEach(([k, value], i) => context[i ? "lineTo" : "moveTo"](frame.x(k), frame.y(value)));
          context.stroke();
          if (points.length === 1) context.fillRect(frame.x(points[0][0]) - 2, frame.y(points[0][1]) - 2, 4, 4);
        }
        context.setLineDash([]);
      }
      legend.replaceChildren(...shownLines.map(({ name, look }) => h("span", { class: "d2l-key" }, stroke(look), name)));
      const far = (values) => { const k = values.findLastIndex((value) => value > 0); return k < 0 ? "nothing" : `${shown(values[k])} at ${k + 1}`; };
      const whom = whose === "all" ? `all ${trace.tokens.length.toLocaleString("en")} tokens` : `token ${state.t}, ${visible(trace.tokens[state.t])}, after …${Array.from(trace.tokens.slice(Math.max(0, state.t - 14), state.t).map(visible).join("")).slice(-14).join("")}`;
      note.textContent = `Loss of ${whom}. The norm of its gradient by the state so many tokens back; the products are what a memory would keep on its direct path if nothing else carried it.${zeros ? ` ${zeros} values too small for numbers of 32 bits are left out.` : ""}`;
      ctx.say(`${whose === "all" ? "mean of all" : `token ${state.t}, ${visible(trace.tokens[state.t])}`}: ${shownLines.slice(0, 2).map((one) => `${one.name} ${far(one.values)}`).join("; ")} tokens back`);
    }

    const stopWidth = onWidth(host, (wider) => { width = wider; draw(); });
    const stop = ctx.store.on((_, changed) => { if (["trace", "t", "gradient"].some((key) => changed.has(key))) draw(); });
    const stopTheme = ctx.onTheme(draw);
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png: () => canvas,
      table() {
        const found = lines();
        return [["tokens back", ...found.map((one) => one.name)], ...found[0].values.map((_, k) => [k + 1, ...found.map((one) => (Number.isNaN(one.values[k]) ? "" : one.values[k]))])];
      },
    };
  },
};

/** A short piece of a line, for the legend. */
function stroke([colour, dash]) {
  const canvas = h("canvas", { "aria-hidden": "true" }), context = sized(canvas, 30, 10);
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(0, 5);
  context.lineTo(30, 5);
  context.stroke();
  return canvas;
}
