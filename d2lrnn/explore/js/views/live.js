// Live typing: what is written here goes to the kernel, which reads it anew and sends its states back; all views of the explorer follow.

import { debounced, latestOnly } from "../asking.js";
import { h } from "../dom.js";
import { shown, visible } from "../numbers.js";
import { marked, tokenBefore } from "../writing.js";

const MOST = 1000;  // characters, as in d2lrnn.explore.live
const PAUSE = 25;   // ms without a key before the kernel is asked

export const live = {
  title: "Write, and see it read",
  mount(host, ctx) {
    const box = h("textarea", { class: "d2l-typed", rows: 4, autocomplete: "off", readOnly: !ctx.kernel });
    box.spellcheck = false;
    box.value = ctx.store.get().typed ?? ctx.now().trace.tokens.join("");
    const count = h("span", { class: "d2l-quiet" }), note = h("p", { class: "d2l-quiet d2l-note" });
    const busy = h("p", { class: "d2l-quiet d2l-note", role: "status" }), trouble = h("p", { class: "d2l-problem", role: "alert" });
    const next = h("div", { class: "d2l-next" });
    host.append(h("div", { class: "d2l-live" },
      h("div", {}, h("label", { class: "d2l-stacked" }, h("span", {}, "The text that the network reads"), box), count, note, busy, trouble), next));

    const asking = latestOnly({
      ask: (text) => ctx.kernel.ask("type", { text }, (words) => { busy.textContent = words; }),
      done(_, text) { trouble.textContent = ""; ctx.store.set({ typed: text }); follow(); },
      failed(error) { trouble.textContent = `Not read: ${error.message}.`; },
    });
    const ask = debounced((text) => asking.put(text), PAUSE);

    box.addEventListener("input", () => {
      explain();
      if (box.value && box.value.length <= MOST) ask(box.value);
      else ask.stop();
    });
    box.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); });
    const caret = () => { if (document.activeElement === box) follow(); };
    document.addEventListener("selectionchange", caret);

    /** The cursor of all views goes where the caret is, once the text on the page is the one that was read. */
    function follow() {
      const { trace, state } = ctx.now();
      if (box.value === state.typed) ctx.store.set({ t: tokenBefore(trace.tokens, box.value, box.selectionEnd) });
    }

    function explain() {
      const { trace } = ctx.now(), strange = marked(trace.tokens, trace.numbers.unknown?.values ?? []);
      count.textContent = `${box.value.length} of at most ${MOST.toLocaleString("en")} characters`;
      const said = [];
      if (!ctx.kernel) said.push("This page has no kernel, so nothing can be typed here: this is the text that was read last. To write another, run the notebook.");
      if (!box.value) said.push("Write a word or two: the network reads along. Until then the pictures show the text before.");
      if (box.value.length > MOST) said.push(`Too long to be read at every key: take ${box.value.length - MOST} characters away. The pictures show the text before.`);
      if (strange.length) said.push(`Not in the vocabulary, read as <unk>: ${strange.slice(0, 12).map(visible).join(" ")}${strange.length > 12 ? " …" : ""}`);
      note.replaceChildren(...said.map((words) => h("span", {}, words)));
    }

    function foresee() {
      const { trace, state: { t } } = ctx.now(), ids = trace.numbers["top.ids"], p = trace.numbers["top.p"];
      if (!ids) { next.replaceChildren(h("p", { class: "d2l-quiet" }, "This network gives no answers after a token.")); return; }
      const k = ids.shape[1], rows = Array.from({ length: k }, (_, i) => [trace.classes[ids.values[t * k + i]], p.values[t * k + i]]);
      const seen = visible(trace.tokens.slice(Math.max(0, t - 7), t + 1).join(""));
      const cost = trace.numbers.surprisal?.values[t];
      next.replaceChildren(
        h("table", { class: "d2l-bars" },
          h("caption", {}, `${trace.nextToken ? "What comes next" : "The answer"} after token ${t}, `, h("code", {}, `${t > 7 ? "…" : ""}${seen}`)),
          h("thead", {}, h("tr", {}, h("th", { scope: "col" }, trace.nextToken ? "token" : "class"), h("th", { scope: "col" }, "0 to 1"), h("th", { scope: "col" }, "p"))),
          h("tbody", {}, rows.map(([token, value]) => h("tr", {},
            h("th", { scope: "row" }, h("code", {}, visible(token))),
            h("td", {}, h("div", { class: "d2l-track", "aria-hidden": "true" }, h("div", { class: "d2l-fill", style: `width:${100 * value}%` }))),
            h("td", {}, shown(value)))))),
        cost === undefined ? "" : h("p", { class: "d2l-quiet" }, Number.isNaN(cost) ? "No probability was given for this token." : `This token itself had p = ${shown(Math.exp(-cost))}: a surprise of ${shown(cost)} nats.`));
    }

    const stop = ctx.store.on((state, changed) => {
      if (changed.has("trace")) explain();
      if (changed.has("trace") || changed.has("t")) foresee();
    });
    return {
      destroy() { stop(); ask.stop(); asking.stop(); document.removeEventListener("selectionchange", caret); },
      table() {
        const { trace, state: { t } } = ctx.now(), ids = trace.numbers["top.ids"], p = trace.numbers["top.p"];
        const k = ids ? ids.shape[1] : 0;
        return [["after token", "text", "rank", "answer", "probability"], ...Array.from({ length: k }, (_, i) => [t, trace.tokens[t], i + 1, trace.classes[ids.values[t * k + i]], p.values[t * k + i]])];
      },
    };
  },
};
