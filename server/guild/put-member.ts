import { GremioError } from "../../shared/errors.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Rank } from "../../shared/rank.ts";
import type { Guilds } from "./guilds.ts";

/** Brings a player into a guild with a rank, whatever he was there before. Nobody joins as leader: he joins, then takes the leader's place. */
export const putMember = async (
  guilds: Guilds,
  guild: GuildId,
  player: PlayerId,
  rank: Rank | undefined,
): Promise<{ number: number; newly: boolean }> => {
  const first = rank === undefined || rank === "leader" ? "member" : rank;
  const { number, newly } = await guilds.admit(guild, player, first);
  if (rank !== undefined && (!newly || rank !== first))
    await guilds.setRank(guild, player, rank).catch(removedMeanwhile);
  return { number, newly };
};

const removedMeanwhile = (error: unknown): never => {
  throw error instanceof GremioError && error.code === "member-not-found" ? new GremioError("outcome-unknown") : error;
};
