import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { Personal } from "../../shared/protocol.ts";
import { type Ask, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTextOrNull } from "../redis/reply.ts";

/** Rounds for which a player whom many guilds want at this very moment is fought for. */
const ROUNDS = 12;
const LONGEST_PAUSE_MS = 1_000;

/** Two that collide go on after pauses of different length, by how long a try takes: where Redis is slow, shorter ones would have all collide again. */
const makePause = (): ((round: number) => Promise<void>) => {
  let began = performance.now();
  return async (round) => {
    const tookMs = Math.max(1, performance.now() - began);
    await delay(Math.random() * Math.min(2 ** round * tookMs, LONGEST_PAUSE_MS));
    began = performance.now();
  };
};

type Profiles = { known(player: PlayerId): Promise<VersionedProfile> };

export type Claims = {
  /** Claims the player and has him made a member by `name` (guild_admit or guild_create); gives what follows 'ok', of which the last is 0 when there was nothing to do. */
  admit(
    guild: GuildId,
    player: PlayerId,
    name: string,
    args: (claim: string, profile: string, version: string) => readonly string[],
    /** Done when he has become a member, before he is told to which guild he belongs. */
    done?: () => Promise<void>,
  ): Promise<unknown[]>;
  release(player: PlayerId, claim: number): Promise<void>;
  membershipOf(player: PlayerId): Promise<Membership | undefined>;
  /** The guild a player is a member of, once nothing that was begun can change it: of one who can be claimed no more. */
  settle(player: PlayerId): Promise<GuildId | undefined>;
};

/** What a player's sessions are told when he belongs to a guild, or to none. */
const belongsTo = (player: PlayerId, guild: GuildId | null): string => {
  const message: Personal = { type: "membership", guild };
  return JSON.stringify([player, message]);
};

/** Gives a player free who is no member any more, and tells him wherever he is connected. */
export const releaseMember = async (ask: Ask, player: PlayerId, claim: string): Promise<void> => {
  await ask("player_release", `player:${player}`, [claim, belongsTo(player, null)]);
};

/** Where a player belongs, with his number in the guild's channel. */
export type Membership = { guild: GuildId; number: number };

const memberSchema = z.object({ n: z.int() });

/**
 * Keeps a player in at most one guild, though his claim lies in his bucket and his membership in the guild's.
 *
 * A claim has a number that only rises. He becomes a member under a claim's number, and before a claim is taken over or given up, the guild that holds it is told
 * that this number, and all below, no longer count (the fence); it refuses that when he is a member. So whoever dies between the two steps leaves nothing behind that
 * another guild could not take over at once, and no delayed admission can come after a takeover.
 */
export const makeClaims = (redis: Redis, keys: Keys, ask: Ask, players: Profiles): Claims => {
  /** The number of a claim for this guild. Throws `already-in-guild`, `player-not-found`, `outcome-unknown`. */
  const claim = async (guild: GuildId, player: PlayerId): Promise<number> => {
    let fenced = "";
    const pause = makePause();
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 1) await pause(round);
      const { code, rest } = await ask.raw("player_claim", `player:${player}`, [guild, fenced]);
      if (code === "ok") return asNumber(rest[0]);
      if (code !== "claimed") throw refusal("player_claim", code);
      const [holder, number] = rest.map(asText);
      await ask("guild_fence", guildChannel(holder ?? ""), [player, number ?? ""]);
      fenced = number ?? "";
    }
    throw new GremioError("outcome-unknown");
  };

  /** Tells him where he belongs now, wherever he is connected. It may be lost. */
  const tell = async (player: PlayerId, guild: GuildId): Promise<void> => {
    await ask("player_tell", `player:${player}`, [belongsTo(player, guild), ""]).catch(() => undefined);
  };

  const release = async (player: PlayerId, number: number): Promise<void> => {
    await ask("player_release", `player:${player}`, [String(number)]);
  };

  /** Gives up a claim that led to nothing; it stays if the player is a member by another one. */
  const giveUp = async (guild: GuildId, player: PlayerId, number: number): Promise<void> => {
    const { code } = await ask.raw("guild_fence", guildChannel(guild), [player, String(number)]);
    if (code === "ok") await release(player, number);
  };

  return {
    admit: async (guild, player, name, args, done) => {
      const pause = makePause();
      for (let round = 0; round < ROUNDS; round++) {
        if (round > 0) await pause(round);
        const number = await claim(guild, player);
        const profile = await players.known(player);
        const { code, rest } = await ask.raw(
          name,
          guildChannel(guild),
          args(String(number), JSON.stringify(profile), String(profile.version)),
        );
        if (code === "fenced") continue;
        if (code !== "ok") {
          await giveUp(guild, player, number);
          throw refusal(name, code, rest[0]);
        }
        // A repeated request finds nothing to do: he is a member, or (a creation) has left since, and then the claim must not stay.
        if (rest.at(-1) === 0) await giveUp(guild, player, number);
        // A change of the profile made meanwhile did not find him in the guild.
        const now = await players.known(player);
        if (now.version !== profile.version)
          await ask("guild_profile", guildChannel(guild), [player, JSON.stringify(now), String(now.version)]);
        if (rest.at(-1) !== 0) {
          await done?.();
          await tell(player, guild);
        }
        return rest;
      }
      throw new GremioError("outcome-unknown");
    },

    release: (player, number) => releaseMember(ask, player, String(number)),

    settle: async (player) => {
      const key = keys.of(`player:${player}`, "claim");
      const [guild, number] = asList(await redis.run(key, ["HMGET", key, "guild", "number"])).map(asTextOrNull);
      if (typeof guild !== "string" || typeof number !== "string") return undefined;
      const { code } = await ask.raw("guild_fence", guildChannel(guild), [player, number]);
      if (code !== "ok") return guild;
      await release(player, Number(number));
      return undefined;
    },

    membershipOf: async (player) => {
      const key = keys.of(`player:${player}`, "claim");
      const guild = asTextOrNull(await redis.run(key, ["HGET", key, "guild"]));
      if (guild === null) return undefined;
      const members = keys.of(guildChannel(guild), "members");
      const record = asTextOrNull(await redis.run(members, ["HGET", members, player]));
      return record === null ? undefined : { guild, number: memberSchema.parse(JSON.parse(record)).n };
    },
  };
};
