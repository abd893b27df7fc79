import { type HappenedEvent, happenedEventSchema } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTexts } from "../redis/reply.ts";
import { FEED } from "./feed.ts";
import { BEGINNING } from "./source.ts";

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
  /** Events after the cursor are gone: these are the oldest kept. */
  expired?: { oldest: string };
};

export type FeedReader = {
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

  const look = async ({ after, limit, types }: FeedQuery): Promise<FeedPage & { full: boolean }> => {
    const page: FeedPage & { full: boolean } = { events: [], next: after ?? BEGINNING, full: false };
    let cursor = after ?? "";
    for (let looked = 0; looked < LOOKED_AT; ) {
      const count = types === undefined ? limit - page.events.length : PER_LOOK;
      const reply = asList(await redis.fcall("feed_page", keys.prefixes(FEED), [cursor, String(count)]));
      const [, expired, oldest = "", ...rest] = reply;
      if (cursor === (after ?? "") && asNumber(expired) === 1) page.expired = { oldest: asTexts([oldest])[0] ?? "" };
      const rows = asTexts(rest);
      for (let index = 0; index + 1 < rows.length; index += 2) {
        cursor = rows[index] ?? "";
        page.next = cursor;
        const event = happenedEventSchema.safeParse(parsedJson(rows[index + 1] ?? ""));
        if (event.success && (types === undefined || types.includes(event.data.event))) page.events.push(event.data);
        if (page.events.length === limit) return { ...page, full: true };
      }
      looked += rows.length / 2;
      if (rows.length / 2 < count) return page;
    }
    return { ...page, full: true };
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
          const { full, ...page } = await look({ ...query, after });
          if (page.events.length > 0 || full || page.expired !== undefined || !patient) return page;
          // What was passed over need not be looked at again.
          if (page.next !== BEGINNING) after = page.next;
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
