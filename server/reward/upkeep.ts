import type { Logger } from "pino";
import { BUCKETS } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Gifts } from "./gifts.ts";
import type { Stock } from "./stock.ts";

/** All buckets are looked through within this; units that are held for long, several times in it. */
const ROUND_MS = 64_000;
const STOCK_EVERY = 16;
/** What was begun longer ago was left by whoever began it: its steps take milliseconds, and each is given up after 10 s. */
const LEFT_MS = 30_000;

/** In one bucket after the other until it is closed: settles stock that was held and not bought, goes on with gifts that were left, and ends those whose time has come. */
export const startRewardUpkeep = (
  { stock, gifts, logger }: { stock: Stock; gifts: Gifts; logger: Pick<Logger, "warn"> },
  paceMs = ROUND_MS / BUCKETS,
): { close(): void } => {
  const visit = async (bucket: number): Promise<void> => {
    if (bucket % STOCK_EVERY === 0) await stock.settleLeft(LEFT_MS);
    await stock.giveBackLeft(bucket);
    const left = await gifts.sweep(bucket, LEFT_MS);
    if (left > 0) logger.warn({ event: "gifts-left", bucket, left });
  };
  return startBucketRounds({ visit, paceMs, logger, failed: "reward-upkeep-failed" });
};
