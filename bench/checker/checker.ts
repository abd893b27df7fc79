import type { Cursor, Lineage } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { judgeView } from "./judge-view.ts";
import { Messages } from "./messages.ts";
import { emptyReport, type Report } from "./report.ts";
import { View } from "./view.ts";
import { WholeLog } from "./whole-log.ts";

/**
 * Watches one channel from outside: what was sent, what was acknowledged, what each member saw. Compared at the end with the history, it finds what was lost,
 * doubled, put out of order or shown differently. Pure: it knows no connection and no process, so it works in a browser too.
 */
export class Checker {
  readonly #messages = new Messages();
  readonly #views: View[] = [];
  readonly #now: () => number;

  /** `now`: milliseconds; measures how long acknowledgements take. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A message is given to the client of member number `sender`; `text` as the client sends it. Order is promised on one `line`, of which a sender may have several. */
  sent(sender: number, nonce: string, text: string, line = `${sender}`): void {
    this.#messages.sent({ sender, line, nonce, text, atMs: this.#now() });
  }

  acknowledged(nonce: string, at: Cursor): void {
    this.#messages.acknowledged(nonce, at, this.#now());
  }

  /** Refused for good; the message must never appear. */
  refused(nonce: string, code: string): void {
    this.#messages.refused(nonce, code);
  }

  /** What a member sees on one device, to be told as it is shown. Whoever never looks, gets no view. */
  view(name: string, member: number): View {
    const view = new View(name, member);
    this.#views.push(view);
    return view;
  }

  /**
   * `history`: all the log holds, oldest first, read when nothing was on its way any more; or what it holds from `since` on, an entry that was written before anything
   * was sent and that every view begins with.
   */
  report(history: readonly Entry[], lineage: Lineage, since: Cursor = { epoch: 0, seq: 0 }): Report {
    const report = emptyReport();
    const log = new WholeLog(history, lineage);
    log.judge(report);
    const acknowledged = this.#messages.judge(log, report, since);
    for (const view of this.#views) judgeView(view, log, acknowledged, report);
    return report;
  }
}
