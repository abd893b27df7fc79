/** Letters and signs that look like Latin ones and that Unicode's compatibility forms do not lead back to them. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ...{ а: "a", в: "b", с: "c", ԁ: "d", е: "e", ё: "e", һ: "h", і: "i", ї: "i", ј: "j", к: "k", ӏ: "l", м: "m", н: "h" },
  ...{ о: "o", р: "p", ԛ: "q", ѕ: "s", т: "t", ѵ: "v", ԝ: "w", х: "x", у: "y", г: "r", п: "n", и: "u", з: "e", э: "e" },
  ...{ α: "a", β: "b", ε: "e", η: "n", ι: "i", κ: "k", ν: "v", ο: "o", ρ: "p", σ: "o", τ: "t", υ: "u", χ: "x", ω: "w" },
  ...{ γ: "y", ϲ: "c", ϳ: "j", հ: "h", ո: "n", ս: "u", օ: "o", ց: "g", ք: "p", ɑ: "a", ɐ: "a", ǝ: "e", ə: "e", ɛ: "e" },
  ...{ ı: "i", ȷ: "j", ɩ: "i", ɪ: "i", ɡ: "g", ɢ: "g", ø: "o", ɵ: "o", ł: "l", đ: "d", ħ: "h", ŧ: "t", ƒ: "f", ŋ: "n" },
  ...{ ß: "ss", æ: "ae", œ: "oe", þ: "p", ð: "d", ʏ: "y", ʙ: "b", ʜ: "h", ʟ: "l", ɴ: "n", ʀ: "r", ꜰ: "f", ꜱ: "s" },
  ...{ ᴀ: "a", ᴄ: "c", ᴅ: "d", ᴇ: "e", ᴊ: "j", ᴋ: "k", ᴍ: "m", ᴏ: "o", ᴘ: "p", ᴛ: "t", ᴜ: "u", ᴠ: "v", ᴡ: "w", ᴢ: "z" },
  ...{ ǫ: "q", ʌ: "a", ʋ: "v", ɯ: "m", ɹ: "r", ʇ: "t", ʍ: "w", ʎ: "y", ɔ: "c", ɟ: "f", ɥ: "h", ʞ: "k", ı̇: "i" },
  ...{ "®": "r", "©": "c", "¢": "c", "¥": "y", µ: "u", μ: "u", "£": "l", "∂": "d", "∩": "n", "∪": "u", "×": "x" },
};

/** What may be read as a letter inside a word; `1` and `|` also as `l`. */
const LEET: Readonly<Record<string, string>> = {
  ...{ "0": "o", "1": "i", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g" },
  ...{ "@": "a", $: "s", "!": "i", "|": "i", "¡": "i", "€": "e", "+": "t" },
};

/** A letter; a sign that may stand for one; one hidden by an asterisk; what takes no place (marks, joiners); a blank; any other sign. */
export type Kind = "letter" | "leet" | "hidden" | "nothing" | "blank" | "sign";

/** A code point as the filter reads it. `letters` are `a` to `z`, `ñ` or letters of other scripts, in lower case and without marks. */
export type Read = Readonly<{ kind: Kind; letters: string }>;

/** They stand within words ("don't"), or are set there to part them. */
const APOSTROPHES = "'’‘`´";

const NOTHING: Read = { kind: "nothing", letters: "" };
const BLANK: Read = { kind: "blank", letters: "" };
const SIGN: Read = { kind: "sign", letters: "" };

const TILDE = 0x303;

/** Letters in squares and circles, and those that make flags, which have no compatibility forms. */
const framed = (point: number): string | undefined => {
  for (const start of [0x1f130, 0x1f150, 0x1f170, 0x1f1e6])
    if (point >= start && point < start + 26) return String.fromCharCode(97 + point - start);
  return undefined;
};

const readAnew = (point: number): Read => {
  const text = String.fromCodePoint(point);
  if (/^[\s\u2800]$/u.test(text)) return BLANK;
  if (/^[\p{M}\p{Cf}\u115f\u1160\u3164\uffa0\p{Emoji_Modifier}]$/u.test(text)) return NOTHING;
  if (APOSTROPHES.includes(text)) return NOTHING;
  if (text === "ñ" || text === "Ñ") return { kind: "letter", letters: "ñ" };
  if (text === "*" || text === "#" || text === "•" || text === "●") return { kind: "hidden", letters: "" };
  const leet = LEET[text];
  if (leet !== undefined) return { kind: "leet", letters: leet };
  const frame = framed(point);
  if (frame !== undefined) return { kind: "letter", letters: frame };
  const whole = LOOKALIKES[text.toLowerCase()];
  if (whole !== undefined) return { kind: "letter", letters: whole };
  let letters = "";
  let digits = "";
  for (const part of text.normalize("NFKD").toLowerCase().normalize("NFKD")) {
    if (/\p{L}/u.test(part)) letters += LOOKALIKES[part] ?? part;
    else digits += LEET[part] ?? "";
  }
  if (letters !== "") return { kind: "letter", letters };
  return digits === "" ? SIGN : { kind: "leet", letters: digits };
};

const ascii: readonly Read[] = Array.from({ length: 128 }, (_, point) => readAnew(point));
const KEPT = 4096;
const kept = new Map<number, Read>();

/** Reads one code point; what came before is not needed, except for the tilde that makes `n` an `ñ` (see `isTilde`). */
export const readPoint = (point: number): Read => {
  const known = point < 128 ? ascii[point] : kept.get(point);
  if (known !== undefined) return known;
  if (kept.size >= KEPT) kept.clear();
  const read = readAnew(point);
  kept.set(point, read);
  return read;
};

export const isTilde = (point: number): boolean => point === TILDE;

/** A term of a list as words of a text are compared with it. */
export const foldTerm = (term: string): string => {
  let folded = "";
  for (const part of term.normalize("NFC")) {
    const { kind, letters } = readPoint(part.codePointAt(0) ?? 0);
    if (kind === "letter") folded += letters;
    else if (kind !== "nothing") folded += part;
  }
  return folded;
};
