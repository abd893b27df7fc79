import type { Logger } from "pino";
import { z } from "zod";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asText, asTextOrNull } from "../redis/reply.ts";

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

/** What could not be paid is tried again then, and keeps none of the others waiting. */
const PUT_OFF_MS = 60 * 60 * 1000;
/** Accounts that became others in turn; of a ring, which cannot be, no more are looked at. */
const LINKS = 5;

export const makeFriends = (redis: Redis, keys: Keys, { onFriendStayed, now }: FriendsOptions = {}): Friends => {
  /** Who a guest has become since he invited somebody. */
  const nowKnownAs = async (player: PlayerId): Promise<PlayerId> => {
    let known = player;
    for (let link = 0; link < LINKS; link++) {
      const key = keys.of(`player:${known}`, "profile");
      const to = asTextOrNull(await redis.run(key, ["HGET", key, "to"]));
      if (to === null) break;
      known = to;
    }
    return known;
  };

  const judge = async (prefix: string, item: string, isStill: boolean): Promise<boolean> => {
    const [guild, friend, invitedBy] = itemSchema.parse(JSON.parse(item));
    const inviter = isStill ? await nowKnownAs(invitedBy) : invitedBy;
    if (isStill) await onFriendStayed?.({ guild, inviter, friend });
    const told = await redis.fcall("friend_judged", [prefix], [item, isStill ? "1" : "0", inviter]);
    return isStill && told === 1;
  };

  return {
    bucket: async (bucket) => {
      const prefix = keys.bucketPrefix(bucket);
      const friends = keys.inBucket(bucket, "friends");
      const failures: unknown[] = [];
      let stayed = 0;
      for (;;) {
        const at = now === undefined ? "" : String(now());
        const due = asList(await redis.fcall("friends_due", [prefix], [at, String(AT_ONCE)]));
        for (let index = 0; index + 1 < due.length; index += 2) {
          const item = asText(due[index]);
          try {
            if (await judge(prefix, item, due[index + 1] === 1)) stayed += 1;
          } catch (error) {
            failures.push(error);
            await redis.run(friends, ["ZADD", friends, "XX", "INCR", String(PUT_OFF_MS), item]);
          }
        }
        if (due.length >= 2 * AT_ONCE) continue;
        if (failures.length > 0) throw failures[0];
        return stayed;
      }
    },
  };
};

/** Judges the friends of one bucket after the other until it is closed. */
export const startFriends = (redis: Redis, keys: Keys, logger: Logger, options: FriendsOptions): { close(): void } => {
  const friends = makeFriends(redis, keys, options);
  return startBucketRounds({
    visit: friends.bucket,
    paceMs: options.paceMs ?? PACE_MS,
    logger,
    failed: "friends-failed",
  });
};
