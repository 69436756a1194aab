// Where numbers stand on an axis, and which of them are written there. It touches no page, so that node can test it.

/** Round numbers from low to high, at most about `most`: 1, 2 or 5 times a power of ten apart. */
export function ticks(low, high, most = 6) {
  if (!(high > low)) return [low];
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}

/** Powers of ten from low to high, at most about `most`; low must be above 0. */
export function powers(low, high, most = 7) {
  const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9);
  const by = Math.max(1, Math.ceil((to - from + 1) / most)), out = [];
  for (let k = to; k >= from; k -= by) out.unshift(10 ** k);
  return out;
}

/** A function from numbers low to high onto places from start to end; with `log` by their logarithms. */
export function scale(low, high, start, end, log = false) {
  const of = log ? Math.log10 : (value) => value, [a, b] = [of(low), of(high)];
  return (value) => start + ((of(value) - a) / (b - a || 1)) * (end - start);
}

/** 10^k as people write it. */
export function powerName(value) {
  const k = Math.round(Math.log10(value));
  if (k >= -1 && k <= 3) return String(Number((10 ** k).toPrecision(1)));
  return `10${[...String(k)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;
}
