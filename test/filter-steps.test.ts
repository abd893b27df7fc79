import { describe, expect, test } from "vitest";
import { baseLists } from "../server/moderation/filter/base-lists.ts";
import { filterOf } from "../shared/moderation/filter.ts";
import { type Lexicon, makeLexicon } from "../shared/moderation/filter-lexicon.ts";
import type { FilterList } from "../shared/moderation/filter-list.ts";
import type { Phrase } from "../shared/moderation/filter-phrase.ts";

/** Counts what a filter looks up: words in its lists, and in the places of its phrases. */
const countedLexicon = (lexicon: Lexicon) => {
  let looked = 0;
  class CountedMap<K, V> extends Map<K, V> {
    override get(key: K): V | undefined {
      looked++;
      return super.get(key);
    }
    override has(key: K): boolean {
      looked++;
      return super.has(key);
    }
  }
  class CountedSet<V> extends Set<V> {
    override has(value: V): boolean {
      looked++;
      return super.has(value);
    }
  }
  const phrases = new Map<Phrase, Phrase>();
  const counted = (phrase: Phrase): Phrase => {
    const known = phrases.get(phrase);
    if (known !== undefined) return known;
    const made = phrase.map(({ words, optional }) => ({ words: words && new CountedSet(words), optional }));
    phrases.set(phrase, made);
    return made;
  };
  const allCounted = <T extends Readonly<{ phrase: Phrase }>>(map: ReadonlyMap<string, readonly T[]>) =>
    new CountedMap([...map].map(([word, all]) => [word, all.map((one) => ({ ...one, phrase: counted(one.phrase) }))]));
  return {
    lexicon: {
      words: new CountedMap(lexicon.words),
      sounds: new CountedMap(lexicon.sounds),
      inside: new CountedMap(lexicon.inside),
      phrases: allCounted(lexicon.phrases),
      allowed: new CountedMap(lexicon.allowed),
      safe: allCounted(lexicon.safe),
      longest: lexicon.longest,
    },
    looked: (): number => looked,
  };
};

/** How many look-ups a text costs a filter that has met none of its words before. */
const stepsOf = (lists: readonly FilterList[]) => {
  const { lexicon, looked } = countedLexicon(makeLexicon(lists));
  return (text: string): number => {
    const before = looked();
    filterOf(lexicon).find(text, { locale: "es-419", country: "AR" });
    return looked() - before;
  };
};

const ours = stepsOf(baseLists());
const long = (piece: string, length = 2_000): string => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** Look-ups for each character; the worst of these texts needs 15. */
const MOST_STEPS = 30;
/** Where asterisks hide letters, all letters are tried, in few words of a text: a number that does not grow with it. */
const HIDDEN_STEPS = 1_500;

describe("the work a text makes", () => {
  test.each([
    ["marks upon one letter", "p\u0301\u0302"],
    ["one letter", "a"],
    ["letters of two scripts in turn", "аa"],
    ["letters doubled in turn", "aabb"],
    ["asterisks", "p**a "],
    ["letters apart", "p u t "],
    ["letters apart, stretched", "p u u "],
    ["letters apart, each with a tilde", "ñ n "],
    ["a phrase that never ends", "hijo de "],
    ["a phrase of what may be missing", "you a the so such team is are re "],
    ["a phrase that is found", "vete a la puta mierda "],
    ["a phrase that is safe", "la concha de mar "],
    ["bad words", "puto "],
    ["bad words between bars", "puta|"],
    ["letters between bars", "p|u|t|a|"],
    ["digits in turn", "p1u1t1a1"],
    ["signs that are letters", "1l"],
    ["signs that end sentences", "!a"],
    ["pieces", "p.u.t."],
    ["pieces of two letters", "pu.ta."],
    ["words that sound alike", "kulero qulero "],
    ["emoji", "p🔥u🔥"],
  ])(
    "[MO7] a text of 2,000 characters costs so many look-ups at most, and twice as long a text twice as many: %s",
    (_, piece) => {
      const [once, twice] = [ours(long(piece)), ours(long(piece, 4_000))];
      expect(once).toBeLessThan(2_000 * MOST_STEPS);
      expect(twice).toBeLessThan(2.2 * once + HIDDEN_STEPS);
    },
  );

  test("[MO7] a studio's phrase of words that may be missing does not double the work with each of them", () => {
    const steps = (places: number): number =>
      stepsOf([
        {
          locale: "es-419",
          entries: [{ terms: [`a ${"a? ".repeat(places)}b`], category: "insult", severity: "mild" }],
        },
      ])(`${"a ".repeat(200)}c`);
    const [few, many] = [steps(8), steps(32)];
    expect(many).toBeLessThan(few * 4 ** 2);
  });
});
