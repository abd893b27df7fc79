import type { Logger } from "pino";
import type { ChannelId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull } from "../redis/reply.ts";

export type SweepOptions = {
  /** How long an entry is kept; undefined: as long as its number allows. */
  historyMs?: number | undefined;
  /** This process's clock. */
  now?: () => number;
  /** From one bucket to the next. */
  paceMs?: number;
};

export type Sweep = {
  /**
   * Sweeps the channels of one bucket, unless some process did within the last 14 minutes: then it returns false. Entries older than `historyMs` go, and what
   * lies beside the log for entries that are gone.
   */
  bucket(bucket: number): Promise<boolean>;
  close(): void;
};

/** A bucket is visited at most this often, by whichever process comes. */
const VISIT_MS = 14 * 60_000;
/** One bucket after the other: a round takes 15 minutes. */
const PACE_MS = 3_500;
/**
 * From visit to visit the time by which entries are judged moves on by at most this. A clock that jumps ahead by years then costs an hour of history a visit, and
 * a warning each, instead of everything at once; after a rest, entries go later than they might.
 */
const STEP_MS = 3_600_000;
/** Entries dropped, and fields looked at, in one call: a fifth of a millisecond of Redis' time on average, measured with 10,000 entries and 90,000 fields. */
const AT_ONCE = 100;
const PARTS = ["lists", "calls", "changes", "reactions", "reacted", "cards"] as const;

/** What a sweep does, without doing it by itself. */
export const makeSweep = (redis: Redis, keys: Keys, logger: Logger, options: SweepOptions = {}): Sweep => {
  const { historyMs, now = Date.now } = options;
  const ask = makeAsk(redis, keys);
  let closed = false;

  /** The earliest that any clock says, and no more than a step after the last visit. */
  const timeIn = async (bucket: number): Promise<number> => {
    const key = keys.inBucket(bucket, "swept");
    const [stored, time] = await Promise.all([redis.run(key, ["GET", key]), redis.run(key, ["TIME"])]);
    const [seconds, micros] = asList(time).map(asNumber);
    const clock = Math.min((seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000, now());
    const last = asTextOrNull(stored);
    const judged = Math.floor(last === null ? clock : Math.min(clock, Number(last) + STEP_MS));
    if (clock - judged > STEP_MS)
      logger.warn({ event: "sweep-held-back", bucket, behindMs: Math.floor(clock - judged) });
    await redis.run(key, ["SET", key, String(judged)]);
    return judged;
  };

  const trim = async (channel: ChannelId, before: number): Promise<{ floor: number; clean: boolean }> => {
    for (;;) {
      const reply = await ask("channel_trim", channel, [channel, String(before), String(AT_ONCE)]);
      const [dropped = 0, floor = 0, clean = 0] = reply.map(asNumber);
      if (dropped < AT_ONCE || closed) return { floor, clean: clean === 1 };
    }
  };

  const channel = async (id: ChannelId, before: number): Promise<void> => {
    const { floor, clean } = await trim(id, before);
    if (!clean) return;
    for (const part of PARTS) {
      let cursor = "0";
      do {
        if (closed) return;
        const [next] = await ask("channel_clean", id, [id, part, cursor, String(AT_ONCE)]);
        cursor = asText(next);
      } while (cursor !== "0");
    }
    await ask("channel_cleaned", id, [id, String(floor)]);
  };

  return {
    bucket: async (bucket) => {
      const lock = keys.inBucket(bucket, "sweeping");
      if ((await redis.run(lock, ["SET", lock, "1", "NX", "PX", String(VISIT_MS)])) === null) return false;
      const swept = keys.inBucket(bucket, "swept");
      if (historyMs === undefined) await redis.run(swept, ["DEL", swept]);
      const before = historyMs === undefined ? 0 : Math.max(0, (await timeIn(bucket)) - historyMs);
      const heads = keys.inBucket(bucket, "heads");
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(heads, ["HSCAN", heads, cursor, "COUNT", "100"]));
        for (const id of asPairs(page).keys()) {
          if (closed) return true;
          await channel(id, before);
        }
        cursor = asText(next);
      } while (cursor !== "0");
      return true;
    },
    close: () => {
      closed = true;
    },
  };
};

/** Sweeps one bucket after the other until it is closed. */
export const startSweeping = (redis: Redis, keys: Keys, logger: Logger, options: SweepOptions): { close(): void } => {
  const sweep = makeSweep(redis, keys, logger, options);
  const { paceMs = PACE_MS } = options;
  const rounds = startBucketRounds({ visit: sweep.bucket, paceMs, logger, failed: "sweep-failed" });
  return {
    close: () => {
      rounds.close();
      sweep.close();
    },
  };
};
