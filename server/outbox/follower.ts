import { randomUUID } from "node:crypto";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { type Cut, makeFeed } from "./feed.ts";
import { type Following, startFollowing } from "./following.ts";
import { makeProject } from "./project.ts";
import type { Projection } from "./projection.ts";
import { makeSource } from "./source.ts";

export type FollowerOptions = {
  /** How old an event must be before anybody is told: what Redis may lose of its tail, which nobody can take back. */
  settleMs: number;
  /** Whether replicas have to have it, too, as the settings ask for. */
  replicated?: boolean;
  /** How long the feed keeps events, and how many at most. */
  keptMs?: number;
  most?: number;
  pace?: Partial<FollowerPace>;
  /** Something that only the process that holds the feed does. `end` is awaited when it does not hold it any more. */
  beside?: (holder: string) => { added(): void; end(): Promise<void> };
};

/** How fast the follower beats. Tests make it faster; nothing else differs. */
export type FollowerPace = {
  /** How long a process that died keeps others from following. */
  holdMs: number;
  /** How often all outboxes are looked at, in case a wake-up was lost. */
  lookMs: number;
  trimMs: number;
  /** When a bucket is tried again after Redis could not be had. */
  againMs: number;
};

export type Follower = {
  /** Whether this process is the one that follows. */
  leads(): boolean;
  /** Stops, and lets another process go on at once. */
  close(): Promise<void>;
};

/** Another process goes on within 5 s + 5 s / 3 of a death. */
const PACE: FollowerPace = { holdMs: 5_000, lookMs: 5_000, trimMs: 60_000, againMs: 1_000 };
const RENEWALS_PER_HOLD = 3;
const MOST_EVENTS = 10_000_000;
/** It is told so often that events are dropped before their time. */
const CUT_TOLD_MS = 3_600_000;
const WEEK_MS = 7 * 86_400_000;
const AT_ONCE = 32;

/**
 * Reads the outboxes of all buckets, gives each event to the projections and adds it to the feed, in the order of its bucket. Any number of processes may run one: one
 * at a time works, the others stand by. Whatever dies at whatever step, each event is in the feed once, and was given to every projection before.
 */
export const startFollower = (
  { redis, keys, log }: { redis: Redis; keys: Keys; log: Logger },
  projections: readonly Projection[],
  { settleMs, replicated = false, keptMs = WEEK_MS, most = MOST_EVENTS, pace = {}, beside }: FollowerOptions,
): Follower => {
  const { holdMs, lookMs, trimMs, againMs } = { ...PACE, ...pace };
  const feed = makeFeed(redis, keys, { keptMs, most });
  const source = makeSource(redis, keys);
  const project = makeProject(projections, log);
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  let turn: Awaited<ReturnType<typeof begin>> | undefined;
  let beating: Promise<void> | undefined;
  let closed = false;

  const begin = async (holder: string, boot: string) => {
    let lost = false;
    let following: Following | undefined;
    const extra = beside?.(holder);
    const subscriptions: (() => Promise<void>)[] = [];
    const queue = new PQueue({ concurrency: AT_ONCE });
    const timers: NodeJS.Timeout[] = [];
    const end = async (): Promise<void> => {
      for (const timer of timers) clearInterval(timer);
      // Without Redis this does not end.
      for (const unsubscribe of subscriptions) unsubscribe().catch(() => undefined);
      await Promise.all([following?.close(), extra?.end()]);
    };
    try {
      await queue.addAll(
        buckets.map((bucket) => async () => {
          await source.follow(bucket);
          const heard = (): void => following?.wake(bucket);
          subscriptions.push(await redis.subscribe(keys.inBucket(bucket, "outbox"), heard));
        }),
      );
      following = startFollowing(
        { source, feed, log, project },
        {
          ...{ holder, settleMs, replicated, againMs, positions: await feed.positions() },
          onAdded: () => extra?.added(),
          onLost: () => {
            lost = true;
          },
        },
      );
      const { look, trim } = following;
      look();
      timers.push(
        setInterval(look, lookMs),
        setInterval(() => void trim(), trimMs),
      );
      log.info({ event: "following" });
      return { holder, boot, isLost: () => lost, look, end, until: 0 };
    } catch (error) {
      await end();
      throw error;
    }
  };

  let toldAt = 0;
  const tellOf = ({ atMs, keptMs: wasKeptMs }: Cut): void => {
    if (atMs < toldAt + CUT_TOLD_MS) return;
    toldAt = atMs;
    log.warn({ event: "events-cut-short", atMs, keptMs: wasKeptMs, promisedMs: keptMs, most });
  };

  /** Whoever holds the feed goes on holding it; whoever does not tries to. */
  const beat = async (): Promise<void> => {
    const holder = turn?.holder ?? randomUUID();
    const before = performance.now();
    const held = await feed.hold(holder, holdMs);
    const boot = held?.boot;
    if (held?.cut !== undefined) tellOf(held.cut);
    // Its server may have lost what the positions in memory count on.
    const goesOn = turn !== undefined && turn.boot === boot && !turn.isLost();
    if (!goesOn) await stop();
    if (boot === undefined || closed) return;
    turn ??= await begin(holder, boot);
    turn.until = before + holdMs;
  };

  const stop = async (): Promise<void> => {
    const ending = turn;
    turn = undefined;
    await ending?.end();
  };

  const tick = (): void => {
    beating ??= beat()
      .catch(async (error: unknown) => {
        log.warn({ event: "follower-failed", error: String(error) });
        if (turn !== undefined && performance.now() > turn.until) await stop();
      })
      .finally(() => {
        beating = undefined;
      });
  };
  const timer = setInterval(tick, holdMs / RENEWALS_PER_HOLD);
  const offRestored = redis.onRestored(() => turn?.look());
  tick();

  return {
    leads: () => turn !== undefined,
    close: async () => {
      closed = true;
      clearInterval(timer);
      offRestored();
      await beating;
      const holder = turn?.holder;
      await stop();
      if (holder !== undefined) await feed.release(holder).catch(() => undefined);
    },
  };
};
