/** Highest level a guild can be given. */
export const MOST_LEVELS = 200;

/** The level for points that ever came in: 1, and one more for each of the rising totals that has been reached. */
export const levelOf = (earned: number, totals: readonly number[]): number =>
  1 + totals.filter((total) => total <= earned).length;

/** The total at which a level ends; undefined: it is the last. */
export const levelEndsAt = (level: number, totals: readonly number[]): number | undefined => totals[level - 1];
