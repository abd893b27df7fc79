import type { Entry } from "../../shared/entry.ts";

export type ResetReason = "too-old" | "other-epoch" | "no-cursor";

/** A timeline from its beginning, or from a reset, to the next reset. */
export type Run = { readonly began: ResetReason | undefined; readonly shown: Entry[] };

/** What one member was shown, in the order shown. A member with two devices has two views. */
export class View {
  readonly name: string;
  /** The member's number in the channel. */
  readonly member: number;
  readonly runs: Run[] = [];

  constructor(name: string, member: number) {
    this.name = name;
    this.member = member;
  }

  /** One more entry at the end. */
  show(entry: Entry): void {
    this.#current.shown.push(entry);
  }

  /** Older entries in front of those of the present timeline, oldest first. */
  showOlder(entries: readonly Entry[]): void {
    this.#current.shown.unshift(...entries);
  }

  /** He was told that the timeline begins anew, and why: what lies between is not lost in silence. */
  reset(reason: ResetReason): void {
    if (this.runs.at(-1)?.shown.length === 0) this.runs.pop();
    this.runs.push({ began: reason, shown: [] });
  }

  /** He was told that entries he saw are gone with the log's tail; they were taken off the screen. */
  withdraw(entries: readonly Entry[]): void {
    const gone = new Set(entries.map(({ epoch, seq }) => `${epoch}.${seq}`));
    const { shown } = this.#current;
    const kept = shown.filter(({ epoch, seq }) => !gone.has(`${epoch}.${seq}`));
    shown.splice(0, shown.length, ...kept);
  }

  get #current(): Run {
    const last = this.runs.at(-1);
    if (last !== undefined) return last;
    const first: Run = { began: undefined, shown: [] };
    this.runs.push(first);
    return first;
  }
}
