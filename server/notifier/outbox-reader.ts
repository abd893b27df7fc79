import type { Logger } from "pino";
import type { Keys } from "../redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asList, asText, asTexts } from "../redis/reply.ts";
import { ALL_BUCKETS } from "./due.ts";
import { inParallel } from "./in-parallel.ts";

const GROUP = "notifier";
/** Documents taken from a bucket at once, and buckets read at once: a backlog is taken in pieces, so that none of it waits longer than `abandonedMs`. */
const PER_LOOK = 16;
const BUCKETS_AT_ONCE = 64;
/** Buckets worked on at once. */
const WORKED_AT_ONCE = 16;
/** A document that failed this often, though Redis was there, is put aside. */
const MOST_FAILURES = 5;
const ASIDE_KEPT = 1_000;
/** A reader that was not seen for this long and owns nothing is forgotten. */
const READER_KEPT_MS = 60 * 60 * 1000;

export type OutboxReader = {
  /** Reads what is new in a bucket soon. */
  wake(bucket: number): void;
  /** Reads what is new in all buckets. */
  look(): void;
  /** Takes over what another reader took and did not finish within `abandonedMs`. */
  takeOver(): void;
  trim(): Promise<void>;
  /** Not all that was written while this process did not read has been handled yet: since it started, or since Redis was away. */
  isBehind(): boolean;
  /** Starts no new work and waits for what was begun. */
  close(): Promise<void>;
};

/** A document that cannot be read, now or ever. */
export class Unreadable extends Error {}

/**
 * Reads the outboxes of all buckets as one of a group of readers, without blocking reads, so that it is the same on a cluster. `handle` is called at least once
 * for each document, also for those written while no reader ran; a document is acknowledged after it returned.
 */
export const makeOutboxReader = async (
  { redis, keys, log }: { redis: Redis; keys: Keys; log: Logger },
  { reader, abandonedMs }: { reader: string; abandonedMs: number },
  handle: (document: string) => Promise<void>,
): Promise<OutboxReader> => {
  const outbox = (bucket: number): string => keys.inBucket(bucket, "outbox");
  const failures = new Map<string, number>();
  const fresh = new Set<number>();
  const orphaned = new Set<number>();
  let working: Promise<void> | undefined;
  let behind = true;
  let lookedAtAll = false;
  let closed = false;

  const createGroup = async (bucket: number): Promise<void> => {
    const key = outbox(bucket);
    await redis.run(key, ["XGROUP", "CREATE", key, GROUP, "0", "MKSTREAM"]).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.includes("BUSYGROUP"))) throw error;
    });
  };

  const setAside = async (bucket: number, document: string, why: unknown): Promise<void> => {
    const aside = keys.inBucket(bucket, "outbox-aside");
    await redis.run(aside, ["XADD", aside, "MAXLEN", "~", String(ASIDE_KEPT), "*", "d", document, "why", String(why)]);
    log.error({ event: "outbox-aside", bucket, why: String(why) });
  };

  const work = async (bucket: number, id: string, document: string): Promise<void> => {
    const key = outbox(bucket);
    const name = `${bucket}:${id}`;
    try {
      await handle(document);
    } catch (error) {
      if (error instanceof RedisUnavailable) throw error;
      const count = (failures.get(name) ?? 0) + 1;
      if (!(error instanceof Unreadable) && count < MOST_FAILURES) {
        failures.set(name, count);
        log.warn({ event: "outbox-failed", bucket, id, count, err: error });
        return;
      }
      await setAside(bucket, document, error);
    }
    failures.delete(name);
    await redis.run(key, ["XACK", key, GROUP, id]);
  };

  /** Rows `[id, [field, value …]]`; the fields are null when a row that was not finished has been trimmed. */
  const workRows = async (bucket: number, rows: readonly unknown[]): Promise<void> => {
    for (const row of rows) {
      const [id, fields] = asList(row);
      await work(bucket, asText(id), fields ? (asTexts(fields)[1] ?? "") : "");
    }
  };

  const readFresh = async (bucket: number): Promise<unknown[]> => {
    const key = outbox(bucket);
    const count = String(PER_LOOK);
    const reply = await redis.run(key, ["XREADGROUP", "GROUP", GROUP, reader, "COUNT", count, "STREAMS", key, ">"]);
    const [stream] = reply === null ? [] : asList(reply);
    return stream === undefined ? [] : asList(asList(stream)[1]);
  };

  const readOrphaned = async (bucket: number): Promise<unknown[]> => {
    const key = outbox(bucket);
    const command = ["XAUTOCLAIM", key, GROUP, reader, String(abandonedMs), "0", "COUNT", String(PER_LOOK)];
    return asList(asList(await redis.run(key, command))[1]);
  };

  const drain = async (wanted: Set<number>, read: (bucket: number) => Promise<unknown[]>): Promise<void> => {
    const buckets = [...wanted].slice(0, BUCKETS_AT_ONCE);
    for (const bucket of buckets) wanted.delete(bucket);
    const found = await Promise.all(
      buckets.map(async (bucket) => {
        try {
          return { bucket, rows: await read(bucket) };
        } catch (error) {
          if (error instanceof Error && error.message.includes("NOGROUP")) await createGroup(bucket);
          else throw error;
          wanted.add(bucket);
          return { bucket, rows: [] };
        }
      }),
    );
    const busy = found.filter(({ rows }) => rows.length > 0);
    await inParallel(WORKED_AT_ONCE, busy, ({ bucket, rows }) => workRows(bucket, rows));
    if (closed) return;
    for (const { bucket, rows } of busy) if (rows.length === PER_LOOK) wanted.add(bucket);
  };

  const start = (): void => {
    if (working !== undefined || fresh.size + orphaned.size === 0 || closed) return;
    working = (async () => {
      try {
        while (fresh.size + orphaned.size > 0 && !closed) {
          await drain(fresh, readFresh);
          await drain(orphaned, readOrphaned);
        }
        if (lookedAtAll && !closed) behind = false;
      } catch (error) {
        behind = true;
        lookedAtAll = false;
        log.warn({ event: "outbox-interrupted", error: String(error) });
      } finally {
        working = undefined;
      }
    })();
  };

  await Promise.all(ALL_BUCKETS.map(createGroup));
  const wake = (bucket: number): void => {
    fresh.add(bucket);
    queueMicrotask(start);
  };

  return {
    wake,
    look: () => {
      lookedAtAll = true;
      ALL_BUCKETS.forEach(wake);
    },
    takeOver: () => {
      for (const bucket of ALL_BUCKETS) orphaned.add(bucket);
      start();
    },
    trim: async () => {
      const age = [String(READER_KEPT_MS)];
      await Promise.all(ALL_BUCKETS.map((bucket) => redis.fcall("outbox_trim", [keys.bucketPrefix(bucket)], age)));
    },
    isBehind: () => behind,
    close: async () => {
      closed = true;
      await working;
    },
  };
};
