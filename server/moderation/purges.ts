import { z } from "zod";
import type { purgeAnswerSchema } from "../../shared/api/moderation.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, channelIdSchema, type PlayerId } from "../../shared/id.ts";
import { askedPrint } from "../channel/asked-print.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { every } from "../redis/every.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asNumber, asText, asTextOrNull, asTexts } from "../redis/reply.ts";
import type { By } from "./sanctions.ts";

export type PurgeProgress = z.infer<typeof purgeAnswerSchema>;
type Purge = By & { nonce: string };

/**
 * Deletes all that a player wrote. One entry of kind `purged` tells of it in each channel, and when it is written nobody reads any of it; unread counts, pins, calls and cards
 * follow in pieces that any process goes on with after a crash. The same nonce is the same deletion.
 */
export type Purges = {
  /**
   * In one channel up to now. Takes the right to delete anything and, if he is a member, a higher rank. Throws `guild-not-found`, `channel-not-found`, `not-member`,
   * `not-permitted`, `member-not-found` (he has never been one), `key-reused`.
   */
  inChannel(channel: ChannelId, player: PlayerId, purge: Purge): Promise<PurgeProgress>;
  /** In his guild and all his teams and circles, and in those he has left, as far as they are known. For the backend. Throws `player-not-found`. */
  inGame(player: PlayerId, purge: { nonce: string; reason: string }): Promise<PurgeProgress>;
  /** Throws as `inChannel`. */
  progress(channel: ChannelId, player: PlayerId, caller?: PlayerId): Promise<PurgeProgress>;
  /** Does what is left to do in a bucket. */
  work(bucket: number): Promise<void>;
  close(): void;
};

export type PurgesOptions = {
  historyLength: number;
  /** The channels a player may have written in. */
  channelsOf(player: PlayerId): Promise<readonly ChannelId[]>;
  /** Entries looked at in one call: about a millisecond of Redis' time. */
  atOnce?: number;
  onError?(error: unknown): void;
};

const AT_ONCE = 200;
/** Pieces for which whoever asks waits: 2,000 entries. */
const FIRST_PIECES = 10;
/** As many pieces of work of a bucket are looked for at once. */
const PAGE = 20;
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

const gameRowSchema = z.object({
  channels: z.array(channelIdSchema),
  reason: z.string(),
  /** Each of the channels has its entry. */
  done: z.boolean().default(false),
});

