import type { Locale } from "../locale.ts";
import { formsOfTerm } from "./filter-forms.ts";
import { foldTerm } from "./filter-letters.ts";
import type { Country, FilterEntry, FilterList } from "./filter-list.ts";
import {
  beginnings,
  isPhrase,
  nameOfPhrase,
  type Phrase,
  readPhrase,
  type Sets,
  WrongPhrase,
} from "./filter-phrase.ts";
import type { FilterCategory, Severity } from "./filter-policy.ts";
import { soundOf } from "./filter-sound.ts";

type Weight = Severity | "none";

/** What a list says of a term. `rank` is the list's place: what a later list says of the same term goes before. */
export type Sense = Readonly<{
  term: string;
  /** The term as it is told to people: of a phrase its first words. */
  name: string;
  category: FilterCategory;
  severity: Weight;
  by: Readonly<Record<Country, Weight>> | undefined;
  local: boolean;
  locale: Locale;
  rank: number;
}>;

export type Sensed = Readonly<{ phrase: Phrase; sense: Sense }>;
export type Safe = Readonly<{ phrase: Phrase; rank: number }>;

/** Everything the lists say, by what a text is looked up with. */
export type Lexicon = Readonly<{
  /** By a word's folded form. */
  words: ReadonlyMap<string, readonly Sense[]>;
  /** By how it sounds: words of five letters and more that are more than mild. */
  sounds: ReadonlyMap<string, readonly Sense[]>;
  /** Words found also within longer ones, by their first three letters. */
  inside: ReadonlyMap<string, readonly string[]>;
  /** By the word they begin with. */
  phrases: ReadonlyMap<string, readonly Sensed[]>;
  /** Words allowed, by the rank of the last list that allows them; and phrases, by the word they begin with. */
  allowed: ReadonlyMap<string, number>;
  safe: ReadonlyMap<string, readonly Safe[]>;
  longest: number;
}>;

/** An entry of a list that cannot be read: its place, as the path in the list's file, and why. */
export class WrongTerm extends Error {
  readonly list: number;
  readonly path: readonly (string | number)[];

  constructor(list: number, path: readonly (string | number)[], message: string) {
    super(message);
    this.name = "WrongTerm";
    this.list = list;
    this.path = path;
  }
}

const PREFIX = 3;
const LEAST_SOUND = 5;

const put = <T>(map: Map<string, T[]>, key: string, value: T): void => {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
};

/** Adds a sense; one of an earlier list and the same language gives way to it. */
const putSense = (map: Map<string, Sense[]>, key: string, sense: Sense): void => {
  const others = (map.get(key) ?? []).filter(({ locale, rank }) => locale !== sense.locale || rank === sense.rank);
  map.set(key, [...others, sense]);
};

const isStrong = ({ severity, by }: FilterEntry): boolean =>
  [severity, ...Object.values(by ?? {})].some((weight) => weight === "strong" || weight === "hate");

/** Throws `WrongTerm`. */
export const makeLexicon = (lists: readonly FilterList[]): Lexicon => {
  const words = new Map<string, Sense[]>();
  const sounds = new Map<string, Sense[]>();
  const inside = new Map<string, string[]>();
  const phrases = new Map<string, Sensed[]>();
  const allowed = new Map<string, number>();
  const safe = new Map<string, Safe[]>();
  let longest = 0;

  const addWord = (entry: FilterEntry, sense: Sense): void => {
    const word = foldTerm(sense.term);
    for (const form of formsOfTerm(word, entry.as ?? "exact", sense.locale)) {
      putSense(words, form, sense);
      if (form.length >= LEAST_SOUND && isStrong(entry)) putSense(sounds, soundOf(form), sense);
      longest = Math.max(longest, form.length);
    }
    const begin = word.slice(0, PREFIX);
    if (entry.inside && !inside.get(begin)?.includes(word)) put(inside, begin, word);
  };
  const addPhrase = (sets: Sets, sense: Sense): void => {
    const phrase = readPhrase(sense.term, sets, sense.locale);
    for (const word of new Set(beginnings(phrase))) {
      const earlier = phrases.get(word) ?? [];
      const others = earlier.filter(({ sense: { term, locale } }) => term !== sense.term || locale !== sense.locale);
      phrases.set(word, [...others, { phrase, sense }]);
    }
  };
  const telling = (list: number, path: readonly (string | number)[], add: () => void): void => {
    try {
      add();
    } catch (error) {
      if (error instanceof WrongPhrase) throw new WrongTerm(list, path, error.message);
      throw error;
    }
  };

  for (const [rank, { locale, sets = {}, entries = [], allow = [] }] of lists.entries()) {
    for (const [index, entry] of entries.entries()) {
      const { category, severity, by, local = false } = entry;
      for (const [at, term] of entry.terms.entries()) {
        const sense: Sense = {
          term,
          name: isPhrase(term) ? nameOfPhrase(term, sets) : term,
          category,
          severity,
          by,
          local,
          locale,
          rank,
        };
        telling(rank, ["entries", index, "terms", at], () =>
          isPhrase(term) ? addPhrase(sets, sense) : addWord(entry, sense),
        );
      }
    }
    for (const [at, term] of allow.entries())
      telling(rank, ["allow", at], () => {
        if (!isPhrase(term)) allowed.set(foldTerm(term), rank);
        else {
          const phrase = readPhrase(term, sets, locale);
          for (const word of new Set(beginnings(phrase))) put(safe, word, { phrase, rank });
        }
      });
  }
  return { words, sounds, inside, phrases, allowed, safe, longest };
};
