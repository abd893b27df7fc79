import type { Logger } from "pino";
import type { WarId } from "../../shared/api/war.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { type Advance, makeAdvance } from "./advance.ts";
import { type Battles, makeBattles } from "./battles.ts";
import { type Challenging, makeChallenging } from "./challenging.ts";
import { type Disputes, makeDisputes } from "./disputes.ts";
import { type GuildWars, makeGuildWars } from "./guild-wars.ts";
import type { LineUp } from "./line-up.ts";
import type { Modes } from "./modes.ts";
import { makeSettle } from "./settle.ts";
import type { TakesFrom } from "./take-back.ts";

export type Wars = Challenging & Battles & Disputes & GuildWars & Pick<Advance, "advance">;

export type WarsDeps = {
  redis: Redis;
  keys: Keys;
  logger: Pick<Logger, "warn" | "error">;
  ledger: TakesFrom;
  modes: Pick<Modes, "read">;
  lineUp: Pick<LineUp, "fighters" | "evening">;
};

export type WarsOptions = {
  /** Entries kept per channel. */
  historyLength: number;
  /** What Redis may lose of its tail, in ms. */
  settleMs(): Promise<number>;
  /** Somebody has fought in a war. Called again after a crash. */
  onFought?: (player: PlayerId) => Promise<void>;
  /** This process has done something about a war, after which more is due soon. */
  onSoon?: (war: WarId) => void;
};

/** Wars between guilds, from the challenge to what comes after the settlement. */
export const makeWars = (
  { redis, keys, logger, ledger, modes, lineUp }: WarsDeps,
  { historyLength, settleMs, onFought, onSoon }: WarsOptions,
): Wars => {
  const war = makeAdvance({
    ...{ redis, keys, logger, lineUp, historyLength, settleMs, onSoon },
    settle: makeSettle(redis, keys, { ledger, logger }, { settleMs, onFought, onSoon }),
    resume: (row) => challenging.resume(row),
  });
  const challenging: Challenging = makeChallenging({
    ...{ redis, keys, modes, lineUp, war, historyLength, onSoon },
  });
  return {
    ...challenging,
    ...makeBattles(redis, keys, war),
    ...makeDisputes(redis, keys, war),
    ...makeGuildWars(redis, keys, war),
    advance: war.advance,
  };
};
