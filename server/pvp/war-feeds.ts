import type { Logger } from "pino";
import { bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asTextOrNull } from "../redis/reply.ts";
import { FollowedWar, type WarListener } from "./followed-war.ts";
import { makeWarViews } from "./war-views.ts";

export type WarFeeds = {
  /** Calls back with the war as it is, as soon as that is known, and whenever it has changed; undefined: there is none. Never after `release`, the returned function. */
  follow(war: string, listener: WarListener): () => void;
  /** Compares versions, as it does by itself every few seconds. */
  check(): Promise<void>;
  close(): void;
};

/** Versions are compared this often, since the last message may be lost without a sign. */
const CHECK_MS = 3_000;
/** A war that has ended has no version to compare; it seldom changes, and is read anew at every so many checks. */
const ENDED_CHECKS = 20;

/** Follows wars for one process: one subscription and one reading per war and change, however many rooms of both guilds show it. */
export const makeWarFeeds = (redis: Redis, keys: Keys, logger: Logger, checkMs: number = CHECK_MS): WarFeeds => {
  const views = makeWarViews(redis, keys);
  const followed = new Map<string, FollowedWar>();
  let checks = 0;

  const open = (war: string): FollowedWar => {
    const opened = new FollowedWar({
      subscribe: (heard) => redis.subscribe(keys.of(`war:${war}`, "feed"), heard),
      read: (before) => views.read(war, before),
      onError: (error) => logger.warn({ event: "war-read-failed", war, error: String(error) }),
    });
    followed.set(war, opened);
    return opened;
  };

  const check = async (): Promise<void> => {
    checks += 1;
    const byBucket = Map.groupBy(followed, ([war]) => bucketOf(`war:${war}`));
    await Promise.all(
      [...byBucket].map(async ([bucket, wars]) => {
        const key = keys.inBucket(bucket, "warversions");
        const versions = asList(await redis.run(key, ["HMGET", key, ...wars.map(([war]) => war)]));
        for (const [index, [, war]] of wars.entries()) {
          const version = asTextOrNull(versions[index]);
          if (version !== null) war.check(Number(version));
          else if (!war.hasEnded || checks % ENDED_CHECKS === 0) war.readAgain();
        }
      }),
    );
  };

  const checkNow = (): void => {
    check().catch((error: unknown) => logger.warn({ event: "wars-check-failed", error: String(error) }));
  };
  const timer = setInterval(checkNow, checkMs);
  const offRestored = redis.onRestored(checkNow);

  return {
    follow: (war, listener) => {
      const entry = followed.get(war) ?? open(war);
      const stop = entry.listen(listener);
      return () => {
        stop();
        if (entry.isHeard || followed.get(war) !== entry) return;
        followed.delete(war);
        entry.close();
      };
    },
    check,
    close: () => {
      clearInterval(timer);
      offRestored();
      for (const entry of followed.values()) entry.close();
      followed.clear();
    },
  };
};
