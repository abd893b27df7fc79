import { z } from "zod";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asTextOrNull } from "../redis/reply.ts";
import { makeActing } from "./acting.ts";

/** One who fights in a war, known once the line-up is settled. `number`: his in his guild's channel. */
export type Fighter = { player: PlayerId; number: number; attemptsLeft: number };

/** A war as players stand in it, of one moment or nearly so. `phase` is undefined when there is no such war. */
export type WarStanding = { phase: string | undefined; attemptsLeft: (number | undefined)[] };

export type Fighters = {
  /** The guild's own in the war it is reserved for; undefined when there is none, or its line-up is not settled. */
  ofGuild(guild: GuildId): Promise<{ war: string; fighters: Fighter[] } | undefined>;
  /** How these players stand in a war, in their order; undefined for who does not fight in it. */
  standing(war: string, players: readonly PlayerId[]): Promise<WarStanding>;
  /** When a war ends, in epoch ms; undefined when that is not settled, or there is no such war. */
  endOf(war: string): Promise<number | undefined>;
};

const rosterRow = z.object({ number: z.int().min(1) });
const attemptsOf = z.object({ attempts: z.int().min(1) });

/** Reads what the functions of a war write: `info`, `roster:<side>` and `members` of `war:<id>`. */
export const makeFighters = (redis: Redis, keys: Keys): Fighters => {
  const acting = makeActing(redis, keys);
  const read = async (owner: string, part: string, fields: readonly string[]): Promise<(string | null)[]> => {
    const key = keys.of(owner, part);
    return fields.length === 0 ? [] : asList(await redis.run(key, ["HMGET", key, ...fields])).map(asTextOrNull);
  };

  return {
    ofGuild: async (guild) => {
      const [war] = await read(`guild:${guild}`, "info", ["reserved"]);
      if (!war) return undefined;
      const owner = `war:${war}`;
      const [mode = null, first, second] = await read(owner, "info", ["mode", "guild:0", "guild:1"]);
      const side = [first, second].indexOf(guild);
      if (side < 0) return undefined;
      const [roster, members] = await Promise.all(
        [`roster:${side}`, "members"].map(async (part) => {
          const key = keys.of(owner, part);
          return asPairs(await redis.run(key, ["HGETALL", key]));
        }),
      );
      if (!roster?.size) return undefined;
      const attempts = attemptsIn(mode);
      const accounts = await acting.accountsOf(war, guild, new Set(roster.keys()));
      const changed = [...accounts.values()];
      const numbers = await read(`guild:${guild}`, "numbers", changed);
      const numberOf = new Map(changed.map((account, index) => [account, Number(numbers[index] ?? 0)]));
      const fighters = [...roster].map(([player, row]) => {
        const account = accounts.get(player);
        const { number } = rosterRow.parse(parsedJson(row));
        return {
          player: account ?? player,
          number: (account !== undefined && numberOf.get(account)) || number,
          attemptsLeft: left(attempts, members?.get(player)),
        };
      });
      return { war, fighters };
    },

    endOf: async (war) => {
      const [endsAt] = await read(`war:${war}`, "info", ["endsAt"]);
      return Number(endsAt) || undefined;
    },

    standing: async (war, players) => {
      const [[phase, mode = null], rows] = await Promise.all([
        read(`war:${war}`, "info", ["phase", "mode"]),
        acting.fightersFor(war, players),
      ]);
      if (!phase) return { phase: undefined, attemptsLeft: players.map(() => undefined) };
      const attempts = attemptsIn(mode);
      return { phase, attemptsLeft: rows.map((found) => found && left(attempts, found.row)) };
    },
  };
};

const attemptsIn = (mode: string | null): number => attemptsOf.parse(parsedJson(mode ?? "")).attempts;

/** A row is '<side>:<attempts used>:…'. */
const left = (attempts: number, row = ""): number => Math.max(0, attempts - (Number(row.split(":")[1]) || 0));
