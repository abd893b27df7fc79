import type { Locale } from "../locale.ts";
import { type Lexicon, makeLexicon, type Sense } from "./filter-lexicon.ts";
import type { Country, FilterList } from "./filter-list.ts";
import { makeLookUp } from "./filter-look-up.ts";
import { maskPlaces } from "./filter-mask.ts";
import {
  type FilterCategory,
  type FilterChoice,
  type FilterVerdict,
  policyOf,
  SEVERITIES,
  type Severity,
  stricterVerdict,
  verdictFor,
} from "./filter-policy.ts";
import { type IsSafe, safeIn } from "./filter-safe.ts";
import { readingsOfText } from "./filter-words.ts";

/** A term in a text; `start` and `end` in UTF-16 units. */
export type Found = Readonly<{
  term: string;
  category: FilterCategory;
  severity: Severity;
  start: number;
  end: number;
}>;

/** Whose text it is: a term may be worse in a country, or only in a language. Without a country, what its list says in general. */
export type Speaker = Readonly<{ locale: Locale; country?: Country | undefined }>;

export type Judged = Readonly<{
  verdict: FilterVerdict;
  /** The text with what the verdict is about in asterisks. */
  masked: string;
  /** All terms, also those the policy lets pass: a reader's may be stricter. */
  found: readonly Found[];
}>;

export type Filter = Readonly<{
  /** The terms of a text, by place. Takes time in proportion to its length. */
  find(text: string, speaker: Speaker): readonly Found[];
  judge(text: string, speaker: Speaker & Readonly<{ strictness: FilterChoice }>): Judged;
}>;

const severityOf = ({ severity, by, local, locale }: Sense, speaker: Speaker): Severity | "none" => {
  const own = speaker.country === undefined ? undefined : by?.[speaker.country];
  if (own !== undefined) return own;
  return local && locale !== speaker.locale ? "none" : severity;
};

const isWorse = (one: Severity, other: Severity): boolean => SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other);

/** Without those that lie within one that is as bad. */
const outermost = (found: readonly Found[]): readonly Found[] => {
  if (found.length < 2) return found;
  const kept: Found[] = [];
  const inOrder = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const reach: Partial<Record<Severity, number>> = {};
  for (const one of inOrder) {
    const covered = SEVERITIES.some((each) => !isWorse(one.severity, each) && (reach[each] ?? -1) >= one.end);
    if (covered) continue;
    kept.push(one);
    reach[one.severity] = one.end;
  }
  return kept;
};

/** A filter of these lists; of what two say of the same term, the later one's word counts. Throws `WrongTerm`. */
export const makeFilter = (lists: readonly FilterList[]): Filter => filterOf(makeLexicon(lists));

/** A filter of lists that were read. */
export const filterOf = (lexicon: Lexicon): Filter => {
  const lookUp = makeLookUp(lexicon);

  const find = (text: string, speaker: Speaker): readonly Found[] => {
    const readings = readingsOfText(text);
    const found: Found[] = [];
    let isSafe: IsSafe | undefined;
    const add = (sense: Sense, start: number, end: number): void => {
      const severity = severityOf(sense, speaker);
      if (severity === "none") return;
      isSafe ??= safeIn(lexicon, readings);
      if (!isSafe(start, end, sense.rank))
        found.push({ term: sense.name, category: sense.category, severity, start, end });
    };
    for (const words of readings) lookUp(words, add);
    return outermost(found);
  };

  return {
    find,
    judge: (text, { strictness, ...speaker }) => {
      const policy = policyOf(strictness);
      const found = find(text, speaker);
      const hit = found.filter((one) => verdictFor(one, policy) !== "clean");
      const verdict = hit.reduce<FilterVerdict>((most, one) => stricterVerdict(most, verdictFor(one, policy)), "clean");
      return { verdict, masked: hit.length === 0 ? text : maskPlaces(text, hit), found };
    },
  };
};
