import { advance, type Cursor, isGood, type Lineage } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import type { ChannelId } from "../../shared/id.ts";
import { type Fleeting, parseFleeting } from "./fleeting.ts";
import type { Log } from "./log.ts";
import { parsePayload } from "./payload.ts";

export type TailListener = {
  /** New entries, in the order of the log, each exactly once. */
  onEntries(entries: readonly Entry[]): void;
  /** The log's epoch changed; entries that follow are of the new one. Whoever stands at the end of an old epoch has missed nothing. */
  onEpoch(lineage: Lineage): void;
  /** This process cannot tell any more what came between: every reader has to resume by himself. */
  onReset(lineage: Lineage): void;
  /** What the owner's state shows has changed. */
  onState(): void;
  /** Reactions or a card's state have changed. May be lost. */
  onFleeting?(fleeting: Fleeting): void;
};

/** Entries a tail keeps, so that readers that come a little late need not ask Redis. */
const RING = 256;
const REPAIR_PAGE = 500;

/**
 * One process's view of the end of a channel's log. Pub/sub only wakes it: an entry that is not the next one, a change of epoch, a lost connection or a head
 * that moved unseen (`check`) makes it read the log from its position. So listeners see every entry once and in order, whatever pub/sub loses; what cannot be
 * told any more is said by `onReset`.
 */
export class Tail {
  readonly channel: ChannelId;
  readonly #log: Log;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<TailListener>();
  readonly #ring: Entry[] = [];
  #lineage: Lineage;
  #position: Cursor;
  #version: number | undefined;
  #repairing = false;
  #again = false;
  #closed = false;

  constructor(channel: ChannelId, log: Log, lineage: Lineage, onError: (error: unknown) => void) {
    this.channel = channel;
    this.#log = log;
    this.#onError = onError;
    this.#lineage = lineage;
    this.#position = { epoch: lineage.epoch, seq: lineage.head };
  }

  get position(): Cursor {
    return this.#position;
  }

  listen(listener: TailListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }

  /** Everything between a cursor of this epoch and the position, or undefined when the ring does not reach back that far. */
  since(cursor: Cursor): Entry[] | undefined {
    if (cursor.epoch !== this.#position.epoch) return undefined;
    if (cursor.seq >= this.#position.seq) return [];
    const first = this.#ring.findIndex((entry) => entry.epoch === cursor.epoch && entry.seq === cursor.seq + 1);
    return first === -1 ? undefined : this.#ring.slice(first);
  }

  /** What pub/sub brought: an entry, `e` for a changed epoch, `v<version>` for changed state, `r…` and `c…` for what has become of an entry, `s…` for a signal. */
  heard(message: string): void {
    if (message.startsWith("v")) {
      this.checkVersion(Number(message.slice(1)));
      return;
    }
    if (message.startsWith("r") || message.startsWith("c") || message.startsWith("s")) {
      const fleeting = parseFleeting(message);
      if (fleeting !== undefined) for (const listener of this.#listeners) listener.onFleeting?.(fleeting);
      return;
    }
    if (!message.startsWith("[")) {
      this.repair();
      return;
    }
    const entry = parsedOrNot(message);
    // What this release cannot read is not thrown into the connection's face: reading the log tells, and logs, what is wrong.
    if (entry === undefined) this.repair();
    else if (entry.epoch !== this.#position.epoch) this.repair();
    else if (entry.seq > this.#position.seq) {
      if (this.#repairing || entry.seq !== this.#position.seq + 1) this.repair();
      else this.#apply([entry]);
    }
  }

  /** The head as another source has seen it; reads what is missing. */
  check(head: Cursor): void {
    if (head.epoch !== this.#position.epoch || head.seq !== this.#position.seq) this.repair();
  }

  /** The version of the owner's state as another source has seen it; listeners are told when it is not the one last heard of. */
  checkVersion(version: number): void {
    if (version === this.#version) return;
    this.#version = version;
    for (const listener of this.#listeners) listener.onState();
  }

  /** Reads the log from the position on. Calls during a repair make one more round, so that nothing that was heard meanwhile is left out. */
  repair(): void {
    this.#again = true;
    if (this.#repairing || this.#closed) return;
    this.#repairing = true;
    void this.#repair().finally(() => {
      this.#repairing = false;
      // Asked for between the last look at `again` and this line.
      if (this.#again) this.repair();
    });
  }

  async #repair(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        const piece = await this.#log.resume(this.channel, undefined, this.#position, REPAIR_PAGE);
        if (this.#closed) return;
        if (piece.complete && isGood(piece.lineage, this.#position)) {
          this.#enter(piece.lineage);
          this.#apply(piece.entries);
          if (piece.more) this.#again = true;
          else this.#position = advance(piece.lineage, this.#position);
        } else this.#reset(piece.lineage);
      } catch (error) {
        // The next check of the heads repairs again.
        this.#onError(error);
      }
    }
  }

  #enter(lineage: Lineage): void {
    if (lineage.epoch === this.#lineage.epoch) return;
    this.#lineage = lineage;
    for (const listener of this.#listeners) listener.onEpoch(lineage);
  }

  #reset(lineage: Lineage): void {
    this.#lineage = lineage;
    this.#position = { epoch: lineage.epoch, seq: lineage.head };
    this.#ring.length = 0;
    for (const listener of this.#listeners) listener.onReset(lineage);
  }

  #apply(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#position = { epoch: last.epoch, seq: last.seq };
    this.#ring.push(...entries);
    if (this.#ring.length > RING) this.#ring.splice(0, this.#ring.length - RING);
    for (const listener of this.#listeners) listener.onEntries(entries);
  }
}

const parsedOrNot = (message: string): Entry | undefined => {
  try {
    return parsePayload(message);
  } catch {
    return undefined;
  }
};
