import { GremioError } from "../../shared/errors.ts";
import { type HappenedEvent, happenedEventSchema } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import { FEED } from "./feed.ts";

export type FeedQuery = {
  /** `next` of the answer before; undefined: from the oldest event kept. */
  after?: string | undefined;
  limit: number;
  /** Only events of these names; undefined: all. */
  types?: readonly string[] | undefined;
  /** How long to wait for an event when there is none, in ms. */
  waitMs: number;
};

export type FeedPage = {
  /** In the order in which the feed got them. */
  events: HappenedEvent[];
  /** Where to go on. */
  next: string;
  /** Redis lost some of the events up to the cursor. Those that stand all the same come again after it, under their ids. */
  lost?: true;
};

export type FeedReader = {
  /** Throws `cursor-expired` when events after the cursor are gone, and `cursor-unknown` when the feed has not come so far. */
  read(query: FeedQuery): Promise<FeedPage>;
  /** Answers whoever waits. */
  close(): void;
};

const PER_LOOK = 500;
/** Events looked at for one answer, when few are of the names asked for. */
const LOOKED_AT = 5_000;

/** Reads the feed for the game's backend, on any process. */
export const makeFeedReader = (redis: Redis, keys: Keys): FeedReader => {
  const waiting = new Set<() => void>();
  let subscribed: Promise<unknown> | undefined;
  let closed = false;

  /** From now on whoever waits is told. The message may be lost; then he waits out his time. */
  const listen = async (): Promise<void> => {
    subscribed ??= redis.subscribe(keys.of(FEED, "feed"), wakeAll);
    try {
      await subscribed;
    } catch (error) {
      subscribed = undefined;
      throw error;
    }
  };
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };

  /** Undefined: events after the cursor are gone. */
  const page = async (cursor: string, count: number) => {
    const [code, ...rest] = asList(await redis.fcall("feed_page", keys.prefixes(FEED), [cursor, String(count)]));
    if (code === "expired") return { floor: asText(rest[0]) };
    if (code === "ahead") throw new GremioError("cursor-unknown", { details: asTexts(rest) });
    const [next, lost, ...rows] = rest;
    return { next: asText(next), lost: asNumber(lost) === 1, rows: asTexts(rows) };
  };

  const look = async ({ after, limit, types }: FeedQuery): Promise<FeedPage & { full: boolean }> => {
    const found: FeedPage & { full: boolean } = { events: [], next: after ?? "", full: false };
    for (let looked = 0; looked < LOOKED_AT; ) {
      const count = types === undefined ? limit - found.events.length : PER_LOOK;
      const { floor, next = "", lost, rows = [] } = await page(found.next, count);
      if (floor !== undefined) {
        if (looked === 0) throw new GremioError("cursor-expired", { details: [floor] });
        // They went while it was looking: what was found is good, and the next question is told.
        return { ...found, full: true };
      }
      if (lost) found.lost = true;
      found.next = next;
      for (let index = 0; index + 1 < rows.length; index += 2) {
        found.next = rows[index] ?? "";
        const event = happenedEventSchema.safeParse(parsedJson(rows[index + 1] ?? ""));
        if (event.success && (types === undefined || types.includes(event.data.event))) found.events.push(event.data);
        if (found.events.length === limit) return { ...found, full: true };
      }
      looked += rows.length / 2;
      if (rows.length / 2 < count) return found;
    }
    return { ...found, full: true };
  };

  return {
    read: async (query) => {
      const deadline = performance.now() + query.waitMs;
      let after = query.after;
      for (;;) {
        const left = deadline - performance.now();
        const patient = left > 0 && !closed;
        if (patient) await listen();
        let woken = (): void => {};
        const news = new Promise<void>((resolve) => {
          woken = resolve;
        });
        waiting.add(woken);
        const timer = setTimeout(woken, Math.max(0, left));
        try {
          const { full, ...found } = await look({ ...query, after });
          if (found.events.length > 0 || full || found.lost || !patient) return found;
          // What was passed over need not be looked at again.
          after = found.next;
          await news;
        } finally {
          clearTimeout(timer);
          waiting.delete(woken);
        }
      }
    },
    close: () => {
      closed = true;
      wakeAll();
    },
  };
};
