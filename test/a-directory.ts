import { randomUUID } from "node:crypto";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeDirectory } from "../server/directory/directory.ts";
import { makeMatches } from "../server/directory/matches.ts";
import { makeSearch } from "../server/directory/search.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type SearchDirectory, searchDirectorySchema } from "../shared/api/directory.ts";
import type { GuildFacts } from "../shared/api/guild-facts.ts";

const historyLength = 1_000;

export type ListedGuild = Partial<Omit<GuildFacts, "emblem">> & {
  name?: string;
  tag?: string;
  members?: number;
  messages?: number;
  /** Fields of its info as they lie in Redis. */
  info?: Readonly<Record<string, string | number>>;
};

/** A directory of its own, and guilds in it as they are asked for. */
export const aDirectory = (redis: Redis) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength });
  const groups = makeGroups(redis, keys, players, { historyLength });
  const log = makeLog(redis, keys, { historyLength });
  const directory = makeDirectory(redis, keys);
  const find = makeSearch(directory);
  let said = 0;

  const person = async (player: string, profile: object = {}): Promise<string> => {
    await players.putProfile(player, { name: player, ...profile });
    return player;
  };
  const info = async (channel: string, fields: Readonly<Record<string, string | number>>): Promise<void> => {
    const key = keys.of(channel, "info");
    const cells = Object.entries(fields).flatMap(([field, value]) => [field, String(value)]);
    if (cells.length > 0) await redis.run(key, ["HSET", key, ...cells]);
  };
  const say = async (channel: string, messages: number): Promise<void> => {
    for (let left = messages; left > 0; left--) {
      said += 1;
      await log.append({ channel, nonce: `nonce-said-${said}`, kind: "news", body: `${said}` });
    }
  };

  return {
    ...{ redis, keys, players, guilds, groups, log, directory, person, info, say },
    search: (wanted: Partial<SearchDirectory>) => find(searchDirectorySchema.parse(wanted)),
    matches: makeMatches(directory),
    /** Members are named `<id>-<number>`; the first leads. */
    guild: async (id: string, { name = id, tag = "TAG", members = 1, messages = 0, ...rest }: ListedGuild = {}) => {
      const { info: fields = {}, ...facts } = rest;
      await guilds.create({ id, name, tag, leader: await person(`${id}-0`), ...facts });
      for (let index = 1; index < members; index++) await guilds.admit(id, await person(`${id}-${index}`), "member");
      await info(`guild:${id}`, { joinMode: "open", ...fields });
      await say(`guild:${id}`, messages);
      await directory.refresh(`guild:${id}`);
    },
  };
};

export const idsOf = ({ results }: { results: readonly { id: string }[] }): string[] => results.map(({ id }) => id);
