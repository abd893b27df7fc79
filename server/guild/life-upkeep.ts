import type { Logger } from "pino";
import { GremioError } from "../../shared/errors.ts";
import { idOfChannel } from "../../shared/id.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";
import { makeEndGuild } from "./end-guild.ts";
import { type Levels, makeLevels } from "./levels.ts";

export type LifeOptions = { historyLength: number; totals: readonly number[] };

/** Each bucket is looked at every 64 s by every process: two commands a second would not be noticed, four are not either. */
const ROUND_MS = 64_000;
const AT_ONCE = 20;

/** Looks through one bucket: tells levels that were reached while nobody was there, and ends guilds whose time has come. */
export const makeLifeUpkeep = (
  redis: Redis,
  keys: Keys,
  options: LifeOptions,
): { bucket(bucket: number): Promise<void> } => {
  const levels: Levels = makeLevels(redis, keys, options);
  const endGuild = makeEndGuild(redis, keys, options);

  const look = async (item: string): Promise<void> => {
    const [work, owner] = [item.slice(0, item.indexOf(":")), item.slice(item.indexOf(":") + 1)];
    if (work === "level") await levels.raise(idOfChannel(owner));
    if (work === "end") await endGuild(idOfChannel(owner));
  };

  return {
    bucket: async (bucket) => {
      const items = asTexts(await redis.fcall("life_due", [keys.bucketPrefix(bucket)], [String(AT_ONCE)]));
      for (const item of items) await look(item).catch(unlessGone);
    },
  };
};

const unlessGone = (error: unknown): void => {
  if (!(error instanceof GremioError && error.code === "guild-not-found")) throw error;
};

/** Looks through one bucket after the other until it is closed. */
export const startLifeUpkeep = (
  redis: Redis,
  keys: Keys,
  logger: Logger,
  { paceMs = ROUND_MS / BUCKETS, ...options }: LifeOptions & { paceMs?: number },
): { close(): void } =>
  startBucketRounds({
    visit: makeLifeUpkeep(redis, keys, options).bucket,
    paceMs,
    logger,
    failed: "guild-upkeep-failed",
  });
