import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { banGoesAlong } from "../moderation/ban-goes-along.ts";
import { makeAsk } from "../redis/ask.ts";
import { asText } from "../redis/reply.ts";
import { makeClaims } from "./claim.ts";
import { type JoiningDeps, levelOf } from "./enter.ts";

/** Who acts (undefined: the game's backend), and why. */
type By = { caller?: PlayerId | undefined; reason?: string | undefined };

/** Who cannot become a member, by any way. */
export type Bans = {
  /**
   * A member is removed. Undefined `until`: for ever. Throws `guild-not-found`, `player-not-found`, `not-member`, `not-permitted`, `last-leader`, `bans-full`,
   * `bad-request` (until is past).
   */
  ban(ban: {
    guild: GuildId;
    player: PlayerId;
    reason?: string | undefined;
    until?: number | undefined;
    caller?: PlayerId | undefined;
  }): Promise<void>;
  /** Throws `guild-not-found`, `not-member`, `not-permitted`. */
  unban(guild: GuildId, player: PlayerId, by?: By): Promise<void>;
};

export const makeBans = ({ redis, keys, players, historyLength }: JoiningDeps): Bans => {
  const ask = makeAsk(redis, keys);
  const claims = makeClaims(redis, keys, ask, players);
  return {
    ban: async ({ guild, player, reason = "", until = 0, caller = "" }) => {
      await levelOf(players, player);
      const channel = guildChannel(guild);
      const [claim] = await ask("guild_ban", channel, [
        ...[channel, player, String(historyLength), caller, reason, String(until), String(LIMITS.bans)],
      ]);
      if (asText(claim) !== "") await claims.release(player, Number(claim));
      await banGoesAlong(ask, channel, player);
    },

    unban: async (guild, player, { caller = "", reason = "" } = {}) => {
      await ask("channel_unban", guildChannel(guild), [guildChannel(guild), player, caller, reason]);
    },
  };
};
