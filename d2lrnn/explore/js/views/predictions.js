// Predictions: under each token how surprised the network was by it, and what it answered; beside them the answers at the cursor in numbers.

import { answersAt, printed, settings, stepUnder, summary, surprisalAt } from "../answers.js";
import { pages, pageWith, widths } from "../columns.js";
import { choice, h, keys, onWidth, sized } from "../dom.js";
import { drawForetold, GUTTER, legend, tall } from "../foretold.js";
import { clamp, visible } from "../numbers.js";

const COLUMN = { letter: 8.6, beside: 16, most: 110 };  // pixels
const COUNTS = ["1", "2", "3", "4", "5", "6", "7", "8"];
const PLACES = [["after", "the answers after it"], ["place", "the answers in its place"]];

export const predictions = {
  title: "Predictions",
  uses: ["trace"],
  missing: (ctx) => (ctx.data.traces.some((trace) => trace.numbers["top.ids"]) ? "" : "These traces have no answers (logits), so there is nothing that was foretold."),
  mount(host, ctx) {
    const put = (changes) => ctx.store.set({ predictions: { ...ctx.store.get().predictions, ...changes } });
    const count = choice("answers", COUNTS, "5", (k) => put({ k: Number(k) }));
    const place = choice("under a token", PLACES, "after", (under) => put({ under }));
    const means = h("p", { class: "d2l-foretold-means" }), canvas = h("canvas", { "aria-hidden": "true" });
    const says = "Tokens with their surprisal and answers. Left and right move the cursor, page up and page down turn the page.";
    const box = h("div", { class: "d2l-foretold", tabindex: 0, role: "group", "aria-label": says }, canvas);
    const under = h("p", { class: "d2l-quiet" }), list = h("div", { class: "d2l-next" });
    const shell = h("div", { class: "d2l-foretold-both" }, h("div", {}, box, under), list);
    host.append(h("div", { class: "d2l-bar" }, count, place), means, shell);
    let measured = "", last = null, wide = [], told = null, starts = [0], width = 0;

    const now = () => {
      const { trace, state } = ctx.now(), sent = trace.numbers["top.ids"]?.shape[1];
      const { k, under } = settings(state.predictions, sent ?? 1);
      return { trace, t: state.t, next: trace.nextToken, sent, k, under: trace.nextToken ? under : "after" };
    };

    /** Widths and pages, when what is to be written under the tokens has changed. */
    function lay() {
      const { trace, k, under: how, sent } = now(), key = `${k} ${how} ${width}`;
      if (trace === last && key === measured) return;
      if (trace !== last) told = summary(trace);
      [last, measured] = [trace, key];
      if (!sent) return;
      const names = trace.classes.map(visible), ids = trace.numbers["top.ids"].values;
      wide = widths(trace.tokens.map((token, t) => {
        const step = stepUnder(t, how);
        return [visible(token), ...(step === null ? [] : Array.from({ length: k }, (_, rank) => names[ids[step * sent + rank]]))];
      }), COLUMN);
      starts = pages(wide, width - GUTTER - 3);
    }

    function all() {
      lay();
      const { trace, k, under: how, next, sent } = now();
      shell.hidden = !sent;
      count.put(COUNTS.slice(0, sent ?? 1), String(k));
      place.select.value = how;
      place.hidden = !next || !sent;
      means.replaceChildren(...average());
      if (!sent) means.textContent = "This trace has no answers (logits), so there is nothing that was foretold.";
      under.textContent = sent ? legend({ k, under: how, told, next }) : "";
      cursor();
    }

    function average() {
      const { trace } = now(), many = (n) => n.toLocaleString("en");
      if (!told) return ["The answers are about each token, not about the next, so nothing here can surprise."];
      if (!told.count) return ["No probability is known for any of these tokens."];
      const V = trace.classes.length;
      return [
        `Mean surprisal of ${many(told.count)} token${told.count === 1 ? "" : "s"}: `, h("b", {}, `${told.mean.toFixed(3)} nats`),
        ", perplexity ", h("b", {}, told.perplexity.toPrecision(4)), told.without > 1 ? ` (of ${many(told.without)} others nothing was said)` : "",
        `. To know nothing would be ${Math.log(V).toFixed(3)} nats, perplexity ${many(V)}.`,
      ];
    }

    function cursor() {
      const { trace, t, k, under: how, next, sent } = now();
      if (!sent) { ctx.say(`token ${t}, ${visible(trace.tokens[t])}: this trace has no answers`); return; }
      paint();
      const step = stepUnder(t, how), value = surprisalAt(trace, t), said = [`token ${t}, ${visible(trace.tokens[t])}: `];
      if (value !== null && !Number.isNaN(value)) said.push(`surprisal ${value.toFixed(2)} nats; `);
      if (step === null) {
        list.replaceChildren(h("p", { class: "d2l-quiet" }, "Nothing was answered before the first token."));
        said.push("nothing was answered before it");
      } else {
        const answers = answersAt(trace, step, k), came = next ? trace.tokens[step + 1] : undefined;
        list.replaceChildren(table(trace, step, answers, next), ...asides(trace, t, step, answers, came).map((line) => h("p", { class: "d2l-quiet" }, line)));
        said.push(`likeliest ${!next ? "" : how === "place" ? "in its place " : "next "}${visible(answers[0].token)} with ${printed(answers[0].p)}`);
        if (came !== undefined && how !== "place") said.push(`, what came ${visible(came)}`);
      }
      ctx.say(said.join(""));
    }

    function picture() {
      const { trace, t, k, under: how } = now(), style = getComputedStyle(host), [start, stop] = pageWith(starts, t, trace.tokens.length);
      const of = (name) => style.getPropertyValue(`--d2l-${name}`).trim();
      const paint = Object.fromEntries(["ink", "soft", "rule", "accent", "paper"].map((name) => [name, of(name)]));
      return { trace, wide, start, stop, t, k, under: how, told, paint };
    }

    function paint() {
      if (width) { const shownNow = picture(); drawForetold(sized(canvas, width, tall(shownNow)), shownNow); }
    }

    const columnAt = (event) => {
      const { start, stop } = picture();
      let x = event.clientX - canvas.getBoundingClientRect().left - GUTTER, t = start;
      while (t < stop - 1 && x >= wide[t]) x -= wide[t++];
      return t;
    };
    box.addEventListener("pointerdown", (event) => { if (now().sent) ctx.store.set({ t: columnAt(event) }); });
    const turn = (by) => () => {
      const { trace, t } = now(), page = starts.indexOf(pageWith(starts, t, trace.tokens.length)[0]);
      ctx.store.set({ t: page + by < starts.length ? starts[clamp(page + by, 0, starts.length - 1)] : trace.tokens.length - 1 });
    };
    keys(box, { ...ctx.travel, PageDown: turn(1), PageUp: turn(-1) });

    const stopWidth = onWidth(box, (wider) => { width = wider; lay(); if (now().sent) paint(); });
    const stop = ctx.store.on((_, changed) => {
      if (changed.has("trace") || changed.has("predictions")) all();
      else if (changed.has("t")) cursor();
    });
    const stopTheme = ctx.onTheme(() => { if (now().sent) paint(); });
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png() {
        const shownNow = picture(), out = document.createElement("canvas"), high = tall(shownNow) + 26, context = sized(out, width, high), { paper, soft } = shownNow.paint;
        context.fillStyle = paper;
        context.fillRect(0, 0, width, high);
        context.fillStyle = soft;
        context.font = "12px system-ui, sans-serif";
        const what = told ? `surprisal, and the likeliest answers ${shownNow.under === "place" ? "in its place" : "after each token"}; framed: what came` : "the likeliest answers";
        context.fillText([shownNow.trace.title, what].filter(Boolean).join(": "), GUTTER, 17);
        context.translate(0, 26);
        drawForetold(context, shownNow);
        return out;
      },
      table() {
        const { trace, sent = 0 } = now(), ranks = Array.from({ length: sent }, (_, i) => i + 1);
        return [["token", "text", ...(told ? ["surprisal (nats)"] : []), ...ranks.flatMap((i) => [`answer ${i}`, `p ${i}`])],
          ...trace.tokens.map((token, t) => [t, token, ...(told ? [Number.isNaN(surprisalAt(trace, t)) ? "" : surprisalAt(trace, t)] : []), ...(sent ? answersAt(trace, t, sent).flatMap((one) => [one.token, one.p]) : [])])];
      },
    };
  },
};

