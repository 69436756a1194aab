// Tokens side by side, one a column, as many as there is room for. It touches no page, so that node can test it.

/** The width of each column, in pixels: as its longest text in a fixed-width font needs, within bounds. texts: of each column, strings. */
export const widths = (texts, { letter, beside, most }) => texts.map((all) => Math.min(most, beside + letter * Math.max(1, ...all.map((text) => Array.from(text).length))));

/** The stretch [start, stop) of columns around t that fits into `room`, t as near the middle as the ends allow. */
export function around(wide, t, room) {
  let start = t, stop = t + 1, left = room - wide[t];
  for (let grew = true; grew;) {
    grew = false;
    if (stop < wide.length && wide[stop] <= left) { left -= wide[stop++]; grew = true; }
    if (start > 0 && wide[start - 1] <= left) { left -= wide[--start]; grew = true; }
  }
  return [start, stop];
}

/** Where pages of columns begin, each as full as `room` allows, and one column at least. */
export function pages(wide, room) {
  const starts = [0];
  let left = room;
  wide.forEach((width, t) => {
    if (width > left && t > starts[starts.length - 1]) { starts.push(t); left = room; }
    left -= width;
  });
  return starts;
}

/** Of those pages the one with column t: [start, stop). */
export function pageWith(starts, t, count) {
  let page = starts.length - 1;
  while (starts[page] > t) page--;
  return [starts[page], starts[page + 1] ?? count];
}
