import type { Locale } from "../locale.ts";
import { formsOfTerm } from "./filter-forms.ts";
import { foldTerm } from "./filter-letters.ts";
import type { Word } from "./filter-words.ts";

/** Words one after another; in each place one of several, or any; some may be missing. */
type Place = Readonly<{ words: ReadonlySet<string> | undefined; optional: boolean }>;
export type Phrase = readonly Place[];
export type Sets = Readonly<Record<string, readonly string[]>>;

/** A phrase that cannot be read; the message says what of it. */
export class WrongPhrase extends Error {}

const wordsOf = (written: string, sets: Sets, locale: Locale, within: readonly string[] = []): string[] =>
  written.split("|").flatMap((one): readonly string[] => {
    const name = /^<([A-Z]+)>$/.exec(one)?.[1];
    if (name !== undefined) {
      const set = sets[name];
      if (set === undefined) throw new WrongPhrase(`there is no set ${name}`);
      if (within.includes(name)) throw new WrongPhrase(`the set ${name} contains itself`);
      return set.flatMap((member) => wordsOf(member, sets, locale, [...within, name]));
    }
    const word = foldTerm(one.startsWith("~") ? one.slice(1) : one);
    if (!/^[\p{L}\p{N}]+$/u.test(word)) throw new WrongPhrase(`"${one}" is no word`);
    return one.startsWith("~") ? formsOfTerm(word, "adj", locale) : [word];
  });

export const isPhrase = (term: string): boolean => /[\s|<~?_]/.test(term.trim());

/** A phrase in short: of each place that must be filled, the first word. */
export const nameOfPhrase = (term: string, sets: Sets): string =>
  term
    .trim()
    .split(/\s+/)
    .filter((written) => !written.endsWith("?"))
    .map((written) => (written.split("|")[0] ?? "").replace(/^<([A-Z]+)>$/, (_, set) => sets[set]?.[0] ?? set))
    .map((written) => written.replace(/^~/, ""))
    .join(" ");

/** Throws `WrongPhrase`. */
export const readPhrase = (term: string, sets: Sets, locale: Locale): Phrase => {
  const places = term
    .trim()
    .split(/\s+/)
    .map((written): Place => {
      const optional = written.endsWith("?");
      const bare = optional ? written.slice(0, -1) : written;
      return { words: bare === "_" ? undefined : new Set(wordsOf(bare, sets, locale)), optional };
    });
  const first = places.find(({ optional }) => !optional);
  if (first?.words === undefined) throw new WrongPhrase("a phrase begins with a word");
  return places;
};

/** By which words a phrase may begin. */
export const beginnings = (phrase: Phrase): string[] => {
  const words: string[] = [];
  for (const place of phrase) {
    words.push(...(place.words ?? []));
    if (!place.optional) break;
  }
  return words;
};

const isIn = (word: Word, place: Place): boolean =>
  place.words === undefined || word.forms.some((form) => place.words?.has(form));

/**
 * The index after the last word of the phrase where it begins with word `at`; the longest reading is tried first. -1 when it is not there.
 * A place that may be missing is tried once at each word, so that the time does not double with every such place.
 */
export const endOfPhrase = (phrase: Phrase, words: readonly Word[], at: number): number => {
  let failed: Set<number> | undefined;
  const endFrom = (from: number, place: number): number => {
    const here = phrase[place];
    if (here === undefined) return from;
    const word = words[from];
    const isHere = word !== undefined && isIn(word, here);
    if (!here.optional) return isHere ? endFrom(from + 1, place + 1) : -1;
    const key = (from - at) * phrase.length + place;
    if (failed?.has(key)) return -1;
    const taken = isHere ? endFrom(from + 1, place + 1) : -1;
    const end = taken >= 0 ? taken : endFrom(from, place + 1);
    if (end < 0) {
      failed ??= new Set();
      failed.add(key);
    }
    return end;
  };
  return endFrom(at, 0);
};
