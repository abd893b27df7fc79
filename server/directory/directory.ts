import type { DirectoryKind } from "../../shared/api/directory.ts";
import { type ChannelId, idOfChannel, kindOfChannel } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asText, asTexts } from "../redis/reply.ts";
import { type Facts, type Found, INFO_FIELDS, parseFacts, parseFound, type Row } from "./listing.ts";
import { placesOf, roomOf } from "./places.ts";

/** Some of a list of the index, and where to go on: the place of each. */
export type Walked = { list: string; places: string[]; found: (Found | undefined)[] };

/**
 * The index of guilds and circles. It is a projection: what a guild's own bucket holds is the truth, and whatever is wrong here is put right by reading it again. No
 * call costs more because there are more guilds.
 */
export type Directory = {
  /** Reads a guild or circle and shows it as it is; one that is gone, or of another kind, is shown no more. A later reading always stands. */
  refresh(channel: ChannelId): Promise<void>;
  remove(channel: ChannelId): Promise<void>;
  /** What a guild or circle itself says it is now; undefined when it is not there. */
  read(channel: ChannelId): Promise<Row | undefined>;
  /** The next `most` (100 at most) of the shortest of these lists, after a place of the same list. */
  walk(kind: DirectoryKind, lists: readonly string[], most: number, after?: string): Promise<Walked>;
  /** The best of each list for a newcomer, the lists' in turn, none twice. */
  fits(lists: readonly string[], each: number, most: number): Promise<Found[]>;
  /** Of these channels of one kind with their heads, those the index does not know as they are, or has not read since `sinceMs`. */
  stale(kind: DirectoryKind, heads: ReadonlyMap<string, string>, sinceMs: number): Promise<string[]>;
};

const ownerOf = (kind: DirectoryKind): string => `directory:${kind}`;

export const makeDirectory = (redis: Redis, keys: Keys): Directory => {
  const ask = makeAsk(redis, keys);
  const drop = async (kind: DirectoryKind, id: string): Promise<void> => {
    await ask("directory_drop", ownerOf(kind), [id]);
  };

  const factsOf = async (kind: DirectoryKind, channel: ChannelId): Promise<Facts | undefined> => {
    const { code, rest } = await ask.raw("directory_facts", channel, INFO_FIELDS);
    return code === "ok" ? parseFacts(kind, idOfChannel(channel), rest) : undefined;
  };

  return {
    refresh: async (channel) => {
      const kind = kindOfChannel(channel);
      if (kind === "team") return;
      const id = idOfChannel(channel);
      const facts = await factsOf(kind, channel);
      if (facts === undefined) return drop(kind, id);
      const { at, count, numbers, head, seen } = facts;
      await ask("directory_put", ownerOf(kind), [
        ...[id, String(at), JSON.stringify(facts.row), String(count), String(numbers), head, String(seen)],
        ...[String(roomOf(facts)), JSON.stringify(placesOf(facts))],
      ]);
    },

    remove: async (channel) => {
      const kind = kindOfChannel(channel);
      if (kind !== "team") await drop(kind, idOfChannel(channel));
    },

    read: async (channel) => {
      const kind = kindOfChannel(channel);
      return kind === "team" ? undefined : (await factsOf(kind, channel))?.row;
    },

    walk: async (kind, lists, most, after = "") => {
      const reply = await ask("directory_walk", ownerOf(kind), [String(most), after, ...lists]);
      const [list, , places, rows, pulses] = reply;
      return { list: asText(list), places: asTexts(places), found: parseFound(rows, pulses) };
    },

    fits: async (lists, each, most) => {
      const [, rows, pulses] = await ask("directory_fits", ownerOf("guild"), [String(each), String(most), ...lists]);
      return parseFound(rows, pulses).flatMap((found) => found ?? []);
    },

    stale: async (kind, heads, sinceMs) => {
      const [ids] = await ask("directory_stale", ownerOf(kind), [String(sinceMs), ...[...heads].flat()]);
      return asTexts(ids);
    },
  };
};
