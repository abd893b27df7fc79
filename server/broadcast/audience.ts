import type { Audience } from "../../shared/api/broadcast.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asTexts } from "../redis/reply.ts";

/** Players who are next, and where it goes on after them; `next` undefined: they are the last. */
export type AudiencePage = { players: PlayerId[]; next: string | undefined };

/**
 * Who is to be told, page by page: guild by guild or bucket by bucket, in each in the order of their ids, so that a cursor ('<guild or bucket> <last id>', '' the beginning) means the same to
 * every process and after a failover. Who belongs to it from the beginning to the end is met exactly once in each guild or bucket; who comes or goes meanwhile is met once or not at all.
 * `all` are those who have registered a device. No more is read at once than a page, and a guild's members.
 */
export type ReadAudience = (audience: Audience, cursor: string, most: number) => Promise<AudiencePage>;

/** Empty guilds or buckets that are passed in one page. */
const PARTS = 64;

type Part = { players: PlayerId[]; last: string; more: boolean };

export const makeReadAudience = (redis: Redis, keys: Keys): ReadAudience => {
  const membersOf = async (guild: string, after: string, most: number): Promise<Part> => {
    const key = keys.of(guildChannel(guild), "members");
    const members = asTexts(await redis.run(key, ["HKEYS", key]));
    const left = members.filter((player) => player > after).sort((a, b) => (a < b ? -1 : 1));
    const players = left.slice(0, most);
    return { players, last: players.at(-1) ?? after, more: left.length > players.length };
  };

  const inBucket = async (bucket: number, after: string, most: number): Promise<Part> => {
    const reply = await redis.fcall("devices_page", [keys.bucketPrefix(bucket)], [after, String(most)]);
    const [more, last = after, ...players] = asTexts(reply);
    return { players, last, more: asNumber(more) === 1 };
  };

  return async (audience, cursor, most) => {
    const [at = "0", after = ""] = cursor.split(" ");
    if ("players" in audience) {
      const all = [...new Set(audience.players)];
      const from = Number(at);
      const until = from + most;
      return { players: all.slice(from, until), next: until < all.length ? String(until) : undefined };
    }
    const guilds = "guilds" in audience ? [...new Set(audience.guilds)] : undefined;
    const parts = guilds?.length ?? BUCKETS;
    const read = (part: number, last: string, count: number): Promise<Part> =>
      guilds === undefined ? inBucket(part, last, count) : membersOf(guilds[part] ?? "", last, count);
    const players: PlayerId[] = [];
    let [part, last] = [Number(at), after];
    for (let passed = 0; part < parts && players.length < most && passed < PARTS; passed += 1) {
      const found = await read(part, last, most - players.length);
      players.push(...found.players);
      [part, last] = found.more ? [part, found.last] : [part + 1, ""];
    }
    return { players, next: part < parts ? `${part} ${last}` : undefined };
  };
};
