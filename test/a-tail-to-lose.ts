import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asText, asTextOrNull, asTexts } from "../server/redis/reply.ts";

/** Remembers where a channel's log ends. `lose` leaves what a restart of Redis from a file of that moment would: head and log as they were, written by another boot. */
export const aTailToLose = async (redis: Redis, keys: Keys, channel: string): Promise<{ lose(): Promise<void> }> => {
  const [owner, bucket] = keys.prefixes(channel);
  const run = (command: readonly string[]): Promise<unknown> => redis.run(owner, [...command]);
  const head = asTexts(await run(["HGETALL", `${owner}head`]));
  const seen = asTextOrNull(await run(["HGET", `${bucket}heads`, channel]));
  const last = Number(head[head.indexOf("head") + 1]);
  return {
    lose: async () => {
      const now = Number(asText(await run(["HGET", `${owner}head`, "head"])));
      for (let seq = last + 1; seq <= now; seq++) await run(["XDEL", `${owner}log`, `${seq}-0`]);
      if (seen !== null) await run(["HSET", `${bucket}heads`, channel, seen]);
      await run(["HSET", `${owner}head`, ...head, "boot", "an-earlier-run"]);
    },
  };
};