/** The answers at the cursor, with numbers. */
function table(trace, t, answers, next) {
  const whole = Array.from(visible(trace.tokens.slice(Math.max(0, t - 7), t + 1).join(""))), seen = whole.slice(-16).join("");
  return h("table", { class: "d2l-bars d2l-foretold-list" },
    h("caption", {}, `${next ? "What comes after" : "The answers at"} token ${t.toLocaleString("en")}, `, h("code", {}, `${t > 7 || whole.length > 16 ? "…" : ""}${seen}`)),
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, next ? "token" : "class"), h("th", { scope: "col" }, "0 to 1"), h("th", { scope: "col" }, "p"), next && h("td"))),
    h("tbody", {}, answers.map(({ token, p, came }) => h("tr", { class: came ? "d2l-came" : "" },
      h("th", { scope: "row" }, h("code", {}, visible(token))),
      h("td", {}, h("div", { class: "d2l-track", "aria-hidden": "true" }, h("div", { class: "d2l-fill", style: `width:${100 * p}%` }))),
      h("td", {}, printed(p)), next && h("td", {}, came ? "◂ came" : "")))));
}

/** What the list does not say: what came if it is not there, and how the token itself had been foretold. */
function asides(trace, t, step, answers, came) {
  const lines = [], value = surprisalAt(trace, t), rest = 1 - answers.reduce((sum, one) => sum + one.p, 0);
  if (came !== undefined && !answers.some((one) => one.came)) {
    const cost = surprisalAt(trace, step + 1);
    lines.push(`None of these: ${visible(came)} came${Number.isNaN(cost) ? ", which is none of the answers" : `, with p = ${printed(Math.exp(-cost))}`}.`);
  }
  if (rest > 0.0005) lines.push(`All other answers together: ${printed(rest)}.`);
  if (Number.isNaN(value)) lines.push("Nothing had been said about this token.");
  else if (value !== null) lines.push(`This token itself had p = ${printed(Math.exp(-value))}: a surprisal of ${value.toFixed(3)} nats, ${(value / Math.LN2).toFixed(2)} bits.`);
  return lines;
}
