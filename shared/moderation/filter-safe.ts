import type { Lexicon } from "./filter-lexicon.ts";
import { endOfPhrase } from "./filter-phrase.ts";
import type { Word } from "./filter-words.ts";

type Span = Readonly<{ start: number; end: number }>;
/** Whether a place of the text is within a phrase in which lists of its rank or lower find nothing. */
export type IsSafe = (start: number, end: number, rank: number) => boolean;

/** Spans by their start, each as long as the longest of it and those before. */
const reaching = (spans: readonly Span[]): readonly Span[] => {
  let reach = 0;
  return [...spans]
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => {
      reach = Math.max(reach, end);
      return { start, end: reach };
    });
};

/** How far the spans reach that begin at `start` or before. */
const reachAt = (spans: readonly Span[], start: number): number => {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return spans[low - 1]?.end ?? 0;
};

/** The phrases of a text, in any of its readings, within which nothing is found. */
export const safeIn = (lexicon: Lexicon, readings: readonly (readonly Word[])[]): IsSafe => {
  const byRank = new Map<number, Span[]>();
  for (const words of readings)
    for (const [at, { forms, start }] of words.entries())
      for (const form of forms)
        for (const { phrase, rank } of lexicon.safe.get(form) ?? []) {
          const end = words[endOfPhrase(phrase, words, at) - 1]?.end;
          if (end === undefined) continue;
          const spans = byRank.get(rank);
          if (spans === undefined) byRank.set(rank, [{ start, end }]);
          else spans.push({ start, end });
        }
  const reached = [...byRank].map(([rank, spans]) => ({ rank, spans: reaching(spans) }));
  return (start, end, rank) => reached.some((each) => each.rank >= rank && reachAt(each.spans, start) >= end);
};
