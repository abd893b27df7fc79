import { randomUUID } from "node:crypto";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeDryRun } from "../server/points/earning/dry-run.ts";
import { type EarningOptions, makeEarning } from "../server/points/earning/earning.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type EarningEvent, type EarningRules, earningRulesSchema } from "../shared/earning.ts";
import type { PlayerId } from "../shared/id.ts";
import { aGuild } from "./a-guild.ts";

const HOUR_MS = 3_600_000;
/** Wednesday noon in UTC, when everybody of the worlds has long been a member. */
export const NOON = Date.parse("2031-03-12T12:00:00Z");

export const someRules = (rules: unknown): EarningRules => earningRulesSchema.parse({ zone: "UTC", ...Object(rules) });

/** Guilds of these people, the rules, and a clock that stands still until it is moved. */
export const anEarningWorld = async (
  redis: Redis,
  rules: unknown,
  guilds: Record<string, PlayerId[]> = { g1: ["ana", "beto", "caro"] },
) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  for (const [id, people] of Object.entries(guilds)) await aGuild(redis, keys, id, people);
  const players = makePlayers(redis, keys);
  const deps = { redis, keys, players, guilds: makeGuilds(redis, keys, players, { historyLength: 1_000 }) };
  const ledger = makeLedger(redis, keys);
  let now = NOON;
  let inForce: EarningRules | undefined = someRules(rules);
  const options: EarningOptions = { rules: () => inForce, sample: 1, clock: () => now };
  const earning = makeEarning(deps, options);
  let ids = 0;
  return {
    keys,
    deps,
    options,
    players,
    guilds: deps.guilds,
    earning,
    dryRun: makeDryRun(redis, keys, { sample: 1, clock: () => now }),
    /** Another process. */
    another: (over: Redis = redis) => makeEarning({ ...deps, redis: over }, options),
    at: (time: string | number): void => {
      now = typeof time === "number" ? time : Date.parse(time);
    },
    later: (hours: number): void => {
      now += hours * HOUR_MS;
    },
    setRules: (other: unknown): void => {
      inForce = other === undefined ? undefined : someRules(other);
    },
    event: (part: Partial<EarningEvent> = {}): EarningEvent => {
      ids += 1;
      return { id: `e${ids}`, event: "won", player: "ana", ...part };
    },
    own: (player: PlayerId): Promise<number> => ledger.balance({ player }),
    book: (guild: string): Promise<number> => ledger.balance({ guild }),
    brought: async (guild: string): Promise<Record<string, number>> => {
      const { members } = await deps.guilds.snapshot(guild);
      return Object.fromEntries(members.map(({ player, points }) => [player, points]));
    },
  };
};
