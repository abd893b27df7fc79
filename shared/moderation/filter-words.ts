import { isTilde, type Kind, readPoint } from "./filter-letters.ts";

/**
 * A word of a text: letters, and what stands for letters, between blanks and signs.
 * `forms`: what it may be meant to be, as it is written first, an asterisk standing for any letter; `start` and `end`: its place in the text, in UTF-16
 * units; `glued`: signs but no blank are between it and the word before; `hidden`: how many asterisks; `piece`: between it and a letter beside it is but a
 * sign that may itself be a letter.
 */
export type Word = Readonly<{
  forms: readonly string[];
  start: number;
  end: number;
  glued: boolean;
  hidden: number;
  piece: boolean;
}>;

export const HIDDEN = "*";
/** Read as `i` and as `l`. */
const UPRIGHT = "\u0001";
/** Doubled letters that spelling itself has; to double another one is to stretch a word. */
const SPELLED_DOUBLE = "rlscneo";

/** Runs of a letter: of vowels one is left, of consonants two. */
const evened = (word: string): string => word.replaceAll(/([aeiou])\1+/g, "$1").replaceAll(/([^aeiou])\1{2,}/g, "$1$1");
const single = (word: string): string => word.replaceAll(/(.)\1+/gu, "$1");

/** Runs of a letter: of those that spelling doubles two are left, of others one. */
const spelled = (word: string): string =>
  evened(word).replaceAll(/([^aeiou])\1/g, (pair, letter) => (SPELLED_DOUBLE.includes(letter) ? pair : letter));
/** A word of several letters each of which is doubled, with half of them; "kkkk" is laughter. */
const halved = (word: string): string | undefined => {
  const runs = word.match(/(.)\1*/gu) ?? [];
  if (runs.length < 2 || runs.some((run) => run.length < 2)) return undefined;
  return runs.map((run) => run.slice(0, run.length >> 1)).join("");
};

/** Letters doubled: 0 none, 1 as spelling doubles them, 2 for weight or to hide the word. */
const stretch = (word: string): 0 | 1 | 2 => {
  let most: 0 | 1 = 0;
  for (let at = 1, run = 1; at < word.length; at++) {
    run = word.charCodeAt(at) === word.charCodeAt(at - 1) ? run + 1 : 1;
    if (run > 2 || (run === 2 && !SPELLED_DOUBLE.includes(word.charAt(at)))) return 2;
    if (run === 2) most = 1;
  }
  return most;
};

/** Adds a word as it may have been meant: unstretched, and with a plain n for ñ. */
const addMeant = (forms: string[], written: string): void => {
  const add = (form: string): void => {
    if (!forms.includes(form)) forms.push(form);
  };
  add(written);
  const stretched = stretch(written);
  if (stretched > 0) add(evened(written));
  if (stretched > 1) {
    add(spelled(written));
    add(single(written));
    const half = halved(written);
    if (half !== undefined) add(half);
  }
  if (written.includes("ñ")) for (const form of [...forms]) add(form.replaceAll("ñ", "n"));
};

/** Signs at the end of a word that end sentences sooner than they stand for letters. */
const ENDS_SENTENCE = "!¡+";

/** Signs that stand for letters, to each letter: with more of them it is a number or a name, as `p0070`. */
const MOST_SIGNS = 2;

/** After digits they make an hour of them: "1pm" is no abbreviation. */
const HALF_DAY: ReadonlySet<string> = new Set(["am", "pm"]);

/** What has been read of a word so far: letters, and of each whether it was one, stood for one, or hid one. */
class Reading {
  readonly #words: Word[] = [];
  #letters = "";
  #kinds = "";
  #start = 0;
  #end = 0;
  #glued = false;
  #starred = false;
  #piece = false;

  /** An asterisk where no word is open: between asterisks it is set off, and nothing hidden at its end. */
  star(): void {
    this.#starred = true;
  }

