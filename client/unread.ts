import { COUNTABLE, type Entry } from "../shared/entry.ts";

/**
 * How much the player has not read. Counted from the entries at hand when they reach back to where he stopped; else from what the server last said plus what
 * came after it.
 */
export class Unread {
  #readSeq = 0;
  #said = { unread: 0, head: 0 };

  /** The server said how many follow `readSeq`, up to `head`. */
  said(readSeq: number, unread: number, head: number): void {
    this.#readSeq = Math.max(this.#readSeq, readSeq);
    this.#said = { unread, head };
  }

  /** The player has read up to here. */
  read(seq: number): void {
    this.#readSeq = Math.max(this.#readSeq, seq);
  }

  count(entries: readonly Entry[], own: number | undefined): number {
    const oldest = entries[0]?.seq;
    const isUnread = (entry: Entry): boolean =>
      COUNTABLE.has(entry.kind) && entry.seq > this.#readSeq && (entry.from === 0 || entry.from !== own);
    if (oldest === undefined) return this.#said.head <= this.#readSeq ? 0 : this.#said.unread;
    if (oldest <= this.#readSeq + 1) return entries.filter(isUnread).length;
    return this.#said.unread + entries.filter((entry) => entry.seq > this.#said.head && isUnread(entry)).length;
  }
}
