import { COUNTABLE, type Entry } from "../shared/entry.ts";
import type { Rank } from "../shared/rank.ts";

type Said = { unread: number; mentions: number; head: number };
/** The player in the channel, as far as that is known. */
type Self = { number: number | undefined; rank: Rank | undefined };

/**
 * How much the player has not read, and how much of it calls him. Counted from the entries at hand when they reach back to where he stopped; else from what the
 * server last said plus what came after it.
 */
export class Unread {
  #readSeq = 0;
  #said: Said = { unread: 0, mentions: 0, head: 0 };

  /** The server said what follows `readSeq`, up to `head`. */
  said(readSeq: number, said: Said): void {
    this.#readSeq = Math.max(this.#readSeq, readSeq);
    this.#said = said;
  }

  /** The player has read up to here. */
  read(seq: number): void {
    this.#readSeq = Math.max(this.#readSeq, seq);
  }

  count(entries: readonly Entry[], self: Self): number {
    return this.#count(entries, self, this.#said.unread, () => true);
  }

  mentions(entries: readonly Entry[], self: Self): number {
    return this.#count(entries, self, this.#said.mentions, (entry) => calls(entry, self));
  }

  #count(entries: readonly Entry[], self: Self, said: number, counts: (entry: Entry) => boolean): number {
    const oldest = entries[0]?.seq;
    const isUnread = (entry: Entry): boolean =>
      COUNTABLE.has(entry.kind) &&
      entry.seq > this.#readSeq &&
      (entry.from === 0 || entry.from !== self.number) &&
      counts(entry);
    if (oldest === undefined) return this.#said.head <= this.#readSeq ? 0 : said;
    if (oldest <= this.#readSeq + 1) return entries.filter(isUnread).length;
    return said + entries.filter((entry) => entry.seq > this.#said.head && isUnread(entry)).length;
  }
}

const calls = (entry: Entry, self: Self): boolean => {
  if (entry.kind !== "text" && entry.kind !== "announcement") return false;
  const {
    players = [],
    groups = [],
    fighters,
  } = (typeof entry.body === "string" ? undefined : entry.body.mentions) ?? {};
  const isOfficer = self.rank === "leader" || self.rank === "officer";
  return (
    (self.number !== undefined &&
      (players.includes(self.number) || fighters?.numbers.includes(self.number) === true)) ||
    groups.includes("all") ||
    (isOfficer && groups.includes("officers"))
  );
};
