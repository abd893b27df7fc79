import { z } from "zod";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { type Rank, rankSchema } from "../../shared/rank.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

const memberSchema = z.object({ rank: rankSchema });

/** A player's rank in his guild now; undefined: he has none. */
export const makeRankOf =
  (redis: Redis, keys: Keys, guilds: Pick<Guilds, "guildOf">) =>
  async (player: PlayerId): Promise<Rank | undefined> => {
    const guild = await guilds.guildOf(player);
    if (guild === undefined) return undefined;
    const members = keys.of(guildChannel(guild), "members");
    const record = asTextOrNull(await redis.run(members, ["HGET", members, player]));
    return record === null ? undefined : memberSchema.parse(parsedJson(record)).rank;
  };
