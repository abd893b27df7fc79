import { type HappenedEvent, INTERNAL_EVENTS } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";

/** Owner of the feed's keys; all are in one bucket. */
export const FEED = "events:feed";

/** Another process writes the feed now. */
export class HoldLost extends Error {}

/** An event that was dropped before its time, so that no more than may be kept are. */
export type Cut = { atMs: number; keptMs: number };
export type Held = {
  /** Of its server. */
  boot: string;
  /** The last one; undefined: none within the last hour. */
  cut?: Cut;
};
/** Events are dropped when they are older, or when there are more. */
export type Kept = { keptMs: number; most: number };

/** The feed as the one process that holds it writes it. */
export type Feed = {
  /** Holds it, or goes on holding it, for `holdMs`; undefined: another does. */
  hold(holder: string, holdMs: number): Promise<Held | undefined>;
  release(holder: string): Promise<void>;
  /** How far each bucket's outbox has been taken. */
  positions(): Promise<Map<number, string>>;
  /**
   * Adds events of a bucket and moves its position, both or neither. Gives the position that stands then: `to`, or another when it was not `from` (nothing was added).
   * Throws `HoldLost`.
   */
  add(holder: string, bucket: number, from: string, to: string, events: readonly HappenedEvent[]): Promise<string>;
};

export const makeFeed = (redis: Redis, keys: Keys, { keptMs, most }: Kept): Feed => {
  const call = async (name: string, args: readonly string[]): Promise<unknown[]> =>
    asList(await redis.fcall(name, keys.prefixes(FEED), args));

  return {
    hold: async (holder, holdMs) => {
      const args = [holder, String(holdMs), String(keptMs), String(most)];
      const [code, boot, cutAt, cutKept] = await call("feed_hold", args);
      if (code !== "ok") return undefined;
      const cut = asText(cutAt) === "" ? {} : { cut: { atMs: Number(asText(cutAt)), keptMs: Number(asText(cutKept)) } };
      return { boot: asText(boot), ...cut };
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
      const args = [holder, String(keptMs), String(most), String(bucket), from, to];
      const [code, position] = await call("feed_add", [...args, ...told]);
      if (code === "lost") throw new HoldLost("another process holds the feed");
      return code === "moved" ? asText(position) : to;
    },
  };
};
