// What the view that finds cells has to work out, and what the text needs to know of it. It touches no page, so that node can test it.
//
// A finding is one predicate with its ranked units (`d2lrnn.explore.find.plain`): those that came with the page are in data.words.find, one that was asked
// of the kernel is in the state. state.find: {which: a name, "" for the reader's own; own: a finding or null; rule}. state.marked: [start, stop) or null.

/** The reader's own finding; null where there is none, or where it came with a copied state and is of another text. */
export function ownFinding(data, state) {
  const own = state.find?.own, fits = own?.values?.length === data.traces[0].tokens.length && own.tokens?.[0] + own.tokens?.[1] === data.words.find.of;
  return fits ? own : null;
}

/** The finding that is looked at, or null where there is none. */
export function finding(data, state) {
  const there = data.words?.find?.findings ?? [];
  if (!state.find || !there.length) return null;
  if (state.find.which === "" && ownFinding(data, state)) return state.find.own;
  return there.find((one) => one.name === state.find.which) ?? there[0];
}

/** The values of its predicate over the tokens that are shown. */
export const valuesOf = (trace, one) => one.values ?? trace.numbers[one.where]?.values ?? [];

/** Stretches [start, stop) where a predicate holds. */
export function runs(values) {
  const found = [];
  for (let t = 0; t < values.length; t++) {
    if (!values[t]) continue;
    if (found.length && found[found.length - 1][1] === t) found[found.length - 1][1] = t + 1;
    else found.push([t, t + 1]);
  }
  return found;
}

const kept = new WeakMap();

/** The stretches to underline: where the predicate that is looked at holds. None for a number, or where nothing is sought. */
export function underlined(data, state) {
  const one = finding(data, state);
  if (!one || one.measure !== "AUC" || state.trace) return [];
  if (!kept.has(one)) kept.set(one, runs(valuesOf(data.traces[0], one)));
  return kept.get(one);
}

/** Where a score lies between one that says nothing (0) and a perfect one (1). */
export const height = (score, measure) => Math.min(1, Math.max(0, measure === "AUC" ? 2 * score - 1 : score));

/** Of the values of a unit (bytes): how they are spread where a predicate holds, and where not, in at most `most` bins of whole bytes, or there would be gaps.
 *  {low, high: the least and the greatest byte; wide: bytes in a bin, the first of which begins at low; holds, others: shares; counts}. */
export function histogram(bytes, values, most = 32) {
  let low = 127, high = -127;
  for (const byte of bytes) { low = Math.min(low, byte); high = Math.max(high, byte); }
  const wide = Math.ceil((high - low + 1) / most), bins = Math.ceil((high - low + 1) / wide);
  const holds = new Array(bins).fill(0), others = new Array(bins).fill(0), counts = [0, 0];
  bytes.forEach((byte, t) => {
    const place = Math.floor((byte - low) / wide);
    (values[t] ? holds : others)[place]++;
    counts[values[t] ? 0 : 1]++;
  });
  const share = (list, count) => list.map((n) => (count ? n / count : 0));
  return { low, high, wide, holds: share(holds, counts[0]), others: share(others, counts[1]), counts };
}

/** How a unit goes with a number, from the least to the greatest: points {x, mean, low, high, count}, in bytes, those near one another as one where there are more than `most`. */
export function curve(bytes, values, most = 40) {
  let least = Infinity, greatest = -Infinity;
  for (const value of values) { least = Math.min(least, value); greatest = Math.max(greatest, value); }
  const whole = values.every(Number.isInteger);
  let wide = (greatest - least) / most;
  if (whole) wide = Math.max(1, Math.ceil((greatest - least + 1) / most));
  const groups = new Map();
  values.forEach((value, t) => {
    const place = wide ? Math.floor((value - least) / wide) : 0;
    if (!groups.has(place)) groups.set(place, { x: 0, sum: 0, squares: 0, count: 0 });
    const group = groups.get(place);
    group.x += value;
    group.sum += bytes[t];
    group.squares += bytes[t] * bytes[t];
    group.count++;
  });
  const points = [...groups.entries()].sort(([a], [b]) => a - b).map(([, { x, sum, squares, count }]) => {
    const mean = sum / count, deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    return { x: x / count, mean, low: mean - deviation, high: mean + deviation, count };
  });
  return { points, least, greatest };
}

const many = (n) => n.toLocaleString("en");

/** What was asked, of what. */
export function asked(one) {
  const [first, rest] = one.tokens, all = `${many(one.units)} units`;
  return one.holds
    ? `${all} were ranked on ${many(first)} tokens (it holds at ${many(one.holds[0])}) and judged on the other ${many(rest)} (${many(one.holds[1])}).`
    : `${all} were ranked on ${many(first)} tokens and judged on the other ${many(rest)}.`;
}

/** What to think of it. */
export function verdict(one) {
  const { times, most } = one.turned;
  const better = (n) => `${n ? many(n) : "no"} ${n === 1 ? "unit does" : "units do"} better`;
  const chance = `By luck alone, with the answers turned round the text in ${times} ways, the best of all units reached ${score(most)}; ${better(one.beyond)} with the right ones`;
  if (!one.beyond) return `${chance}: nothing was found.`;
  if (!one.control) return `${chance}. What an untrained network would reach was not asked (control=).`;
  const there = `the best unit of “${one.control.title}” reached ${score(one.control.held)}`;
  return one.control.beyond ? `${chance}. Without training, ${there}; ${better(one.control.beyond)}.` : `${chance}. But ${there}: for this no training is needed.`;
}

/** A score for people. */
export const score = (value) => value.toFixed(3).replace("-", "−");

/** A direction in words, and a sign that stands for it. */
export const direction = (one, sign) => (one.measure === "AUC" ? (sign > 0 ? "▲ higher" : "▼ lower") : sign > 0 ? "▲ rises" : "▼ falls");
