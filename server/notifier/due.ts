import { z } from "zod";
import type { BroadcastId } from "../../shared/api/broadcast.ts";
import { type ChannelId, type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { BUCKETS, bucketOf, type Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";
import type { Given } from "./deciding/decide.ts";
import { givenSchema } from "./deciding/given.ts";
import { type Notice, noticeSchema } from "./notice.ts";

/**
 * Something to look at when its time comes: a channel's window, a notice once more for some players, a player's digest, what waits for a moment of his (`match`, put by
 * ../presence/presence.lua), what was left out of it until a snooze ends (`unsnooze`), what is to leave his screens (`clear`, put by screens.lua), a guild's week when it is over, and the digest of it for who leads the guild; a broadcast that is to be carried on (put by
 * ../broadcast/broadcast.lua at first).
 */
export type DueItem =
  | { type: "window"; channel: ChannelId }
  | { type: "again"; notice: Notice; players: PlayerId[]; given: Given }
  | { type: "digest"; player: PlayerId }
  | { type: "unsnooze"; player: PlayerId }
  | { type: "match"; player: PlayerId }
  | { type: "clear"; player: PlayerId }
  | { type: "weekly"; guild: GuildId }
  | { type: "broadcast"; broadcast: BroadcastId }
  | { type: "week"; player: PlayerId; guild: GuildId; week: string };

/** An item taken by this process until `ends`. `item` is undefined when no one of this version can read it. */
export type Claim = { bucket: number; stored: string; item: DueItem | undefined; ends: string };

export type Due = {
  /** Has the item looked at then; an item that already waits keeps its time. */
  put(item: DueItem, at: number): Promise<void>;
  /** A function of ours has put an item of a player, to be looked at in so long. */
  expect(player: PlayerId, inMs: number): void;
  /** Takes what is due in these buckets by Redis' clock. Whoever dies before `done` leaves it to others. */
  claim(buckets: readonly number[]): Promise<Claim[]>;
  done(claim: Claim): Promise<void>;
};

const againSchema = z.object({
  notice: noticeSchema,
  players: z.array(z.string()),
  given: givenSchema.default({ waited: true }),
});
const OF_PLAYER = ["digest", "unsnooze", "match", "clear"] as const;
const isOfPlayer = (type: string): type is (typeof OF_PLAYER)[number] => OF_PLAYER.some((each) => each === type);

const weekSchema = z.tuple([z.string(), z.string(), z.string()]);

const bucketFor = (item: DueItem): number => {
  if (item.type === "weekly") return bucketOf(guildChannel(item.guild));
  if (item.type === "broadcast") return bucketOf("studio");
  if ("player" in item) return bucketOf(`player:${item.player}`);
  return bucketOf(item.type === "window" ? item.channel : item.notice.channel);
};

const stored = (item: DueItem): string => {
  if (item.type === "window") return `window:${item.channel}`;
  if (item.type === "weekly") return `weekly:${item.guild}`;
  if (item.type === "broadcast") return `broadcast:${item.broadcast}`;
  if (item.type === "week") return `week:${JSON.stringify([item.week, item.guild, item.player])}`;
  if ("player" in item) return `${item.type}:${item.player}`;
  const { notice, players, given } = item;
  return `again:${JSON.stringify({ notice, players, given })}`;
};

const parseItem = (text: string): DueItem | undefined => {
  const type = text.slice(0, text.indexOf(":"));
  const rest = text.slice(type.length + 1);
  if (type === "window") return { type, channel: rest };
  if (isOfPlayer(type)) return { type, player: rest };
  if (type === "weekly") return { type, guild: rest };
  if (type === "broadcast") return { type, broadcast: rest };
  if (type === "week") {
    const { data } = weekSchema.safeParse(parsedJson(rest));
    return data && { type, week: data[0], guild: data[1], player: data[2] };
  }
  if (type !== "again") return undefined;
  const again = againSchema.safeParse(parsedJson(rest));
  return again.success ? { type, ...again.data } : undefined;
};

/** `onPut` is told of each item put by this process, so that it can look at the right moment instead of at the next round. */
export const makeDue = (
  redis: Redis,
  keys: Keys,
  { claimMs, now, onPut }: { claimMs: number; now: () => number; onPut: (bucket: number, at: number) => void },
): Due => ({
  put: async (item, at) => {
    const bucket = bucketFor(item);
    const inMs = Math.max(0, Math.ceil(at - now()));
    await redis.fcall("due_put", [keys.bucketPrefix(bucket)], [stored(item), String(inMs)]);
    // Counted from the reply on, so that it is due by Redis' clock too by then.
    onPut(bucket, now() + inMs + 1);
  },

  expect: (player, inMs) => onPut(bucketOf(`player:${player}`), now() + inMs + 1),

  claim: async (buckets) => {
    const found = await Promise.all(
      buckets.map(async (bucket) => {
        const args = [String(claimMs), String(MOST_AT_ONCE)];
        const [ends = "", ...items] = asTexts(await redis.fcall("due_claim", [keys.bucketPrefix(bucket)], args));
        return items.map((text) => ({ bucket, stored: text, item: parseItem(text), ends }));
      }),
    );
    return found.flat();
  },

  done: async ({ bucket, stored: text, ends }) => {
    await redis.fcall("due_done", [keys.bucketPrefix(bucket)], [text, ends]);
  },
});

/** Items one claim takes from a bucket. */
export const MOST_AT_ONCE = 100;
export const ALL_BUCKETS: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
