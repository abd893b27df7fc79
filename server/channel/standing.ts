import type { Cursor, Lineage } from "../../shared/cursor.ts";
import { REPORT_AFTER } from "../../shared/cursor-report.ts";
import type { Entry } from "../../shared/entry.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Outflow } from "./outflow.ts";

/** An encoded frame; `length` is its bytes on the wire. */
export type Encoded = { readonly length: number };

/** A connected reader as the shard needs him. `B` is an encoded frame, made once for all who get the same entries. */
export type Reader<B extends Encoded> = {
  readonly player: PlayerId;
  /** His member's number in the channel. */
  readonly number: number;
  /** Bytes sent to him that his line has not taken. */
  readonly unsentBytes: number;
  /** Bytes his line has taken since it was opened. */
  readonly takenBytes: number;
  /** How often he has reported something new, of whichever channel his line carries. */
  readonly reports: number;
  sendFrame(frame: B): void;
  sendEpoch(lineage: Lineage): void;
  /** His membership has ended. If he was following, he has been sent the entry that says so. */
  dismiss(): void;
  /** He reads too slowly: he may come back and resume. */
  cutOff(): void;
};

/** Entries are held back from a reader while more than this waits for his line: it is some 500 messages, which a phone on 2G (about 5 kB/s) reads in 13 s. */
export const SOFT_UNSENT_BYTES = 64 * 1024;
/** He is caught up from here on: low enough that it is not over at once, high enough that his line does not run dry. */
export const DRAINED_UNSENT_BYTES = 16 * 1024;
/** Of one who reports: entries are held back while he has not reported both so many entries and so many bytes. The kernel takes up to 4 MB unseen; this sees it. */
export const SOFT_UNREPORTED = { entries: 256, bytes: 64 * 1024 } as const;
/** Held so long without taking or reporting anything, he is cut off: nobody is at the other end. */
export const HELD_MS = 60_000;
/** A held reader whose membership has ended meanwhile is given this long to be caught up to the entry that says so. */
export const LEAVING_MS = 5_000;

/** While a reader is held, nothing is kept for him but where he stands; he is caught up from the tail's ring or the log. */
export type Hold = {
  readonly outflow: Outflow;
  progress: number;
  progressAtMs: number;
  /** When the entry that ends his membership was written. */
  leavingSinceMs: number | undefined;
};

/** Where one reader stands: what he was sent, what he says he has, and whether entries reach him as they come. */
export class Standing<B extends Encoded> {
  readonly reader: Reader<B>;
  sent: Cursor = { epoch: 0, seq: 0 };
  live = false;
  resumes = 0;
  /** Resumes under way. */
  asking = 0;
  hold: Hold | undefined;
  /**
   * While he neither follows nor is held: the seq up to which a page has to have been read to tell whether he is a member still; 0 when nothing speaks against it. Until
   * then nothing is told to him.
   */
  doubtedAt = 0;
  readonly #outflow: Outflow;
  #reported: number | undefined;

  /** `outflow`: what has been sent to all who are live. */
  constructor(reader: Reader<B>, outflow: Outflow) {
    this.reader = reader;
    this.#outflow = outflow;
  }

  /** Whether he has already been sent this entry. Seqs rise across epochs. */
  has({ seq }: Entry): boolean {
    return seq <= this.sent.seq;
  }

  /** He says he has everything up to here; returns whether that is news. What he cannot have is not believed. */
  report(seq: number): boolean {
    if (seq > this.sent.seq || seq <= (this.#reported ?? -1)) return false;
    this.#reported = seq;
    return true;
  }

  /** Whether he may have been removed, and meets no entry that says so. */
  isDoubted(): boolean {
    return this.doubtedAt !== 0 && !this.live && this.hold === undefined;
  }

  /** A resume tells where he stands too; whoever never reports is not held to it. */
  resumedFrom(seq: number): void {
    if (this.#reported !== undefined) this.#reported = seq;
  }

  /** Whether more would pile up here. */
  isFull(): boolean {
    return this.reader.unsentBytes > SOFT_UNSENT_BYTES;
  }

  /** Whether so much is under way to him that more would only pile up. */
  isBehind(): boolean {
    if (this.isFull()) return true;
    // Seqs may jump at the ends of epochs, never the other way; so most readers are done here.
    if (this.#reported === undefined || this.sent.seq - this.#reported <= SOFT_UNREPORTED.entries) return false;
    const { entries, bytes } = this.#unreported(this.#reported);
    return entries > SOFT_UNREPORTED.entries && bytes > SOFT_UNREPORTED.bytes;
  }

  /** Whether he is told what is told beside the log. */
  takesFleeting(): boolean {
    return this.hold === undefined && this.doubtedAt === 0 && !this.isBehind();
  }

  /** Whether he has taken enough of what was under way to be caught up. A client that has everything reports late, but never later than this. */
  isDrained(): boolean {
    if (this.reader.unsentBytes > DRAINED_UNSENT_BYTES) return false;
    if (this.#reported === undefined) return true;
    const { entries, bytes } = this.#unreported(this.#reported);
    return entries <= REPORT_AFTER.entries || bytes <= REPORT_AFTER.bytes;
  }

  holdBack(nowMs: number): void {
    this.live = false;
    this.hold = {
      outflow: this.#outflow.upTo(this.sent.seq),
      progress: this.#progress(),
      progressAtMs: nowMs,
      leavingSinceMs: undefined,
    };
  }

  /** Whether he has been held in vain for too long. */
  isLost(nowMs: number): boolean {
    const { hold } = this;
    if (hold === undefined) return false;
    const progress = this.#progress();
    if (progress !== hold.progress) {
      hold.progress = progress;
      hold.progressAtMs = nowMs;
    }
    return nowMs - hold.progressAtMs > HELD_MS;
  }

  /** Sends what he is caught up with. */
  give(frame: B, entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.reader.sendFrame(frame);
    this.sent = { epoch: last.epoch, seq: last.seq };
    this.hold?.outflow.sent(last.seq, entries.length, frame.length);
  }

  /**
   * What the kernel takes is no progress of one who reports: it takes megabytes that nobody reads. Whatever he reports is: on a line that carries many channels one may
   * wait long for its turn.
   */
  #progress(): number {
    return this.#reported === undefined ? this.reader.takenBytes : this.reader.reports;
  }

  #unreported(reported: number): { entries: number; bytes: number } {
    return (this.hold?.outflow ?? this.#outflow).between(reported, this.sent.seq);
  }
}
