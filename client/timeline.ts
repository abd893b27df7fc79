import { advance, type Cursor, type Lineage, lastOf } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { changedBy } from "../shared/fold.ts";

/** Entries of an answer to `resume`, decoded. */
export type TimelinePage = {
  lineage: Lineage;
  complete: boolean;
  reason?: "too-old" | "other-epoch" | "no-cursor" | undefined;
  more: boolean;
  entries: readonly Entry[];
};

/** What a step did to the timeline, in the order it is to be shown: `lost` went, then a `reset` emptied it, then `added` came at its end. */
export type Step = {
  /** Entries that were shown but are no longer in the log (Redis lost its tail). */
  lost: Entry[];
  /** The timeline begins anew: what came between its old end and its new beginning cannot be had. */
  reset?: "too-old" | "other-epoch" | "no-cursor";
  added: Entry[];
  /** Something is missing that only `resume` can bring. */
  ask: boolean;
};

export type TimelineOptions = {
  /** Entries held; the oldest go first. Those that were fetched from the history on purpose stay. */
  keep?: number;
  /** Entries held that came before their turn; more of them are dropped and asked for again. */
  keepAhead?: number;
};

const NOTHING: Cursor = { epoch: 0, seq: 0 };

/**
 * A channel's entries without a hole, each once, in the order of the log, whatever order, repetition or loss they arrive with. Pure: it knows no
 * connection and no time. Seqs rise across epochs, so an entry at or below the cursor is always one that is known.
 */
export class Timeline {
  #lineage: Lineage | undefined;
  #cursor: Cursor = NOTHING;
  #entries: Entry[] = [];
  /** Entries above the cursor, by seq, until what lies between has come. */
  readonly #ahead = new Map<number, Entry>();
  #overflowed = false;
  /** Whether the lineage was heard on the present line. Until then even an older one is believed: the server may have been restored from a backup. */
  #heard = false;
  #keep: number;
  readonly #keepAhead: number;

  constructor(options: TimelineOptions = {}) {
    this.#keep = options.keep ?? 1_000;
    this.#keepAhead = options.keepAhead ?? 2_000;
  }

  /** The highest position up to which everything is known. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Entries wait for others that have not come. */
  get hasHole(): boolean {
    return this.#overflowed || this.#ahead.size > 0;
  }

  /** A new line to the server: what it says about epochs is believed again from the beginning. */
  lineOpened(): void {
    this.#heard = false;
  }

