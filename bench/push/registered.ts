import { pino } from "pino";
import { makePlayers } from "../../server/player/players.ts";
import { makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import type { Round } from "../frame.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { settledMemory } from "../studio/memory.ts";
import { askRedis } from "../studio/redis-facts.ts";
import type { Stage } from "../studio/stage.ts";

const PLAYERS_AT_ONCE = 200;
const MILLION = 1_000_000;
const DIGESTS = 200_000;
const MIB = 2 ** 20;
const DAY_MS = 86_400_000;

/**
 * What registered players and digests that are due tomorrow take in Redis and in a notifier, beside a Redis and a notifier that have none; and what that makes with
 * a million players and 200,000 digests.
 */
export const measureRegistered = async (stage: Stage, env: Record<string, string>, players: number): Promise<Round> => {
  const server = await stage.redis();
  const asked = await askRedis(server.url);
  const start = () => stage.start("push/notifier.ts", [], { ...env, REDIS_URL: server.url });
  const alone = await start();
  const empty = { redis: (await asked.facts()).heldBytes, notifier: (await settledMemory(alone)).resident };
  await alone.stop();

  const redis = await connectRedis({ url: server.url, cluster: false, allowNoAof: false }, pino({ level: "silent" }));
  const keys = makeKeys("gremio");
  const registry = makePlayers(redis, keys);
  const names = Array.from({ length: players }, (_, index) => `player-${index}`);
  await inParallel(names, PLAYERS_AT_ONCE, async (player) => {
    await registry.putProfile(player, { name: player });
    await registry.putDevice(player, "phone", { kind: "token", target: tokenOf(player), platform: "android" });
  });
  const registered = (await asked.facts()).heldBytes;
  const digests = Math.round((players * DIGESTS) / MILLION);
  await inParallel(names.slice(0, digests), PLAYERS_AT_ONCE, async (player) => {
    const bucket = keys.of(`player:${player}`, "").replace(/player:.*$/, "");
    await redis.fcall("due_put", [bucket], [`digest:${player}`, String(DAY_MS)]);
  });
  const due = (await asked.facts()).heldBytes;
  const full = await start();
  const notifier = (await settledMemory(full)).resident;
  await Promise.all([full.stop(), redis.close(), asked.close()]);
  const [perPlayer, perDigest] = [(registered - empty.redis) / players, (due - registered) / digests];
  return {
    players,
    digests,
    bytesPerPlayer: perPlayer,
    bytesPerDigest: perDigest,
    redisMiBAtMillion: (perPlayer * MILLION + perDigest * DIGESTS) / MIB,
    notifierMiB: notifier / MIB,
    notifierMoreMiB: (notifier - empty.notifier) / MIB,
  };
};

/** As long as FCM's are. */
const tokenOf = (player: string): string => player.padEnd(163, "x");
