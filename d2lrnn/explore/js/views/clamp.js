// Clamp and regenerate: a unit or a gate is held at a value while the network writes; beside it the text of the same seed without, and what the next token's
// probabilities did. The kernel writes; what it wrote last is part of the state, so that a saved page shows it too.

import { debounced, latestOnly } from "../asking.js";
import { h } from "../dom.js";
import { arrayNamed, clamp as within, running, shown, valueAt, visible } from "../numbers.js";
import { bounds, parting, summary } from "../writing.js";

const PAUSE = 120;  // ms of rest before the kernel is asked

export const clamp = {
  title: "Hold a unit, and let it write",
  uses: ["array", "unit"],
  missing: (ctx) => (ctx.store.get().clamp?.answer ? "" : "Nothing has been written with a unit held: make this explorer with ClampExplorer(network, tokenizer)."),
  mount(host, ctx) {
    const settings = () => ctx.store.get().clamp;
    const put = (changes) => ctx.store.set({ clamp: { ...settings(), ...changes } });

    const slider = h("input", { type: "range", oninput: () => put({ value: Number(slider.value) }), "aria-label": "value, slider" });
    const value = number("value", (now) => put({ value: now }));
    const more = h("input", { type: "text", size: 12, placeholder: "7, 12-15 or all", oninput: () => put({ more: more.value }) });
    const prompt = h("textarea", { class: "d2l-typed", rows: 2, oninput: () => put({ prompt: prompt.value }) });
    prompt.spellcheck = false;
    const heat = number("temperature", (now) => put({ temperature: now }), { min: 0, max: 5, step: 0.1 });
    const length = number("tokens", (now) => put({ length: now }), { min: 1, max: 1000, step: 50 });
    const seed = number("seed", (now) => put({ seed: now }), { min: 0, step: 1 });
    const another = h("button", { type: "button", class: "d2l-small", onclick: () => put({ seed: settings().seed + 1 }) }, "another seed");
    const alone = h("div", { class: "d2l-alone" });
    const form = h("fieldset", { class: "d2l-form", disabled: !ctx.kernel },
      h("legend", {}, "Held: the array and unit chosen above"),
      h("div", { class: "d2l-bar" }, h("div", { class: "d2l-held" }, slider, alone), value.field, h("label", { class: "d2l-field" }, h("span", {}, "and the units"), more)),
      h("label", { class: "d2l-stacked" }, h("span", {}, "prompt"), prompt),
      h("div", { class: "d2l-bar" }, heat.field, length.field, seed.field, another));
    for (const field of [slider, value.input, more, prompt, heat.input, length.input, seed.input]) {
      field.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); });
    }
    form.addEventListener("focusout", () => fill());  // what was typed and not taken gives way to what is
    const own = h("p", { class: "d2l-quiet" });
    const busy = h("p", { class: "d2l-quiet d2l-note", role: "status" }), trouble = h("p", { class: "d2l-problem", role: "alert" });
    const lack = !ctx.kernel && h("p", { class: "d2l-quiet" }, "This page has no kernel: shown is what was written last. To hold another unit, run the notebook.");
    const result = h("div");
    host.append(form, own, lack || "", busy, trouble, result);

    const asking = latestOnly({
      ask: (body) => ctx.kernel.ask("write", body, (words) => { busy.textContent = words && `${words} Below is what was written before.`; }),
      done({ body }) { trouble.textContent = ""; put({ answer: body }); },
      failed(error) { trouble.textContent = `Nothing new was written: ${error.message}.`; },
    });
    const wanted = () => {
      const { state: { array, unit, clamp: { answer, ...rest } } } = ctx.now();
      return { array, unit, ...rest };
    };
    const ask = debounced(() => {
      const body = wanted();
      if (JSON.stringify(body) !== JSON.stringify(last)) { last = body; asking.put(body); }
    }, PAUSE);
    let last = null, told = null;

    /** The controls as the state has them. A field that is being typed in is left alone. */
    function fill() {
      const { trace, array, state } = ctx.now(), now = state.clamp;
      const { low, mean, high } = summary(trace.tokens.map((_, t) => valueAt(trace, array, state.unit, t)));
      const range = bounds(array.name.split(".").at(-1), trace.cell, Math.max(1.5 * Math.abs(low), 1.5 * Math.abs(high), Math.abs(now.value)));
      const kept = within(now.value, range.least, range.most);
      if (kept !== now.value) { put({ value: kept }); return; }  // another kind of array: a gate cannot be held at −1
      Object.assign(slider, { min: range.low, max: range.high, step: range.step, value: now.value });
      Object.assign(value.input, { min: Number.isFinite(range.least) ? range.least : "", max: Number.isFinite(range.most) ? range.most : "", step: range.step });
      for (const [field, text] of [[value.input, now.value], [more, now.more], [prompt, now.prompt], [heat.input, now.temperature], [length.input, now.length], [seed.input, now.seed]]) {
        if (field.value !== String(text) && field !== field.getRootNode().activeElement) field.value = text;
      }
      const at = (x) => `${(100 * (within(x, range.low, range.high) - range.low)) / (range.high - range.low)}%`;
      alone.replaceChildren(
        h("div", { class: "d2l-span", style: `left:${at(low)};width:calc(${at(high)} - ${at(low)})` }), h("div", { class: "d2l-tick", style: `left:${at(mean)}` }),
        h("span", {}, shown(range.low)), h("span", {}, shown(range.high)));
      own.textContent = `Left alone, the ${array.label} of unit ${state.unit} goes from ${shown(low)} to ${shown(high)} in the text without, ${shown(mean)} on average: the bar under the slider and its tick.`;
    }

    function tell() {
      const { trace, state: { clamp: { answer } } } = ctx.now(), array = arrayNamed(trace, answer.array);
      const at = parting(answer.free, answer.held), whole = answer.free === answer.held;
      const units = answer.units.length === array?.units ? "all units" : `unit${answer.units.length > 1 ? "s" : ""} ${answer.units.slice(0, 12).join(", ")}${answer.units.length > 12 ? ", …" : ""}`;
      const held = `${array?.label ?? answer.array}, ${units}, held at ${shown(answer.value)}`;
      const column = (title, text) => {
        const chars = Array.from(text), print = (some) => some.map(running).join("");
        return h("div", { class: "d2l-column-of-text" }, h("h3", {}, title),
          h("div", { class: "d2l-written d2l-mono", tabindex: 0, role: "group", "aria-label": title },
            h("b", {}, print(Array.from(answer.prompt))), h("span", { class: "d2l-same" }, print(chars.slice(0, at))),
            chars.length > at && h("mark", {}, print(chars.slice(at, at + 1))), print(chars.slice(at + 1))));
      };
      const settingsSaid = `Same seed, ${answer.seed}; temperature ${shown(answer.temperature)}.`;
      result.replaceChildren(
        h("div", { class: "d2l-two" }, column("without", answer.free), column(held, answer.held)),
        h("p", { class: "d2l-quiet" }, whole
          ? `${settingsSaid} The texts are the same: at no token did holding change which one was drawn.`
          : `${settingsSaid} Bold is the prompt, grey what both texts share; they part at character ${at + 1} of what was written, in a frame.`),
        movers(answer));
    }

    const stop = ctx.store.on((state, changed) => {
      if (!state.clamp) return;
      if (["trace", "array", "unit", "clamp"].some((key) => changed.has(key))) fill();
      if (told !== settings().answer) { told = settings().answer; tell(); }
      if (last === null) last = wanted();  // what is shown already
      if (ctx.kernel) ask();
    });
    return {
      destroy() { stop(); ask.stop(); asking.stop(); },
      table() {
        const { answer } = settings();
        return [["what", "name", "without", "held"], ["text", answer.prompt, answer.free, answer.held], ...answer.movers.map(([token, before, after]) => ["probability", token, before, after])];
      },
    };
  },
};

