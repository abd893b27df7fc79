import type { GuildId, PlayerId } from "../../shared/id.ts";

export type Book = { guild: GuildId } | { player: PlayerId };

export type Movement = {
  book: Book;
  /** The caller's own id of this movement; known for at least 90 days. */
  key: string;
  /** Whole, not 0; negative takes points away. */
  amount: number;
  /** Only for a guild's book: the member who brought the points; his contribution moves too. */
  member?: PlayerId | undefined;
  reason: string;
};

export type Moved = { balance: number; entry: string; contribution: number; repeated: boolean };

export type Ledger = {
  /**
   * Moves points once. The same key with the same contents returns the first result and moves nothing; with other contents it throws `key-reused`.
   * Throws `guild-not-found`, `player-not-found`, `member-not-found`, `points-insufficient` (no balance goes below zero), `bad-request`.
   */
  move(movement: Movement): Promise<Moved>;
  balance(book: Book): Promise<number>;
};
