import { setTimeout as delay } from "node:timers/promises";
import { guildChannel } from "../../shared/id.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import type { Child } from "../studio/child.ts";
import { tokensOf } from "../studio/found-guilds.ts";
import { settledMemory } from "../studio/memory.ts";
import { onStage, openStage, type Stage } from "../studio/stage.ts";
import {
  CIRCLES,
  circleChannel,
  foundNeighbourhoods,
  type Neighbourhood,
  neighbourhoods,
  type Sizes,
  teamChannel,
} from "./neighbourhood.ts";
import { type Order, type PlayerOrder, talkedSchema } from "./orders.ts";

export type SocketsSize = Sizes & {
  guilds: number;
  /** Messages of each channel of a kind in the time of a round. */
  talk: { guild: number; team: number; circle: number };
  talkMs: number;
  calmMs: number;
  /** Measures also two connections, the second to the team. */
  withTwo: boolean;
};

const FULL: SocketsSize = {
  ...{ guilds: 40, members: 50, team: 5, circle: 25 },
  ...{ talk: { guild: 60, team: 20, circle: 10 }, talkMs: 25_000, calmMs: 2_500, withTwo: true },
};
const QUICK: SocketsSize = { ...FULL, guilds: 2, talkMs: 1_000, calmMs: 400, withTwo: false };
/** Guilds that are there before the first figure is taken, so that what a process needs once is not counted. */
const WARM_GUILDS = 1;
const PATCH_RATE_MS = 1_000;
const KIB = 1024;
const OF_TWO = ["residentKiB", "heapKiB", "outsideKiB", "bytes"];
const NO_PACE = { GREMIO_GUILD_PACE: "off", GREMIO_TEAM_PACE: "off", GREMIO_CIRCLE_PACE: "off" };

export const sockets: Bench = {
  name: "sockets",
  about:
    "memory and bytes of a player with a guild, a team and three circles over one connection, against three plain Colyseus rooms with a connection each",
  figure: "residentKiB",
  also: { bytesRatio: { figure: "bytes", as: "ratio" }, heapRatio: { figure: "heapKiB", as: "ratio" } },
  setUp: ({ quick }) => setUpSockets(quick ? QUICK : FULL),
};

type Talks = Extract<Order, { do: "talk" }>["channels"];
type Crowd = { players: PlayerOrder[]; channels: Talks };

/** Redis and what is in it stay; every round has servers of its own. */
export const setUpSockets = (size: SocketsSize): Promise<Contest> =>
  onStage(async (stage) => {
    const redis = await stage.redis();
    const founder = await stage.chat(redis, NO_PACE);
    const all = neighbourhoods(size.guilds + WARM_GUILDS, size);
    await foundNeighbourhoods(founder.port, all);
    await founder.stop();
    const tokens = await tokensOf(all.map(({ guild, players }) => ({ guild, players: [...players] })));
    const ours = (secondForTeam: boolean): Crowd[] =>
      all.map((near, index) => ourCrowd(near, tokens[index] ?? [], size, secondForTeam));
    const plain = all.map((near) => plainCrowd(near, size));
    const start = (own: Stage): Promise<Child> => own.chat(redis, NO_PACE);
    const { guild, team, circle } = size.talk;
    return {
      note: `${size.guilds} guilds of ${size.members}, each member also in a team of ${size.team} and ${CIRCLES} circles of ${size.circle}; ${guild}, ${team} and ${circle} messages in each; the third plain room has what the three circles have; memory after garbage collection, bytes of whole frames received, a player`,
      ours: async () => {
        const one = await oneRound(start, ours(false), size);
        if (!size.withTwo) return one;
        const two = await oneRound(start, ours(true), size);
        return { ...one, ...Object.fromEntries(OF_TWO.map((name) => [`${name}OfTwo`, two[name] ?? Number.NaN])) };
      },
      baseline: () => oneRound((own) => own.plain(PATCH_RATE_MS, true), plain, size),
      close: stage.close,
    };
  });

