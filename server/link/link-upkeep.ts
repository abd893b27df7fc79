import type { Logger } from "pino";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Links } from "./link.ts";

/** A round takes a quarter of an hour: whoever asked for a link asks again when he got no answer, so that little is left. */
const PACE_MS = 3_500;

/** Ends links that were left, in one bucket after the other until it is closed. */
export const startLinkUpkeep = (
  links: Pick<Links, "resume">,
  logger: Logger,
  { paceMs = PACE_MS }: { paceMs?: number } = {},
): { close(): void } => {
  const visit = async (bucket: number): Promise<void> => {
    const { stay, error } = await links.resume(bucket);
    if (stay > 0) logger.warn({ event: "links-left", bucket, stay, error: String(error) });
  };
  return startBucketRounds({ visit, paceMs, logger, failed: "link-upkeep-failed" });
};
