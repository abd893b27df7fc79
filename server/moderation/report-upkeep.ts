import type { Logger } from "pino";
import type { ChannelId } from "../../shared/id.ts";
import { type Ask, makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asText, asTexts } from "../redis/reply.ts";
import { reportId, splitReportId } from "./case.ts";
import { tellReporters } from "./tell-reporters.ts";

/** Every process looks at each bucket once in an hour: a case may wait so much longer. */
const ROUND_MS = 3_600_000;
const AT_ONCE = 100;

/** Tells the reporters of cases that are over: ids, each with its reporters. */
export const tellExpired = async (ask: Ask, channel: ChannelId, cells: readonly unknown[]): Promise<void> => {
  for (let index = 0; index < cells.length; index += 2)
    await tellReporters(ask, reportId(channel, asText(cells[index])), "expired", asTexts(cells[index + 1]));
};

/** Ends the cases of a bucket that have waited for longer than this, and tells who reported them. */
export const makeExpireReports = (redis: Redis, keys: Keys, waitMs: number): ((bucket: number) => Promise<void>) => {
  const ask = makeAsk(redis, keys);
  return async (bucket) => {
    const open = keys.inBucket(bucket, "open");
    const before = String(Date.now() - waitMs);
    const due = asTexts(await redis.run(open, ["ZRANGEBYSCORE", open, "-inf", before, "LIMIT", "0", String(AT_ONCE)]));
    for (const channel of new Set(due.map((report) => splitReportId(report).channel)))
      await tellExpired(ask, channel, await ask("report_expire", channel, [channel, String(waitMs), String(AT_ONCE)]));
  };
};

/** Goes round the buckets until it is closed, beginning anywhere, one at a time. */
export const startReportUpkeep = (
  redis: Redis,
  keys: Keys,
  logger: Logger,
  { waitMs }: { waitMs: number },
): { close(): void } => {
  const expire = makeExpireReports(redis, keys, waitMs);
  let bucket = Math.floor(Math.random() * BUCKETS);
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    bucket = (bucket + 1) % BUCKETS;
    expire(bucket)
      .catch((error: unknown) => logger.warn({ event: "report-upkeep-failed", bucket, error: String(error) }))
      .finally(() => {
        busy = false;
      });
  }, ROUND_MS / BUCKETS);
  return { close: () => clearInterval(timer) };
};