const oneRound = async (
  startServer: (stage: Stage) => Promise<Child>,
  crowds: readonly Crowd[],
  { calmMs, talkMs }: SocketsSize,
): Promise<Round> => {
  const own = openStage();
  try {
    const server = await startServer(own);
    const load = await own.start("sockets/load.ts");
    const sit = async (some: readonly Crowd[]) => {
      const players = some.flatMap((crowd) => crowd.players);
      await load.ask({ do: "sit", port: server.port, players } satisfies Order);
      await delay(calmMs);
      return settledMemory(server);
    };
    const before = await sit(crowds.slice(0, WARM_GUILDS));
    const after = await sit(crowds.slice(WARM_GUILDS));
    const channels = crowds.flatMap((crowd) => crowd.channels);
    const talked = talkedSchema.parse(await load.ask({ do: "talk", ms: talkMs, channels } satisfies Order));
    const { due, got, refused, closed, frameBytes, cpuMs, tookMs } = talked;
    if (got !== due || refused + closed > 0)
      throw new Error(`${got} of ${due} deliveries came, ${refused} were refused, ${closed} connections closed`);
    const counted = crowds.slice(WARM_GUILDS).flatMap(({ players }) => players).length;
    const seated = crowds.flatMap(({ players }) => players).length;
    const each = (name: keyof typeof after): number => (after[name] - before[name]) / counted / KIB;
    return {
      ...{ residentKiB: each("resident"), heapKiB: each("heap"), outsideKiB: each("outside") },
      ...{ bytes: frameBytes / seated, messages: due / seated, players: counted, loadCpu: cpuMs / tookMs },
    };
  } finally {
    await own.close();
  }
};

const ourCrowd = (
  near: Neighbourhood,
  tokens: readonly string[],
  { talk }: SocketsSize,
  secondForTeam: boolean,
): Crowd => {
  const guild = guildChannel(near.guild);
  const players = near.players.map((player, index) => {
    const team = teamChannel(near, placeOf(near.teams, player));
    const circles = near.circles.map((some, kind) => circleChannel(near, kind, placeOf(some, player)));
    const token = tokens[index] ?? "";
    return secondForTeam
      ? { token, guild, second: team, follow: circles }
      : { token, guild, follow: [team, ...circles] };
  });
  const channels = [
    { channel: guild, messages: talk.guild },
    ...near.teams.map((_team, index) => ({ channel: teamChannel(near, index), messages: talk.team })),
    ...near.circles.flatMap((some, kind) =>
      some.map((_circle, index) => ({ channel: circleChannel(near, kind, index), messages: talk.circle })),
    ),
  ];
  return { players, channels };
};

const plainCrowd = (near: Neighbourhood, { talk, members }: SocketsSize): Crowd => {
  const { guild, teams, circles } = near;
  // One room for all a player follows besides: of the circles' members, with all their messages.
  const [together = []] = circles;
  const rooms = {
    team: (index: number) => `${guild}-team-${index}`,
    circle: (index: number) => `${guild}-circle-${index}`,
  };
  const players = near.players.map((player, index) => {
    const [team, circle] = [placeOf(teams, player), placeOf(together, player)];
    const row = (group: readonly string[] = []): string => `member-${group.indexOf(player) + 1}`;
    return {
      rooms: [
        { room: guild, player: `member-${index + 1}`, members },
        { room: rooms.team(team), player: row(teams[team]), members: teams[team]?.length ?? 0 },
        { room: rooms.circle(circle), player: row(together[circle]), members: together[circle]?.length ?? 0 },
      ],
    };
  });
  const channels = [
    { channel: guild, messages: talk.guild },
    ...teams.map((_team, index) => ({ channel: rooms.team(index), messages: talk.team })),
    ...together.map((_circle, index) => ({ channel: rooms.circle(index), messages: talk.circle * CIRCLES })),
  ];
  return { players, channels };
};

const placeOf = (groups: readonly (readonly string[])[], player: string): number =>
  groups.findIndex((group) => group.includes(player));
