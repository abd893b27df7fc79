import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import type { ChannelId } from "../../shared/id.ts";
import { foundGuilds } from "../studio/found-guilds.ts";
import { inParallel } from "../studio/in-parallel.ts";

/** A guild whose members are also in a team each, and in three circles each, all among themselves. */
export type Neighbourhood = {
  readonly guild: string;
  readonly players: readonly string[];
  readonly teams: readonly (readonly string[])[];
  /** Of each of the three kinds, the circles that share the players out. */
  readonly circles: readonly (readonly (readonly string[])[])[];
};

export type Sizes = { members: number; team: number; circle: number };

/** Circles each player follows. */
export const CIRCLES = 3;
const AT_ONCE = 64;

export const teamChannel = ({ guild }: Neighbourhood, index: number): ChannelId => `team:${guild}-${index}`;
export const circleChannel = ({ guild }: Neighbourhood, kind: number, index: number): ChannelId =>
  `circle:${guild}-${kind}-${index}`;

/** Every so-many-th player, from each place on: members of one are spread over the others. */
const dealt = (players: readonly string[], size: number): string[][] => {
  const groups = Math.ceil(players.length / size);
  return Array.from({ length: groups }, (_, group) => players.filter((_player, index) => index % groups === group));
};
const inRows = (players: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(players.length / size) }, (_, row) => players.slice(row * size, (row + 1) * size));

export const neighbourhoods = (count: number, { members, team, circle }: Sizes): Neighbourhood[] =>
  Array.from({ length: count }, (_, index) => {
    const guild = `near-${index}`;
    const players = Array.from({ length: members }, (_member, member) => `${guild}-${member}`);
    const turned = players.map((_player, place) => players[(place + 7) % players.length] ?? "");
    const circles = [dealt(players, circle), inRows(players, circle), inRows(turned, circle)];
    return { guild, players, teams: inRows(players, team), circles };
  });

/** Makes all of it over the HTTP API. */
export const foundNeighbourhoods = async (port: number, all: readonly Neighbourhood[]): Promise<void> => {
  await foundGuilds(
    port,
    all.map(({ guild, players }) => ({ guild, players: [...players] })),
  );
  const put = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/channels/${path}`, {
      method: "PUT",
      headers: { "x-api-key": DEV_API_KEY, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`PUT ${path} was answered ${response.status}: ${answer}`);
  };
  const channels = all.flatMap((near) => [
    ...near.teams.map((members, index) => ({ channel: teamChannel(near, index), members })),
    ...near.circles.flatMap((circles, kind) =>
      circles.map((members, index) => ({ channel: circleChannel(near, kind, index), members })),
    ),
  ]);
  await inParallel(channels, AT_ONCE, async ({ channel, members }) => {
    await put(channel, { name: channel, capacity: 100 });
    for (const player of members) await put(`${channel}/members/${player}`, { rank: "member" });
  });
};
