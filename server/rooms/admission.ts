import PQueue from "p-queue";
import { GremioError } from "../../shared/errors.ts";

/**
 * What comes first when many come at once: what a player looks at and has a seat for, which needs one more step; then the seats of others; then channels that are
 * followed besides.
 */
export type Turn = "resume" | "join" | "follow";

/**
 * Lets only so many joins and resumes be under way at once, in the order of asking and the open channels before the others: when thousands come back together,
 * what Redis has to do stays bounded and everybody gets his fair place.
 */
export type Admission = {
  /**
   * Throws `unavailable` at once when more wait than can be served while clients are patient; and what `work` throws. When `left` says as its turn comes that nobody
   * waits for it any more, nothing is done and `unavailable` is thrown.
   */
  admit<T>(turn: Turn, work: () => Promise<T>, left?: () => boolean): Promise<T>;
  /** Waiting, or under way. */
  readonly size: number;
  /** More are waiting than are served at once. */
  readonly crowded: boolean;
};

export type AdmissionLimits = { atOnce: number; mostWaiting: number };

/**
 * A resume costs Redis about 0.1 ms; this many keep it busy over the way there and back. A client asks again after 10 s without an answer; a process serves some
 * 1,500 a second.
 */
const LIMITS: AdmissionLimits = { atOnce: 64, mostWaiting: 15_000 };
const RETRY_MS = 5_000;
const PRIORITY: Record<Turn, number> = { resume: 2, join: 1, follow: 0 };

export const makeAdmission = (
  { atOnce, mostWaiting }: AdmissionLimits = LIMITS,
  now: () => number = Date.now,
): Admission => {
  const queue = new PQueue({ concurrency: atOnce });
  const refusal = (): GremioError => new GremioError("unavailable", { retryAtMs: now() + RETRY_MS });
  return {
    admit: async (turn, work, left = () => false) => {
      if (queue.size >= mostWaiting) throw refusal();
      return queue.add(
        async () => {
          if (left()) throw refusal();
          return work();
        },
        { priority: PRIORITY[turn] },
      );
    },
    get size() {
      return queue.size + queue.pending;
    },
    get crowded() {
      return queue.size > atOnce;
    },
  };
};
