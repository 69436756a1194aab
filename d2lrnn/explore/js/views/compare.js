// Compare: several networks on the same text, a row each; one cursor, one scale of colours.

import { answersAt, printed, surprisalAt, summary } from "../answers.js";
import { choice, h, keys, onWidth, sized, stepper } from "../dom.js";
import { arrayNamed, css, ownBytes, shown, valueAt, visible } from "../numbers.js";
import { painted } from "../painted.js";

const COLOURS = [["value", "a unit of each"], ["surprisal", "how surprising a token was"]];

export const compare = {
  title: "Networks side by side",
  uses: [],
  missing: (ctx) => (ctx.data.traces.length < 2 ? "There is one network here: to compare, give two traces of the same text or more." : ""),
  mount(host, ctx) {
    const { traces } = ctx.data, kind = () => (ctx.store.get().compare?.colour === "surprisal" ? "surprisal" : "value");
    const put = (changes) => ctx.store.set({ compare: { colour: kind(), rows: rows(), ...changes } });
    const colour = choice("coloured by", COLOURS, kind(), (value) => put({ colour: value }));
    const legend = h("div", { class: "d2l-legend" }), table = h("table", { class: "d2l-compared" }), note = h("p", { class: "d2l-quiet" });
    const parts = traces.map((trace, k) => {
      const name = trace.title || `network ${k + 1}`;
      const text = painted(`The text, coloured by ${name}. Left and right move the cursor, up and down change its unit.`, (t) => ctx.store.set({ t }));
      const array = choice("array", trace.arrays.map((one) => [one.name, one.label]), "", (value) => change(k, { array: value }));
      const unit = stepper("unit", 0, (value) => change(k, { unit: value }));
      const aside = h("span", { class: "d2l-quiet" });
      keys(text.box, { ...ctx.travel, ArrowUp: () => turn(k, -1), ArrowDown: () => turn(k, 1) });
      host.append(h("div", { class: "d2l-row-head" }, h("h3", {}, name), array, unit, aside), text.box);
      return { trace, name, text, array, unit, aside };
    });
    host.prepend(h("div", { class: "d2l-bar" }, colour));
    host.append(legend, table, note);
    let width = 0;

    /** The array and unit of each row: those that were chosen, put right; or the last hidden state, unit 0. */
    function rows() {
      const given = ctx.store.get().compare?.rows ?? [];
      return traces.map((trace, k) => {
        const array = arrayNamed(trace, given[k]?.array) ?? trace.arrays.findLast((one) => one.name.endsWith("h")) ?? trace.arrays[0], unit = given[k]?.unit;
        return { array: array.name, unit: Number.isInteger(unit) ? Math.min(array.units - 1, Math.max(0, unit)) : 0 };
      });
    }
    const change = (k, changes) => put({ rows: rows().map((row, i) => (i === k ? { ...row, ...changes } : row)) });
    const turn = (k, by) => { const row = rows()[k], { units } = arrayNamed(traces[k], row.array); change(k, { unit: (row.unit + by + units) % units }); };

    /** The value that the strongest colour stands for: the largest of all rows. */
    function most() {
      if (kind() === "surprisal") return Math.max(1e-9, ...traces.map((trace) => trace.numbers.surprisal?.values.reduce((a, b) => (b > a ? b : a), 0) ?? 0));
      return Math.max(...rows().map((row, k) => arrayNamed(traces[k], row.array).scales[row.unit]));
    }

    /** Colours and bars of a row's tokens. */
    function look(k, end) {
      const { trace } = parts[k], lut = ctx.colours().map(css);
      let share;
      if (kind() === "surprisal") {
        const values = trace.numbers.surprisal?.values;
        share = (t) => (values && !Number.isNaN(values[t]) ? values[t] / end : 0);
      } else {
        const row = rows()[k], array = arrayNamed(trace, row.array), bytes = ownBytes(trace, array, row.unit);
        share = (t) => ((bytes[t] / 127) * array.scales[row.unit]) / end;
      }
      const fills = [], bars = [];
      trace.tokens.forEach((_, t) => { const now = share(t); fills.push(lut[Math.round(127 * now) + 128]); bars.push(Math.round(3 * now)); });
      return [fills, bars, ctx.theme() === "dark" ? "#E5E7EB" : "#1B1F24"];
    }

    function paint() {
      const end = most(), lut = ctx.colours().map(css), chosen = rows();
      colour.select.value = kind();
      parts.forEach(({ trace, text, array, unit, aside }, k) => {
        array.select.value = chosen[k].array;
        unit.put(chosen[k].unit, arrayNamed(trace, chosen[k].array).units);
        array.hidden = unit.hidden = kind() === "surprisal";
        const told = summary(trace);
        aside.textContent = told?.count ? `mean surprisal ${told.mean.toFixed(3)} nats, perplexity ${told.perplexity.toPrecision(4)}` : kind() === "surprisal" ? "its answers are not about the next token: nothing can surprise it" : "";
        text.paint(...look(k, end));
      });
      const ramp = (colours) => h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${colours.join(",")})` });
      legend.replaceChildren(...(kind() === "surprisal"
        ? [h("span", {}, "0 nats"), ramp([lut[128], lut[255]]), h("span", {}, `${shown(end)} nats`), h("span", { class: "d2l-quiet" }, "one scale for all; the thicker the bar under a token, the more it surprised")]
        : [h("span", {}, shown(-end)), ramp([lut[1], lut[128], lut[255]]), h("span", {}, shown(end)), h("span", { class: "d2l-quiet" }, "one scale for all; bar over a token: below zero; under it: above zero")]));
      cursor();
    }

    function cursor() {
      const { t } = ctx.store.get(), chosen = rows(), tokens = traces[0].tokens, last = t + 1 >= tokens.length;
      parts.forEach(({ text }) => text.point(t));
      const cells = parts.map(({ trace, name }, k) => {
        const array = arrayNamed(trace, chosen[k].array), value = valueAt(trace, array, chosen[k].unit, t), row = [name, `${array.label}, unit ${chosen[k].unit}`, shown(value)];
        const answers = trace.numbers["top.ids"] ? answersAt(trace, t, 1) : null, of = surprisalAt(trace, t + 1);
        const came = last || !trace.nextToken || of === null || Number.isNaN(of) ? "–" : printed(Math.exp(-of));
        return [...row, answers ? `${visible(answers[0].token)} ${printed(answers[0].p)}` : "–", came];
      });
      table.replaceChildren(
        h("thead", {}, h("tr", {}, ["network", "looked at", "value", "likeliest answer", last ? "next token" : `p of what came, ${visible(tokens[t + 1])}`].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, cells.map((row) => h("tr", {}, row.map((cell, k) => h(k ? "td" : "th", k ? {} : { scope: "row" }, cell))))));
      note.textContent = `After token ${t}, ${visible(tokens[t])}. Of a tagger or classifier the answer is about the token itself.`;
      ctx.say(`token ${t}, ${visible(tokens[t])}: ${cells.map((row) => `${row[0]} ${row[2]}`).join("; ")}`);
    }

    const stopWidth = onWidth(host, (wider) => { width = wider; parts.forEach(({ trace, text }) => text.lay(trace.tokens)); paint(); });
    const stop = ctx.store.on((_, changed) => {
      if (!width) return;
      if (changed.has("compare")) paint();
      else if (changed.has("t")) cursor();
    });
    const stopTheme = ctx.onTheme(() => { if (width) paint(); });
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png() {
        const out = document.createElement("canvas"), end = most(), style = getComputedStyle(host), sizes = parts.map(({ text }) => text.size());
        const context = sized(out, Math.max(...sizes.map(([wide]) => wide)) + 20, sizes.reduce((sum, [, tall]) => sum + tall + 30, 10));
        context.fillStyle = style.getPropertyValue("--d2l-paper");
        context.fillRect(0, 0, out.width, out.height);
        context.translate(10, 0);
        parts.forEach(({ trace, name, text }, k) => {
          context.fillStyle = style.getPropertyValue("--d2l-ink");
          context.font = "600 13px system-ui, sans-serif";
          context.textBaseline = "alphabetic";
          context.fillText(kind() === "surprisal" ? `${name}: surprisal, 0 to ${shown(end)} nats` : `${name}: ${rows()[k].array} unit ${rows()[k].unit}, ${shown(-end)} to ${shown(end)}`, 0, 20);
          context.translate(0, 28);
          text.picture(context, trace.tokens, ...look(k, end));
          context.translate(0, sizes[k][1] + 2);
        });
        return out;
      },
      table() {
        const chosen = rows(), known = (trace, t) => { const value = surprisalAt(trace, t); return value === null || Number.isNaN(value) ? "" : value; };
        return [["token", "text", ...parts.flatMap(({ name }, k) => [`${name}: ${chosen[k].array} unit ${chosen[k].unit}`, `${name}: surprisal (nats)`])],
          ...traces[0].tokens.map((token, t) => [t, token, ...parts.flatMap(({ trace }, k) => [valueAt(trace, arrayNamed(trace, chosen[k].array), chosen[k].unit, t), known(trace, t)])])];
      },
    };
  },
};
