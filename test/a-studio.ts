import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { DEV_TOKEN_AUDIENCE, DEV_TOKEN_ISSUER, DEV_TOKEN_SECRET } from "../server/config/development-secrets.ts";
import { type Guilds, makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers, type Players } from "../server/player/players.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis, isSuiteCluster } from "./a-redis.ts";
import { aService, type Service } from "./a-service.ts";

/** A studio of its own: a namespace of the suite's Redis, as many chat processes as wanted, and what the game's backend does. */
export type Studio = {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly guilds: Guilds;
  readonly players: Players;
  readonly env: Readonly<Record<string, string>>;
  chat(env?: Readonly<Record<string, string>>): Promise<Service>;
  /** A guild whose first player leads it; the others are members. */
  guild(id: string, players: readonly string[]): Promise<void>;
  token(player: string, options?: { lifeS?: number; claims?: Readonly<Record<string, unknown>> }): Promise<string>;
};

export const aToken = (
  player: string,
  options: { lifeS?: number; claims?: Readonly<Record<string, unknown>> } = {},
): Promise<string> => {
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ name: player, ...options.claims })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(player)
    .setIssuer(DEV_TOKEN_ISSUER)
    .setAudience(DEV_TOKEN_AUDIENCE)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + (options.lifeS ?? 3600))
    .sign(new TextEncoder().encode(DEV_TOKEN_SECRET));
};

export const aStudio = async (
  url: string = process.env.GREMIO_TEST_REDIS_URL ?? "",
  cluster = isSuiteCluster(url),
): Promise<Studio> => {
  const { redis, keys } = await aRedis({ url, cluster });
  onTestFinished(() => redis.close());
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });
  const env = {
    REDIS_URL: url,
    GREMIO_REDIS_CLUSTER: cluster ? "1" : "0",
    GREMIO_NAMESPACE: keys.namespace,
    GREMIO_API_KEYS: `key-${randomUUID()}`,
    LOG_LEVEL: "info",
  };
  return {
    redis,
    keys,
    guilds,
    players,
    env,
    chat: (extra = {}) => aService("chat", { ...env, ...extra }),
    guild: async (id, [leader = "ana", ...others]) => {
      await players.putProfile(leader, { name: leader });
      await guilds.create({ id, name: `Guild ${id}`, tag: id.slice(0, 4).toUpperCase(), leader });
      for (const player of others) {
        await players.putProfile(player, { name: player });
        await guilds.admit(id, player, "member");
      }
    },
    token: aToken,
  };
};
