import type { PlayerId } from "../../shared/id.ts";
import type { Locale } from "../../shared/locale.ts";
import { readProfileSchema } from "../../shared/profile.ts";
import { regionOfZone } from "../directory/region-of-zone.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

/** What of a player's profile matters for what he writes: his language and country weigh words, his level may be too low. */
export type Writer = Readonly<{ locale: Locale; country: string | undefined; level: number }>;

export type Writers = {
  /** As he was at most a minute ago. */
  of(player: PlayerId): Writer | Promise<Writer>;
  /** As he is now. */
  read(player: PlayerId): Promise<Writer>;
};

const KEPT_MS = 60_000;
/** Writers remembered at once: 4 MB. */
const MOST_KEPT = 20_000;
const UNKNOWN: Writer = { locale: "es-419", country: undefined, level: 0 };

const profileSchema = readProfileSchema.pick({ locale: true, zone: true, level: true });

export const makeWriters = (redis: Redis, keys: Keys, now: () => number = Date.now): Writers => {
  const kept = new Map<PlayerId, { writer: Writer; at: number }>();
  const read = async (player: PlayerId): Promise<Writer> => {
    const at = now();
    const key = keys.of(`player:${player}`, "profile");
    const row = asTextOrNull(await redis.run(key, ["HGET", key, "d"]));
    const { data } = profileSchema.safeParse(parsedJson(row ?? ""));
    const writer =
      data === undefined ? UNKNOWN : { locale: data.locale, country: regionOfZone(data.zone), level: data.level };
    kept.delete(player);
    kept.set(player, { writer, at });
    if (kept.size > MOST_KEPT)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    return writer;
  };
  return {
    read,
    of: (player) => {
      const known = kept.get(player);
      const age = known === undefined ? Number.POSITIVE_INFINITY : now() - known.at;
      return known !== undefined && age >= 0 && age < KEPT_MS ? known.writer : read(player);
    },
  };
};
