import { type Cursor, type Lineage, lastOf, nextSeq } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { note, type Report } from "./report.ts";

export const keyOf = ({ epoch, seq }: Cursor): string => `${epoch}.${seq}`;

/** Negative: `a` comes first. */
export const compare = (a: Cursor, b: Cursor): number => a.epoch - b.epoch || a.seq - b.seq;

/** Where an entry is: `here`, `trimmed` (older than what the log keeps), `tail` (lost with the tail of its epoch, as the lineage says), `nowhere`. */
export type Whereabouts = "here" | "trimmed" | "tail" | "nowhere";

/** The channel's history as it was read at the end, whole, which everything else is compared with. */
export class WholeLog {
  readonly entries: readonly Entry[];
  readonly #lineage: Lineage;
  readonly #byKey: ReadonlyMap<string, Entry>;

  constructor(entries: readonly Entry[], lineage: Lineage) {
    this.entries = entries;
    this.#lineage = lineage;
    this.#byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  }

  at(cursor: Cursor): Entry | undefined {
    return this.#byKey.get(keyOf(cursor));
  }

  whereIs(cursor: Cursor): Whereabouts {
    if (this.#byKey.has(keyOf(cursor))) return "here";
    const last = lastOf(this.#lineage, cursor.epoch);
    if (cursor.epoch !== this.#lineage.epoch && (last === undefined || cursor.seq > last)) return "tail";
    const [oldest] = this.entries;
    return oldest !== undefined && compare(cursor, oldest) < 0 ? "trimmed" : "nowhere";
  }

  /** What was due to a member: from his joining entry to his leaving entry, both included, as often as he came and went. `gone`: he is no member at the end. */
  duesOf(member: number): { due: Entry[]; leftAt: Entry | undefined } {
    const first = this.entries.find((entry) => isAbout(entry, member));
    let inside = first === undefined || first.kind !== "joined";
    let leftAt: Entry | undefined;
    const due: Entry[] = [];
    for (const entry of this.entries) {
      if (entry.kind === "joined" && entry.body.who === member) {
        inside = true;
        leftAt = undefined;
      }
      if (inside) due.push(entry);
      if (isEnd(entry, member)) {
        inside = false;
        leftAt = entry;
      }
    }
    return { due, leftAt };
  }

  judge(report: Report): void {
    let before: Entry | undefined;
    for (const entry of this.entries) {
      if (before !== undefined) {
        const due = nextSeq({ ...this.#lineage, head: Math.max(this.#lineage.head, entry.seq) }, before);
        if (compare(entry, before) <= 0 || due !== entry.seq)
          note(report, "logFaults", `${keyOf(entry)} follows ${keyOf(before)}`);
        if (entry.at < before.at) note(report, "logFaults", `time runs backwards at ${keyOf(entry)}`);
      }
      before = entry;
    }
  }
}

const isEnd = (entry: Entry, member: number): boolean =>
  (entry.kind === "left" || entry.kind === "kicked") && entry.body.who === member;

const isAbout = (entry: Entry, member: number): boolean =>
  (entry.kind === "joined" && entry.body.who === member) || isEnd(entry, member);
