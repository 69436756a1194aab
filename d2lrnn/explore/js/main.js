// An explorer: shared controls, its views one under the other, and what can be taken away. The same code runs in a notebook and in a saved page.

import { choice, download, h, ownKeys, stepper } from "./dom.js";
import { arrayNamed, colours, csv, ownBytes, unitBytes, unpack } from "./numbers.js";
import { makeStore, fitting } from "./store.js";
import { clamp } from "./views/clamp.js";
import { compare } from "./views/compare.js";
import { connectivity } from "./views/connectivity.js";
import { find } from "./views/find.js";
import { gradient } from "./views/gradient.js";
import { heat } from "./views/heat.js";
import { live } from "./views/live.js";
import { predictions } from "./views/predictions.js";
import { saturation } from "./views/saturation.js";
import { snippets } from "./views/snippets.js";
import { step } from "./views/step.js";
import { text } from "./views/text.js";
import { training } from "./views/training.js";
import { trajectories } from "./views/trajectories.js";

export const VIEWS = { text, heat, clamp, compare, connectivity, gradient, live, find, step, predictions, saturation, snippets, training, trajectories };

/**
 * Fill `root`. payload: bytes (`numbers.unpack`). options: views, the names of those wanted; state, what it begins with; kernel, {ask(kind, body)} or null;
 * page(payload, state), the text of a page that shows the same, or null; onstate(state), called when a reader moved; renewed(listener), which calls
 * listener(payload) when there are other traces to show, as many, and returns what stops it.
 * What goes wrong is said in words in the place where it would have been. Returns what takes it all away again.
 */
export function mount(root, payload, options) {
  const undo = [];
  root.classList.add("d2l-explorer");
  try {
    undo.push(whole(root, payload, options));
  } catch (error) {
    root.append(problem("This explorer", error));
  }
  return () => { undo.forEach((f) => f()); root.replaceChildren(); };
}

const problem = (what, error) => {
  console.warn(error);
  return h("p", { role: "alert", class: "d2l-problem" }, `${what} cannot be shown: ${error?.message ?? error}`);
};

function whole(root, payload, { views, state: given, kernel = null, page = null, onstate = null, renewed = null }) {
  const data = unpack(payload);
  const store = makeStore(fitting(given ?? {}, data));
  const undo = [];
  const theme = watchTheme(root);
  undo.push(theme.stop, ownKeys(root));
  const spoken = h("p", { class: "d2l-spoken", role: "status", "aria-live": "polite" });
  let waiting = 0;
  const ctx = {
    data, store, kernel,
    now() { const state = store.get(), trace = data.traces[state.trace]; return { state, trace, array: arrayNamed(trace, state.array) }; },
    /** The bytes of one unit, and the value that 127 of them stands for: on the scale of all units, or on its own, as the reader has chosen. */
    bytes: (trace, array, unit) => (store.get().scale === "unit" ? ownBytes : unitBytes)(trace, array, unit),
    scale: (array, unit) => (store.get().scale === "unit" ? array.scales[unit] : array.scale),
    theme: theme.now,
    onTheme: theme.on,
    colours: () => theme.colours(),
    /** Says what is under the cursor, on the page and to a screen reader, once the reader stops moving. */
    say(words) { spoken.textContent = words; },
    travel: travelling(store, data),
  };

  const known = views.filter((name) => VIEWS[name]);
  const uses = new Set(known.flatMap((name) => VIEWS[name].uses ?? []));
  const bar = h("div", { class: "d2l-bar" }, controls(ctx, uses, undo));
  const cards = [];
  const parts = views.map((name) => {
    const view = VIEWS[name], body = h("div", { class: "d2l-body" });
    const id = `d2l-${Math.random().toString(36).slice(2)}`;
    const tools = h("span", { class: "d2l-tools" });
    // A group, not a section: two explorers in one notebook would be landmarks of the same name.
    const card = h("div", { role: "group", class: "d2l-card", "aria-labelledby": id, "data-view": name }, h("div", { class: "d2l-head" }, h("h2", { id }, view?.title ?? name), tools), body);
    cards.push([name, view, body, tools]);
    return card;
  });
  const foot = h("div", { class: "d2l-foot" }, away(ctx, () => payload, page));
  root.replaceChildren(bar, spoken, ...parts, foot);
  for (const [name, view, body, tools] of cards) {
    try {
      if (!view) throw new Error(`there is no view "${name}"; there are ${Object.keys(VIEWS).join(", ")}`);
      const missing = view.missing?.(ctx);
      if (missing) { body.append(h("p", { class: "d2l-quiet" }, missing)); continue; }
      const mounted = view.mount(body, ctx) ?? {};
      undo.push(() => mounted.destroy?.());
      tools.append(...takeaways(name, mounted));
    } catch (error) {
      body.replaceChildren(problem(view?.title ?? "This view", error));
    }
  }
  if (renewed) undo.push(renewed((bytes) => {
    data.traces = unpack(bytes).traces;
    payload = bytes;
    store.renew(fitting(store.get(), data));
  }));
  if (onstate) undo.push(store.on((state) => { clearTimeout(waiting); waiting = setTimeout(() => onstate(state), 200); }));
  return () => { clearTimeout(waiting); undo.forEach((f) => f()); };
}

