import PQueue from "p-queue";
import type { Logger } from "pino";
import type { HappenedEvent } from "../../shared/event.ts";
import { BUCKETS } from "../redis/bucket.ts";
import { type Feed, HoldLost } from "./feed.ts";
import { BEGINNING, type Source } from "./source.ts";

export type FollowingDeps = {
  source: Source;
  feed: Feed;
  log: Pick<Logger, "warn">;
  project: (events: readonly HappenedEvent[]) => Promise<void>;
};

export type FollowingOptions = {
  /** Who holds the feed. */
  holder: string;
  /** How far each bucket has been taken. */
  positions: ReadonlyMap<number, string>;
  /** How old an event must be before anybody is told. */
  settleMs: number;
  /** Whether replicas have to have it, too. */
  replicated: boolean;
  /** When to try again after Redis could not be had. */
  againMs: number;
  /** Something was added to the feed. */
  onAdded(): void;
  /** Another process holds the feed. */
  onLost(): void;
};

/** What the process that holds the feed does with the outboxes. */
export type Following = {
  /** Reads what is new in a bucket soon. */
  wake(bucket: number): void;
  look(): void;
  /** Lets go of what was done with by the last call. */
  trim(): Promise<void>;
  /** Starts nothing new and waits for what was begun. */
  close(): Promise<void>;
};

const ALL_BUCKETS: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
/** Buckets read at once. */
const AT_ONCE = 32;

export const startFollowing = (deps: FollowingDeps, options: FollowingOptions): Following => {
  const { source, feed, log, project } = deps;
  const { holder, settleMs, replicated, againMs, onAdded, onLost } = options;
  /** As the feed has it, and how far was looked beyond: nothing there concerns it. */
  const taken = new Map(options.positions);
  const looked = new Map(options.positions);
  const queue = new PQueue({ concurrency: AT_ONCE });
  const waiting = new Set<number>();
  const busy = new Set<number>();
  const again = new Set<number>();
  const timers = new Map<number, NodeJS.Timeout>();
  /** What was done with before the last round of trimming, and is safe in the feed since. */
  let done: ReadonlyMap<number, string> = new Map(taken);
  let closed = false;

  const later = (bucket: number, ms: number): void => {
    if (timers.has(bucket) || closed) return;
    const timer = setTimeout(() => {
      timers.delete(bucket);
      wake(bucket);
    }, ms);
    timers.set(bucket, timer);
  };

  const move = async (bucket: number, to: string, events: readonly HappenedEvent[]): Promise<void> => {
    const stands = await feed.add(holder, bucket, taken.get(bucket) ?? BEGINNING, to, events);
    taken.set(bucket, stands);
    looked.set(bucket, stands);
  };

  /** How long to wait before there is more to read; undefined: until somebody says so. */
  const step = async (bucket: number): Promise<number | undefined> => {
    const found = await source.read(bucket, looked.get(bucket) ?? BEGINNING, settleMs);
    if (found.kind === "behind") {
      log.warn({ event: "outbox-behind", bucket, position: looked.get(bucket), from: found.position });
      await move(bucket, found.position, []);
      return 0;
    }
    const { boot, position, events, waitMs } = found;
    if (events.length === 0) {
      looked.set(bucket, position);
      return waitMs;
    }
    if (replicated && !(await source.stands(bucket, boot))) return 0;
    await project(events);
    await move(bucket, position, events);
    onAdded();
    return waitMs;
  };

  const visit = async (bucket: number): Promise<void> => {
    try {
      for (;;) {
        if (closed) return;
        const waitMs = await step(bucket);
        if (waitMs === 0) continue;
        if (waitMs !== undefined) later(bucket, waitMs);
        return;
      }
    } catch (error) {
      if (error instanceof HoldLost) return onLost();
      log.warn({ event: "outbox-interrupted", bucket, error: String(error) });
      later(bucket, againMs);
    }
  };

  const run = async (bucket: number): Promise<void> => {
    waiting.delete(bucket);
    if (busy.has(bucket)) {
      again.add(bucket);
      return;
    }
    busy.add(bucket);
    await visit(bucket);
    busy.delete(bucket);
    if (again.delete(bucket)) wake(bucket);
  };

  const wake = (bucket: number): void => {
    if (closed || waiting.has(bucket)) return;
    waiting.add(bucket);
    void queue.add(() => run(bucket));
  };

  const trimOne = async (bucket: number): Promise<void> => {
    const to = looked.get(bucket);
    // Positions that passed over notices only are kept, too; one that is being moved right now is the next round's.
    if (to !== undefined && to !== taken.get(bucket) && !busy.has(bucket)) {
      busy.add(bucket);
      await move(bucket, to, []).finally(() => busy.delete(bucket));
      if (again.delete(bucket)) wake(bucket);
    }
    await source.done(bucket, done.get(bucket) ?? BEGINNING);
  };

  return {
    wake,
    look: () => ALL_BUCKETS.forEach(wake),
    trim: async () => {
      try {
        await queue.addAll(ALL_BUCKETS.map((bucket) => () => trimOne(bucket)));
        done = new Map(taken);
      } catch (error) {
        if (error instanceof HoldLost) onLost();
        else log.warn({ event: "trim-failed", error: String(error) });
      }
    },
    close: async () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      queue.clear();
      await queue.onIdle();
    },
  };
};
