// What is wrong with the slide in front, in words; nothing if nothing is. `letters`: the smallest letters of each figure, in points.
(letters) => {
  const wrong = [];
  const section = document.querySelector("svg.bespoke-marp-active section") ?? document.querySelector("section");
  const page = section.getBoundingClientRect();
  const scale = page.width / 1280;
  const called = (element) => `<${element.tagName.toLowerCase()}> "${(element.textContent || element.alt || element.title || "").trim().slice(0, 40)}"`;
  const shown = (element) => {
    const style = getComputedStyle(element);
    return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0;
  };

  // Nothing leaves the page, and nothing is cut off inside it.
  for (const element of section.querySelectorAll("*")) {
    const drawn = element.tagName !== "svg" && !element.closest("svg").hasAttribute("data-marpit-svg"); // within a picture
    if (drawn || !shown(element) || element.closest("mjx-assistive-mml")) continue;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const out = Math.max(page.left + 24 * scale - box.left, box.right - (page.right - 24 * scale), page.top - box.top, box.bottom - (page.bottom - 8 * scale));
    if (out > 1) wrong.push(`overflow: ${called(element)} by ${out.toFixed(0)} px`);
    const inner = getComputedStyle(element).display !== "inline" && !(element instanceof SVGElement);
    if (inner && (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 6) && element.clientWidth && element.tagName !== "IFRAME") {
      if (element.tagName === "PRE" || getComputedStyle(element).overflow !== "visible") wrong.push(`cut off: ${called(element)}`);
    }
  }

  // Blocks do not lie on each other. Items of a list of frames do, one at a time.
  const blocks = [...section.children].filter((element) => shown(element) && element.getBoundingClientRect().height > 0);
  for (const columns of section.querySelectorAll(".columns")) blocks.push(...[...columns.children].flatMap((c) => [...c.children]));
  const boxes = blocks.map((element) => [element, element.getBoundingClientRect()]);
  const number = getComputedStyle(section, "::after");
  if (number.content !== "none") {
    const right = page.right - 64 * scale, bottom = page.bottom - parseFloat(number.bottom) * scale;
    boxes.push([null, { left: right - parseFloat(number.width) * scale, right, bottom, top: bottom - parseFloat(number.height) * scale }]);
  }
  boxes.forEach(([a, A], i) => boxes.slice(i + 1).forEach(([b, B]) => {
    if (a && b && (a.contains(b) || b.contains(a))) return;
    const wide = Math.min(A.right, B.right) - Math.max(A.left, B.left), high = Math.min(A.bottom, B.bottom) - Math.max(A.top, B.top);
    if (wide > 2 && high > 2) wrong.push(`overlap: ${a ? called(a) : "page number"} and ${b ? called(b) : "page number"}`);
  }));

  // Letters can be read from the last row, and stand out from what is behind them.
  const rgb = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const part = (x) => (x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const judge = (element, colour, size) => {
    if (size < 20 - 0.05) wrong.push(`small: ${called(element)} has ${size.toFixed(1)} px`);
    const has = contrast(rgb(colour), behind(element));
    if (has < 4.5) wrong.push(`pale: ${called(element)} has a contrast of ${has.toFixed(1)}`);
  };
  const walk = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element) || element.closest("svg svg, mjx-assistive-mml, style, script")) continue;
    const style = getComputedStyle(element);
    judge(element, style.color, parseFloat(style.fontSize));
  }
  for (const math of section.querySelectorAll("mjx-container")) judge(math, getComputedStyle(math).color, parseFloat(getComputedStyle(math).fontSize));
  for (const fresh of section.querySelectorAll("mjx-container .new")) judge(fresh.closest("mjx-container"), getComputedStyle(fresh).fill, 40);
  if (number.content !== "none") judge(section, number.color, parseFloat(number.fontSize));

  // A figure's letters: their size in points times what a point has become.
  for (const image of section.querySelectorAll("img[data-figure]")) {
    const box = image.getBoundingClientRect();
    const grown = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight) / scale;
    const points = letters[image.dataset.figure];
    if (!image.naturalWidth) wrong.push(`not there: figure ${image.dataset.figure}`);
    if (points !== null && points * (96 / 72) * grown < 20 - 0.05) {
      wrong.push(`small: letters of figure ${image.dataset.figure} have ${(points * (96 / 72) * grown).toFixed(1)} px`);
    }
  }
  return [...new Set(wrong)];
}
