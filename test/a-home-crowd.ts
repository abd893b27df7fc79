import type { Channel } from "../client/channel.ts";
import type { HomeClient } from "../client/gremio.ts";
import { aHomeClient, aHomeStudio, type Judges } from "./a-home.ts";

export const NO_PACE = { GREMIO_GUILD_PACE: "off", GREMIO_TEAM_PACE: "off", GREMIO_CIRCLE_PACE: "off" };
export const GROUPS = ["team:t1", "circle:c1", "circle:c2", "circle:c3"];

/** Guild g1, one team and three circles, all of the same players. */
export const aHomeCrowd = async (players: readonly string[], redisUrl?: string) => {
  const studio = await aHomeStudio(players, Object.fromEntries(GROUPS.map((id) => [id, players])), redisUrl);
  const chat = await studio.chat(NO_PACE);
  return { studio, chat };
};

export const channelsOf = (client: HomeClient): Channel[] => ["guild:g1", ...GROUPS].map((id) => client.follow(id));

export type Device = { player: string; name: string; client: HomeClient };

/** A client that follows everything from the beginning, watched by the judges. */
export const aDevice = (judges: Judges, url: string, player: string, name: string): Device => {
  const client = aHomeClient(url, player);
  for (const channel of channelsOf(client)) judges.watch(channel, player, name);
  return { player, name, client };
};

export const allLive = (devices: readonly Device[]) => Promise.all(devices.map(({ client }) => client.live()));
