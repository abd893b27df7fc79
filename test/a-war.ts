import { randomUUID } from "node:crypto";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";

/** A war of g1's against others, as the functions of wars lay it down: who fights for g1, by player and number, and how many attempts each has. */
export const aWar = async (
  { redis, keys }: { redis: Redis; keys: Keys },
  { fighters, attempts = 2, side = 1 }: { fighters: Readonly<Record<string, number>>; attempts?: number; side?: 0 | 1 },
) => {
  const war = `w${randomUUID().replaceAll("-", "").slice(0, 23)}`;
  const set = (owner: string, part: string, ...pairs: string[]) => {
    const key = keys.of(owner, part);
    return redis.run(key, ["HSET", key, ...pairs]);
  };
  const mode = JSON.stringify({ mode: "classic", attempts });
  await set(`war:${war}`, "info", "phase", "active", "mode", mode, `guild:${side}`, "g1", `guild:${1 - side}`, "g2");
  const use = (player: string, used: number) => set(`war:${war}`, "members", player, `${side}:${used}:${used}:0:1`);
  for (const [player, number] of Object.entries(fighters)) {
    const row = JSON.stringify({ number, name: player, avatar: "", level: 1, power: 1 });
    await set(`war:${war}`, `roster:${side}`, player, row);
    await use(player, 0);
  }
  const other = JSON.stringify({ number: 1, name: "zorro", avatar: "", level: 1, power: 1 });
  await set(`war:${war}`, `roster:${1 - side}`, "zorro", other);
  await set(`war:${war}`, "members", "zorro", `${1 - side}:0:0:0:1`);
  const info = keys.of("guild:g1", "info");
  return {
    war,
    /** He has used so many attempts. */
    use,
    phase: (phase: string) => set(`war:${war}`, "info", "phase", phase),
    ends: (atMs: number) => set(`war:${war}`, "info", "endsAt", String(atMs)),
    /** g1 is reserved for it from now on, or no more. */
    reserve: () => redis.run(info, ["HSET", info, "reserved", war]),
    free: () => redis.run(info, ["HDEL", info, "reserved"]),
  };
};