/** The probabilities that moved most, as a table with two bars each. */
function movers({ movers: rows, moved, prompt, started }) {
  const most = Math.max(...rows.map(([, before, after]) => Math.max(before, after)), 0.001);
  const bar = (kind, p) => h("div", { class: `d2l-fill d2l-${kind}`, style: `width:${(100 * p) / most}%` });
  const tail = Array.from(prompt || started).slice(-12).join("");
  return h("table", { class: "d2l-bars d2l-movers" },
    h("caption", {}, "What comes after the prompt, ", h("code", {}, `${Array.from(prompt).length > 12 ? "… " : ""}${visible(tail)}`), `: the probabilities that moved most, before any temperature. Altogether ${percent(moved)} of the probability went to other tokens.`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "token"), h("th", { scope: "col" }, `outline: without; full: held; 0 to ${percent(most)}`), h("th", { scope: "col" }, "without → held"), h("th", { scope: "col" }, "change"))),
    h("tbody", {}, rows.map(([token, before, after]) => h("tr", {},
      h("th", { scope: "row" }, h("code", {}, visible(token))),
      h("td", {}, h("div", { class: "d2l-track", "aria-hidden": "true" }, bar("before", before), bar("after", after))),
      h("td", {}, `${percent(before)} → ${percent(after)}`),
      h("td", {}, `${after > before ? "▲ +" : after < before ? "▼ " : ""}${percent(after - before)}`)))));
}

/** A probability for people, or what it changed by. */
const percent = (p) => `${(100 * p).toFixed(Math.abs(p) < 0.0995 ? 2 : 1).replace("-", "−")} %`;

/** A labelled number; what is no number within its bounds is not taken. */
function number(label, onvalue, attributes = {}) {
  const edge = (name, otherwise) => (input[name] === "" ? otherwise : Number(input[name]));
  const input = h("input", { type: "number", ...attributes, oninput: () => {
    const now = Number(input.value);
    if (input.value !== "" && now >= edge("min", -Infinity) && now <= edge("max", Infinity)) onvalue(now);
  } });
  return { input, field: h("label", { class: "d2l-field" }, h("span", {}, label), input) };
}
