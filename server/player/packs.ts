import { z } from "zod";
import { type ItemId, itemIdSchema } from "../../shared/entry.ts";
import type { PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

export type Packs = {
  /** Packs a player owns by the API, as they are in Redis now. */
  of(player: PlayerId): Promise<ItemId[]>;
  /** Replaces them. Throws `player-not-found`. Other processes go by it within 5 s. */
  put(player: PlayerId, packs: readonly ItemId[]): Promise<void>;
  /** Whether a pack is free, or the player's by his token or the API. What the API said may be 5 s old. */
  owns(player: PlayerId, pack: ItemId, byToken: readonly ItemId[]): Promise<boolean>;
};

const KEPT_MS = 5_000;
/** Players whose packs are kept at once: 4 MB with 20 packs each. */
const KEPT_PLAYERS = 5_000;

const storedSchema = z.array(itemIdSchema);

export const makePacks = (redis: Redis, keys: Keys, free: readonly ItemId[], now: () => number = Date.now): Packs => {
  const ask = makeAsk(redis, keys);
  const kept = new Map<PlayerId, { packs: ReadonlySet<ItemId>; until: number }>();
  const of = async (player: PlayerId): Promise<ItemId[]> => {
    const key = keys.of(`player:${player}`, "packs");
    const stored: unknown = JSON.parse(asTextOrNull(await redis.run(key, ["GET", key])) ?? "[]");
    return storedSchema.parse(stored);
  };
  const lately = async (player: PlayerId): Promise<ReadonlySet<ItemId>> => {
    const known = kept.get(player);
    // The clock may have been set back since.
    if (known !== undefined && now() < known.until && known.until <= now() + KEPT_MS) return known.packs;
    const packs = new Set(await of(player));
    kept.delete(player);
    for (const oldest of kept.keys()) {
      if (kept.size < KEPT_PLAYERS) break;
      kept.delete(oldest);
    }
    kept.set(player, { packs, until: now() + KEPT_MS });
    return packs;
  };
  return {
    of,
    put: async (player, packs) => {
      await ask("player_packs", `player:${player}`, [JSON.stringify([...new Set(packs)])]);
      kept.delete(player);
    },
    owns: async (player, pack, byToken) =>
      free.includes(pack) || byToken.includes(pack) || (await lately(player)).has(pack),
  };
};
