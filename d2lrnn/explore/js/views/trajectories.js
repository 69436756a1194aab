// Trajectories: the states of a text as a path through the two directions in which they vary most.

import { axes } from "../axes.js";
import { choice, h, keys, layered, onWidth, sized } from "../dom.js";
import { drawMark, KINDS, kindOf } from "../kinds.js";
import { css, ownBytes, shown, visible } from "../numbers.js";

const PAIRS = [["1-2", "1 and 2"], ["1-3", "1 and 3"], ["2-3", "2 and 3"]];
const COLOURS = [["kind", "kind of token"], ["place", "place in the text"], ["surprisal", "surprisal"], ["value", "value of the chosen unit"]];
const TRAIL = 12;  // steps before the cursor that are joined
const NEAR = 14;  // pixels from a point, within which a click means it

export const trajectories = {
  title: "Trajectories",
  uses: ["array", "unit"],
  missing: (ctx) => (ctx.data.traces.some((trace) => Object.keys(trace.numbers).some((name) => name.startsWith("pca."))) ? "" : "These traces have no array of two units and three tokens at least, so there is no path to draw."),
  mount(host, ctx) {
    const settings = () => ({ axes: "1-2", colour: "kind", ...ctx.store.get().trajectories });
    const put = (changes) => ctx.store.set({ trajectories: { ...settings(), ...changes } });
    const pair = choice("components", PAIRS, settings().axes, (value) => put({ axes: value }));
    const colour = choice("coloured by", COLOURS, settings().colour, (value) => put({ colour: value }));
    const points = h("canvas", { "aria-hidden": "true" }), over = h("canvas", { "aria-hidden": "true", style: "position:absolute;left:0;top:0" });
    const box = h("div", { class: "d2l-plot", tabindex: 0, role: "group", "aria-label": "A point for the state after each token. Left and right move the cursor along the path." }, points, over);
    const legend = h("div", { class: "d2l-legend" }), note = h("p", { class: "d2l-quiet" });
    host.append(h("div", { class: "d2l-bar" }, pair, colour), box, legend, note);
    let width = 0, places = null, frame = null;

    const now = () => {
      const { trace, array, state } = ctx.now(), found = trace.numbers[`pca.${array.name}`], shares = trace.numbers[`pca.shares.${array.name}`];
      return { trace, array, state, found, shares, ...settings() };
    };

    function all() {
      const { trace, array, state, found, shares, axes: chosen, colour: how } = now();
      box.hidden = legend.hidden = !found;
      if (!found) { note.textContent = `The ${array.label} has fewer than two units, or the text fewer than three tokens: there is no path to draw.`; places = null; return; }
      const [a, b] = chosen.split("-").map((k) => Number(k) - 1), T = trace.tokens.length, tall = Math.round(Math.min(460, Math.max(300, width * 0.5)));
      const ends = (k) => { let low = Infinity, high = -Infinity; for (let t = 0; t < T; t++) { const v = found.values[3 * t + k]; if (v < low) low = v; if (v > high) high = v; } const room = 0.04 * (high - low || 1); return { low: low - room, high: high + room }; };
      const name = (k) => `component ${k + 1}, ${(100 * (shares.values[k] ?? 0)).toFixed(0)} % of the variance`;
      const context = sized(points, width, tall);
      frame = axes(context, { room: width, tall, style: getComputedStyle(host), across: { ...ends(a), name: name(a) }, up: { ...ends(b), name: name(b) } });
      places = Array.from({ length: T }, (_, t) => [frame.x(found.values[3 * t + a]), frame.y(found.values[3 * t + b])]);
      if (T <= 3000) {
        context.strokeStyle = frame.paint("soft");
        context.globalAlpha = T > 600 ? 0.1 : 0.22;
        context.lineWidth = 1;
        context.beginPath();
        places.forEach(([x, y], t) => context[t ? "lineTo" : "moveTo"](x, y));
        context.stroke();
      }
      context.globalAlpha = T > 1500 ? 0.5 : 0.85;
      context.lineWidth = 1.4;
      const paint = painter(trace, array, state, how), r = T > 3000 ? 1.6 : T > 600 ? 2.3 : 3;
      places.forEach(([x, y], t) => {
        const { fill, mark } = paint(t);
        context.fillStyle = context.strokeStyle = fill;
        drawMark(context, mark, x, y, r);
      });
      context.globalAlpha = 1;
      explain(trace, array, how);
      const first = Array.from(shares.values).slice(0, 5).map((s) => `${(100 * s).toFixed(1)} %`).join(", ");
      note.textContent = `Principal components of the ${array.label} over ${T.toLocaleString("en")} tokens, about its mean; what its ${array.units} units do in other directions is left out. The first five carry ${first}. The line joins the last ${TRAIL} steps.`;
      cursor();
    }

    /** Colour and mark of each token. */
    function painter(trace, array, state, how) {
      if (how === "kind") return (t) => { const kind = KINDS[kindOf(trace.tokens[t])]; return { fill: kind.colour, mark: kind.mark }; };
      const lut = ctx.colours().map(css), T = trace.tokens.length;
      if (how === "value") {
        const bytes = ownBytes(trace, array, state.unit), most = reach(bytes), grey = frame.paint("rule");
        return (t) => ({ fill: Math.abs(bytes[t]) < most / 12 ? grey : lut[Math.round((127 * bytes[t]) / most) + 128], mark: bytes[t] < 0 ? "square" : "disc" });
      }
      const values = how === "surprisal" ? trace.numbers.surprisal?.values : null, most = values ? highest(values) : 1;
      return (t) => {
        const share = how === "place" ? t / Math.max(1, T - 1) : values && !Number.isNaN(values[t]) ? values[t] / most : null;
        return share === null ? { fill: frame.paint("rule"), mark: "cross" } : { fill: blend(frame.paint("accent"), ctx.theme() === "dark" ? "#FFB454" : "#D55E00", share), mark: share > 0.5 ? "square" : "disc" };
      };
    }

    function explain(trace, array, how) {
      const words = (text) => h("span", { class: "d2l-quiet" }, text);
      if (how === "kind") { legend.replaceChildren(...KINDS.map(key)); return; }
      const ramp = (ends) => h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${ends.join(",")})` });
      const two = [frame.paint("accent"), ctx.theme() === "dark" ? "#FFB454" : "#D55E00"], lut = ctx.colours().map(css);
      if (how === "place") legend.replaceChildren(h("span", {}, "first token"), ramp(two), h("span", {}, "last token"), words("squares: the second half"));
      else if (how === "surprisal" && !trace.numbers.surprisal) legend.replaceChildren(words("Nothing is known of how surprising a token was: all points are crosses."));
      else if (how === "surprisal") legend.replaceChildren(h("span", {}, "0 nats"), ramp(two), h("span", {}, `${shown(highest(trace.numbers.surprisal.values))} nats`), words("squares: the upper half; crosses: not known"));
      else {
        const most = (reach(ownBytes(trace, array, ctx.store.get().unit)) / 127) * array.scales[ctx.store.get().unit];
        legend.replaceChildren(h("span", {}, shown(-most)), ramp([lut[1], lut[128], lut[255]]), h("span", {}, shown(most)), words(`${array.label} of unit ${ctx.store.get().unit}; squares: below zero; the scale is this unit's own`));
      }
    }

    function cursor() {
      if (!places) return;
      const { trace, state } = now(), context = sized(over, width, points.height / (window.devicePixelRatio || 1)), from = Math.max(0, state.t - TRAIL);
      context.strokeStyle = context.fillStyle = frame.paint("ink");
      for (let t = from + 1; t <= state.t; t++) {
        context.globalAlpha = 0.15 + (0.75 * (t - from)) / (state.t - from);
        context.lineWidth = 1.8;
        context.beginPath(); context.moveTo(...places[t - 1]); context.lineTo(...places[t]); context.stroke();
      }
      context.globalAlpha = 1;
      const [x, y] = places[state.t];
      context.lineWidth = 2.2;
      context.beginPath(); context.arc(x, y, 7, 0, 2 * Math.PI); context.stroke();
      context.font = "600 13px ui-monospace, monospace";
      const said = Array.from(visible(trace.tokens.slice(Math.max(0, state.t - 5), state.t + 1).join(""))).slice(-10).join("");
      const wide = context.measureText(said).width, right = x + 12 + wide < width;
      context.fillStyle = frame.paint("card");
      context.globalAlpha = 0.85;
      context.fillRect(right ? x + 10 : x - 14 - wide, y - 22, wide + 4, 17);
      context.globalAlpha = 1;
      context.fillStyle = frame.paint("ink");
      context.textAlign = right ? "left" : "right";
      context.fillText(said, right ? x + 12 : x - 12, y - 9);
      const { found, axes: chosen } = now(), [a, b] = chosen.split("-").map((k) => Number(k) - 1);
      ctx.say(`token ${state.t}, ${visible(trace.tokens[state.t])}: component ${a + 1} is ${shown(found.values[3 * state.t + a])}, component ${b + 1} is ${shown(found.values[3 * state.t + b])}`);
    }

    const nearest = (event) => {
      const origin = over.getBoundingClientRect(), x = event.clientX - origin.left, y = event.clientY - origin.top;
      let best = -1, least = NEAR ** 2;
      places?.forEach(([px, py], t) => { const d = (px - x) ** 2 + (py - y) ** 2; if (d < least) { least = d; best = t; } });
      return best;
    };
    box.addEventListener("pointerdown", (event) => { const t = nearest(event); if (t >= 0) ctx.store.set({ t }); });
    box.addEventListener("pointermove", (event) => { const t = nearest(event); box.title = t < 0 ? "" : `token ${t}: ${visible(now().trace.tokens[t])}`; });
    keys(box, ctx.travel);

    const stopWidth = onWidth(box.parentElement, (wider) => { width = wider; all(); });
    const stop = ctx.store.on((_, changed) => {
      pair.select.value = settings().axes;
      colour.select.value = settings().colour;
      if (!width) return;
      if (["trace", "array", "trajectories"].some((key) => changed.has(key)) || (changed.has("unit") && settings().colour === "value")) all();
      else if (changed.has("t")) cursor();
    });
    const stopTheme = ctx.onTheme(() => { if (width) all(); });
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png: () => layered(points, places ? over : null),
      table() {
        const { trace, found } = now();
        return [["token", "text", "component 1", "component 2", "component 3"], ...(found ? trace.tokens.map((token, t) => [t, token, ...found.values.slice(3 * t, 3 * t + 3)]) : [])];
      },
    };
  },
};

/** A kind's mark and name. */
function key(kind) {
  const canvas = h("canvas", { "aria-hidden": "true" }), context = sized(canvas, 14, 14);
  context.fillStyle = context.strokeStyle = kind.colour;
  context.lineWidth = 1.5;
  drawMark(context, kind.mark, 7, 7, 4);
  return h("span", { class: "d2l-key" }, canvas, kind.name);
}

/** The greatest size of a unit's bytes, 1 at least. */
const reach = (bytes) => bytes.reduce((most, byte) => Math.max(most, Math.abs(byte)), 1);

const highest = (values) => values.reduce((most, value) => (value > most ? value : most), 1e-9);

/** A colour between two, given as #RRGGBB. */
function blend(from, to, share) {
  const parts = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)), [a, b] = [parts(from), parts(to)];
  return css(a.map((value, k) => Math.round(value + share * (b[k] - value))));
}
