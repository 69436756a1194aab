// Find a cell: units ranked by how well they tell where something holds, judged on text they were not chosen on, beside chance and an untrained network.
// A row opens its unit in the views below. What was asked beforehand is all here; asking more needs the kernel.

import { choice, h, onWidth, sized } from "../dom.js";
import { asked, direction, finding, height, ownFinding, score, valuesOf, verdict } from "../finding.js";
import { arrayNamed, running } from "../numbers.js";
import { drawCurve, drawHistogram } from "../spreads.js";

const OWN = "\u0000own";  // no predicate has this name
const TALL = 190;

export const find = {
  title: "Find a cell",
  missing: (ctx) => (ctx.data.words?.find ? "" : "Nothing has been sought in this text: make this explorer with FindACell(trace)."),
  mount(host, ctx) {
    const { findings, leftOut, start, of } = ctx.data.words.find, trace = ctx.data.traces[0];
    const undo = [];
    const put = (changes) => ctx.store.set({ find: { ...ctx.store.get().find, ...changes } });
    const which = choice("units that tell", [], "", (name) => { put({ which: name === OWN ? "" : name }); openBest(); });
    const question = h("p", { class: "d2l-quiet" }), answer = h("p", { class: "d2l-answer" });
    const body = h("tbody", {}), caption = h("caption", { class: "d2l-spoken-only" });
    const heading = h("th", { scope: "col" }), where = h("th", { scope: "col" });
    const table = h("table", { class: "d2l-ranking" }, caption,
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "unit"), where, heading, h("th", { scope: "col" }, "held out"), h("th", { scope: "col" }, "chosen on"))), body);
    const canvas = h("canvas", { role: "img" }), under = h("p", { class: "d2l-quiet" });
    const picture = h("div", { class: "d2l-spread" }, canvas, under);
    const legend = h("p", { class: "d2l-quiet d2l-baselines" });
    const shownPart = h("p", { class: "d2l-quiet" }, trace.tokens.length < of
      ? `The text below is a part of what was searched: tokens ${start.toLocaleString("en")} to ${(start + trace.tokens.length - 1).toLocaleString("en")} of ${of.toLocaleString("en")}. So is the picture beside the table.`
      : "");
    const skipped = leftOut.length && h("details", { class: "d2l-quiet" }, h("summary", {}, `Not asked of this text: ${leftOut.map(([name]) => name).join(", ")}`), h("ul", {}, leftOut.map(([, why]) => h("li", {}, why))));
    host.append(h("div", { class: "d2l-bar" }, which), question, answer, h("div", { class: "d2l-found" }, h("div", {}, h("div", { class: "d2l-scroll" }, table), legend), picture), shownPart, skipped || "", more());

    let rows = [], now = null;

    const at = (row) => ({ array: row[0], unit: row[1] });
    function openBest() {
      const one = finding(ctx.data, ctx.store.get());
      if (arrayNamed(trace, one.rows[0][0])) ctx.store.set({ trace: 0, ...at(one.rows[0]) });
    }

    /** The table of another finding. */
    function fill() {
      const one = now = finding(ctx.data, ctx.store.get()), own = ownFinding(ctx.data, ctx.store.get());
      which.put([...findings.map(({ name }) => [name, name]), ...(own ? [[OWN, `asked: ${own.name}`]] : [])], one === own ? OWN : one.name);
      question.textContent = asked(one);
      answer.textContent = verdict(one);
      const auc = one.measure === "AUC";
      where.textContent = auc ? "its values there" : "its values with it";
      heading.replaceChildren(h("span", { class: "d2l-ends" }, h("span", {}, auc ? "0.5" : "0"), h("span", {}, one.measure), h("span", {}, "1")));
      caption.textContent = `${one.name}: the ${one.rows.length} units that were best where they were chosen. Enter opens one; up and down move.`;
      rows = one.rows.map((row) => {
        const [array, unit, chosen, held, sign] = row, label = arrayNamed(trace, array)?.label ?? array;
        const button = h("button", { type: "button", class: "d2l-open", tabindex: -1 }, `${label}, ${unit}`);
        const line = h("tr", { onclick: () => ctx.store.set({ trace: 0, ...at(row) }) },
          h("th", { scope: "row" }, button), h("td", {}, direction(one, sign)), h("td", {}, bar(one, held)), h("td", {}, score(held)), h("td", { class: "d2l-pale" }, score(chosen)));
        return { row, line, button };
      });
      body.replaceChildren(...rows.map(({ line }) => line));
      legend.replaceChildren(
        h("span", { class: "d2l-key d2l-by-chance" }), h("span", {}, `luck ${score(one.turned.most)}`),
        ...(one.control ? [h("span", { class: "d2l-key d2l-untrained" }), h("span", {}, `${one.control.title} ${score(one.control.held)}`)] : []));
    }

    function bar(one, held) {
      const place = (value) => `left:${(100 * height(value, one.measure)).toFixed(1)}%`;
      return h("div", { class: "d2l-measure", "aria-hidden": "true" },
        h("div", { class: "d2l-reach", style: `width:${(100 * height(held, one.measure)).toFixed(1)}%` }),
        h("div", { class: "d2l-by-chance", style: place(one.turned.most) }),
        one.control && h("div", { class: "d2l-untrained", style: place(one.control.held) }));
    }

    /** Which row is open; the first can be reached by tab if none is. */
    function open() {
      const { array, unit } = ctx.store.get();
      let open = rows.findIndex(({ row }) => row[0] === array && row[1] === unit);
      rows.forEach(({ line, button }, k) => {
        line.classList.toggle("d2l-now", k === open);
        button.toggleAttribute("aria-current", k === open);
        if (k === open) button.setAttribute("aria-current", "true");
        button.tabIndex = k === Math.max(0, open) ? 0 : -1;
      });
    }

    body.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const from = rows.findIndex(({ button }) => button === event.target), last = rows.length - 1;
      const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: last, PageDown: from + 8, PageUp: from - 8 }[event.key];
      if (from < 0 || to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const there = rows[Math.min(last, Math.max(0, to))];
      rows.forEach(({ button }) => { button.tabIndex = button === there.button ? 0 : -1; });
      there.button.focus();
    });

    function draw(width) {
      const { state, array } = ctx.now(), values = valuesOf(trace, now);
      const room = width || picture.clientWidth;
      if (!room || !now) return;
      const context = sized(canvas, room, TALL);
      const what = { trace, array: state.trace ? trace.arrays[0] : array, unit: state.unit, values, one: now, room, tall: TALL, style: getComputedStyle(host) };
      const said = now.measure === "AUC" ? drawHistogram(context, what) : drawCurve(context, what);
      under.textContent = said;
      canvas.setAttribute("aria-label", said);
    }

    /** What can be asked besides: a stretch that is marked, a rule. */
    function more() {
      const busy = h("span", { class: "d2l-quiet", role: "status" }), trouble = h("p", { class: "d2l-problem", role: "alert" });
      const marked = h("span", {}), rule = h("input", { type: "text", size: 30, placeholder: "text[i].isdigit()", value: ctx.store.get().find.rule ?? "" });
      rule.spellcheck = false;
      const ask = async (body) => {
        trouble.textContent = "";
        buttons.forEach((button) => { button.disabled = true; });
        busy.textContent = "Ranking …";
        try {
          const { body: own } = await ctx.kernel.ask("find", body, (words) => { busy.textContent = words || "Ranking …"; });
          put({ which: "", own, rule: rule.value });
          openBest();
        } catch (error) {
          trouble.textContent = `Not ranked: ${error.message}`;
        }
        busy.textContent = "";
        buttons.forEach((button) => { button.disabled = false; });
        point();
      };
      const buttons = [
        h("button", { type: "button", onclick: () => ask({ span: ctx.store.get().marked }) }, "Rank units by what is marked"),
        h("button", { type: "button", onclick: () => ask({ rule: rule.value }) }, "Rank units by this rule")];
      rule.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !buttons[1].disabled) ask({ rule: rule.value });
      });
      const point = () => {
        const mark = ctx.store.get().marked;
        buttons[0].disabled = !mark || !ctx.kernel;
        marked.textContent = !ctx.kernel ? "" : mark
          ? `marked: tokens ${start + mark[0]} to ${start + mark[1] - 1}, “${Array.from(trace.tokens.slice(...mark).map(running).join("")).slice(0, 40).join("")}${mark[1] - mark[0] > 40 ? "…" : ""}”`
          : "nothing is marked: drag over the text below, or hold shift and use the arrows";
      };
      undo.push(ctx.store.on((state, changed) => { if (changed.has("marked")) point(); }));
      point();
      return h("fieldset", { class: "d2l-form", disabled: !ctx.kernel },
        h("legend", {}, "Ask something else"),
        h("div", { class: "d2l-bar" }, buttons[0], marked),
        h("div", { class: "d2l-bar" }, buttons[1], h("label", { class: "d2l-field" }, h("span", {}, "Python, of text and i, the character just read"), rule)),
        h("div", {}, busy, trouble),
        !ctx.kernel && h("p", { class: "d2l-quiet" }, "This page has no kernel, so nothing new can be ranked here. What was asked before is all there, under “units that tell”; to ask more, run the notebook."));
    }

    const stop = ctx.store.on((state, changed) => {
      if (now === null || changed.has("find")) { if (finding(ctx.data, state) !== now) fill(); }
      if (["find", "array", "unit", "trace"].some((key) => changed.has(key))) { open(); draw(); }
    });
    const stopWidth = onWidth(picture, draw), stopTheme = ctx.onTheme(() => draw());
    return {
      destroy() { stop(); stopWidth(); stopTheme(); undo.forEach((f) => f()); },
      png: () => canvas,
      table: () => [["array", "unit", "direction", `${now.measure} held out`, `${now.measure} chosen on`], ...now.rows.map(([array, unit, chosen, held, sign]) => [array, unit, sign, held, chosen]),
        ["answers turned round, most of any unit", "", "", now.turned.most, ""], ...(now.control ? [[`${now.control.title}, best unit: ${now.control.array}`, now.control.unit, "", now.control.held, ""]] : [])],
    };
  },
};
