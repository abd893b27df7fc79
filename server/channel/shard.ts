import { type Cursor, type Lineage, lastOf } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { split } from "../../shared/frame.ts";
import type { PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log, Resumed } from "./log.ts";
import type { Tail } from "./tail.ts";

/** A connected reader as the shard needs him. `B` is an encoded frame, made once for all who get the same entries. */
export type Reader<B> = {
  readonly player: PlayerId;
  /** His member's number in the channel. */
  readonly number: number;
  sendFrame(frame: B): void;
  sendEpoch(lineage: Lineage): void;
  /** His membership has ended; he has been sent the entry that says so. */
  dismiss(): void;
};

type Seat = { sent: Cursor; live: boolean; resumes: number };

/**
 * The readers of a channel in one room. A reader becomes live by resuming: what he is answered and what he is sent afterwards join without hole or repetition.
 * Entries that arrive in one turn of the event loop leave as one frame.
 */
export class Shard<B> {
  readonly #tail: Tail;
  readonly #log: Log;
  readonly #encode: (entries: readonly Entry[]) => B;
  readonly #seats = new Map<Reader<B>, Seat>();
  readonly #waiting: Entry[] = [];
  #flush: NodeJS.Immediate | undefined;
  readonly #stop: () => void;

  constructor(tail: Tail, log: Log, ports: { encode(entries: readonly Entry[]): B; onState(): void }) {
    this.#tail = tail;
    this.#log = log;
    this.#encode = ports.encode;
    this.#stop = tail.listen({
      onEntries: (entries) => {
        this.#waiting.push(...entries);
        this.#flush ??= setImmediate(() => this.flush());
      },
      onEpoch: (lineage) => {
        this.flush();
        for (const reader of this.#seats.keys()) reader.sendEpoch(lineage);
      },
      onReset: (lineage) => {
        this.flush();
        for (const [reader, seat] of this.#seats) {
          seat.live = false;
          reader.sendEpoch(lineage);
        }
      },
      onState: ports.onState,
    });
  }

  add(reader: Reader<B>): void {
    this.#seats.set(reader, { sent: { epoch: 0, seq: 0 }, live: false, resumes: 0 });
  }

  remove(reader: Reader<B>): void {
    this.#seats.delete(reader);
  }

  /** Whether entries reach him as they come; he meets the one that ends his membership. */
  isLive(reader: Reader<B>): boolean {
    return this.#seats.get(reader)?.live ?? false;
  }

  close(): void {
    this.#stop();
    clearImmediate(this.#flush);
    this.#seats.clear();
  }

  /**
   * Everything after the reader's cursor, as `Log.resume`; when no more follows, he is live from there on. A later resume of the same reader takes over from an
   * earlier one that is still under way.
   */
  async resume(reader: Reader<B>, cursor: Cursor): Promise<Resumed> {
    const seat = this.#seats.get(reader);
    if (seat !== undefined) {
      seat.live = false;
      seat.resumes += 1;
    }
    const turn = seat?.resumes;
    const page = await this.#log.resume(this.#tail.channel, reader.player, cursor, LIMITS.pageEntries);
    const entries = [...page.entries];
    let { more } = page;
    const last = entries.at(-1);
    const reached: Cursor = last ?? (page.complete ? cursor : { epoch: page.lineage.epoch, seq: page.lineage.head });
    const sent: Cursor = more ? reached : atEnd(page.lineage, reached);
    let dismissed = false;
    if (!more) {
      const behind = this.#behind(sent);
      if (behind === undefined) more = true;
      else {
        // Membership was checked when the page was read; what came after it may have ended it.
        const due = untilDeparture(behind, reader.number);
        entries.push(...due);
        dismissed = due.some((entry) => endsMembership(entry, reader.number));
      }
    }
    if (!more && seat !== undefined && seat.resumes === turn) {
      const end = entries.at(-1);
      seat.sent =
        end !== undefined && (end.epoch > sent.epoch || end.seq > sent.seq) ? { epoch: end.epoch, seq: end.seq } : sent;
      seat.live = !dismissed;
    }
    if (dismissed) setImmediate(() => this.#dismiss(reader));
    const head = Math.max(page.lineage.head, entries.at(-1)?.seq ?? 0);
    return { ...page, lineage: { ...page.lineage, head }, entries, more };
  }

  flush(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    for (const run of split(this.#waiting.splice(0))) this.#deliver(run);
  }

  #deliver(run: readonly Entry[]): void {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return;
    const departures = run.filter(({ kind }) => kind === "left" || kind === "kicked");
    let shared: B | undefined;
    for (const [reader, seat] of this.#seats) {
      if (!seat.live || isBefore(last, seat.sent)) continue;
      const departs = departures.some((entry) => endsMembership(entry, reader.number) && !isBefore(entry, seat.sent));
      if (departs || isBefore(first, seat.sent)) {
        const unsent = run.filter((entry) => !isBefore(entry, seat.sent));
        reader.sendFrame(this.#encode(departs ? untilDeparture(unsent, reader.number) : unsent));
      } else {
        shared ??= this.#encode(run);
        reader.sendFrame(shared);
      }
      seat.sent = { epoch: last.epoch, seq: last.seq };
      if (departs) this.#dismiss(reader);
    }
  }

  /** What the tail has after a cursor; undefined when that has to be read. */
  #behind(sent: Cursor): Entry[] | undefined {
    return this.#tail.position.epoch < sent.epoch ? [] : this.#tail.since(sent);
  }

  #dismiss(reader: Reader<B>): void {
    if (this.#seats.delete(reader)) reader.dismiss();
  }
}

const endsMembership = (entry: Entry, number: number): boolean =>
  (entry.kind === "left" || entry.kind === "kicked") && entry.body.who === number;

/** What a member may see: everything up to the entry that ends his membership. */
const untilDeparture = (entries: readonly Entry[], number: number): readonly Entry[] => {
  const end = entries.findIndex((entry) => endsMembership(entry, number));
  return end === -1 ? entries : entries.slice(0, end + 1);
};

/** Whether the entry has already been sent to one who stands at the cursor. Seqs rise across epochs. */
const isBefore = (entry: Entry, sent: Cursor): boolean => entry.seq <= sent.seq;

/** Where one stands who has everything up to `reached` and to whom nothing more is due: at the head of the current epoch. */
const atEnd = (lineage: Lineage, reached: Cursor): Cursor =>
  reached.epoch === lineage.epoch
    ? reached
    : { epoch: lineage.epoch, seq: lastOf(lineage, lineage.epoch) ?? reached.seq };
