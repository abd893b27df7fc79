import type { Logger } from "pino";
import { BUCKETS } from "../redis/bucket.ts";
import type { Links } from "./link.ts";

/** A round takes a quarter of an hour: whoever asked for a link asks again when he got no answer, so that little is left. */
const PACE_MS = 3_500;

/** Goes round the buckets until it is closed, beginning anywhere, one at a time, and ends links that were left. */
export const startLinkUpkeep = (
  links: Pick<Links, "resume">,
  logger: Logger,
  { paceMs = PACE_MS }: { paceMs?: number } = {},
): { close(): void } => {
  let bucket = Math.floor(Math.random() * BUCKETS);
  let busy = false;
  const visit = async (): Promise<void> => {
    const { stay, error } = await links.resume(bucket);
    if (stay > 0) logger.warn({ event: "links-left", bucket, stay, error: String(error) });
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    bucket = (bucket + 1) % BUCKETS;
    visit()
      .catch((error: unknown) => logger.warn({ event: "link-upkeep-failed", bucket, error: String(error) }))
      .finally(() => {
        busy = false;
      });
  }, paceMs);
  return { close: () => clearInterval(timer) };
};