/** Which trace, array and unit: shown where a view asks for them. */
function controls(ctx, uses, undo) {
  const { data, store } = ctx, out = [];
  const several = data.traces.length > 1 && !uses.has("own trace") && (uses.has("array") || uses.has("trace"));
  const which = several && choice("network", data.traces.map((trace, i) => [String(i), trace.title || `network ${i + 1}`]), "0", (value) => store.set(fitting({ ...store.get(), trace: Number(value) }, data)));
  const array = uses.has("array") && choice("array", [], "", (name) => store.set(fitting({ ...store.get(), array: name }, data)));
  const scale = uses.has("scale") && choice("colours from", [["all", "all units' scale"], ["unit", "this unit's own"]], "all", (value) => store.set({ scale: value }));
  const unit = uses.has("unit") && stepper("unit", 0, (value) => store.set({ unit: value }));
  let filled = null;
  undo.push(store.on((state) => {
    const { trace, array: now } = ctx.now();
    if (which) which.select.value = String(state.trace);
    if (array && filled !== trace) array.put(trace.arrays.map((one) => [one.name, one.label]), state.array);
    if (array) array.select.value = state.array;
    if (unit) unit.put(state.unit, now.units);
    if (scale) scale.select.value = state.scale === "unit" ? "unit" : "all";
    filled = trace;
  }));
  for (const part of [which, array, unit, scale]) if (part) out.push(part);
  return out;
}

/** Keys that mean the same in every view that follows the text. */
function travelling(store, data) {
  const move = (by) => () => { const { t, trace } = store.get(); store.set({ t: Math.min(data.traces[trace].tokens.length - 1, Math.max(0, t + by)) }); };
  const units = (by) => () => {
    const { unit, array, trace } = store.get(), count = arrayNamed(data.traces[trace], array).units;
    store.set({ unit: (unit + by + count) % count });
  };
  return { ArrowRight: move(1), ArrowLeft: move(-1), PageDown: move(20), PageUp: move(-20), Home: move(-Infinity), End: move(Infinity), ArrowUp: units(-1), ArrowDown: units(1) };
}

/** What one view offers to take away. */
function takeaways(name, { png, table }) {
  const button = (label, what, action) => h("button", { type: "button", class: "d2l-small", "aria-label": `${label}, ${what} of ${name}`, onclick: action }, label);
  return [
    png && button("PNG", "picture", async () => download(`${name}.png`, await new Promise((done) => png().toBlob(done)), "image/png")),
    table && button("CSV", "table", () => download(`${name}.csv`, csv(table()), "text/csv")),
  ].filter(Boolean);
}

/** What the whole explorer offers: its state as text, and itself as one file. */
function away({ store }, payload, page) {
  const said = h("span", { role: "status", class: "d2l-quiet" });
  const copy = h("button", { type: "button", class: "d2l-small", onclick: async () => {
    const words = JSON.stringify(store.get());
    try { await navigator.clipboard.writeText(words); said.textContent = "State copied: give it as state=… to see the same again."; }
    catch { said.replaceChildren("Copy this: ", h("code", {}, words)); }
  } }, "Copy state");
  const save = page && h("button", { type: "button", class: "d2l-small", onclick: () => download("explorer.html", page(payload(), store.get()), "text/html") }, "Save as one HTML file");
  return [copy, save, said];
}

