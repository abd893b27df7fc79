import type { z } from "zod";
import type { bansSchema } from "../../shared/api/moderation.ts";
import { ENTRY_KINDS } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asTextOrNull } from "../redis/reply.ts";
import { banGoesAlong } from "./ban-goes-along.ts";
import { banRowSchema } from "./ban-row.ts";
import { linkedTo, readStanding, type Standing } from "./standing.ts";

/** Who acts (undefined: the game's backend) and why. */
export type By = { caller?: PlayerId | undefined; reason?: string | undefined };

/**
 * What is done to those who do harm. In a channel it takes a permission and a higher rank, which are asked when it is done (`not-member`, `not-permitted`); in the whole
 * game it is the backend's. Each is one function on Redis, with its row in the audit log; what is so already changes nothing.
 */
export type Sanctions = {
  /** May not write in the channel until then, at most 30 days ahead (`bad-request`); also when he leaves and comes back, or has left already. Throws `guild-not-found`, `channel-not-found`, `member-not-found` (he has never been one). */
  mute(channel: ChannelId, player: PlayerId, until: number, by: By): Promise<void>;
  unmute(channel: ChannelId, player: PlayerId, by: By): Promise<void>;
  /** Of a team or circle; of a guild see `Guilds.remove`. Throws `channel-not-found`, `member-not-found`. */
  kick(channel: ChannelId, player: PlayerId, by: By): Promise<void>;
  /** Removes him, if he is a member, and lets him in no more until then (undefined: ever). Of a team or circle. Throws `channel-not-found`, `bans-full`, `bad-request` (`until` is past). */
  ban(channel: ChannelId, player: PlayerId, until: number | undefined, by: By): Promise<void>;
  unban(channel: ChannelId, player: PlayerId, by: By): Promise<void>;
  /** Of any channel. Throws `guild-not-found`, `channel-not-found`. */
  bans(channel: ChannelId, caller?: PlayerId): Promise<z.infer<typeof bansSchema>["bans"]>;
  /**
   * In the whole game, until then or for ever: a ban closes all his connections within the second and refuses joining; a mute refuses all he writes.
   * Throws `player-not-found`, `player-linked` (he goes on as an account, which the error names), `bad-request` (`until` is past).
   */
  sanction(player: PlayerId, what: "banned" | "muted", until: number | undefined, reason: string): Promise<void>;
  lift(player: PlayerId, what: "banned" | "muted", reason?: string): Promise<void>;
  /**
   * Closes all connections he has in the whole game within the second; he may come back at once. Asked again before he is back, it is the same kick.
   * Throws `player-not-found`, `player-linked`.
   */
  putOut(player: PlayerId, reason: string): Promise<void>;
  standing(player: PlayerId): Promise<Standing>;
};

const FOR_EVER = "0";
const KICKED = String(ENTRY_KINDS.kicked);

export const makeSanctions = (redis: Redis, keys: Keys, { historyLength }: { historyLength: number }): Sanctions => {
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);
  const owner = (player: PlayerId): string => `player:${player}`;
  const mute = async (channel: ChannelId, player: PlayerId, until: number, { caller = "", reason = "" }: By) => {
    await ask("channel_mute", channel, [player, String(until), String(LIMITS.muteMs), caller, reason]);
  };
  /** Members of guilds come and go by claims. */
  const mustBeGroup = (channel: ChannelId): void => {
    if (kindOfChannel(channel) === "guild") throw new GremioError("channel-not-found");
  };
  /** Does what takes a player out of a channel, and takes the channel off his list, unless it is put there anew meanwhile. */
  const takingOut = async (channel: ChannelId, player: PlayerId, act: () => Promise<unknown>): Promise<void> => {
    mustBeGroup(channel);
    const key = keys.of(owner(player), "channels");
    const listedAt = asTextOrNull(await redis.run(key, ["HGET", key, channel]));
    await act();
    if (listedAt !== null) await ask("player_unlist", owner(player), [channel, listedAt]);
  };

  /** Of the whole game. */
  const inGame = async (name: string, player: PlayerId, argv: string[]): Promise<void> => {
    const { code } = await ask.raw(name, owner(player), argv);
    if (code === "ok") return;
    const { linked } = await readStanding(redis, keys, player);
    throw code === "player-linked" && linked !== undefined ? linkedTo(linked) : refusal(name, code);
  };

  return {
    mute,
    unmute: (channel, player, by) => mute(channel, player, 0, by),

    kick: (channel, player, { caller = "", reason = "" }) =>
      takingOut(channel, player, () => ask("channel_kick", channel, [channel, player, KICKED, keep, caller, reason])),

    ban: (channel, player, until, { caller = "", reason = "" }) =>
      takingOut(channel, player, async () => {
        await ask("channel_ban", channel, [
          ...[channel, player, KICKED, keep, caller, reason],
          until === undefined ? FOR_EVER : String(until),
          String(LIMITS.bans),
        ]);
        await banGoesAlong(ask, channel, player);
      }),

    unban: async (channel, player, { caller = "", reason = "" }) => {
      mustBeGroup(channel);
      await ask("channel_unban", channel, [channel, player, caller, reason]);
    },

    bans: async (channel, caller = "") => {
      const [rows] = await ask("channel_bans", channel, [caller]);
      return [...asPairs(rows)].flatMap(([player, row]) => {
        const { data } = banRowSchema.safeParse(parsedJson(row));
        return data === undefined ? [] : [{ player, ...data }];
      });
    },

    sanction: async (player, what, until, reason) => {
      const ends = until === undefined ? FOR_EVER : String(until);
      await inGame("player_sanction", player, [player, what, ends, reason]);
    },

    putOut: (player, reason) => inGame("player_put_out", player, [player, reason]),

    lift: async (player, what, reason = "") => {
      await ask("player_sanction", owner(player), [player, what, "", reason]);
    },

    standing: async (player) => {
      const { kicks: _, ...standing } = await readStanding(redis, keys, player);
      return standing;
    },
  };
};
