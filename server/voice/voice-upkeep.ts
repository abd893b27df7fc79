import type { Logger } from "pino";
import { BUCKETS } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Voices } from "./voices.ts";

/** All buckets are looked through within this, by each process. */
const ROUND_MS = 12_800;

/** Revokes what is left to be revoked, in one bucket after the other until it is closed. */
export const startVoiceUpkeep = (
  voices: Pick<Voices, "seeTo">,
  logger: Pick<Logger, "warn">,
  paceMs = ROUND_MS / BUCKETS,
): { close(): void } =>
  startBucketRounds({ visit: (bucket) => voices.seeTo(bucket), paceMs, logger, failed: "voice-upkeep-failed" });
