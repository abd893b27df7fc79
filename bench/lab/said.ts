import type { Kind } from "./world.ts";

/** Something that was said or happened in a guild, and to whom it is what. */
export type Said = {
  readonly at: number;
  /** Index of who said it; -1: the game. */
  readonly author: number;
  /** To everybody who is not named in `to`; missing: it is for those alone. */
  readonly kind?: Kind;
  /** By index. */
  readonly to?: ReadonlyMap<number, Kind>;
  readonly expiresAt?: number;
  /** What belongs together, as five calls in a row: he cares for all of it or for none. */
  readonly matter?: string;
  /** From when on it does not concern somebody any more. */
  readonly overFor?: ReadonlyMap<number, number>;
};
