import type { Logger } from "pino";
import { BUCKETS } from "./bucket.ts";
import { every } from "./every.ts";

export type BucketRounds = {
  visit(bucket: number): Promise<unknown>;
  /** From one bucket to the next; a visit that takes longer delays those after it. */
  paceMs: number;
  logger: Pick<Logger, "warn">;
  /** What the log calls a visit that failed. */
  failed: string;
};

/**
 * Goes round all buckets until it is closed, one at a time. It begins anywhere, lest processes that were started together go side by side. A visit that fails is logged,
 * and its bucket is visited again in the next round.
 */
export const startBucketRounds = ({ visit, paceMs, logger, failed }: BucketRounds): { close(): void } => {
  let bucket = Math.floor(Math.random() * BUCKETS);
  return every(
    paceMs,
    () => {
      bucket = (bucket + 1) % BUCKETS;
      return visit(bucket);
    },
    (error) => logger.warn({ event: failed, bucket, error: String(error) }),
  );
};
