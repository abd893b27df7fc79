import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { inPages } from "./deciding/recipients.ts";
import { ALL_BUCKETS, type Claim, type Due, type DueItem, MOST_AT_ONCE, makeDue } from "./due.ts";
import { inParallel } from "./in-parallel.ts";

/** Items handled at once. */
const AT_ONCE = 8;
/** Buckets claimed from at once, so that what is claimed is handled before its claim ends. */
const BUCKETS_AT_ONCE = 64;
/** Items due about the same time are handled together: digests of many share reads and a job. */
const BETWEEN_RINGS_MS = 200;
/** setTimeout's limit. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type LaterHandlers = {
  item(item: Exclude<DueItem, { type: "digest" | "unsnooze" }>): Promise<void>;
  /** Digests, also those at the end of a snooze, are handled together, so that they share a job. */
  digests(players: readonly PlayerId[]): Promise<void>;
};

export type Later = {
  put: Due["put"];
  expect: Due["expect"];
  start(handlers: LaterHandlers): void;
  /** Looks whether anything is due in any bucket, also what others put and did not live to see. */
  look(): void;
  /** Starts no new work and waits for what was begun. */
  close(): Promise<void>;
};

/** Looks at due items when their time comes: at once for those this process put, at the next `look` for the rest. */
export const makeLater = (
  { redis, keys, log, now }: { redis: Redis; keys: Keys; log: Logger; now: () => number },
  { claimMs }: { claimMs: number },
): Later => {
  const alarms = new Map<number, number>();
  const wanted = new Set<number>();
  let lastRing = 0;
  let timer: NodeJS.Timeout | undefined;
  let handlers: LaterHandlers | undefined;
  let working: Promise<void> | undefined;
  let closed = false;

  const setAlarm = (): void => {
    clearTimeout(timer);
    if (alarms.size === 0 || closed) return;
    const wait = Math.min(...alarms.values()) - now();
    const delay = Math.min(Math.max(wait, lastRing + BETWEEN_RINGS_MS - now(), 0), LONGEST_TIMER_MS);
    timer = setTimeout(ring, delay);
  };

  const ring = (): void => {
    lastRing = now();
    for (const [bucket, at] of alarms)
      if (at <= now()) {
        alarms.delete(bucket);
        wanted.add(bucket);
      }
    setAlarm();
    work();
  };

  const due = makeDue(redis, keys, {
    claimMs,
    now,
    onPut: (bucket, at) => {
      alarms.set(bucket, Math.min(at, alarms.get(bucket) ?? at));
      setAlarm();
    },
  });

  const attempt = async (claims: readonly Claim[], handle: () => Promise<void>): Promise<void> => {
    try {
      await handle();
      await Promise.all(claims.map(due.done));
    } catch (error) {
      log.warn({ event: "due-failed", items: claims.length, err: error });
    }
  };

  const handleAll = async (claims: readonly Claim[], { item, digests }: LaterHandlers): Promise<void> => {
    const ofDigests: { claim: Claim; player: PlayerId }[] = [];
    const pieces: (() => Promise<void>)[] = [];
    for (const claim of claims) {
      const { item: found } = claim;
      if (found === undefined) log.warn({ event: "due-unknown", bucket: claim.bucket });
      else if (found.type === "digest" || found.type === "unsnooze") ofDigests.push({ claim, player: found.player });
      else pieces.push(() => attempt([claim], () => item(found)));
    }
    for (const page of inPages(ofDigests)) {
      const taken = page.map(({ claim }) => claim);
      pieces.push(() => attempt(taken, () => digests(page.map(({ player }) => player))));
    }
    await inParallel(AT_ONCE, pieces, (piece) => piece());
  };

  const work = (): void => {
    if (working !== undefined || wanted.size === 0 || closed || handlers === undefined) return;
    const current = handlers;
    working = (async () => {
      try {
        while (wanted.size > 0 && !closed) {
          const buckets = [...wanted].slice(0, BUCKETS_AT_ONCE);
          for (const bucket of buckets) wanted.delete(bucket);
          const claims = await due.claim(buckets);
          await handleAll(claims, current);
          const counts = Map.groupBy(claims, ({ bucket }) => bucket);
          for (const [bucket, { length }] of counts) if (length >= MOST_AT_ONCE) wanted.add(bucket);
        }
      } catch (error) {
        log.warn({ event: "due-interrupted", error: String(error) });
      } finally {
        working = undefined;
      }
    })();
  };

  return {
    put: due.put,
    expect: due.expect,
    start: (given) => {
      handlers = given;
    },
    look: () => {
      for (const bucket of ALL_BUCKETS) wanted.add(bucket);
      work();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await working;
    },
  };
};
