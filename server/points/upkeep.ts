import type { Logger } from "pino";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import type { Archive } from "./archive.ts";
import { type FoldOptions, makeFolding } from "./folding.ts";
import { makeTransfers } from "./transfers.ts";

export type UpkeepOptions = {
  /** Undefined: nothing is folded. */
  folding?: ({ archive: Archive } & FoldOptions) | undefined;
  /** From one bucket to the next. */
  paceMs?: number;
  /** How long ago a transfer's debit is when it counts as left. */
  leftMs?: number;
};

/** All buckets are looked through for abandoned transfers within this; a bucket's books are folded every 15 minutes, by whichever process comes. */
const ROUND_MS = 64_000;
/** A transfer whose debit is older than this was left by whoever began it: its steps take milliseconds, and each is given up after 10 s. */
const LEFT_MS = 30_000;

/** Ends transfers that were left, and folds long books, in one bucket after the other until it is closed. */
export const startUpkeep = (redis: Redis, keys: Keys, logger: Logger, options: UpkeepOptions): { close(): void } => {
  const transfers = makeTransfers(redis, keys);
  const { folding: fold } = options;
  const folding = fold === undefined ? undefined : makeFolding(redis, keys, fold.archive, fold);

  const visit = async (bucket: number): Promise<void> => {
    const left = await transfers.resume(bucket, options.leftMs ?? LEFT_MS);
    if (left > 0) logger.warn({ event: "transfers-left", bucket, left });
    await folding?.bucket(bucket);
  };

  const { paceMs = ROUND_MS / BUCKETS } = options;
  const rounds = startBucketRounds({ visit, paceMs, logger, failed: "ledger-upkeep-failed" });
  return {
    close: () => {
      rounds.close();
      folding?.close();
    },
  };
};
