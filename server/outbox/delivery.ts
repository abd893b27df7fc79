import type { Logger } from "pino";
import { z } from "zod";
import { type HappenedEvent, happenedEventSchema } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import { FEED, HoldLost } from "./feed.ts";

/** Sends a batch to the studio; returns when it has taken it, and throws why it has not. The same batch always has the same id. */
export type SendBatch = (id: string, events: readonly HappenedEvent[]) => Promise<void>;

export type DeliveryPace = {
  /** First wait before a batch is sent again; it doubles with each try, up to the longest. */
  retryBaseMs: number;
  longestRetryMs: number;
  /** A batch whose last event is older than this is given up, once it had its tries. */
  giveUpMs: number;
  leastTries: number;
};

export type Delivery = {
  /** Something was added to the feed. */
  added(): void;
  /** Sends nothing more and waits for what is under way. */
  end(): Promise<void>;
};

const PACE: DeliveryPace = {
  retryBaseMs: 1_000,
  longestRetryMs: 3_600_000,
  giveUpMs: 3 * 86_400_000,
  leastTries: 5,
};
const PER_BATCH = 100;
/** After Redis could not be had. */
const AGAIN_MS = 2_000;
const LONGEST_SLEEP_MS = 60_000;
const LONGEST_REASON = 200;

const eventsSchema = z.array(happenedEventSchema);

type Batch = { id: string; upto: string; tries: number; gone: boolean; events: HappenedEvent[] };

/**
 * Gives the feed to the studio's webhook, in its order, one batch at a time, each until it is taken or given up; where it is stands in Redis, so a batch is sent again
 * (and is the same) when whoever sent it died before he could say so. Only for the process that holds the feed.
 */
export const makeDelivery =
  (
    { redis, keys, log }: { redis: Redis; keys: Keys; log: Pick<Logger, "warn" | "error"> },
    send: SendBatch,
    pace: Partial<DeliveryPace> = {},
  ) =>
  (holder: string): Delivery => {
    const { retryBaseMs, longestRetryMs, giveUpMs, leastTries } = { ...PACE, ...pace };
    let timer: NodeJS.Timeout | undefined;
    let working: Promise<void> | undefined;
    let woken = false;
    let ended = false;

    // Somebody set the batch aside, or wants it sent now. The message may be lost; then it is seen when the next look is due.
    let unsubscribe: Promise<() => Promise<void>> | undefined;
    const listen = async (): Promise<void> => {
      unsubscribe ??= redis.subscribe(keys.of(FEED, "hook"), start);
      try {
        await unsubscribe;
      } catch (error) {
        unsubscribe = undefined;
        throw error;
      }
    };

    const call = async (name: string, args: readonly string[]): Promise<{ code: string; rest: unknown[] }> => {
      const [code, ...rest] = asList(await redis.fcall(name, keys.prefixes(FEED), [holder, ...args]));
      if (code === "lost") throw new HoldLost("another process holds the feed");
      return { code: asText(code), rest };
    };

    /** The batch to send, or in how many ms to ask again (undefined: when there is one). */
    const next = async (): Promise<Batch | number | undefined> => {
      const { code, rest } = await call("feed_next", [String(PER_BATCH)]);
      if (code === "none") return undefined;
      if (code === "wait") return asNumber(rest[0]);
      const [cursor, upto, tries, gone, ...documents] = rest;
      return {
        id: `${asText(cursor)}..${asText(upto)}`,
        upto: asText(upto),
        tries: asNumber(tries),
        gone: asNumber(gone) === 1,
        events: eventsSchema.parse(asTexts(documents).map(parsedJson)),
      };
    };

    const deliver = async ({ id, upto, tries, gone, events }: Batch): Promise<void> => {
      if (gone && tries === 0) log.error({ event: "events-expired", before: id });
      let failed: unknown;
      try {
        await send(id, events);
      } catch (error) {
        failed = error ?? "failed";
      }
      if (failed === undefined) {
        await call("feed_taken", [upto]);
        return;
      }
      const why = String(failed instanceof Error ? failed.message : failed).slice(0, LONGEST_REASON);
      const waitMs = Math.min(retryBaseMs * 2 ** tries, longestRetryMs) * (0.5 + Math.random() / 2);
      const args = [upto, why, String(Math.ceil(waitMs)), String(leastTries), String(giveUpMs)];
      const { code, rest } = await call("feed_failed", args);
      if (code === "moved") return;
      if (code === "dead") log.error({ event: "events-dead", letter: rest[0], batch: id, count: events.length, why });
      else log.warn({ event: "events-not-taken", batch: id, tries: tries + 1, why });
    };

    const work = async (): Promise<void> => {
      woken = false;
      try {
        await listen();
        while (!ended) {
          woken = false;
          const batch = await next();
          if (typeof batch === "object") await deliver(batch);
          else if (batch !== undefined) return later(batch);
          else if (!woken) return;
        }
      } catch (error) {
        // Then the process that holds the feed goes on, which may be this one, after a stall.
        if (!(error instanceof HoldLost)) log.warn({ event: "delivery-interrupted", error: String(error) });
        later(AGAIN_MS);
      }
    };

    const later = (ms: number): void => {
      clearTimeout(timer);
      if (!ended) timer = setTimeout(start, Math.min(ms, LONGEST_SLEEP_MS));
    };

    const start = (): void => {
      woken = true;
      if (ended || working !== undefined) return;
      working = work().finally(() => {
        working = undefined;
        // Woken between its last look and its end.
        if (woken) start();
      });
    };
    start();

    return {
      added: start,
      end: async () => {
        ended = true;
        clearTimeout(timer);
        await working;
        // Without Redis this does not end.
        unsubscribe?.then((off) => off()).catch(() => undefined);
      },
    };
  };
