import { GremioError } from "../../shared/errors.ts";

/** Commands of one client that may wait for their turn; an honest client has a few. */
const MOST_WAITING = 32;

/** Runs what it is given one after the other. More than 32 waiting are refused with `rate-limited`. */
export const makeTurns = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (work) => {
    if (waiting >= MOST_WAITING)
      return Promise.reject(new GremioError("rate-limited", { retryAtMs: Date.now() + 1_000 }));
    waiting += 1;
    const result = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = result.catch(() => undefined);
    return result;
  };
};
