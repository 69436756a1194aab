// Saturation: of each gate a panel, of each unit a point, where it is nearly shut and nearly open.

import { axes, line } from "../axes.js";
import { choice, h, keys, layered, onWidth, sized } from "../dom.js";
import { clamp } from "../numbers.js";

const NEAR = 12;  // pixels from a point, within which a click means it

const partsOf = (name) => { const at = name.lastIndexOf("."); return [name.slice(0, at + 1), name.slice(at + 1)]; };
const gatesOf = (trace) => trace.arrays.filter((array) => trace.numbers[`saturation.${array.name}`]);

export const saturation = {
  title: "Saturation of gates",
  uses: ["array", "unit"],
  missing: (ctx) => (ctx.data.traces.some((trace) => gatesOf(trace).length) ? "" : "These networks have no gates (a plain RNN has none), so there is nothing that could be shut or open."),
  mount(host, ctx) {
    const where = choice("layer", [], "", (prefix) => ctx.store.set({ array: shownGates(prefix)[0].name }));
    const canvas = h("canvas", { "aria-hidden": "true" }), over = h("canvas", { "aria-hidden": "true", style: "position:absolute;left:0;top:0" });
    const box = h("div", { class: "d2l-plot", tabindex: 0, role: "group", "aria-label": "A point for each unit. Left and right change the gate, up and down the unit." }, canvas, over);
    const said = h("p", {}), note = h("p", { class: "d2l-quiet" });
    host.append(where, box, said, note);
    let width = 0, panels = [];

    const prefixes = () => [...new Set(gatesOf(ctx.now().trace).map((array) => partsOf(array.name)[0]))];
    const prefix = () => { const own = partsOf(ctx.store.get().array)[0]; return prefixes().includes(own) ? own : prefixes()[0]; };
    const shownGates = (of = prefix()) => gatesOf(ctx.now().trace).filter((array) => partsOf(array.name)[0] === of);

    function all() {
      const { trace } = ctx.now(), gates = shownGates();
      const none = !gates.length;
      box.hidden = none;
      where.hidden = prefixes().length < 2;
      if (none) { said.textContent = "This network has no gates: nothing in it could be shut or open."; note.textContent = ""; panels = []; return; }
      where.put(prefixes().map((one) => [one, shownGates(one)[0].label.split(", ").slice(1).join(", ") || one]), prefix());
      const columns = Math.min(gates.length, width < 560 ? 1 : width < 720 ? 2 : 3), each = Math.floor(width / columns), tall = clamp(each - 6, 230, 300), rows = Math.ceil(gates.length / columns);
      const context = sized(canvas, width, rows * tall), style = getComputedStyle(host);
      panels = gates.map((array, k) => {
        const [left, top] = [(k % columns) * each, Math.floor(k / columns) * tall], values = trace.numbers[`saturation.${array.name}`].values;
        context.save();
        context.translate(left, top);
        const even = { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };
        const frame = axes(context, { room: each, tall, style, across: { ...even, name: "share of tokens below 0.1" }, up: { ...even, name: "share above 0.9" } });
        context.setLineDash([4, 4]);
        context.strokeStyle = frame.paint("soft");
        context.lineWidth = 1;
        line(context, frame.x(0), frame.y(1), frame.x(1), frame.y(0));
        context.setLineDash([]);
        const points = Array.from({ length: array.units }, (_, unit) => [left + frame.x(values[unit]), top + frame.y(values[array.units + unit])]);
        context.restore();
        context.fillStyle = frame.paint("accent");
        context.globalAlpha = 0.45;
        for (const [x, y] of points) { context.beginPath(); context.arc(x, y, 3.2, 0, 2 * Math.PI); context.fill(); }
        context.globalAlpha = 1;
        context.fillStyle = frame.paint("ink");
        context.font = "600 12.5px system-ui, sans-serif";
        context.textAlign = "right";
        context.fillText(array.label.split(",")[0], left + frame.right - 2, top + frame.top + 12);
        return { array, points, values, paint: frame.paint };
      });
      note.textContent = `Each point is a unit, over ${trace.tokens.length.toLocaleString("en")} tokens: across, how often its gate is nearly shut; up, how often nearly open. On the dashed line it is always one or the other; at the bottom left hardly ever. A point opens its unit.`;
      cursor();
    }

    function cursor() {
      if (!panels.length) return;
      const { state } = ctx.now(), context = sized(over, width, canvas.height / (window.devicePixelRatio || 1)), words = [];
      for (const { array, points, values, paint } of panels) {
        const at = points[state.unit];
        if (!at) continue;
        const here = array.name === state.array;
        context.strokeStyle = paint("ink");
        context.lineWidth = here ? 2.4 : 1.4;
        context.beginPath();
        if (here) context.rect(at[0] - 6.5, at[1] - 6.5, 13, 13); else context.arc(at[0], at[1], 6, 0, 2 * Math.PI);
        context.stroke();
        const per = (value) => `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
        words.push(`${array.label.split(",")[0]} shut ${per(values[state.unit])}, open ${per(values[array.units + state.unit])}`);
      }
      said.textContent = `Unit ${state.unit}: ${words.join("; ")}. ${panels.some(({ array }) => array.name === state.array) ? "Square: the gate that is chosen; circles: the same unit's other gates." : "Circles: this unit's gates."}`;
      ctx.say(`unit ${state.unit}: ${words.join("; ")}`);
    }

    const nearest = (event) => {
      const origin = over.getBoundingClientRect(), x = event.clientX - origin.left, y = event.clientY - origin.top;
      let best = null, least = NEAR ** 2;
      for (const { array, points } of panels) points.forEach(([px, py], unit) => { const d = (px - x) ** 2 + (py - y) ** 2; if (d < least) { least = d; best = { array: array.name, unit }; } });
      return best;
    };
    box.addEventListener("pointerdown", (event) => { const found = nearest(event); if (found) ctx.store.set(found); });
    box.addEventListener("pointermove", (event) => { const found = nearest(event); box.title = found ? `unit ${found.unit} of ${found.array}` : ""; });
    const gate = (by) => () => {
      const names = shownGates().map((array) => array.name), at = names.indexOf(ctx.store.get().array);
      ctx.store.set({ array: names[(at + by + names.length) % names.length] ?? names[0] });
    };
    keys(box, { ArrowRight: gate(1), ArrowLeft: gate(-1), ArrowUp: ctx.travel.ArrowUp, ArrowDown: ctx.travel.ArrowDown });

    let drawn = "";
    const stopWidth = onWidth(host, (wider) => { width = wider; all(); });
    const stop = ctx.store.on((state, changed) => {
      if (!width) return;
      const key = `${state.trace} ${prefix()}`;
      if (changed.has("trace") || key !== drawn) all();
      else if (changed.has("unit") || changed.has("array")) cursor();
      drawn = key;
    });
    const stopTheme = ctx.onTheme(() => { if (width) all(); });
    return {
      destroy() { stopWidth(); stop(); stopTheme(); },
      png: () => layered(canvas, panels.length ? over : null),
      table: () => [["gate", "unit", "share below 0.1", "share above 0.9"],
        ...gatesOf(ctx.now().trace).flatMap((array) => { const { values } = ctx.now().trace.numbers[`saturation.${array.name}`]; return Array.from({ length: array.units }, (_, unit) => [array.name, unit, values[unit], values[array.units + unit]]); })],
    };
  },
};
