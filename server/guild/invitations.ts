import { randomInt } from "node:crypto";
import { z } from "zod";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { CODE_ALPHABET, CODE_LENGTH } from "../../shared/invitation.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import { asNumber, asPairs, asText } from "../redis/reply.ts";
import type { Doors } from "./doors.ts";
import { codeKey, type Enter, guildOfCode, type JoiningDeps, levelOf } from "./enter.ts";
import type { Joined } from "./requests.ts";

export type Code = { code: string; by?: PlayerId; endsAt: number; uses: number; left: number };

/** Who is let in because a member, or the game's backend, wants him. What a member gave is good while he is a member who may invite. */
export type Invitations = {
  /**
   * The player is told, and becomes a member by joining, within 7 days. Again it changes nothing. Throws `guild-not-found`, `player-not-found`, `not-member`,
   * `not-permitted`, `already-in-guild` (of this one), `banned`, `guild-closed`, `invitations-full`.
   */
  invite(guild: GuildId, player: PlayerId, caller?: PlayerId): Promise<{ endsAt: number }>;
  decline(guild: GuildId, player: PlayerId): Promise<void>;
  /**
   * A code by which so many become members; the same nonce of the same caller gives the same one, for a day. Throws `guild-not-found`, `not-member`, `not-permitted`,
   * `guild-closed`, `codes-full`, `invitations-full`, `key-reused`.
   */
  createCode(code: {
    guild: GuildId;
    nonce: string;
    lifeMs: number;
    uses: number;
    caller?: PlayerId | undefined;
  }): Promise<Code & { name: string }>;
  /** Those that can be used. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  codes(guild: GuildId, caller?: PlayerId): Promise<Code[]>;
  /** Throws `guild-not-found`, `not-member`, `not-permitted`. */
  revokeCode(guild: GuildId, code: string, caller?: PlayerId): Promise<void>;
  /** Makes him a member of the guild that has the code; of players at the same time exactly as many as it has uses. Throws what `Enter` does. */
  redeem(code: string, player: PlayerId, bound: boolean): Promise<Joined>;
};

const rowSchema = z.object({ by: z.string(), ends: z.int(), uses: z.int(), left: z.int() });
const readCode = (code: string, text: string): Code => {
  const { by, ends, uses, left } = rowSchema.parse(JSON.parse(text));
  return { code, ...(by === "" ? {} : { by }), endsAt: ends, uses, left };
};

const newCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join("");

export const makeInvitations = (deps: JoiningDeps & { enter: Enter; doors: Doors }): Invitations => {
  const { redis, keys, players, enter, doors, standMs = LIMITS.invitedMs } = deps;
  const ask = makeAsk(redis, keys);

  return {
    invite: async (guild, player, caller) => {
      await levelOf(players, player);
      const by = caller === undefined ? undefined : (await players.profile(caller))?.name;
      const body =
        by === undefined
          ? { template: "guild-invitation", params: {} }
          : { template: "guild-invited", params: { player: by } };
      const [newly, ends, name] = await ask("guild_invite", guildChannel(guild), [
        ...[player, caller ?? "", String(standMs)],
        ...[String(LIMITS.invitationsPerDay), String(LIMITS.guildRequests), JSON.stringify(body)],
      ]);
      if (newly === 1) {
        const door = { kind: "invitation", name: asText(name), by, lifeMs: standMs } as const;
        await doors.tell(player, guild, door, caller);
      }
      return { endsAt: asNumber(ends) };
    },

    decline: async (guild, player) => {
      await ask("guild_forget", guildChannel(guild), [player, "invited"]);
      await doors.take(player, guild, "invitation");
    },

    createCode: async ({ guild, nonce, lifeMs, uses, caller = "" }) => {
      const [given, row, name] = await ask("guild_code", guildChannel(guild), [
        ...[caller, newCode(), nonce, String(lifeMs), String(uses)],
        ...[String(LIMITS.codes), String(LIMITS.invitationsPerDay)],
      ]);
      const code = readCode(asText(given), asText(row));
      // Whoever dies before this has given the code to nobody; the same request again comes by here.
      const key = codeKey(keys, code.code);
      await redis.run(key, ["SET", key, guild, "NX", "PXAT", String(code.endsAt)]);
      return { ...code, name: asText(name) };
    },

    codes: async (guild, caller = "") => {
      const [rows] = await ask("guild_waiting", guildChannel(guild), [caller, "codes"]);
      return [...asPairs(rows)].map(([code, row]) => readCode(code, row)).sort((a, b) => a.endsAt - b.endsAt);
    },

    revokeCode: async (guild, code, caller = "") => {
      await ask("guild_revoke", guildChannel(guild), [caller, code]);
    },

    redeem: async (code, player, bound) => {
      const guild = await guildOfCode(redis, keys, code);
      const entered = await enter(guild, player, { how: "code", code, bound });
      if (entered.state === "ask") throw new Error("a code never leads to asking");
      await Promise.all([doors.take(player, guild, "invitation"), doors.take(player, guild, "request")]);
      return { ...entered, guild };
    },
  };
};
