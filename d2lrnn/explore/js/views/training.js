// Training slider: the same text through a network as it learns.

import { answersAt, printed, summary } from "../answers.js";
import { axes } from "../axes.js";
import { h, keys, onWidth, sized } from "../dom.js";
import { css, shown, valueAt, visible } from "../numbers.js";
import { painted } from "../painted.js";

const PAUSE = 800;  // milliseconds a look while it plays

export const training = {
  title: "As it learns",
  uses: ["array", "unit", "scale", "own trace"],
  missing: (ctx) => (ctx.data.words.training ? "" : "These traces are not of a network as it learns: TrainingSlider(looks) has such."),
  mount(host, ctx) {
    const { traces, words: { training: { steps, losses } } } = ctx.data, last = traces.length - 1, told = traces.map(summary);
    const slider = h("input", { type: "range", min: 0, max: last, step: 1, value: 0, oninput: () => { stopPlaying(); go(Number(slider.value)); } });
    const play = h("button", { type: "button", onclick: () => (timer ? stopPlaying() : start()) }, "▶ Play");
    const said = h("span", { class: "d2l-steps" });
    const canvas = h("canvas", { "aria-hidden": "true" }), legend = h("div", { class: "d2l-legend" }), ramp = h("div", { class: "d2l-legend" });
    const text = painted("The text, coloured by one unit. Left and right move the cursor, up and down change the unit.", (t) => ctx.store.set({ t }));
    const table = h("table", { class: "d2l-bars d2l-movers" });
    host.append(h("div", { class: "d2l-bar" }, play, h("label", { class: "d2l-field d2l-slide" }, h("span", {}, "training"), slider), said), canvas, legend, text.box, ramp, table);
    keys(text.box, ctx.travel);
    let width = 0, timer = 0;

    const go = (trace) => ctx.store.set({ trace });
    function stopPlaying() { clearInterval(timer); timer = 0; play.textContent = "▶ Play"; }
    function start() {
      const { trace } = ctx.store.get();
      if (trace >= last) go(0);
      play.textContent = "❚❚ Pause";
      timer = setInterval(() => { const now = ctx.store.get().trace; if (now >= last || !host.isConnected) stopPlaying(); else go(now + 1); }, PAUSE);
    }

    function curve() {
      const { state } = ctx.now(), here = told.map((one) => (one?.count ? one.mean : null)), all = [...here, ...losses].filter((value) => value !== null);
      canvas.hidden = legend.hidden = !all.length;
      if (!all.length) return;
      const tall = 190, context = sized(canvas, width, tall), style = getComputedStyle(host);
      const frame = axes(context, { room: width, tall, style, across: { low: steps[0], high: steps[last], name: "minibatches learnt from", whole: true }, up: { low: 0, high: 1.05 * Math.max(...all), name: "nats a token" } });
      const lines = [[here, "#0072B2", "disc", "this text: mean surprisal"], [losses, "#D55E00", "square", "held-out loss"]].filter(([values]) => values.some((value) => value !== null));
      for (const [values, colour, mark] of lines) {
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = 2;
        context.beginPath();
        let pen = false;
        values.forEach((value, k) => { if (value === null) { pen = false; return; } context[pen ? "lineTo" : "moveTo"](frame.x(steps[k]), frame.y(value)); pen = true; });
        context.stroke();
        values.forEach((value, k) => {
          if (value === null) return;
          const [x, y] = [frame.x(steps[k]), frame.y(value)], r = k === state.trace ? 5.5 : 3;
          context.beginPath();
          if (mark === "disc") context.arc(x, y, r, 0, 2 * Math.PI); else context.rect(x - r, y - r, 2 * r, 2 * r);
          context.fill();
        });
      }
      context.strokeStyle = frame.paint("ink");
      context.lineWidth = 1.5;
      const x = frame.x(steps[state.trace]);
      context.beginPath(); context.moveTo(x, frame.top); context.lineTo(x, frame.bottom); context.stroke();
      legend.replaceChildren(...lines.map(([, colour, mark, name]) => h("span", { class: "d2l-key" }, h("span", { "aria-hidden": "true", style: `color:${colour}` }, mark === "disc" ? "●" : "■"), name)), h("span", { class: "d2l-quiet" }, "the line is the look that is shown"));
    }

    function look() {
      const { trace, array, state } = ctx.now(), bytes = ctx.bytes(trace, array, state.unit), lut = ctx.colours().map(css);
      return [Array.from(bytes, (byte) => lut[byte + 128]), Array.from(bytes, (byte) => Math.round((3 * byte) / 127)), ctx.theme() === "dark" ? "#E5E7EB" : "#1B1F24"];
    }

    function paint() {
      const { array, state } = ctx.now(), lut = ctx.colours().map(css), most = ctx.scale(array, state.unit), done = steps[state.trace];
      slider.value = state.trace;
      slider.setAttribute("aria-valuetext", done ? `after ${done} minibatches` : "untrained");
      said.textContent = `${done ? `after ${done.toLocaleString("en")} minibatches` : "untrained"}${told[state.trace]?.count ? `: ${told[state.trace].mean.toFixed(2)} nats a token here` : ""}`;
      curve();
      text.paint(...look());
      ramp.replaceChildren(h("span", {}, shown(-most)), h("span", { class: "d2l-ramp", style: `background:linear-gradient(90deg,${lut[1]},${lut[128]},${lut[255]})` }), h("span", {}, shown(most)), h("span", { class: "d2l-quiet" }, `${array.label} of unit ${state.unit}; bar over a token: below zero; under it: above zero`));
      cursor();
    }

    function cursor() {
      const { trace, array, state } = ctx.now(), { t } = state;
      text.point(t);
      const answers = trace.numbers["top.ids"] ? answersAt(trace, t, 5) : [];
      table.hidden = !answers.length;
      table.replaceChildren(
        h("caption", {}, trace.nextToken ? "What it says comes after " : "What it says of ", h("code", {}, trace.tokens.slice(Math.max(0, t - 11), t + 1).map(visible).join(""))),
        h("tbody", {}, answers.map(({ token, p, came }) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, visible(token))),
          h("td", {}, h("div", { class: "d2l-track", "aria-hidden": "true" }, h("div", { class: "d2l-fill", style: `width:${100 * p}%` }))), h("td", {}, printed(p)), h("td", {}, came ? "◂ came" : "")))));
      ctx.say(`${steps[state.trace] ? `after ${steps[state.trace]} minibatches` : "untrained"}; token ${t}, ${visible(trace.tokens[t])}: ${array.label} of unit ${state.unit} is ${shown(valueAt(trace, array, state.unit, t))}${answers.length ? `; likeliest ${visible(answers[0].token)} with ${printed(answers[0].p)}` : ""}`);
    }

    const stopWidth = onWidth(host, (wider) => { width = wider; text.lay(traces[0].tokens); paint(); });
    const stop = ctx.store.on((_, changed) => {
      if (!width) return;
      if (["trace", "array", "unit", "scale"].some((key) => changed.has(key))) paint();
      else if (changed.has("t")) cursor();
    });
    const stopTheme = ctx.onTheme(() => { if (width) paint(); });
    return {
      destroy() { stopPlaying(); stopWidth(); stop(); stopTheme(); },
      png() {
        const out = document.createElement("canvas"), [wide, tall] = text.size(), { array, state } = ctx.now(), style = getComputedStyle(host), high = canvas.hidden ? 0 : 195;
        const context = sized(out, Math.max(width, wide + 20), high + tall + 40);
        context.fillStyle = style.getPropertyValue("--d2l-paper");
        context.fillRect(0, 0, Math.max(width, wide + 20), high + tall + 40);
        if (high) context.drawImage(canvas, 0, 0, width, 190);
        context.fillStyle = style.getPropertyValue("--d2l-ink");
        context.font = "600 13px system-ui, sans-serif";
        context.fillText(`${said.textContent}; ${array.label} of unit ${state.unit}`, 10, high + 18);
        context.translate(10, high + 28);
        text.picture(context, traces[0].tokens, ...look());
        return out;
      },
      table() {
        const { array, state } = ctx.now(), named = (trace) => trace.arrays.find((one) => one.name === array.name);
        return [["minibatches", "mean surprisal (nats)", "held-out loss (nats)", ...traces[0].tokens.map((token, t) => `${t} ${token}: ${array.name} unit ${state.unit}`)],
          ...traces.map((trace, k) => [steps[k], told[k]?.count ? told[k].mean : "", losses[k] ?? "", ...trace.tokens.map((_, t) => valueAt(trace, named(trace), state.unit, t))])];
      },
    };
  },
};
