import { z } from "zod";
import type { Ask } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTextOrNull } from "../redis/reply.ts";
import { changedPreferences } from "./changed-preferences.ts";
import type { Players } from "./players.ts";
import { storedPreferences } from "./stored-preferences.ts";

const rawSchema = z.record(z.string(), z.unknown()).catch({});

/** A change is made from what is stored, by Redis' clock, and made again if somebody else's was first: then that one has been done. */
export const makePlayerPreferences = (
  redis: Redis,
  keys: Keys,
  ask: Ask,
): Pick<Players, "preferences" | "putPreferences" | "changePreferences"> => {
  return {
    preferences: async (player) => {
      const key = keys.of(`player:${player}`, "preferences");
      return storedPreferences(asTextOrNull(await redis.run(key, ["GET", key])) ?? "");
    },

    putPreferences: async (player, preferences) => {
      await ask("player_preferences", `player:${player}`, [JSON.stringify(preferences)]);
    },

    changePreferences: async (player, change) => {
      for (;;) {
        const [stored, now] = await ask("player_preferences_read", `player:${player}`, []);
        const before = asText(stored);
        const after = JSON.stringify(changedPreferences(rawSchema.parse(parsedJson(before)), change, asNumber(now)));
        if (after === before) return storedPreferences(after);
        const { code } = await ask.raw("player_preferences", `player:${player}`, [after, before]);
        if (code === "ok") return storedPreferences(after);
      }
    },
  };
};
