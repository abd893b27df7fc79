import type { Logger } from "pino";
import type { ChannelId } from "../../shared/id.ts";
import type { Leases } from "../presence/lease.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { startBucketRounds } from "../redis/bucket-rounds.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";
import type { Readiness } from "./readiness.ts";
import type { TeamMembers } from "./team-members.ts";

/** Each bucket is looked at every 16 s by every process: a check whose process died ends that late when nobody has the team's room open. */
const ROUND_MS = 16_000;
const AT_ONCE = 20;

export type TeamUpkeepDeps = {
  redis: Redis;
  keys: Keys;
  members: Pick<TeamMembers, "release">;
  readiness: Pick<Readiness, "judge">;
  leases: Pick<Leases, "alive">;
  historyLength: number;
  /** A team ends in which nobody had a session or wrote anything for so long, and so long after its match was to be over. */
  idleMs: number;
  graceMs: number;
};

/** Incarnations that are said to hold sessions of a channel's members, and are dead. */
export const makeDeadIn = ({ redis, keys, leases }: Pick<TeamUpkeepDeps, "redis" | "keys" | "leases">) => {
  const ask = makeAsk(redis, keys);
  return async (channel: ChannelId): Promise<string[]> => {
    const [said] = await ask("guild_incarnations", channel, []);
    const incarnations = [...new Set(asTexts(said))];
    const alive = await leases.alive(incarnations);
    return incarnations.filter((incarnation) => !alive.has(incarnation));
  };
};

/** Looks through one bucket: ends checks and teams whose time has come, and clears away what whoever died has left of ended ones. */
export const makeTeamUpkeep = (deps: TeamUpkeepDeps): { bucket(bucket: number): Promise<void> } => {
  const { redis, keys, members, readiness, historyLength, idleMs, graceMs } = deps;
  const ask = makeAsk(redis, keys);
  const deadIn = makeDeadIn(deps);

  const look = async (team: ChannelId): Promise<void> => {
    const args = [team, String(idleMs), String(graceMs), String(historyLength), ...(await deadIn(team))];
    const [ended] = await ask("team_look", team, args);
    if (ended === 1) await members.release(team, []);
  };
  const works: Readonly<Record<string, (team: ChannelId) => Promise<unknown>>> = {
    check: readiness.judge,
    end: look,
    leave: (team) => members.release(team, []),
    gone: (team) => ask("team_gone", team, [team]),
  };

  return {
    bucket: async (bucket) => {
      const items = asTexts(await redis.fcall("team_due", [keys.bucketPrefix(bucket)], [String(AT_ONCE)]));
      const failures: unknown[] = [];
      for (const item of items) {
        const at = item.indexOf(":");
        // One that fails comes again, and holds up no other.
        await works[item.slice(0, at)]?.(item.slice(at + 1)).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};

/** Looks through one bucket after the other until it is closed. */
export const startTeamUpkeep = (
  deps: TeamUpkeepDeps,
  logger: Logger,
  paceMs: number = ROUND_MS / BUCKETS,
): { close(): void } =>
  startBucketRounds({ visit: makeTeamUpkeep(deps).bucket, paceMs, logger, failed: "team-upkeep-failed" });
