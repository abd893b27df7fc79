import type { Cursor } from "../shared/cursor.ts";
import { type CursorReport, REPORT_AFTER } from "../shared/cursor-report.ts";

/** When the cursors of a line's channels are to be reported to the server. Knows no time: a client to whom nothing comes says nothing. */
export class CursorReports {
  #moved = new Map<number, Cursor>();
  #entries = 0;
  #bytes = 0;

  /** Something came over the line, of whatever kind. */
  received(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A timeline took in entries that came; gives the report that is due now, of all channels that have moved since the last. */
  tookIn(ref: number, { epoch, seq }: Cursor, entries: number): CursorReport | undefined {
    if (entries === 0) return undefined;
    this.#entries += entries;
    this.#moved.set(ref, { epoch, seq });
    if (this.#entries < REPORT_AFTER.entries && this.#bytes < REPORT_AFTER.bytes) return undefined;
    const report = this.#moved;
    this.#moved = new Map();
    this.#entries = 0;
    this.#bytes = 0;
    return report;
  }

  /** The channel is not followed any more. */
  forget(ref: number): void {
    this.#moved.delete(ref);
  }
}
