// What the views that read and write text have to work out. It touches no page, so that node can test it.

/** The token that the caret stands behind, of `tokens` that make up `text`; the last where they do not, as when spaces were dropped. caret: in UTF-16 units. */
export function tokenBefore(tokens, text, caret) {
  if (tokens.join("") !== text) return tokens.length - 1;
  let end = 0;
  for (let t = 0; t < tokens.length; t++) {
    end += tokens[t].length;
    if (end >= caret) return t;
  }
  return tokens.length - 1;
}

/** The tokens that have a mark (not 0), each once, in the order they come. */
export const marked = (tokens, marks) => [...new Set(tokens.filter((_, t) => marks[t]))];

/** How many characters two texts have in common at their beginnings (code points). */
export function parting(a, b) {
  const [x, y] = [Array.from(a), Array.from(b)];
  let at = 0;
  while (at < x.length && at < y.length && x[at] === y[at]) at++;
  return at;
}

/**
 * At which values an array can be held. kind: the last part of its name; scale: the largest value that the slider must reach, if there is no bound.
 * low and high: the ends of a slider, in steps of `step`; least and most: what is possible at all, as in `d2lrnn.generate.holding`.
 */
export function bounds(kind, cell, scale) {
  const fixed = (low) => ({ low, high: 1, least: low, most: 1, step: 0.01 });
  if ("iforz".includes(kind)) return fixed(0);
  const high = Math.max(1, Math.ceil(scale));
  if (kind === "c") return { low: -high, high, least: -Infinity, most: Infinity, step: 0.05 };
  return cell === "rnn_relu" ? { low: 0, high, least: 0, most: Infinity, step: 0.05 } : fixed(-1);
}

/** The least, mean and greatest of numbers. */
export function summary(values) {
  let low = Infinity, high = -Infinity, sum = 0;
  for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); sum += value; }
  return { low, high, mean: sum / values.length };
}
