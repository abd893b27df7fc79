import { GremioError } from "../../shared/errors.ts";

/** Commands of one client that may wait for their turn; an honest client has a few. */
const MOST_WAITING = 32;
/** Commands of one client in a burst, and per second after it: reading back a long history needs some tens, a busy minute a few a second. */
export const BURST = 100;
export const PER_SECOND = 25;

/** Runs what it is given one after the other; what is worth several commands costs as much. Too many waiting, or too many a second, are refused with `rate-limited` and the time to try again. */
export const makeTurns = (now: () => number = Date.now): (<T>(work: () => Promise<T>, cost?: number) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let tokens = BURST;
  let at = now();
  return async (work, cost = 1) => {
    const nowMs = now();
    tokens = Math.min(BURST, tokens + (Math.max(0, nowMs - at) / 1000) * PER_SECOND);
    at = nowMs;
    if (tokens < 1 || waiting >= MOST_WAITING)
      throw new GremioError("rate-limited", {
        retryAtMs: Math.ceil(nowMs + ((1 - Math.min(tokens, 0)) / PER_SECOND) * 1000),
      });
    tokens -= cost;
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