  add(letters: string, kind: "l" | "s" | "h", start: number, end: number): void {
    if (this.#letters === "") this.#start = start;
    this.#letters += letters;
    this.#kinds += letters.length === 1 ? kind : kind.repeat(letters.length);
    this.#end = end;
  }

  /** A mark upon what was read last. */
  mark(point: number, end: number): void {
    if (this.#letters === "") return;
    if (isTilde(point) && this.#letters.endsWith("n")) this.#letters = `${this.#letters.slice(0, -1)}ñ`;
    this.#end = end;
  }

  /** A sign that may be a letter parts this word from the next. */
  part(): void {
    this.#piece = true;
    this.close(false);
    this.#piece = true;
  }

  /** The word has ended. */
  close(blank: boolean): void {
    if (this.#starred) this.#kinds = this.#kinds.slice(0, this.#endOfUnhidden());
    this.#letters = this.#letters.slice(0, this.#kinds.length);
    const first = this.#kinds.indexOf("l");
    if (first >= 0) {
      const last = this.#kinds.lastIndexOf("l");
      const forms: string[] = [];
      this.#meant(forms, this.#letters.slice(first, last + 1));
      const [signs, hidden] = [this.#count("s"), this.#count("h")];
      const meant = (this.#kinds.length - signs - hidden) * MOST_SIGNS >= signs;
      const isTime = first > 0 && HALF_DAY.has(this.#letters.slice(first));
      if ((first > 0 || last < this.#letters.length - 1) && meant && !isTime) this.#meant(forms, this.#letters);
      this.#words.push({ forms, start: this.#start, end: this.#end, glued: this.#glued, hidden, piece: this.#piece });
      this.#glued = true;
    }
    if (blank) this.#glued = false;
    this.#letters = this.#kinds = "";
    this.#starred = this.#piece = false;
  }

  #endOfUnhidden(): number {
    let end = this.#kinds.length;
    while (this.#kinds.charAt(end - 1) === "h") end--;
    return end;
  }

  #count(kind: "s" | "h"): number {
    let count = 0;
    for (let at = this.#kinds.indexOf(kind); at >= 0; at = this.#kinds.indexOf(kind, at + 1)) count++;
    return count;
  }

  #meant(forms: string[], letters: string): void {
    if (!letters.includes(UPRIGHT)) addMeant(forms, letters);
    else for (const read of ["i", "l"]) addMeant(forms, letters.replaceAll(UPRIGHT, read));
  }

  get isOpen(): boolean {
    return this.#letters !== "";
  }

  get words(): readonly Word[] {
    return this.#words;
  }
}

/** Signs that part letters as often as they stand for one: "m|e|r|d|a", "pu+ta". */
const PARTING = "|!¡+@$€";

const kindAt = (text: string, at: number): Kind => readPoint(text.codePointAt(at) ?? 32).kind;
/** The kind of what is before a place, also when it takes two units. */
const kindBefore = (text: string, at: number): Kind =>
  /[\udc00-\udfff]/.test(text.charAt(at - 1)) ? kindAt(text, at - 2) : kindAt(text, at - 1);

/** Whether a sign between letters, or a digit at every other place ("p1u1t1a"), may be there to part letters. */
const mayPart = (text: string, at: number): boolean => {
  const sign = text.charAt(at);
  if (!PARTING.includes(sign))
    return (
      (text.charAt(at - 2) === sign && kindAt(text, at - 1) === "letter") ||
      (text.charAt(at + 2) === sign && kindAt(text, at + 1) === "letter")
    );
  const before = kindBefore(text, at);
  return (before === "letter" || before === "leet") && goesOn(text, at + 1);
};

const SIGNS = /[|!¡+@$€\d]/g;

/** The ways to read a text: with signs for letters; and, where some may part letters instead, with these as any other sign. */
export const readingsOfText = (text: string): readonly (readonly Word[])[] => {
  const read = wordsOfText(text, false);
  for (const { index } of text.matchAll(SIGNS)) if (mayPart(text, index)) return [read, wordsOfText(text, true)];
  return [read];
};

/** The words of a text; takes time in proportion to its length. */
const wordsOfText = (text: string, parted: boolean): readonly Word[] => {
  const reading = new Reading();
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    const next = at + (point > 0xffff ? 2 : 1);
    const { kind, letters } = readPoint(point);
    const sign = text.charAt(at);
    if (kind === "letter") reading.add(letters, "l", at, next);
    else if (kind === "nothing") reading.mark(point, next);
    else if (kind === "blank") reading.close(true);
    else if (kind === "sign") reading.close(false);
    else if (parted && kind === "leet" && mayPart(text, at)) {
      if (kindBefore(text, at) === "letter" && kindAt(text, next) === "letter") reading.part();
      else reading.close(false);
    } else if (ENDS_SENTENCE.includes(sign) && !goesOn(text, next)) reading.close(false);
    else if (kind === "hidden") {
      if (reading.isOpen) reading.add(HIDDEN, "h", at, next);
      else reading.star();
    } else if (sign !== "@" || reading.isOpen) {
      reading.add(sign === "1" || sign === "|" || sign === "!" ? UPRIGHT : letters, "s", at, next);
    }
    at = next;
  }
  reading.close(true);
  return reading.words;
};

/** Whether a letter or digit follows. */
const goesOn = (text: string, at: number): boolean => {
  const { kind } = readPoint(text.codePointAt(at) ?? 32);
  return kind === "letter" || (kind === "leet" && !ENDS_SENTENCE.includes(text.charAt(at)));
};
