import { ENTRY_KINDS } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { Rank } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs, asText, asTextOrNull } from "../redis/reply.ts";

/**
 * Channels that are no guild's: `team:` and `circle:`. A player may be in several. The channel itself decides who is a member; the player's own list holds at least
 * those, and is put right when it is read.
 */
export type Groups = {
  /** One that is there stays as it is (`newly` false). Throws `team-ended`: one of that id has ended within the hour. */
  found(channel: ChannelId, group: { name: string; capacity: number }): Promise<{ newly: boolean }>;
  /**
   * A member stays what he is. `byHimself`: he must be what is asked of who joins. Throws `channel-not-found`, `channel-full`, `player-not-found`, `channels-full`,
   * `banned`, `level-too-low`, `other-language`.
   */
  admit(channel: ChannelId, player: PlayerId, rank: Rank, by?: ByHimself): Promise<{ number: number; newly: boolean }>;
  /** His leaving entry is the last he gets. `byHimself`: a leader goes last. Throws `channel-not-found`, `member-not-found`, `last-leader`. */
  release(
    channel: ChannelId,
    player: PlayerId,
    how: "left" | "kicked",
    by?: ByHimself & { reason?: string | undefined },
  ): Promise<void>;
  /** Channels the player may be a member of, and when each was put on his list. */
  listOf(player: PlayerId): Promise<Map<ChannelId, string>>;
  /** Takes a channel in which he was found not to be off his list, if it stands there since `listedAt`, and that is longer ago than an admission takes. */
  unlist(player: PlayerId, channel: ChannelId, listedAt: string): Promise<void>;
};

/** Whether the player does it, or the game's backend. */
type ByHimself = { byHimself: boolean };

/** An admission that was begun is over by then, or was cut short. */
const ADMISSION_MS = 60_000;

export const makeGroups = (
  redis: Redis,
  keys: Keys,
  players: { known(player: PlayerId): Promise<VersionedProfile> },
  { historyLength }: { historyLength: number },
): Groups => {
  const ask = makeAsk(redis, keys);
  const owner = (player: PlayerId): string => `player:${player}`;
  const keep = String(historyLength);

  return {
    found: async (channel, { name, capacity }) => {
      const [newly] = await ask("channel_found", channel, [name, String(capacity)]);
      return { newly: newly === 1 };
    },

    admit: async (channel, player, rank, { byHimself } = { byHimself: false }) => {
      const profile = await players.known(player);
      const [listedAt, newlyListed] = await ask("player_list", owner(player), [channel, String(LIMITS.channels)]);
      const [number, newly] = await ask("channel_admit", channel, [
        ...[channel, player, rank, JSON.stringify(profile), String(profile.version), keep, byHimself ? "1" : ""],
      ]).catch(async (error: unknown) => {
        // Refused, so nothing stays on his list; unless it stood there before, since then another admission may rely on it.
        if (error instanceof GremioError && newlyListed === 1)
          await ask("player_unlist", owner(player), [channel, asText(listedAt)]);
        throw error;
      });
      // A release that was under way may have taken it off the list, or be about to: what it takes off is what it found there before he was made a member.
      await ask("player_list", owner(player), [channel, ""]);
      return { number: asNumber(number), newly: newly === 1 };
    },

    release: async (channel, player, how, { byHimself, reason = "" } = { byHimself: false }) => {
      const key = keys.of(owner(player), "channels");
      const listedAt = asTextOrNull(await redis.run(key, ["HGET", key, channel]));
      await ask("channel_release", channel, [
        ...[channel, player, String(ENTRY_KINDS[how]), keep, byHimself ? "1" : "", reason],
      ]);
      if (listedAt !== null) await ask("player_unlist", owner(player), [channel, listedAt]);
    },

    listOf: async (player) => {
      const key = keys.of(owner(player), "channels");
      return asPairs(await redis.run(key, ["HGETALL", key]));
    },

    unlist: async (player, channel, listedAt) => {
      if (Date.now() - Number(listedAt) > ADMISSION_MS) await ask("player_unlist", owner(player), [channel, listedAt]);
    },
  };
};
