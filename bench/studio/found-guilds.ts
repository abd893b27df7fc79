import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import { makeBackend } from "./backend.ts";
import { inParallel } from "./in-parallel.ts";

/** A guild and who is in it; the first one leads. */
export type Founded = { guild: string; players: string[] };

/** Requests on their way at once: more than two cores need to be busy. */
const AT_ONCE = 64;

export const guildNames = (prefix: string, guilds: number, members: number): Founded[] =>
  Array.from({ length: guilds }, (_, guild) => ({
    guild: `${prefix}-${guild}`,
    players: Array.from({ length: members }, (_, member) => `${prefix}-${guild}-${member}`),
  }));

/** Makes the players and their guilds over the HTTP API, as the game's own server would. */
export const foundGuilds = async (port: number, founded: readonly Founded[]): Promise<void> => {
  const backend = makeBackend(() => port, DEV_API_KEY);
  await inParallel(founded, AT_ONCE, async ({ guild, players: [leader = "", ...others] }) => {
    await backend.player(leader, leader);
    await backend.guild(guild, leader);
    for (const player of others) {
      await backend.player(player, player);
      await backend.member(guild, player);
    }
  });
};

/** A token for each player, in his guild's order. */
export const tokensOf = async (founded: readonly Founded[]): Promise<string[][]> => {
  const backend = makeBackend(() => 0, DEV_API_KEY);
  const tokens: string[][] = [];
  for (const { players } of founded)
    tokens.push(await Promise.all(players.map((player) => backend.token(player, 4 * 3600))));
  return tokens;
};
