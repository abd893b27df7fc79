import { GremioError } from "../../shared/errors.ts";
import { Tokens } from "../player/tokens.ts";

/** Commands of one client that may wait for their turn; an honest client has a few. */
const MOST_WAITING = 32;
/** Commands of one client in a burst, and per second after it: reading back a long history needs some tens, a busy minute a few a second. */
export const BURST = 100;
export const PER_SECOND = 25;
/** By then, if the commands that wait are not stuck, one of them has been done. */
const TURN_MS = 1_000 / PER_SECOND;

/** Runs what it is given one after the other; what is worth several commands costs as much. Too many waiting, or too many a second, are refused with `rate-limited` and the time to try again. */
export const makeTurns = (now: () => number = Date.now): (<T>(work: () => Promise<T>, cost?: number) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const tokens = new Tokens({ burst: BURST, perSecond: PER_SECOND }, now);
  return async (work, cost = 1) => {
    if (waiting >= MOST_WAITING) throw new GremioError("rate-limited", { retryAtMs: now() + TURN_MS });
    tokens.spend(cost);
    waiting += 1;
    const result = last.then(work).finally(() => {
      waiting -= 1;
    });
    // Only that it has ended, not with what: the answer, often a page of entries, would else be kept until the next command.
    last = result.then(ended, ended);
    return result;
  };
};

const ended = (): void => undefined;
