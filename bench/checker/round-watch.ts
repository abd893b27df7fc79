import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { type Cursor, cursorSchema } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { until } from "../studio/until.ts";
import { Checker } from "./checker.ts";
import { type Finding, findingOf } from "./finding.ts";
import { ANSWER_HEAD, type Asker, logSince, newestOf } from "./log-since.ts";
import type { View } from "./view.ts";

/** Says something over one line; gives the seq, or undefined when it was refused. */
export type Say = (text: string) => Promise<number | undefined>;

/** What comes to a seat, in the order in which it comes. Entries that several seats have may be the same objects. */
export type Take = (entries: readonly Entry[]) => void;

type Seat = { readonly name: string; view: View | undefined; reached: number };

/** What was said is answered, and with everybody, by then; whatever is not counts as lost. */
const SETTLE_MS = 10_000;

/**
 * Has the checker judge one channel round by round, each with what came since the round before, so that what is kept does not grow. All who sit must be members
 * throughout. A process watches what is said and heard in it; of what others say it judges how it was heard.
 */
export class RoundWatch {
  readonly #seats: Seat[] = [];
  readonly #settleMs: number;
  #checker = new Checker(() => performance.now());
  #since: Cursor = { epoch: 0, seq: 0 };
  #lines = 0;
  #open = 0;

  constructor(settleMs = SETTLE_MS) {
    this.#settleMs = settleMs;
  }

  /** Before the first round what comes is passed over. */
  seat(name: string): Take {
    const seat: Seat = { name, view: undefined, reached: 0 };
    this.#seats.push(seat);
    return (entries) => {
      for (const entry of entries) {
        seat.view?.show(entry);
        seat.reached = entry.seq;
      }
    };
  }

  /** `asker` must be live. */
  async speaker(asker: Asker): Promise<Say> {
    const { reader } = await newestOf(asker);
    const line = `${this.#lines++}`;
    return (text) =>
      new Promise((resolve) => {
        const nonce = randomUUID();
        // An answer may come in the next round, whose checker knows nothing of it.
        const checker = this.#checker;
        checker.sent(reader, nonce, text, line);
        this.#open += 1;
        asker.ask("send", { nonce, text }, (ok, bytes, at, length) => {
          this.#open -= 1;
          if (!ok) {
            checker.refused(nonce, "refused");
            resolve(undefined);
            return;
          }
          const written = cursorSchema.parse(unpack(bytes.subarray(at + ANSWER_HEAD, at + length)));
          checker.acknowledged(nonce, written);
          resolve(written.seq);
        });
      });
  }

  /** The first round begins: all sit, and nothing is on its way. */
  async begin(asker: Asker): Promise<void> {
    const { newest } = await newestOf(asker);
    if (newest === undefined) throw new Error("a channel to be watched holds at least one entry");
    this.#beginAfter(newest);
  }

  /** The round ends and the next one begins. Waits for what is still on its way, and reads the log. */
  async judge(asker: Asker): Promise<Finding> {
    await until(() => this.#open === 0, this.#settleMs);
    const { entries, lineage } = await logSince(asker, this.#since.seq);
    const last = entries.at(-1);
    if (last === undefined) throw new Error("the log holds nothing of what was there before");
    await until(() => this.#seats.every(({ reached }) => reached >= last.seq), this.#settleMs);
    const finding = findingOf(this.#checker.report(entries, lineage, this.#since));
    this.#beginAfter(last);
    return finding;
  }

  /** Everybody has had `last`: who gets it again gets it twice. */
  #beginAfter(last: Entry): void {
    this.#since = last;
    this.#checker = new Checker(() => performance.now());
    for (const seat of this.#seats) {
      // In these benches nobody joins or leaves the channel, so whose view it is makes no difference.
      seat.view = this.#checker.view(seat.name, 0);
      seat.view.show(last);
      seat.reached = Math.max(seat.reached, last.seq);
    }
  }
}
