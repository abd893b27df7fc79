import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { ReadPosition } from "../../shared/protocol.ts";
import { type Rank, rankSchema } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTextOrNull } from "../redis/reply.ts";

/** Where a member stands in a channel. `at`: when the last entry was written, in epoch ms; 0 when there is none. */
export type ChannelStatus = { epoch: number; head: number; at: number; name: string; rank: Rank; read: ReadPosition };

/** Read positions, and what follows from them. Nothing is written per member when a message is sent. */
export type Reads = {
  /** Moves a member's read position forward, never back nor past the head. `moved` false: it was there already. Throws `not-member`. */
  seen(channel: ChannelId, player: PlayerId, seq: number): Promise<ReadPosition & { moved: boolean }>;
  /** Throws `not-member`. */
  status(channel: ChannelId, player: PlayerId): Promise<ChannelStatus>;
  /** A member's number in a channel. Throws `not-member`. */
  numberOf(channel: ChannelId, player: PlayerId): Promise<number>;
  /** How many members have read up to an entry, of how many besides its author. `asker` undefined: the system. Throws `not-member`, `entry-not-found`. */
  seenBy(channel: ChannelId, asker: PlayerId | undefined, seq: number): Promise<{ seen: number; of: number }>;
};

const memberSchema = z.object({ n: z.int() });

export const makeReads = (redis: Redis, keys: Keys): Reads => {
  const ask = makeAsk(redis, keys);
  const position = (cells: readonly unknown[]): ReadPosition => {
    const [epoch, seq, unread, mentions] = cells.map(asNumber);
    return { epoch: epoch ?? 0, seq: seq ?? 0, unread: unread ?? 0, mentions: mentions ?? 0 };
  };
  return {
    seen: async (channel, player, seq) => {
      const reply = await ask("channel_seen", channel, [channel, player, String(seq)]);
      return { ...position(reply.slice(0, 4)), moved: reply[4] === 1 };
    },
    status: async (channel, player) => {
      const [epoch, head, at, ...rest] = await ask("channel_status", channel, [channel, player]);
      return {
        epoch: asNumber(epoch),
        head: asNumber(head),
        at: asNumber(at),
        name: asText(rest[5]),
        rank: rankSchema.parse(rest[4]),
        read: position(rest.slice(0, 4)),
      };
    },
    numberOf: async (channel, player) => {
      const key = keys.of(channel, "members");
      const record = asTextOrNull(await redis.run(key, ["HGET", key, player]));
      if (record === null) throw new GremioError("not-member");
      return memberSchema.parse(JSON.parse(record)).n;
    },
    seenBy: async (channel, asker, seq) => {
      const [seen, of] = await ask("channel_seen_by", channel, [channel, asker ?? "", String(seq)]);
      return { seen: asNumber(seen), of: asNumber(of) };
    },
  };
};
