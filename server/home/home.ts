import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Groups } from "../channel/groups.ts";
import type { ChannelStatus, Reads } from "../channel/reads.ts";

export type OwnChannel = ChannelStatus & { channel: ChannelId };

/** What is a player's own across all channels. */
export type Home = {
  /**
   * Every channel the player is a member of, with what is unread in each: his guild's first, then the liveliest. Exact, without joining any, and in two rounds to
   * Redis however many they are.
   */
  channels(player: PlayerId): Promise<OwnChannel[]>;
};

export const makeHome = ({
  guilds,
  groups,
  reads,
}: {
  guilds: { guildOf(player: PlayerId): Promise<GuildId | undefined> };
  groups: Pick<Groups, "listOf" | "unlist">;
  reads: Pick<Reads, "status">;
}): Home => ({
  channels: async (player) => {
    const [guild, listed] = await Promise.all([guilds.guildOf(player), groups.listOf(player)]);
    const statusIn = async (channel: ChannelId): Promise<OwnChannel[]> => {
      try {
        return [{ channel, ...(await reads.status(channel, player)) }];
      } catch (error) {
        if (!(error instanceof GremioError && error.code === "not-member")) throw error;
        const listedAt = listed.get(channel);
        if (listedAt !== undefined) await groups.unlist(player, channel, listedAt);
        return [];
      }
    };
    const own = guild === undefined ? [] : await statusIn(guildChannel(guild));
    const others = (await Promise.all([...listed.keys()].map(statusIn))).flat();
    return [...own, ...others.sort((a, b) => b.at - a.at)];
  },
});