export const makePurges = (
  redis: Redis,
  keys: Keys,
  { historyLength, channelsOf, atOnce = AT_ONCE, onError = () => undefined }: PurgesOptions,
): Purges => {
  const ask = makeAsk(redis, keys);
  let closed = false;

  const write = async (channel: ChannelId, player: PlayerId, { caller = "", reason = "", nonce }: Purge) => {
    const print = askedPrint(["purge", player]);
    await ask("channel_purge", channel, [channel, player, caller, nonce, String(historyLength), print, reason]);
  };
  /** Does so many pieces, and says whether all is done. */
  const finish = async (channel: ChannelId, number: string, pieces = Number.POSITIVE_INFINITY): Promise<boolean> => {
    let done = false;
    for (let piece = 0; piece < pieces && !done && !closed; piece++)
      done = asNumber((await ask("channel_purge_step", channel, [channel, number, String(atOnce)]))[0]) === 1;
    return done;
  };
  const progress: Purges["progress"] = async (channel, player, caller = "") => {
    const [upTo, deleted, done] = (await ask("channel_purge_state", channel, [player, caller])).map(asNumber);
    if (upTo === undefined) return { channels: [], done: true };
    return { channels: [{ channel, upTo, deleted: deleted ?? 0, done: done === 1 }], done: done === 1 };
  };
  const together = async (channels: readonly ChannelId[], player: PlayerId): Promise<PurgeProgress> => {
    const each = channels.map((channel) => progress(channel, player).catch(unlessGone({ channels: [], done: true })));
    const all = (await Promise.all(each)).flatMap((one) => one.channels);
    return { channels: all, done: all.every(({ done }) => done) };
  };
  const numberIn = async (channel: ChannelId, player: PlayerId): Promise<string | null> => {
    const key = keys.of(channel, "numbers");
    return asTextOrNull(await redis.run(key, ["HGET", key, player]));
  };
  /** Short ones are done when this returns; of long ones the rest follows. */
  const start = async (channel: ChannelId, player: PlayerId): Promise<void> => {
    const number = await numberIn(channel, player);
    if (number === null || (await finish(channel, number, FIRST_PIECES))) return;
    finish(channel, number).catch(onError);
  };

  /** Writes the entry in each channel; one that is gone, or where he never was a member, is passed over. */
  const writeAll = async (player: PlayerId, nonce: string, row: z.infer<typeof gameRowSchema>): Promise<void> => {
    if (row.done) return;
    // The backend may use a nonce once for each player, and no nonce of its own has spaces.
    const each = { nonce: `purge ${player} ${nonce}`, reason: row.reason };
    for (const channel of row.channels) await write(channel, player, each).catch(unlessGone(undefined));
    await ask("player_purged", `player:${player}`, [`player:${player}`, nonce]);
  };

  const doOne = async (item: string): Promise<void> => {
    const split = item.lastIndexOf("|");
    const [owner, rest] = [item.slice(0, split), item.slice(split + 1)];
    const channel = channelIdSchema.safeParse(owner);
    if (channel.success) {
      await finish(channel.data, rest);
      return;
    }
    const player = owner.slice("player:".length);
    const key = keys.of(owner, "gamepurge");
    const row = asTextOrNull(await redis.run(key, ["HGET", key, rest]));
    const { data = { channels: [], reason: "", done: false } } = gameRowSchema.safeParse(parsedJson(row ?? ""));
    return writeAll(player, rest, data);
  };

  /** What cannot be done stands behind all others from now on. */
  const notToBlockOthers =
    (key: string, item: string) =>
    async (error: unknown): Promise<void> => {
      if (error instanceof RedisUnavailable) throw error;
      onError(error);
      await redis.run(key, ["ZADD", key, "XX", String(Date.now()), item]);
    };

  return {
    inChannel: async (channel, player, purge) => {
      await write(channel, player, purge);
      await start(channel, player);
      return progress(channel, player);
    },

    inGame: async (player, { nonce, reason }) => {
      const owner = `player:${player}`;
      const wanted = JSON.stringify({ channels: await channelsOf(player), reason });
      const [stored] = await ask("player_purge", owner, [owner, nonce, wanted, String(KEPT_MS)]);
      const row = gameRowSchema.parse(parsedJson(asText(stored)));
      await writeAll(player, nonce, row);
      await Promise.all(row.channels.map((channel) => start(channel, player)));
      return together(row.channels, player);
    },

    progress,

    work: async (bucket) => {
      const key = keys.inBucket(bucket, "purging");
      for (const item of asTexts(await redis.run(key, ["ZRANGE", key, "0", String(PAGE - 1)])))
        if (!closed) await doOne(item).catch(notToBlockOthers(key, item));
    },

    close: () => {
      closed = true;
    },
  };
};

/** Instead, of a channel that is gone or in which he never was a member. */
const unlessGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof GremioError && error.code.endsWith("-not-found")) return instead;
    throw error;
  };

/** What crashes left undone is looked for this often, by every process. */
const LOOK_MS = 10_000;

/** Goes on with what other processes began and did not finish, until it is closed. */
export const startPurging = (
  purges: Purges,
  onError: (error: unknown) => void,
  lookMs = LOOK_MS,
): { close(): void } => {
  const everywhere = () => Promise.all(Array.from({ length: BUCKETS }, (_, bucket) => purges.work(bucket)));
  const looks = every(lookMs, everywhere, onError);
  return {
    close: () => {
      looks.close();
      purges.close();
    },
  };
};
