import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText } from "../redis/reply.ts";
import { ALL_BUCKETS, type DueItem } from "./due.ts";

/** What waits for any notifier. `due`: items by type, from a sample of each bucket where there are many. `lateMs`: for how long the oldest has been due. */
export type Pending = { due: Map<string, number>; lateMs: number; documents: number };

/** Due items of a bucket whose type is looked at. */
const LOOKED_AT = 16;
const TYPES: ReadonlySet<string> = new Set([
  ...([
    "window",
    "again",
    "digest",
    "unsnooze",
    "match",
    "clear",
    "weekly",
    "week",
    "broadcast",
  ] as const satisfies DueItem["type"][]),
]);

/** One function a bucket, whatever waits there. */
export const makeReadPending = (redis: Redis, keys: Keys) => async (): Promise<Pending> => {
  const pending: Pending = { due: new Map([...TYPES, "other"].map((type) => [type, 0])), lateMs: 0, documents: 0 };
  const prefixes = ALL_BUCKETS.map((bucket) => keys.bucketPrefix(bucket));
  const replies = await Promise.all(prefixes.map((key) => redis.fcall("pending_read", [key], [String(LOOKED_AT)])));
  for (const reply of replies) {
    const [count, late, documents, ...items] = asList(reply);
    pending.lateMs = Math.max(pending.lateMs, Number(asText(late)));
    pending.documents += asNumber(documents);
    for (const item of items) {
      const type = asText(item).split(":", 1)[0] ?? "";
      const known = TYPES.has(type) ? type : "other";
      pending.due.set(known, (pending.due.get(known) ?? 0) + asNumber(count) / items.length);
    }
  }
  return pending;
};
