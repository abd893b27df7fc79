import type { Filter, Speaker } from "../../shared/moderation/filter.ts";
import { FILTER_POLICIES, verdictFor } from "../../shared/moderation/filter-policy.ts";
import { POLICIES, type Policy } from "./options.ts";

/** How many lines a policy touches, and for which words: as they were written, in lower case, with the term they were taken for. */
export type Touched = { lines: number; words: Map<string, number> };
export type TouchedBy = Record<Policy, Touched>;

/** A line on the terminal, whatever was written. */
const LONGEST_WORD = 40;
const shown = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .toLowerCase()
    .slice(0, LONGEST_WORD);

export const noneTouched = (): TouchedBy => ({
  lenient: { lines: 0, words: new Map() },
  normal: { lines: 0, words: new Map() },
  strict: { lines: 0, words: new Map() },
});

/** Of these texts, which each policy touches: the verdict is another than `clean`. */
export const touchedBy = (filter: Filter, texts: readonly string[], speaker: Speaker): TouchedBy => {
  const touched = noneTouched();
  for (const text of texts) {
    const found = filter.find(text, speaker);
    for (const policy of POLICIES) {
      const hit = found.filter((one) => verdictFor(one, FILTER_POLICIES[policy]) !== "clean");
      if (hit.length === 0) continue;
      touched[policy].lines += 1;
      for (const { term, start, end } of hit) {
        const written = shown(text.slice(start, end));
        count(touched[policy].words, written === term ? written : `${written} (${term})`, 1);
      }
    }
  }
  return touched;
};

export const addTouched = (sum: TouchedBy, more: TouchedBy): void => {
  for (const policy of POLICIES) {
    sum[policy].lines += more[policy].lines;
    for (const [word, times] of more[policy].words) count(sum[policy].words, word, times);
  }
};

const count = (words: Map<string, number>, word: string, times: number): void => {
  words.set(word, (words.get(word) ?? 0) + times);
};
