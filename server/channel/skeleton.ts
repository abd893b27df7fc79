/** A text with at least so many letters is compared by likeness, a shorter one by equality; of `VERY_LONG` ones copies by several members count; one with fewer than `SHORT` is what many say often ("gg", "dale"). */
const LONG = 24;
const VERY_LONG = 48;
const SHORT = 12;
/** With fewer letters left there is nothing to compare: such a text ("5/5", "😂😂") stands for itself. */
const LEAST = 2;

/** Letters of other scripts that look like Latin ones, as they are put between Latin letters to look the same and be another text. */
const LOOKALIKES = new Map(
  Object.entries({
    ...{ а: "a", в: "b", с: "c", ԁ: "d", е: "e", һ: "h", і: "i", ј: "j", к: "k", ӏ: "l", м: "m", н: "h", о: "o" },
    ...{ р: "p", ԛ: "q", ѕ: "s", т: "t", ѵ: "v", ԝ: "w", х: "x", у: "y", ʏ: "y", α: "a", ε: "e", ι: "i", κ: "k" },
    ...{ ν: "v", ο: "o", ρ: "p", τ: "t", υ: "u", χ: "x", ı: "i", ɡ: "g", ø: "o", ł: "l", đ: "d", ß: "ss" },
  }),
);

/**
 * What is left of a text when everything is taken out by which the same words are made another text: case, marks, width and style of letters, emoji,
 * punctuation, digits, spaces, repeated letters, and, among Latin letters, those that only look Latin. Any script is kept. A text with hardly a letter is left
 * as it is, without spaces. The skeleton of a skeleton is itself.
 */
export const skeletonOf = (text: string): string => {
  const letters = text
    .normalize("NFKD")
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^\p{L}]/gu, "")
    .normalize("NFC");
  const latin = /[a-z]/.test(letters)
    ? letters.replaceAll(/[^a-z]/gu, (letter) => LOOKALIKES.get(letter) ?? letter)
    : letters;
  const skeleton = latin.replaceAll(/(.)\1+/gu, "$1");
  return [...skeleton].length < LEAST ? text.replaceAll(/\s/gu, "").slice(0, 64) : skeleton;
};

/** Two 32-bit halves of a hash (FNV-1a over code units, mixed once more, so that every bit depends on each). */
const hash = (text: string, from: number, to: number, seed: number): number => {
  let state = seed;
  for (let at = from; at < to; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
};
const SEEDS = [0x811c9dc5, 0x2f0b4f4d] as const;
const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** 64 bits of which two texts share the more, the more trigrams they share (Charikar's simhash); 32 bits of them. */
const likeness = (text: string, seed: number): number => {
  const votes = new Int16Array(32);
  for (let at = 0; at + 3 <= text.length; at++) {
    const bits = hash(text, at, at + 3, seed);
    for (let bit = 0; bit < 32; bit++) votes[bit] = (votes[bit] ?? 0) + ((bits >>> bit) & 1 ? 1 : -1);
  }
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) if ((votes[bit] ?? 0) > 0) bits |= 1 << bit;
  return bits >>> 0;
};

/**
 * By what the log tells whether a member says the same again: `s` (short), `m`, `l` (long) or `v` (very long) and 16 hexadecimal digits. Nothing has no print. Equal skeletons have equal prints;
 * those of long texts that differ in a word or two differ in few bits.
 */
export const printOf = (text: string): string => {
  if (text === "") return "";
  const skeleton = skeletonOf(text);
  const letters = [...skeleton].length;
  if (letters >= LONG)
    return `${letters < VERY_LONG ? "l" : "v"}${SEEDS.map((seed) => hex(likeness(skeleton, seed))).join("")}`;
  return `${letters < SHORT ? "s" : "m"}${SEEDS.map((seed) => hex(hash(skeleton, 0, skeleton.length, seed))).join("")}`;
};

/** The print of what is said by its id (a sticker, a phrase): only the same id has it, and it counts like a short text. */
export const printOfId = (id: string): string => `s${SEEDS.map((seed) => hex(hash(id, 0, id.length, seed))).join("")}`;
