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
  /**
   * Admits a join by `work`, whose seat counts as on its way until `taken` settles: only so many are at once. Else a busy process would hand out more seats than it can
   * open connections for while they are kept, and whoever found his gone would come again and make it busier.
   */
  seat<T>(work: () => Promise<T>, taken: (seat: T) => Promise<unknown>, left?: () => boolean): Promise<T>;
  /** Waiting, or under way. */
  readonly size: number;
  /** More are waiting than are served at once. */
  readonly crowded: boolean;
};

export type AdmissionLimits = { atOnce: number; mostOnTheWay: number; mostWaiting: number };

/**
 * A process opens some hundreds of connections a second even when it is given little of a processor, and a seat is kept for 15 s; on a bad line a phone needs 2 s to its
 * seat, so that even there hundreds come in a second.
 */
const MOST_ON_THE_WAY = 1_000;
/**
 * A resume costs Redis about 0.1 ms; this many keep it busy over the way there and back. A client asks again after 10 s without an answer; a process serves some
 * 1,500 a second.
 */
export const ADMISSION: AdmissionLimits = { atOnce: 64, mostOnTheWay: MOST_ON_THE_WAY, mostWaiting: 15_000 };
const RETRY_MS = 5_000;
const PRIORITY: Record<Turn, number> = { resume: 2, join: 1, follow: 0 };

export const makeAdmission = (
  { atOnce, mostOnTheWay, mostWaiting }: AdmissionLimits = ADMISSION,
  now: () => number = Date.now,
): Admission => {
  const queue = new PQueue({ concurrency: atOnce });
  const seats = new PQueue({ concurrency: mostOnTheWay });
  const refusal = (): GremioError => new GremioError("unavailable", { retryAtMs: now() + RETRY_MS });
  const checkRoom = (): void => {
    if (queue.size + seats.size >= mostWaiting) throw refusal();
  };
  const nobodyLeaves = (): boolean => false;

  const inTurn = <T>(turn: Turn, work: () => Promise<T>, left: () => boolean): Promise<T> =>
    queue.add(
      async () => {
        if (left()) throw refusal();
        return work();
      },
      { priority: PRIORITY[turn] },
    );

  return {
    admit: async (turn, work, left = nobodyLeaves) => {
      checkRoom();
      return inTurn(turn, work, left);
    },
    seat: async (work, taken, left = nobodyLeaves) => {
      checkRoom();
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      void seats.add(async () => {
        try {
          const seat = await inTurn("join", work, left);
          resolve(seat);
          await taken(seat);
        } catch (error) {
          reject(error);
        }
      });
      return promise;
    },
    get size() {
      return seats.size + queue.size + queue.pending;
    },
    get crowded() {
      return seats.size + queue.size > atOnce;
    },
  };
};
