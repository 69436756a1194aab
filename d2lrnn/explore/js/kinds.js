// What kind of token one is, in six kinds, each with a mark and a colour that can be told apart without the other.

export const KINDS = [
  { name: "vowel", mark: "disc", colour: "#D55E00" },
  { name: "other small letter", mark: "ring", colour: "#0072B2" },
  { name: "capital", mark: "diamond", colour: "#CC79A7" },
  { name: "space", mark: "square", colour: "#7A8290" },
  { name: "line end", mark: "triangle", colour: "#009E73" },
  { name: "anything else", mark: "cross", colour: "#C08A00" },
];

/** The number of a token's kind: that of its last character, since that was read last. */
export function kindOf(token) {
  const last = Array.from(token).at(-1) ?? "";
  if (last === "\n" || last === "\r") return 4;
  if (/\s/u.test(last)) return 3;
  if (/[aeiou]/u.test(last)) return 0;
  if (/\p{Lu}/u.test(last)) return 2;
  if (/\p{L}/u.test(last)) return 1;
  return 5;
}

/** Draws a mark of a radius about a place, in the context's colours (fillStyle and strokeStyle). */
export function drawMark(context, mark, x, y, r) {
  context.beginPath();
  if (mark === "disc" || mark === "ring") context.arc(x, y, r, 0, 2 * Math.PI);
  else if (mark === "square") context.rect(x - r, y - r, 2 * r, 2 * r);
  else if (mark === "diamond") { context.moveTo(x, y - 1.3 * r); context.lineTo(x + 1.3 * r, y); context.lineTo(x, y + 1.3 * r); context.lineTo(x - 1.3 * r, y); context.closePath(); }
  else if (mark === "triangle") { context.moveTo(x, y - 1.3 * r); context.lineTo(x + 1.2 * r, y + r); context.lineTo(x - 1.2 * r, y + r); context.closePath(); }
  else { context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x - r, y + r); context.lineTo(x + r, y - r); }
  if (mark === "ring" || mark === "cross" || mark === "square") context.stroke();
  else context.fill();
}
