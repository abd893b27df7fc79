import type { Keys } from "../server/redis/bucket.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";

type Side = 0 | 1;
export type WrittenWar = {
  readonly war: string;
  /** Sets what its info says, and tells it unless `silent`: then only the version in the bucket does. */
  set(info: Readonly<Record<string, string | number>>, silent?: boolean): Promise<void>;
  /** A battle of a fighter's: his row, his side's score and an event. */
  fight(side: Side, player: string, score: number): Promise<void>;
  /** Nobody tells of it. */
  conclude(winner: Side | null): Promise<void>;
  /** Locks the rosters. */
  lock(rosters: readonly [readonly string[], readonly string[]]): Promise<void>;
};

export const NAMES = { "es-419": "Clásica", "pt-BR": "Clássica", en: "Classic" };

/** A war as its functions keep it, written by hand, in preparation and not reserved. */
export const aWrittenWar = async (
  { redis, keys }: { redis: Redis; keys: Keys },
  war: string,
  guilds: readonly [string, string],
): Promise<WrittenWar> => {
  const owner = `war:${war}`;
  const run = async (part: string, command: string, ...args: (string | number)[]): Promise<unknown> => {
    const key = keys.of(owner, part);
    return redis.run(key, [command, key, ...args.map(String)]);
  };
  const told = async (silent = false): Promise<void> => {
    const version = asNumber(await run("info", "HINCRBY", "v", 1));
    const versions = keys.inBucket(bucketOf(owner), "warversions");
    await redis.run(versions, ["HSET", versions, war, String(version)]);
    if (!silent) await run("feed", "SPUBLISH", `v${version}`);
  };
  const set: WrittenWar["set"] = async (info, silent) => {
    await run("info", "HSET", ...Object.entries(info).flat());
    await told(silent);
  };
  const sides = guilds.flatMap((guild, side) => [
    ...[`guild:${side}`, guild, `name:${side}`, `Guild ${guild}`, `tag:${side}`, guild.toUpperCase()],
    ...[`score:${side}`, "0", `battles:${side}`, "0"],
  ]);
  const mode = JSON.stringify({ mode: "classic", name: NAMES, attempts: 2, minutes: 60 });
  await run("info", "HSET", "phase", "preparing", "v", 0, "mode", mode, "at", 1_000, "lead", "-", ...sides);
  await told();
  const used = new Map<string, { battles: number; score: number }>();
  return {
    war,
    set,
    fight: async (side, player, score) => {
      const now = { battles: (used.get(player)?.battles ?? 0) + 1, score: (used.get(player)?.score ?? 0) + score };
      used.set(player, now);
      const at = Date.now();
      await run("members", "HSET", player, `${side}:${now.battles}:${now.battles}:${now.score}:${at}`);
      await run("events", "LPUSH", JSON.stringify({ at, what: "battle", side, player, score }));
      await run("events", "LTRIM", 0, 19);
      await run("info", "HINCRBY", `score:${side}`, score);
      await run("info", "HINCRBY", `battles:${side}`, 1);
      await told();
    },
    conclude: async (winner) => {
      await run("result", "SET", JSON.stringify({ outcome: "settled", winner }));
    },
    lock: async (rosters) => {
      for (const [side, players] of rosters.entries())
        for (const [index, player] of players.entries()) {
          const row = { number: index + 1, name: `The ${player}`, avatar: "", level: 1, power: 1 };
          await run(`roster:${side}`, "HSET", player, JSON.stringify(row));
          await run("members", "HSET", player, `${side}:0:0:0:0`);
        }
      await set({ roster: rosters.map((players) => players.length).join(",") });
    },
  };
};
