import type { Logger } from "pino";
import type { ChannelId } from "../../shared/id.ts";
import { bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asTextOrNull } from "../redis/reply.ts";
import type { Log } from "./log.ts";
import { Tail } from "./tail.ts";

export type Tails = {
  /** The channel's tail, shared by all who follow it in this process; `release` when done with it. */
  follow(channel: ChannelId): Promise<{ tail: Tail; release(): void }>;
  /** Compares heads, and versions of what the state shows, as it does by itself every few seconds. */
  checkHeads(): Promise<void>;
  close(): void;
};

/** Heads and versions are compared this often, since the last message on a channel may be lost without a sign. */
const CHECK_MS = 3_000;

type Followed = { opened: Promise<Tail>; followers: number; stop(): void };

/** Follows channels for one process: one subscription and one tail per channel, however many rooms show it. */
export const makeTails = (redis: Redis, keys: Keys, log: Log, logger: Logger, checkMs: number = CHECK_MS): Tails => {
  const followed = new Map<ChannelId, Followed>();
  const tails = new Map<ChannelId, Tail>();
  const onError = (channel: ChannelId) => (error: unknown) =>
    logger.warn({ event: "tail-repair-failed", channel, error: String(error) });

  const open = (channel: ChannelId): Followed => {
    let closed = false;
    let unsubscribe: (() => Promise<void>) | undefined;
    const stop = (): void => {
      closed = true;
      tails.get(channel)?.close();
      tails.delete(channel);
      unsubscribe?.().catch(onError(channel));
    };
    const start = async (): Promise<Tail> => {
      // Subscribed before the head is read: what is written in between is heard and, being ahead of the position, repaired.
      const early: string[] = [];
      let tail: Tail | undefined;
      unsubscribe = await redis.subscribe(keys.of(channel, "feed"), (message) =>
        tail === undefined ? early.push(message) : tail.heard(message),
      );
      const { lineage } = await log.before(channel, undefined, undefined, 1);
      tail = new Tail(channel, log, lineage, onError(channel));
      if (closed) {
        await unsubscribe();
        tail.close();
      } else tails.set(channel, tail);
      for (const message of early) tail.heard(message);
      return tail;
    };
    const opened = start();
    opened.catch(() => {
      if (followed.get(channel)?.opened === opened) followed.delete(channel);
      stop();
    });
    return { opened, followers: 0, stop };
  };

  const checkHeads = async (): Promise<void> => {
    const byBucket = Map.groupBy(tails.values(), (tail) => bucketOf(tail.channel));
    await Promise.all(
      [...byBucket].map(async ([bucket, group]) => {
        const read = async (part: string): Promise<unknown[]> => {
          const key = keys.inBucket(bucket, part);
          return asList(await redis.run(key, ["HMGET", key, ...group.map((tail) => tail.channel)]));
        };
        const [heads, versions] = await Promise.all([read("heads"), read("versions")]);
        for (const [index, tail] of group.entries()) {
          const [epoch, seq] = (asTextOrNull(heads[index]) ?? "").split(":").map(Number);
          if (epoch !== undefined && seq !== undefined) tail.check({ epoch, seq });
          const version = asTextOrNull(versions[index]);
          if (version !== null) tail.checkVersion(Number(version));
        }
      }),
    );
  };

  const checkNow = (): void => {
    checkHeads().catch((error: unknown) => logger.warn({ event: "heads-check-failed", error: String(error) }));
  };
  const timer = setInterval(checkNow, checkMs);
  // Not a reading of every channel: all processes come back at once, and on few channels something was written meanwhile.
  const offRestored = redis.onRestored(checkNow);

  return {
    follow: async (channel) => {
      const entry = followed.get(channel) ?? open(channel);
      followed.set(channel, entry);
      entry.followers += 1;
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        entry.followers -= 1;
        if (entry.followers > 0) return;
        if (followed.get(channel) === entry) followed.delete(channel);
        entry.stop();
      };
      try {
        return { tail: await entry.opened, release };
      } catch (error) {
        release();
        throw error;
      }
    },
    checkHeads,
    close: () => {
      clearInterval(timer);
      offRestored();
      for (const entry of followed.values()) entry.stop();
      followed.clear();
    },
  };
};
