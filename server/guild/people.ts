import { guildChannel } from "../../shared/id.ts";
import { readVersionedProfileSchema } from "../../shared/profile.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asTextOrNull } from "../redis/reply.ts";
import type { Guilds } from "./guilds.ts";

/** Who the numbers of a guild's channel are. */
export const makePeople = (redis: Redis, keys: Keys): Guilds["people"] => {
  const lookUp = async (key: string, fields: readonly string[]): Promise<(string | null)[]> =>
    fields.length === 0 ? [] : asList(await redis.run(key, ["HMGET", key, ...fields])).map(asTextOrNull);

  return async (id, numbers) => {
    const wanted = [...new Set(numbers)];
    const found = await lookUp(keys.of(guildChannel(id), "players"), wanted.map(String));
    const known = wanted.flatMap((number, index) => {
      const player = found[index];
      return player ? [{ number, player }] : [];
    });
    const rows = await lookUp(
      keys.of(guildChannel(id), "profiles"),
      known.map(({ player }) => player),
    );
    return known.flatMap((person, index) => {
      const row = rows[index];
      return row ? [{ ...person, profile: readVersionedProfileSchema.parse(JSON.parse(row)) }] : [];
    });
  };
};
