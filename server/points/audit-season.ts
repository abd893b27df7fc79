import { asList, asPairs, asText } from "../redis/reply.ts";
import { accountOf, asAccounts, compare, earnedBy } from "./difference.ts";
import { numberOf } from "./entry-id.ts";
import type { BookEntry } from "./row.ts";

/** What a guild's book says of a season that was not rewarded yet, see ../season/credit.lua. */
export type BookSeason = {
  season: string;
  /** It goes on, so that every entry counts until the last one. */
  runs: boolean;
  points: number;
  /** Entries the book had before. */
  from: number;
  contribution: ReadonlyMap<string, number>;
};

/** As points_book tells it. */
export const readSeasons = (reply: unknown): BookSeason[] => {
  const cells = asList(reply);
  const seasons: BookSeason[] = [];
  for (let index = 0; index + 4 < cells.length; index += 5) {
    const [season, runs, points, from] = cells.slice(index, index + 4).map(asText);
    const contribution = new Map([...asPairs(cells[index + 4])].map(([member, sum]) => [member, Number(sum)]));
    seasons.push({
      season: season ?? "",
      runs: runs === "1",
      points: Number(points),
      from: Number(from),
      contribution,
    });
  }
  return seasons;
};

/** A reversal counts when what it takes back does; a refund or the end of a gift does not. */
const REVERSAL = /^~reverse:[^~]/;

/**
 * Goes along a book's entries, the oldest first, and proves that a season's points and contributions are the sums of its entries: of all of them while it runs, else of
 * those up to some moment, since an entry does not say when the season was over.
 */
export const makeAuditSeason = (
  { season, runs, points, from, contribution }: BookSeason,
  linked: ReadonlyMap<string, string>,
) => {
  const expected = asAccounts(contribution, linked);
  const brought = new Map<string, number>();
  const differing = new Set([...expected.keys()].filter((member) => expected.get(member) !== 0));
  const keys = new Set<string>();
  let [earned, last] = [0, ""];
  let fits = points === 0 && differing.size === 0;

  const counts = ({ key, reverses }: BookEntry): boolean =>
    !key.startsWith("~season:") && (reverses === undefined || (REVERSAL.test(key) && keys.has(reverses)));

  return {
    season,
    add: (entry: BookEntry): void => {
      if (numberOf(entry.entry) <= from) return;
      last = entry.entry;
      keys.add(entry.key);
      if (!counts(entry)) return;
      earned += earnedBy(entry);
      if (entry.member !== undefined) {
        const member = accountOf(entry.member, linked);
        const sum = (brought.get(member) ?? 0) + entry.amount;
        brought.set(member, sum);
        if (sum === (expected.get(member) ?? 0)) differing.delete(member);
        else differing.add(member);
      }
      const isNow = earned === points && differing.size === 0;
      fits = runs ? isNow : fits || isNow;
    },
    end: (): void => {
      if (fits) return;
      compare(last, `points of season ${season}`, earned, points);
      for (const member of differing)
        compare(
          last,
          `contribution of ${member} in season ${season}`,
          brought.get(member) ?? 0,
          expected.get(member) ?? 0,
        );
      compare(last, `points and contributions of season ${season}`, "those of one moment", "of several");
    },
  };
};
