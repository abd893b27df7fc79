import type { Logger } from "pino";
import type { Leases } from "../presence/lease.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { type Desk, makeDesk } from "./desk.ts";
import { type Disbanding, makeDisbanding } from "./disbanding.ts";
import { type Levels, makeLevels } from "./levels.ts";
import { startLifeUpkeep } from "./life-upkeep.ts";
import { type Mails, makeMails, type PassText } from "./mail.ts";
import { makeSucceed, type Succeed } from "./succession.ts";

export type GuildLifeOptions = {
  historyLength: number;
  /** Points that must have come in for the second level, the third … */
  levels: readonly number[];
  disbandMs: number;
  leaderAbsentMs: number;
  mailPerDay: number;
  /** What becomes of mail before it is written. */
  pass?: PassText;
};

export type GuildLife = {
  levels: Levels;
  disbanding: Disbanding;
  succeed: Succeed;
  mails: Mails;
  desk: Desk;
  /** Tells levels that were reached, and ends guilds whose time has come, wherever nobody else does; until it is closed. */
  startUpkeep(logger: Logger): { close(): void };
};

export const makeGuildLife = (
  redis: Redis,
  keys: Keys,
  leases: Pick<Leases, "alive">,
  { historyLength, levels: totals, disbandMs, leaderAbsentMs, mailPerDay, pass }: GuildLifeOptions,
): GuildLife => ({
  levels: makeLevels(redis, keys, { totals, historyLength }),
  disbanding: makeDisbanding(redis, keys, { graceMs: disbandMs, historyLength }),
  succeed: makeSucceed(redis, keys, leases, { absentMs: leaderAbsentMs, historyLength }),
  mails: makeMails(redis, keys, { perDay: mailPerDay, historyLength, ...(pass && { pass }) }),
  desk: makeDesk(redis, keys, { leases, totals }),
  startUpkeep: (logger) => startLifeUpkeep(redis, keys, logger, { totals, historyLength }),
});
