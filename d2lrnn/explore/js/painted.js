// A text whose tokens lie on colours: real letters above a canvas. What the colours mean is said by who paints.

import { h, sized } from "./dom.js";
import { running } from "./numbers.js";

/** label: what a screen reader is told. go(t): a token was clicked. */
export function painted(label, go) {
  const canvas = h("canvas", { "aria-hidden": "true" }), letters = h("div", { class: "d2l-letters" }), mark = h("div", { class: "d2l-mark", "aria-hidden": "true" });
  const paper = h("div", { class: "d2l-paper" }, canvas, letters, mark);
  const box = h("div", { class: "d2l-text d2l-low", tabindex: 0, role: "group", "aria-label": label }, paper);
  let boxes = [];  // of each token: one rectangle, or several where a line ends within it
  box.addEventListener("pointerdown", (event) => {
    const origin = paper.getBoundingClientRect(), x = event.clientX - origin.left, y = event.clientY - origin.top;
    const t = boxes.findIndex((rectangles) => rectangles.some((r) => x >= r[0] && x < r[0] + r[2] && y >= r[1] - 3 && y < r[1] + r[3] + 3));
    if (t >= 0) go(t);
  });

  /** Colours and bars: fills[t], a colour; bars[t], −3 to 3: below zero over the token, above zero under it. */
  function draw(context, fills, bars, ink) {
    boxes.forEach((rectangles, t) => {
      context.fillStyle = fills[t];
      for (const [x, y, w, tall] of rectangles) context.fillRect(x, y - 1, w, tall + 2);
    });
    context.fillStyle = ink;
    boxes.forEach((rectangles, t) => {
      const thick = Math.abs(bars[t]);
      if (thick) for (const [x, y, w, tall] of rectangles) context.fillRect(x + 0.5, bars[t] > 0 ? y + tall + 2 - thick : y - 2, Math.max(1, w - 1), thick);
    });
  }

  return {
    box,
    /** Other tokens, or another width. */
    lay(tokens) {
      const node = document.createTextNode(tokens.map(running).join("")), range = document.createRange();
      letters.replaceChildren(node);
      const origin = paper.getBoundingClientRect();
      let at = 0;
      boxes = tokens.map((token) => {
        range.setStart(node, at);
        range.setEnd(node, (at += running(token).length));
        return Array.from(range.getClientRects(), (r) => [r.left - origin.left, r.top - origin.top, r.width, r.height]).filter((r) => r[2] > 0);
      });
    },
    paint(fills, bars, ink) { draw(sized(canvas, paper.clientWidth, letters.offsetHeight), fills, bars, ink); },
    /** Show where the cursor is, and come into sight. */
    point(t) {
      const place = boxes[t]?.[0];
      mark.hidden = !place;
      if (!place) return;
      const [x, y, w, tall] = place;
      mark.style.cssText = `left:${x - 1}px;top:${y - 2}px;width:${w + 2}px;height:${tall + 4}px`;
      if (y < box.scrollTop || y + tall > box.scrollTop + box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
    },
    /** How large a picture of it is, and how it is drawn on a context, letters and all. */
    size: () => [paper.clientWidth, letters.offsetHeight],
    picture(context, tokens, fills, bars, ink) {
      const style = getComputedStyle(letters);
      draw(context, fills, bars, ink);
      context.font = `${style.fontSize} ${style.fontFamily}`;
      context.fillStyle = ink;
      context.textBaseline = "middle";
      context.textAlign = "left";
      boxes.forEach(([first], t) => { if (first) context.fillText(running(tokens[t]).trimEnd(), first[0], first[1] + first[3] / 2); });
    },
  };
}
