import type { Logger } from "pino";
import { z } from "zod";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asText } from "../redis/reply.ts";

/** Somebody who was invited is still a member 7 days later, and was seen within the last 3. */
export type FriendStayed = { guild: GuildId; inviter: PlayerId; friend: PlayerId };

export type FriendsOptions = {
  /** Does what it is worth. May be called more than once for a friend; what it throws has it called again. */
  onFriendStayed?: (stayed: FriendStayed) => Promise<void>;
  /** Given in place of Redis' time. */
  now?: () => number;
  /** From one bucket to the next. */
  paceMs?: number;
};

export type Friends = {
  /** Judges the friends of a bucket of whom it is time. Each that stayed is told once as the event `friend-stayed`. Gives how many stayed. */
  bucket(bucket: number): Promise<number>;
};

const itemSchema = z.tuple([z.string(), z.string(), z.string(), z.number()]);
const AT_ONCE = 100;
/** A round takes a quarter of an hour. */
const PACE_MS = 3_500;

export const makeFriends = (redis: Redis, keys: Keys, { onFriendStayed, now }: FriendsOptions = {}): Friends => ({
  bucket: async (bucket) => {
    const prefix = keys.bucketPrefix(bucket);
    let stayed = 0;
    for (;;) {
      const due = asList(
        await redis.fcall("friends_due", [prefix], [now === undefined ? "" : String(now()), String(AT_ONCE)]),
      );
      for (let index = 0; index + 1 < due.length; index += 2) {
        const item = asText(due[index]);
        const isStill = due[index + 1] === 1;
        const [guild, friend, inviter] = itemSchema.parse(JSON.parse(item));
        if (isStill) await onFriendStayed?.({ guild, inviter, friend });
        const told = await redis.fcall("friend_judged", [prefix], [item, isStill ? "1" : "0"]);
        if (isStill && told === 1) stayed += 1;
      }
      if (due.length < 2 * AT_ONCE) return stayed;
    }
  },
});

/** Goes round the buckets until it is closed, beginning anywhere, one at a time. */
export const startFriends = (redis: Redis, keys: Keys, logger: Logger, options: FriendsOptions): { close(): void } => {
  const friends = makeFriends(redis, keys, options);
  let bucket = Math.floor(Math.random() * BUCKETS);
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    bucket = (bucket + 1) % BUCKETS;
    friends
      .bucket(bucket)
      .catch((error: unknown) => logger.warn({ event: "friends-failed", bucket, error: String(error) }))
      .finally(() => {
        busy = false;
      });
  }, options.paceMs ?? PACE_MS);
  return { close: () => clearInterval(timer) };
};
