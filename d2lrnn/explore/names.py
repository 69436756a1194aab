"""`Names`: says aloud what each control is called. An invisible widget that names what ipywidgets leaves nameless for a screen reader."""

from __future__ import annotations

import anywidget

# A slider's handle and the number beside it have no accessible name, and a row of buttons is no group, though a label stands before each.
_MODULE = """
const name = (box) => {
  for (const row of box.querySelectorAll(".widget-inline-hbox")) {
    const label = row.querySelector(".widget-label")?.textContent;
    if (!label) continue;
    for (const handle of row.querySelectorAll(".noUi-handle")) handle.setAttribute("aria-label", label);
    for (const number of row.querySelectorAll(".widget-readout[contenteditable]")) {
      number.setAttribute("role", "textbox");
      number.setAttribute("aria-label", label);
    }
    if (row.classList.contains("widget-toggle-buttons")) {
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", label);
    }
  }
};
export default {
  render({ el }) {
    const watch = new MutationObserver(() => name(box));
    let box, frame;
    const start = () => {
      box = el.closest(".widget-vbox");
      if (!box) { frame = requestAnimationFrame(start); return; }  // its place in the page is made after it
      watch.observe(box, { childList: true, subtree: true });
      name(box);
    };
    start();
    return () => { cancelAnimationFrame(frame); watch.disconnect(); };
  },
};
"""


class Names(anywidget.AnyWidget):
    """Put one into the VBox whose controls it is to name."""

    _esm = _MODULE

    def __init__(self):
        super().__init__()
        self.layout.display = "none"