/** Light or dark, as the page is; told again when the page changes. */
function watchTheme(root) {
  const listeners = new Set(), media = window.matchMedia("(prefers-color-scheme: dark)");
  let now = null, table = null;
  const look = () => {
    const said = document.body.dataset.jpThemeLight ?? document.body.getAttribute("data-jp-theme-light");
    const dark = said !== null && said !== undefined ? said === "false" : document.documentElement.dataset.d2lPage !== undefined && media.matches;
    const next = dark ? "dark" : "light";
    if (next === now) return;
    now = next;
    table = colours(now);
    root.dataset.theme = now;
    // In the next frame: JupyterLab hides the page while it changes its theme, and nothing can be drawn on what is hidden.
    requestAnimationFrame(() => { for (const listener of [...listeners]) listener(now); });
  };
  look();
  const watch = new MutationObserver(look);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  media.addEventListener("change", look);
  return {
    now: () => now,
    colours: () => table,
    on(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    stop() { watch.disconnect(); media.removeEventListener("change", look); },
  };
}

/** Questions to the kernel, over a widget's messages. A question that is not answered says so: after half a second that the kernel is busy, after 20 that it may be gone. */
export function kernelOf(model) {
  let last = 0;
  const open = new Map();
  model.on("msg:custom", (message, buffers) => {
    const waiting = open.get(message?.answer);
    if (!waiting) return;
    open.delete(message.answer);
    waiting(message, buffers);
  });
  return {
    /** ask(kind, body, say): a promise of {body, buffers}. say(words): how it is going; "" when there is nothing to say. */
    ask(kind, body, say = () => {}) {
      const question = ++last;
      return new Promise((resolve, reject) => {
        const slow = setTimeout(() => say("The kernel is busy; this waits for it."), 500);
        const gone = setTimeout(() => say("No answer for 20 seconds: the kernel is busy with another cell, or gone. Run the notebook again if nothing moves."), 20_000);
        const end = () => { clearTimeout(slow); clearTimeout(gone); say(""); };
        open.set(question, (message, buffers) => {
          end();
          if (message.error) reject(new Error(message.error));
          else resolve({ body: message.body, buffers });
        });
        try {
          model.send({ question, kind, body });
        } catch (error) {
          open.delete(question);
          end();
          reject(new Error(`there is no kernel to ask (${error.message}); run the notebook again`));
        }
      });
    },
  };
}

/** As a widget (anywidget). */
export default {
  render({ model, el }) {
    const root = h("div");
    el.append(root);
    const template = model.get("_page"), views = model.get("views");
    const stop = mount(root, model.get("_payload"), {
      views,
      state: model.get("state"),
      kernel: kernelOf(model),
      page: (payload, state) => pageOf(template, payload, { views, state }),
      renewed(listener) {
        const changed = () => listener(model.get("_payload"));
        model.on("change:_payload", changed);
        return () => model.off("change:_payload", changed);
      },
      onstate(state) { model.set("state", state); model.save_changes(); },
    });
    return stop;
  },
};

/** The text of a page of its own: the template of `d2lrnn.explore.page`, with payload and state in their places. */
export function pageOf(template, payload, state) {
  const bytes = payload instanceof ArrayBuffer ? new Uint8Array(payload) : new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  const put = (page, name, value) => page.split(`«the ${name}»`).join(value);  // the template holds this module: its marks must not stand here whole
  return put(put(template, "payload", btoa(text)), "state", JSON.stringify(state).replaceAll("<", "\\u003c"));
}

/** As a page of its own: its payload and state stand in two elements. */
export function open(root) {
  try {
    return opened(root);
  } catch (error) {
    root.classList.add("d2l-explorer");
    root.append(problem("This explorer", error));
  }
}

function opened(root) {
  const text = atob(document.getElementById("payload").textContent.trim()), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const { views, state } = JSON.parse(document.getElementById("state").textContent);
  return mount(root, bytes, { views, state, page: null });
}
