import { REPORT_AFTER } from "../shared/cursor-report.ts";

/** When a line's cursor is to be reported to the server. Knows no time: a client to whom nothing comes says nothing. */
export class CursorReports {
  #entries = 0;
  #bytes = 0;

  /** Something came over the line, of whatever kind. */
  received(bytes: number): void {
    this.#bytes += bytes;
  }

  /** The timeline took in entries that came; returns whether its cursor is due to be reported. */
  tookIn(entries: number): boolean {
    this.#entries += entries;
    if (entries === 0 || (this.#entries < REPORT_AFTER.entries && this.#bytes < REPORT_AFTER.bytes)) return false;
    this.#entries = 0;
    this.#bytes = 0;
    return true;
  }
}
