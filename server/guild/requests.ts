import { z } from "zod";
import type { joinedSchema, requestsSchema } from "../../shared/api/joining.ts";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import { asPairs, asText } from "../redis/reply.ts";
import { makeClaims } from "./claim.ts";
import type { Doors } from "./doors.ts";
import { type Enter, type JoiningDeps, levelOf } from "./enter.ts";

export type Joined = z.infer<typeof joinedSchema>;

/** Who wants to be a member, and what the guild says to it. */
export type Requests = {
  /**
   * Makes him a member where he may by himself or was invited; else he asks, which is once a guild however often, and stands for 7 days. `bound`: he must wait after
   * he left. Throws what `Enter` does, and `requests-full`.
   */
  join(request: { guild: GuildId; player: PlayerId; text?: string | undefined; bound: boolean }): Promise<Joined>;
  /** Those that wait, oldest first. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  list(guild: GuildId, caller?: PlayerId): Promise<z.infer<typeof requestsSchema>["requests"]>;
  /** The player is told. One who has another guild by now throws `already-in-guild`, and waits no more. Throws what `Enter` does. */
  answer(answer: {
    guild: GuildId;
    player: PlayerId;
    accept: boolean;
    reason?: string | undefined;
    caller?: PlayerId | undefined;
  }): Promise<void>;
  /** He wants it no more, or has read what came of it. */
  withdraw(guild: GuildId, player: PlayerId): Promise<void>;
};

const rowSchema = z.object({ at: z.int(), ends: z.int(), text: z.string() });

export const makeRequests = (deps: JoiningDeps & { enter: Enter; doors: Doors }): Requests => {
  const { redis, keys, players, enter, doors, standMs = LIMITS.invitedMs } = deps;
  const ask = makeAsk(redis, keys);
  const claims = makeClaims(redis, keys, ask, players);

  const request = async (guild: GuildId, player: PlayerId, text: string, bound: boolean): Promise<Joined> => {
    if ((await claims.membershipOf(player)) !== undefined) throw new GremioError("already-in-guild");
    await doors.asks(player, guild);
    const args = [player, text, String(await levelOf(players, player)), bound ? "1" : "0"];
    const name = (await players.profile(player))?.name ?? player;
    const body = JSON.stringify({ template: "guild-request", params: { player: name } });
    try {
      const [asked] = await ask("guild_request", guildChannel(guild), [
        ...[...args, String(standMs), String(LIMITS.guildRequests), body],
      ]);
      await doors.tell(player, guild, { kind: "request", name: asText(asked), state: "pending" });
    } catch (error) {
      if (error instanceof GremioError) await doors.take(player, guild, "request");
      throw error;
    }
    return { state: "pending", guild, newly: false };
  };

  return {
    join: async ({ guild, player, text = "", bound }) => {
      const entered = await enter(guild, player, { how: "himself", bound });
      if (entered.state === "ask") return request(guild, player, text, bound);
      await Promise.all([doors.take(player, guild, "invitation"), doors.take(player, guild, "request")]);
      return { ...entered, guild };
    },

    list: async (guild, caller = "") => {
      const [rows] = await ask("guild_waiting", guildChannel(guild), [caller, "requests"]);
      const asked = [...asPairs(rows)].map(([player, row]) => ({ player, ...rowSchema.parse(JSON.parse(row)) }));
      const shown = await Promise.all(
        asked.map(async ({ player, at, ends, text }) => {
          const profile = await players.profile(player);
          return profile === undefined ? [] : [{ player, at, endsAt: ends, text, profile }];
        }),
      );
      return shown.flat().sort((a, b) => a.at - b.at || (a.player < b.player ? -1 : 1));
    },

    answer: async ({ guild, player, accept, reason, caller }) => {
      if (!accept) {
        const [name] = await ask("guild_decline", guildChannel(guild), [player, caller ?? "", reason ?? ""]);
        await doors.tell(player, guild, { kind: "request", name: asText(name), state: "declined", reason });
        return;
      }
      try {
        await enter(guild, player, { how: "request", caller, bound: caller !== undefined }, async () => {
          const [, , , name] = await ask("guild_stands", guildChannel(guild), [player]);
          await doors.tell(player, guild, { kind: "request", name: asText(name), state: "accepted", reason });
        });
      } catch (error) {
        if (error instanceof GremioError && error.code === "already-in-guild")
          await ask("guild_forget", guildChannel(guild), [player, "requests"]);
        throw error;
      }
    },

    withdraw: async (guild, player) => {
      await ask("guild_forget", guildChannel(guild), [player, "requests"]);
      await doors.take(player, guild, "request");
    },
  };
};
