import { type HappenedEvent, INTERNAL_EVENTS } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";

/** Owner of the feed's keys; all are in one bucket. */
export const FEED = "events:feed";

/** Another process writes the feed now. */
export class HoldLost extends Error {}

/** The feed as the one process that holds it writes it. */
export type Feed = {
  /** Holds it, or goes on holding it, for `holdMs`; undefined: another does. Gives the boot of its server. */
  hold(holder: string, holdMs: number): Promise<string | undefined>;
  release(holder: string): Promise<void>;
  /** How far each bucket's outbox has been taken. */
  positions(): Promise<Map<number, string>>;
  /**
   * Adds events of a bucket and moves its position, both or neither. Gives the position that stands then: `to`, or another when it was not `from` (nothing was added).
   * Throws `HoldLost`.
   */
  add(holder: string, bucket: number, from: string, to: string, events: readonly HappenedEvent[]): Promise<string>;
};

export const makeFeed = (redis: Redis, keys: Keys, { keptMs }: { keptMs: number }): Feed => {
  const call = async (name: string, args: readonly string[]): Promise<unknown[]> =>
    asList(await redis.fcall(name, keys.prefixes(FEED), args));

  return {
    hold: async (holder, holdMs) => {
      const [code, boot] = await call("feed_hold", [holder, String(holdMs), String(keptMs)]);
      return code === "ok" ? asText(boot) : undefined;
    },
    release: async (holder) => {
      await call("feed_release", [holder]);
    },
    positions: async () => {
      const source = keys.of(FEED, "source");
      const pairs = asPairs(await redis.run(source, ["HGETALL", source]));
      return new Map([...pairs].map(([bucket, position]) => [Number(bucket), position]));
    },
    add: async (holder, bucket, from, to, events) => {
      const told = events.filter(({ event }) => !INTERNAL_EVENTS.has(event)).map((event) => JSON.stringify(event));
      const [code, position] = await call("feed_add", [holder, String(keptMs), String(bucket), from, to, ...told]);
      if (code === "lost") throw new HoldLost("another process holds the feed");
      return code === "moved" ? asText(position) : to;
    },
  };
};
