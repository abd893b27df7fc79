import type { Logger } from "pino";
import { DIRECTORY_KINDS } from "../../shared/api/directory.ts";
import { idOfChannel } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";
import type { Directory } from "./directory.ts";

export type RoundOptions = {
  /** From one bucket to the next. */
  paceMs?: number;
};

/** A bucket is visited at most this often, by whichever process comes, and with one process each hour. */
const VISIT_MS = 55 * 60_000;
const PACE_MS = 14_000;
/** What has not been read for so long is read again, though nothing was said there: activity fades, and an event may have been lost. */
const FRESH_MS = 24 * 3_600_000;

/**
 * Puts the channels of a bucket right in the directory: those in which something was written since they were last read, those not read for `freshMs`, and those it
 * does not know. Gives how many were read again.
 */
export const refreshBucket = async (
  { redis, keys, directory }: { redis: Redis; keys: Keys; directory: Pick<Directory, "refresh" | "stale"> },
  bucket: number,
  freshMs: number,
  isClosed: () => boolean = () => false,
): Promise<number> => {
  const heads = keys.inBucket(bucket, "heads");
  let cursor = "0";
  let refreshed = 0;
  do {
    const [next, page] = asList(await redis.run(heads, ["HSCAN", heads, cursor, "COUNT", "100"]));
    const found = asPairs(page);
    for (const kind of DIRECTORY_KINDS) {
      const own = [...found].filter(([channel]) => channel.startsWith(`${kind}:`));
      if (own.length === 0) continue;
      const byId = new Map(own.map(([channel, head]) => [idOfChannel(channel), head]));
      for (const id of await directory.stale(kind, byId, Date.now() - freshMs)) {
        if (isClosed()) return refreshed;
        await directory.refresh(`${kind}:${id}`);
        refreshed += 1;
      }
    }
    cursor = asText(next);
  } while (cursor !== "0");
  return refreshed;
};

/** Puts one bucket after the other right until it is closed. */
export const startRounds = (
  deps: { redis: Redis; keys: Keys; directory: Pick<Directory, "refresh" | "stale"> },
  logger: Logger,
  { paceMs = PACE_MS }: RoundOptions = {},
): { close(): void } => {
  const { redis, keys } = deps;
  let closed = false;
  const visit = async (bucket: number): Promise<void> => {
    const lock = keys.inBucket(bucket, "listing");
    if ((await redis.run(lock, ["SET", lock, "1", "NX", "PX", String(VISIT_MS)])) === null) return;
    await refreshBucket(deps, bucket, FRESH_MS, () => closed);
  };
  const rounds = startBucketRounds({ visit, paceMs, logger, failed: "directory-round-failed" });
  return {
    close: () => {
      closed = true;
      rounds.close();
    },
  };
};
