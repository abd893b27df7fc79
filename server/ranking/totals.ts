import { channelIdSchema, type GuildId, guildChannel, idOfChannel, kindOfChannel } from "../../shared/id.ts";
import { BUCKETS, bucketOf, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asText, asTexts } from "../redis/reply.ts";
import { RANKING } from "./scope.ts";

/** What rankings are made of: the totals of guilds' books. */
export type Totals = {
  /** Reads guilds and puts them where they are. It may be done at any time, by anybody: the newest reading stays. */
  refresh(guilds: readonly GuildId[]): Promise<void>;
  /** The same with every guild, when the server that has the rankings may have lost some of them, or never had any. True: it was done. */
  fill(): Promise<boolean>;
  /** The next `fill` reads all guilds, whatever is known. */
  doubt(): void;
};

/** Read, or put, by one function. */
const AT_ONCE = 100;
const SCANNED = 500;

export const makeTotals = (redis: Redis, keys: Keys): Totals => {
  let isDoubtful = false;

  const refreshSome = async (bucket: number, guilds: readonly GuildId[]): Promise<void> => {
    const [, boot, ...totals] = asTexts(await redis.fcall("ranking_totals", [keys.bucketPrefix(bucket)], guilds));
    if (totals.length > 0) await redis.fcall("ranking_put", keys.prefixes(RANKING), [boot ?? "", ...totals]);
  };

  const refresh: Totals["refresh"] = async (guilds) => {
    const byBucket = Map.groupBy(new Set(guilds), (guild) => bucketOf(guildChannel(guild)));
    const pieces = [...byBucket].flatMap(([bucket, all]) =>
      Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, index) => ({
        bucket,
        some: all.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
      })),
    );
    await Promise.all(pieces.map(({ bucket, some }) => refreshSome(bucket, some)));
  };

  /** Every guild of a bucket; some more than once. */
  const guildsOf = async function* (bucket: number) {
    const key = keys.inBucket(bucket, "versions");
    let cursor = "0";
    do {
      const [next, page] = asList(await redis.run(key, ["HSCAN", key, cursor, "COUNT", String(SCANNED)]));
      yield asTexts(page).flatMap((name, index) => {
        const channel = index % 2 === 0 ? channelIdSchema.safeParse(name).data : undefined;
        return channel !== undefined && kindOfChannel(channel) === "guild" ? [idOfChannel(channel)] : [];
      });
      cursor = asText(next);
    } while (cursor !== "0");
  };

  const filled = async (boot: string): Promise<{ boot: string; known: string }> => {
    const [, now, known] = asList(await redis.fcall("ranking_filled", keys.prefixes(RANKING), [boot]));
    return { boot: asText(now), known: asText(known) };
  };

  return {
    refresh,
    fill: async () => {
      const { boot, known } = await filled("");
      if (boot === known && !isDoubtful) return false;
      isDoubtful = false;
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        for await (const guilds of guildsOf(bucket)) await refresh(guilds);
      await filled(boot);
      return true;
    },
    doubt: () => {
      isDoubtful = true;
    },
  };
};
