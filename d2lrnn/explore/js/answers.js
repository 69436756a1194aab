// What a network answered after each token, and how surprised it was by the next. It touches no page, so that node can test it.

/** The likeliest answers after token t, at most k: [{token, p, came}]. came: whether it is what came next; null where nobody can know. */
export function answersAt(trace, t, k) {
  const { "top.ids": ids, "top.p": p } = trace.numbers, sent = ids.shape[1];
  const next = trace.nextToken && t + 1 < trace.tokens.length ? trace.tokens[t + 1] : null;
  return Array.from({ length: Math.min(k, sent) }, (_, rank) => {
    const token = trace.classes[ids.values[t * sent + rank]];
    return { token, p: p.values[t * sent + rank], came: next === null ? null : token === next };
  });
}

/** Which answers stand under a token: those after it, or ("place") those given before it, in its place; null before the first. */
export const stepUnder = (t, where) => (where === "place" ? (t ? t - 1 : null) : t);

/** -ln p of token t, NaN where nothing was said of it; null where the answers are about something else. */
export const surprisalAt = (trace, t) => trace.numbers.surprisal?.values[t] ?? null;

/** Over all tokens of which something was said: {mean, perplexity, count, without, largest}, of surprisal in nats; null where there is none. */
export function summary(trace) {
  const values = trace.numbers.surprisal?.values;
  if (!values) return null;
  let sum = 0, count = 0, largest = 0;
  for (const value of values) if (!Number.isNaN(value)) { sum += value; count++; largest = Math.max(largest, value); }
  const mean = count ? sum / count : NaN;
  return { mean, perplexity: Math.exp(mean), count, without: values.length - count, largest };
}

/** A round number not below x, for the end of a scale: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. */
export function roundUp(x) {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= x * (1 - 1e-9)) * power;
}

/** A probability in print. */
export const printed = (p) => (p > 0 && p < 0.0005 ? "< 0.001" : p.toFixed(3));

/** What a view may have been told, put right: {k, under}. */
export function settings(given, sent) {
  const k = Number.isInteger(given?.k) ? Math.min(sent, Math.max(1, given.k)) : Math.min(sent, 5);
  return { k, under: given?.under === "place" ? "place" : "after" };
}
