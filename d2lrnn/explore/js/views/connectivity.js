// Connectivity: which tokens before it moved a prediction.

import { choice, h, keys, onWidth, sized } from "../dom.js";
import { css, shown, visible } from "../numbers.js";
import { painted } from "../painted.js";
import { largest, row, usual } from "../past.js";

const WAYS = [["absolute", "as it is"], ["usual", "beside what is usual at its distance"]], TOP = 10;

export const connectivity = {
  title: "What moved this prediction",
  uses: [],
  missing: (ctx) => (ctx.data.traces[0].numbers["back.inputs"] ? "" : "Connectivity needs the network as well: Connectivity(network, trace) has it."),
  mount(host, ctx) {
    const how = () => (ctx.store.get().connectivity?.how === "usual" ? "usual" : "absolute");
    const way = choice("gradient", WAYS, how(), (value) => ctx.store.set({ connectivity: { how: value } }));
    const text = painted("The text, coloured by how much each token moved the prediction at the cursor. Left and right move the cursor.", (t) => ctx.store.set({ t }));
    text.box.classList.remove("d2l-low");
    const legend = h("div", { class: "d2l-legend" }), table = h("table", { class: "d2l-bars d2l-movers" }), note = h("p", { class: "d2l-quiet" });
    host.append(h("div", { class: "d2l-bar" }, way), text.box, legend, table, note);
    keys(text.box, ctx.travel);
    let width = 0, means = null, of = null;

    /** {values: by distance, absolute and beside what is usual; chosen: those that are shown} of the prediction at the cursor. */
    function now() {
      const { trace, state } = ctx.now(), numbers = trace.numbers["back.inputs"];
      if (of !== numbers) [of, means] = [numbers, usual(numbers)];
      const absolute = row(numbers, state.t), beside = absolute.map((value, k) => value / means[k]);
      return { trace, t: state.t, absolute, beside, chosen: how() === "usual" ? beside : absolute };
    }

    function look({ trace, t, chosen }) {
      const lut = ctx.colours().map(css), most = Math.max(...chosen.filter((value) => value > 0), 1e-30), top = new Set(largest(chosen, TOP));
      const fills = [], bars = [];
      trace.tokens.forEach((_, at) => {
        const k = t - at - 1, share = k >= 0 && chosen[k] > 0 ? chosen[k] / most : 0;
        fills.push(lut[Math.round(127 * share) + 128]);
        bars.push(top.has(k) ? Math.max(1, Math.round(3 * share)) : 0);
      });
      return [fills, bars, ctx.theme() === "dark" ? "#E5E7EB" : "#1B1F24"];
    }

    function draw() {
      if (!width) return;
      way.select.value = how();
      const found = now(), { trace, t, absolute, beside, chosen } = found, top = largest(chosen, TOP), lut = ctx.colours().map(css);
      text.paint(...look(found));
      text.point(t);
      const most = top.length ? chosen[top[0]] : 0, unit = how() === "usual" ? "times what is usual" : "norm of the gradient";
      legend.replaceChildren(h("span", {}, "0"), h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${lut[128]},${lut[255]})` }), h("span", {}, `${shown(most)} ${unit}`),
        h("span", { class: "d2l-quiet" }, `bars under the ${TOP} largest; the frame is the token that was foretold`));
      table.hidden = !top.length;
      table.replaceChildren(
        h("caption", {}, `What moved the prediction of token ${t}, `, h("code", {}, visible(trace.tokens[t])), ", most"),
        h("thead", {}, h("tr", {}, ["token", unit, "norm", "times what is usual", "tokens back"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, top.map((k) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, `${trace.tokens.slice(Math.max(0, t - k - 4), t - k - 1).map(visible).join("")}`, h("b", {}, visible(trace.tokens[t - k - 1])))),
          h("td", {}, h("div", { class: "d2l-track", "aria-hidden": "true" }, h("div", { class: "d2l-fill", style: `width:${(100 * chosen[k]) / most}%` }))),
          h("td", {}, shown(absolute[k])), h("td", {}, shown(beside[k])), h("td", {}, String(k + 1))))));
      const reach = absolute.length;
      note.textContent = top.length
        ? `The gradient of the loss of that token by the input of each of the ${Math.min(reach, t)} tokens before it. What is usual is the mean over all ${trace.tokens.length} predictions at the same distance: near tokens move nearly everything, and only beside that does a far one stand out.`
        : `Nothing was foretold about token ${t}, ${visible(trace.tokens[t])}: it is the first, or outside the vocabulary. Move on to another.`;
      ctx.say(top.length ? `token ${t}, ${visible(trace.tokens[t])}: moved most by ${visible(trace.tokens[t - top[0] - 1])}, ${top[0] + 1} back, ${shown(most)} ${unit}` : `token ${t}: nothing was foretold about it`);
    }

    const stopWidth = onWidth(host, (wider) => { width = wider; text.lay(ctx.now().trace.tokens); draw(); });
    const stop = ctx.store.on((_, changed) => { if (["trace", "t", "connectivity"].some((key) => changed.has(key))) draw(); });
    const stopTheme = ctx.onTheme(draw);
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png() {
        const out = document.createElement("canvas"), [wide, tall] = text.size(), context = sized(out, wide + 20, tall + 44), style = getComputedStyle(host), found = now();
        context.fillStyle = style.getPropertyValue("--d2l-paper");
        context.fillRect(0, 0, wide + 20, tall + 44);
        context.fillStyle = style.getPropertyValue("--d2l-ink");
        context.font = "600 13px system-ui, sans-serif";
        context.fillText(`What moved the prediction of token ${found.t}, ${visible(found.trace.tokens[found.t])}${how() === "usual" ? ", beside what is usual" : ""}`, 10, 20);
        context.translate(10, 30);
        text.picture(context, found.trace.tokens, ...look(found));
        return out;
      },
      table() {
        const { trace, t, absolute, beside } = now();
        return [["token", "text", "tokens back", "norm of the gradient", "times what is usual"], ...absolute.map((value, k) => [t - k - 1, trace.tokens[t - k - 1] ?? "", k + 1, value, beside[k]]).filter((line) => line[0] >= 0 && !Number.isNaN(line[3]))];
      },
    };
  },
};
