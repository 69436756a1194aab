// Small helpers for a page. Text goes in as text, never as markup.

/** An element. h("button", {class: "x", onclick: f, "aria-label": "y"}, "text", otherElement, null) */
export function h(tag, attributes = {}, ...children) {
  const element = tag === "svg" || SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style" || !(name in element) || SVG.has(tag) || tag === "svg" || name.includes("-")) element.setAttribute(name, value === true ? "" : value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = new Set(["g", "path", "rect", "line", "circle", "text", "title", "polyline", "desc"]);

/** A labelled <select>. options: [value, text] pairs, or strings. Its `put(options, value)` replaces both. */
export function choice(label, options, value, onchange) {
  const select = h("select", { onchange: () => onchange(select.value) });
  const put = (pairs, now) => {
    select.replaceChildren(...pairs.map((pair) => (Array.isArray(pair) ? h("option", { value: pair[0] }, pair[1]) : h("option", { value: pair }, pair))));
    select.value = now;
  };
  put(options, value);
  return Object.assign(h("label", { class: "d2l-field" }, h("span", {}, label), select), { select, put });
}

/** A labelled number with buttons for one less and one more. onchange(whole number), kept within 0 and count - 1. */
export function stepper(label, value, onchange) {
  let count = 1;
  const input = h("input", { type: "number", min: 0, step: 1, value, onchange: () => go(0) });
  const go = (by) => {
    const now = Math.min(count - 1, Math.max(0, Math.round(Number(input.value) || 0) + by));
    input.value = now;
    onchange(now);
  };
  const box = h("div", { class: "d2l-field" },
    h("label", {}, h("span", {}, label), input),
    h("button", { type: "button", class: "d2l-small", "aria-label": `${label}: one less`, onclick: () => go(-1) }, "−"),
    h("button", { type: "button", class: "d2l-small", "aria-label": `${label}: one more`, onclick: () => go(1) }, "+"));
  return Object.assign(box, { input, put(now, of) { count = of; input.max = of - 1; if (Number(input.value) !== now) input.value = now; } });
}

/** A canvas as large as width × height on this screen, cleared; returns its context, in those units. */
export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, hgt] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== hgt) { canvas.width = w; canvas.height = hgt; }
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Calls `draw` when the width of an element changes, at once too; returns what stops it. */
export function onWidth(element, draw) {
  let last = -1;
  const watch = new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width === last) return;
    last = width;  // 0 too: what was drawn while it was hidden is drawn again
    if (width > 0) draw(width);
  });
  watch.observe(element);
  return () => watch.disconnect();
}

/** Takes a key for the explorer alone: JupyterLab would move to another cell, or turn a slider, with the same arrows. */
export function keys(element, table) {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = table[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}

/** One picture of a canvas with another of its size, if there is one, on top. */
export function layered(below, above) {
  const out = document.createElement("canvas"), context = out.getContext("2d");
  [out.width, out.height] = [below.width, below.height];
  context.drawImage(below, 0, 0);
  if (above) context.drawImage(above, 0, 0);
  return out;
}

/** Offers a file for download. */
export function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Keep the keys that are pressed within `root` from Jupyter's shortcuts, which else take the arrows away from a list; those with Ctrl, Alt or Command stay
 * Jupyter's (save, for one), and so does Shift with Enter. Returns what ends it.
 */
export function ownKeys(root) {
  const look = (event) => {
    if (!root.contains(event.target)) return;
    const jupyters = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !jupyters);  // on the element itself: shortcuts are looked up from there
  };
  window.addEventListener("keydown", look, true);  // before the document, where Jupyter listens
  return () => window.removeEventListener("keydown", look, true);
}
