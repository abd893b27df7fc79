import { randomUUID } from "node:crypto";
import { z } from "zod";
import { makeLog } from "../server/channel/log.ts";
import type { JoiningDeps } from "../server/guild/enter.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeGuildJoining } from "../server/guild/joining.ts";
import { makePlayers } from "../server/player/players.ts";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import type { JoinMode } from "../shared/join-mode.ts";

const documentSchema = z.record(z.string(), z.unknown());

type Options = { rejoinMs?: number; capacity?: number } & Pick<JoiningDeps, "standMs" | "friendMs">;

/** What one process makes of guilds and the ways into them. */
export const joiningOf = (redis: Redis, keys: Keys, { rejoinMs = 0, capacity = 100, ...times }: Options = {}) => {
  const players = makePlayers(redis, keys);
  return {
    players,
    guilds: makeGuilds(redis, keys, players, { historyLength: 10_000, rejoinMs, capacity }),
    joining: makeGuildJoining({ redis, keys, players, historyLength: 10_000, ...times }),
  };
};

/** A namespace of its own with these players. */
export const aJoiningWorld = async (redis: Redis, names: readonly string[], options: Options = {}) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const world = joiningOf(redis, keys, options);
  const { players, guilds, joining } = world;
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  await Promise.all(names.map((name) => players.putProfile(name, { name })));
  return {
    ...world,
    redis,
    keys,
    /** A guild whose first player leads it; the others are members. */
    guild: async (id: string, joinMode: JoinMode, [leader = "ana", ...others]: readonly string[]): Promise<void> => {
      await guilds.create({ id, name: `Guild ${id}`, tag: "TAG", leader, joinMode });
      for (const player of others) await guilds.admit(id, player, "member");
    },
    join: (player: string, guild = "g1", text?: string) => joining.requests.join({ guild, player, text, bound: true }),
    bodies: async (id: string) =>
      (await log.before(`guild:${id}`, undefined, undefined, 200)).entries.map(({ kind, body }) => [kind, body]),
    /** What happened in a guild, from its outbox. */
    events: async (id: string): Promise<Record<string, unknown>[]> => {
      const outbox = `${keys.prefixes(`guild:${id}`)[1]}outbox`;
      const rows = asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
      return rows
        .map((row) => documentSchema.parse(JSON.parse(asTexts(asList(row)[1])[1] ?? "")))
        .filter(({ type }) => type === "event");
    },
  };
};

export const byCode = (code: string) => ({ name: "GremioError", code });
