import { DEV_API_KEY } from "../../server/config.ts";
import { makeBackend } from "../studio/backend.ts";

/** Makes a guild with new members over the API and gives each member's token. */
export const settleGuild = async (port: number, guild: string, players: readonly string[]): Promise<string[]> => {
  const backend = makeBackend(() => port, DEV_API_KEY);
  const [leader = "", ...others] = players;
  await Promise.all(players.map((player) => backend.player(player, player)));
  await backend.guild(guild, leader);
  await Promise.all(others.map((player) => backend.member(guild, player)));
  return Promise.all(players.map((player) => backend.token(player)));
};
