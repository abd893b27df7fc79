import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";
import { makeClaims } from "./claim.ts";

export type JoiningDeps = {
  redis: Redis;
  keys: Keys;
  players: {
    profile(player: PlayerId): Promise<VersionedProfile | undefined>;
    known(player: PlayerId): Promise<VersionedProfile>;
  };
  /** Entries kept per channel. */
  historyLength: number;
  /** How long requests and invitations stand. Left out: 7 days. */
  standMs?: number;
  /** After how long it is looked whether a friend stayed. Left out: 7 days. */
  friendMs?: number;
};

/** How a player comes: by himself, because `caller` answers his request (undefined: the game's backend), or with a code. */
export type By = (
  | { how: "himself" }
  | { how: "request"; caller: PlayerId | undefined }
  | { how: "code"; code: string }
) & {
  /** Whether he must wait after he left. */
  bound: boolean;
};

export type Entered = { state: "member"; number: number; newly: boolean } | { state: "ask" };

/**
 * Makes a player a member, if a way is open to him: what he must not do is found out in the guild before he is claimed for it, and once more in the step that makes him
 * one. `ask`: he may only ask to be let in. As often as it is repeated he is a member once, and never of two guilds. Throws `guild-not-found`, `not-member` and
 * `not-permitted` (the caller), `request-not-found`, `invitation-invalid`, `banned`, `guild-closed`, `level-too-low`, `cooldown`, `guild-full`, `already-in-guild`,
 * `player-not-found`, `outcome-unknown`.
 */
export type Enter = (
  guild: GuildId,
  player: PlayerId,
  by: By,
  /** Done when he has become a member, before he is told to which guild he belongs. */
  done?: () => Promise<void>,
) => Promise<Entered>;

const FRIEND_MS = 7 * 24 * 60 * 60 * 1000;

export const makeEnter = ({ redis, keys, players, historyLength, friendMs = FRIEND_MS }: JoiningDeps): Enter => {
  const ask = makeAsk(redis, keys);
  const claims = makeClaims(redis, keys, ask, players);
  return async (guild, player, by, done) => {
    const channel = guildChannel(guild);
    const how = by.how === "himself" ? "" : by.how;
    const caller = by.how === "request" ? (by.caller ?? "") : "";
    const code = by.how === "code" ? by.code : "";
    const bound = by.bound ? "1" : "0";
    const level = await levelOf(players, player);
    const [way, known] = await ask("guild_way", channel, [player, how, caller, code, String(level), bound]);
    if (way === "member") return { state: "member", number: asNumber(known), newly: false };
    if (way === "ask") return { state: "ask" };
    const [number, newly] = await claims.admit(
      guild,
      player,
      "guild_join",
      (claim, profile, version) => [
        ...[channel, player, how, claim, profile, version, String(historyLength)],
        ...[caller, code, bound, String(friendMs)],
      ],
      done,
    );
    return { state: "member", number: asNumber(number), newly: newly === 1 };
  };
};

export const levelOf = async (players: JoiningDeps["players"], player: PlayerId): Promise<number> =>
  (await players.known(player)).level;

/** The guild a code leads to, as far as is known outside the guild; throws `invitation-invalid`. */
export const guildOfCode = async (redis: Redis, keys: Keys, code: string): Promise<GuildId> => {
  const key = codeKey(keys, code);
  const found = await redis.run(key, ["GET", key]);
  if (found === null) throw new GremioError("invitation-invalid");
  return asText(found);
};

export const codeKey = (keys: Keys, code: string): string => keys.of(`code:${code}`, "guild");