  /** An answer to `resume` with this timeline's cursor. */
  takePage(page: TimelinePage): Step {
    if (this.#isStale(page.lineage)) return { lost: [], added: [], ask: true };
    const lost = this.#judge(page.lineage, page.reason === "other-epoch");
    this.#overflowed = false;
    if (page.complete) return { lost, added: this.#takeIn(page.entries), ask: page.more || this.hasHole };
    // What is left after the loss may well be continued: ask again from there before giving it up.
    if (page.reason === "other-epoch" && lost.length > 0 && this.#cursor.epoch !== 0)
      return { lost, added: [], ask: true };
    const last = page.entries.at(-1);
    this.#entries = [...page.entries];
    this.#cursor = last ?? { epoch: page.lineage.epoch, seq: page.lineage.head };
    this.#cursor = { epoch: this.#cursor.epoch, seq: this.#cursor.seq };
    const added = [...page.entries, ...this.#drain()];
    return { lost, reset: page.reason ?? "too-old", added, ask: page.more || this.hasHole };
  }

  /** Entries the server sent by itself. */
  takeLive(entries: readonly Entry[]): Step {
    const added = this.#takeIn(entries);
    return { lost: [], added, ask: this.#heard && this.hasHole };
  }

  /** The server says the epoch has changed, or that it may have. */
  takeLineage(lineage: Lineage): Step {
    if (this.#isStale(lineage)) return { lost: [], added: [], ask: true };
    const lost = this.#judge(lineage, false);
    return { lost, added: this.#drain(), ask: true };
  }

  /** Applies what edits and deletions, of one entry or of all of a member's, among new entries say about those held. Returns these as they are now. */
  fold(added: readonly Entry[]): Entry[] {
    const changed: Entry[] = [];
    for (const change of added) {
      if (change.kind === "edit" || change.kind === "deleted") {
        const index = this.#entries.findIndex(({ seq }) => seq === change.body.seq);
        changed.push(...this.#foldAt(index, change));
      }
      // One entry may tell of thousands.
      if (change.kind === "purged")
        for (const index of this.#entries.keys()) changed.push(...this.#foldAt(index, change));
    }
    return changed;
  }

  #foldAt(index: number, change: Entry): Entry[] {
    const entry = this.#entries[index];
    const now = entry && changedBy(entry, change);
    if (now === undefined) return [];
    this.#entries[index] = now;
    return [now];
  }

  /** Older entries, when they are those right before the ones held. Returns whether they were. */
  prepend(entries: readonly Entry[], before: number): boolean {
    const last = entries.at(-1);
    if (this.#entries[0]?.seq !== before || last === undefined || last.seq >= before) return false;
    this.#entries = [...entries, ...this.#entries];
    this.#keep = Math.max(this.#keep, this.#entries.length + 200);
    return true;
  }

  /** Said earlier than what is known already; on one line that is an answer overtaken by a newer message. */
  #isStale(lineage: Lineage): boolean {
    return this.#heard && this.#lineage !== undefined && lineage.epoch < this.#lineage.epoch;
  }

  /**
   * Takes the lineage for true, and drops what it says is gone. The head of an open epoch may have been read before an entry that came here already; it
   * tells of a loss only when the server said that the cursor is not in the log.
   */
  #judge(lineage: Lineage, refused: boolean): Entry[] {
    const known = !refused && this.#cursor.epoch === lineage.epoch ? this.#cursor.seq : 0;
    this.#lineage = { past: [...lineage.past], epoch: lineage.epoch, head: Math.max(lineage.head, known) };
    this.#heard = true;
    if (this.#cursor.epoch === 0) return [];
    const last = lastOf(this.#lineage, this.#cursor.epoch);
    if (last !== undefined && this.#cursor.seq <= last) return [];
    if (last === undefined) {
      this.#cursor = NOTHING;
      return this.#entries.splice(0);
    }
    const { epoch } = this.#cursor;
    this.#cursor = { epoch, seq: last };
    const from = this.#entries.findIndex((entry) => entry.epoch === epoch && entry.seq > last);
    return from < 0 ? [] : this.#entries.splice(from);
  }

  #takeIn(entries: readonly Entry[]): Entry[] {
    for (const entry of entries) {
      if (entry.seq <= this.#cursor.seq) continue;
      if (this.#ahead.size >= this.#keepAhead && !this.#isNext(entry)) {
        this.#overflowed = true;
        continue;
      }
      this.#ahead.set(entry.seq, entry);
    }
    return this.#drain();
  }

  #isNext(entry: Entry): boolean {
    return entry.seq === this.#cursor.seq + 1;
  }

  /**
   * Moves to the end of the timeline what has become contiguous. At the end of a past epoch the cursor steps over to the next one first, so what came from a
   * lost tail is passed over and dropped.
   */
  #drain(): Entry[] {
    const added: Entry[] = [];
    if (this.#lineage === undefined || this.#cursor.epoch === 0) return added;
    for (;;) {
      this.#cursor = advance(this.#lineage, this.#cursor);
      const next = this.#ahead.get(this.#cursor.seq + 1);
      if (next === undefined || next.epoch !== this.#cursor.epoch) break;
      this.#ahead.delete(next.seq);
      this.#cursor = { epoch: next.epoch, seq: next.seq };
      if (next.epoch === this.#lineage.epoch && next.seq > this.#lineage.head) this.#lineage.head = next.seq;
      added.push(next);
    }
    for (const seq of this.#ahead.keys()) if (seq <= this.#cursor.seq) this.#ahead.delete(seq);
    this.#entries.push(...added);
    if (this.#entries.length > this.#keep) this.#entries.splice(0, this.#entries.length - this.#keep);
    return added;
  }
}
