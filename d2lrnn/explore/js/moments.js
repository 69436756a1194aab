// Which moments of a unit are its strongest, and how its values are spread. It touches no page, so that node can test it.

/**
 * The `most` moments of the highest bytes (sign 1) or the lowest (sign −1), the strongest first; of those that are closer than `apart` only the strongest.
 * Of equal ones the earliest.
 */
export function strongest(bytes, sign, most, apart) {
  const order = Array.from(bytes.keys()).sort((a, b) => sign * (bytes[b] - bytes[a]) || a - b), found = [];
  for (const t of order) {
    if (found.length >= most) break;
    if (found.every((other) => Math.abs(other - t) >= apart)) found.push(t);
  }
  return found;
}

/** Counts of bytes in `bins` bins from the least to the greatest, each of so many whole bytes: {low, each, counts}; the bin of a byte is floor((byte − low) / each). */
export function histogramOf(bytes, bins = 40) {
  let low = 127, high = -128;
  for (const byte of bytes) { if (byte < low) low = byte; if (byte > high) high = byte; }
  const each = Math.max(1, Math.ceil((high - low + 1) / bins)), counts = new Array(Math.floor((high - low) / each) + 1).fill(0);
  for (const byte of bytes) counts[Math.floor((byte - low) / each)]++;
  return { low, each, counts };
}
