import type { Weights } from "./estimate.ts";
import type { Tally } from "./tally.ts";

/** The tallies of one policy, ready to be asked for figures of any resample of its players. */
export type Pool = {
  readonly tallies: readonly Tally[];
  /** The sum of one count over all players. */
  sum(count: (tally: Tally) => number, weights: Weights): number;
  /** So large a share (0 to 1) of the values of all players is not larger; NaN when there is none. */
  percentile(values: (tally: Tally) => readonly number[], share: number, weights: Weights): number;
};

export const makePool = (tallies: readonly Tally[]): Pool => {
  const sorted = new Map<(tally: Tally) => readonly number[], { value: number; player: number }[]>();
  const inOrder = (values: (tally: Tally) => readonly number[]) => {
    let found = sorted.get(values);
    if (found === undefined) {
      found = tallies.flatMap((tally, player) => values(tally).map((value) => ({ value, player })));
      sorted.set(
        values,
        found.sort((a, b) => a.value - b.value),
      );
    }
    return found;
  };
  return {
    tallies,
    sum: (count, weights) => tallies.reduce((sum, tally, player) => sum + count(tally) * (weights[player] ?? 0), 0),
    percentile: (values, share, weights) => {
      const all = inOrder(values);
      let left = share * all.reduce((sum, { player }) => sum + (weights[player] ?? 0), 0);
      for (const { value, player } of all) {
        left -= weights[player] ?? 0;
        if (left <= 0) return all.length === 0 ? Number.NaN : value;
      }
      return Number.NaN;
    },
  };
};
