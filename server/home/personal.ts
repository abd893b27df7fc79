import { z } from "zod";
import { type ChannelId, type PlayerId, playerIdSchema } from "../../shared/id.ts";
import { type Personal, personalSchema, type ReadPosition } from "../../shared/protocol.ts";
import { makeAsk } from "../redis/ask.ts";
import { bucketOf, type Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";

/** What is for one player alone, on all his connections, whichever processes hold them. It may be lost: it tells nothing that cannot be asked for. */
export type PersonalFeed = {
  /** Tells all the player's sessions. */
  tell(player: PlayerId, message: Personal): Promise<void>;
  /** The player has read up to there on one of them: tells them if there is more than one, and what he has read waits for the end of his match no more. */
  read(player: PlayerId, channel: ChannelId, read: ReadPosition): Promise<void>;
  /** The returned function ends it. */
  listen(player: PlayerId, listener: (message: Personal) => void): () => void;
  /** Calls back when what a player may in the whole game has changed; only of players in the bucket of one who is listened for. */
  onStanding(listener: (player: PlayerId) => void): void;
};

const documentSchema = z.tuple([playerIdSchema, z.union([personalSchema, z.object({ type: z.literal("standing") })])]);

type Bucket = { listeners: number; unsubscribe: Promise<() => Promise<void>> };

/** One subscription per bucket that has a player here, so at most 256, however many players there are. */
export const makePersonalFeed = (redis: Redis, keys: Keys, onError: (error: unknown) => void): PersonalFeed => {
  const ask = makeAsk(redis, keys);
  const players = new Map<PlayerId, Set<(message: Personal) => void>>();
  const buckets = new Map<number, Bucket>();
  const standingListeners: ((player: PlayerId) => void)[] = [];

  const heard = (text: string): void => {
    const parsed = documentSchema.safeParse(parsedJson(text));
    if (!parsed.success) return;
    const [player, message] = parsed.data;
    if (message.type === "standing") {
      for (const listener of standingListeners) listener(player);
      return;
    }
    for (const listener of players.get(player) ?? []) listener(message);
  };

  const join = (bucket: number): void => {
    const known = buckets.get(bucket);
    if (known !== undefined) {
      known.listeners += 1;
      return;
    }
    const unsubscribe = redis.subscribe(keys.inBucket(bucket, "personal"), heard);
    unsubscribe.catch(onError);
    buckets.set(bucket, { listeners: 1, unsubscribe });
  };

  const leave = (bucket: number): void => {
    const known = buckets.get(bucket);
    if (known === undefined) return;
    known.listeners -= 1;
    if (known.listeners > 0) return;
    buckets.delete(bucket);
    known.unsubscribe.then((stop) => stop()).catch(onError);
  };

  return {
    tell: async (player, message) => {
      await ask("player_tell", `player:${player}`, [JSON.stringify([player, message]), ""]);
    },
    read: async (player, channel, read) => {
      const message: Personal = { type: "read", channel, read };
      const args = [player, JSON.stringify([player, message]), channel, String(read.seq)];
      await ask("player_read", `player:${player}`, args);
    },
    onStanding: (listener) => {
      standingListeners.push(listener);
    },
    listen: (player, listener) => {
      const bucket = bucketOf(`player:${player}`);
      const listeners = players.get(player) ?? new Set();
      players.set(player, listeners);
      listeners.add(listener);
      join(bucket);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        listeners.delete(listener);
        if (listeners.size === 0 && players.get(player) === listeners) players.delete(player);
        leave(bucket);
      };
    },
  };
};
