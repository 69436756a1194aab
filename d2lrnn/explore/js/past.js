// What a prediction depended on: gradients by distance, and how unusual they are. It touches no page, so that node can test it.
//
// numbers: {shape: [T, reach] or [T, reach, 2], values}; row t is the prediction of token t, column k stands k + 1 tokens back. NaN: nothing known.

/** Row t, of its last axis the entry `which`. */
export function row({ shape, values }, t, which = 0) {
  const [, reach, each = 1] = shape;
  return Array.from({ length: reach }, (_, k) => values[(t * reach + k) * each + which]);
}

/** Over all predictions, at each distance: the geometric mean of what is above 0; NaN where nothing is. */
export function typical({ shape, values }, which = 0) {
  const [T, reach, each = 1] = shape;
  return Array.from({ length: reach }, (_, k) => {
    let sum = 0, count = 0;
    for (let t = 0; t < T; t++) { const value = values[(t * reach + k) * each + which]; if (value > 0) { sum += Math.log(value); count++; } }
    return count ? Math.exp(sum / count) : NaN;
  });
}

/** The arithmetic mean at each distance, of what is known. */
export function usual({ shape: [T, reach], values }) {
  return Array.from({ length: reach }, (_, k) => {
    let sum = 0, count = 0;
    for (let t = 0; t < T; t++) { const value = values[t * reach + k]; if (!Number.isNaN(value)) { sum += value; count++; } }
    return count ? sum / count : NaN;
  });
}

/** Values in the place of themselves divided by the first. */
export const relative = (values) => values.map((value) => value / values[0]);

/** Pieces of a line, [[distance, value], …] each, without what cannot stand on a log axis; and how many values were left out for being 0. */
export function pieces(values) {
  const out = [];
  let now = null, zeros = 0;
  values.forEach((value, k) => {
    if (value > 0) { if (!now) out.push((now = [])); now.push([k + 1, value]); } else { if (value === 0) zeros++; now = null; }
  });
  return { lines: out, zeros };
}

/** The numbers of the `most` largest values, the largest first. */
export const largest = (values, most) => Array.from(values.keys()).filter((k) => values[k] > 0).sort((a, b) => values[b] - values[a] || a - b).slice(0, most);
