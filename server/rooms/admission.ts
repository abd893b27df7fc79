import PQueue from "p-queue";
import { GremioError } from "../../shared/errors.ts";

/** What comes first when many come at once: the channel a player looks at, then his others. */
export type Turn = "open" | "other";

/**
 * Lets only so many joins and resumes be under way at once, in the order of asking and the open channels before the others: when thousands come back together,
 * what Redis has to do stays bounded and everybody gets his fair place.
 */
export type Admission = {
  /** Throws `unavailable` at once when more wait than can be served while clients are patient; and what `work` throws. */
  admit<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
  /** Waiting, or under way. */
  readonly size: number;
};

/** A resume costs Redis about 0.1 ms; this many keep it busy over the way there and back. */
const AT_ONCE = 64;
/** A client asks again after 10 s without an answer; a process serves some 1,500 a second. */
const MOST_WAITING = 15_000;
const RETRY_MS = 5_000;
const PRIORITY: Record<Turn, number> = { open: 1, other: 0 };

export const makeAdmission = (now: () => number = Date.now): Admission => {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return {
    admit: (turn, work) => {
      if (queue.size >= MOST_WAITING) throw new GremioError("unavailable", { retryAtMs: now() + RETRY_MS });
      return queue.add(work, { priority: PRIORITY[turn] });
    },
    get size() {
      return queue.size + queue.pending;
    },
  };
};
