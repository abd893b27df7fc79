import type { PushJob } from "../server/notifier/push.ts";
import { pushJobKind } from "../server/notifier/sending/push-job-kind.ts";

type Waiting = { id: number; job: PushJob; at: number };

export type QueueOfJobs = {
  /** The same job again within an hour is ignored. */
  add(job: PushJob, now: number): void;
  /** What may run now; it stays until it is done, so whoever dies leaves it to others. */
  ready(now: number): { id: number; job: PushJob }[];
  done(id: number): void;
  putBack(id: number, job: PushJob, at: number): void;
  /** When the next may run; undefined: there is none. */
  next(): number | undefined;
};

const SAME_MS = 3_600_000;

/** The queue of pushes as its users see it, in memory: each job runs at least once, several may run it at the same time, in whatever order `turn` brings them. */
export const queueOfJobs = (turn: () => boolean): QueueOfJobs => {
  const waiting = new Map<number, Waiting>();
  const known = new Map<string, number>();
  let last = 0;
  return {
    add: (job, now) => {
      const same = pushJobKind.idOf(job);
      if (same !== undefined && now - (known.get(same) ?? Number.NEGATIVE_INFINITY) < SAME_MS) return;
      if (same !== undefined) known.set(same, now);
      last += 1;
      const stored: unknown = JSON.parse(JSON.stringify(job));
      waiting.set(last, { id: last, job: pushJobKind.parse(stored), at: now });
    },
    ready: (now) => {
      const found = [...waiting.values()].filter(({ at }) => at <= now);
      return turn() ? found : found.toReversed();
    },
    done: (id) => {
      waiting.delete(id);
    },
    putBack: (id, job, at) => {
      if (waiting.has(id)) waiting.set(id, { id, job, at });
    },
    next: () => (waiting.size === 0 ? undefined : Math.min(...[...waiting.values()].map(({ at }) => at))),
  };
};
