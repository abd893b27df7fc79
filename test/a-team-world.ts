import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Keys } from "../server/redis/bucket.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import { makeTeam } from "../server/team/make-teams.ts";
import { makeTeamUpkeep } from "../server/team/team-upkeep.ts";
import type { NewTeam } from "../server/team/teams.ts";
import type { ChannelId } from "../shared/id.ts";

const MINUTE_MS = 60_000;
export const TIMES = { idleMs: 120 * MINUTE_MS, graceMs: 10 * MINUTE_MS, leaderGoneMs: MINUTE_MS };

let nonces = 0;

/** What a process knows of teams; `redis` may be one that dies. Sessions are alive whose incarnation is in `alive`. */
export const aTeamProcess = (redis: Redis, keys: Keys, alive: ReadonlySet<string> = new Set(["p1"])) => {
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const rosters = makeRosters(redis, keys);
  const blocks = makeBlocks(redis, keys);
  const leases = {
    alive: async (incarnations: readonly string[]) => new Set(incarnations.filter((one) => alive.has(one))),
  };
  const common = { redis, keys, players, groups, rosters, blocks, leases, historyLength: 1_000, ...TIMES };
  const guilds = makeGuilds(redis, keys, players, { historyLength: 1_000 });
  const presence = { of: async () => new Map() };
  const team = makeTeam({ ...common, presence, guildOf: guilds.guildOf, onError: () => {} });
  const upkeep = makeTeamUpkeep({ ...common, members: team.members, readiness: team.readiness });
  return { ...common, ...team, guilds, upkeep };
};

/** Teams on a Redis of their own namespace, and people who are named as their ids. */
export const aTeamWorld = (redis: Redis, keys: Keys) => {
  const process = aTeamProcess(redis, keys);
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const people = async (...names: string[]): Promise<void> => {
    for (const name of names) await process.players.putProfile(name, { name });
  };
  const made = async (team: Partial<NewTeam> = {}, caller?: string): Promise<ChannelId> => {
    nonces += 1;
    return (await process.teams.create({ nonce: `nonce-of-${nonces}`, ...team }, caller)).team;
  };
  const entriesOf = async (channel: ChannelId) => (await log.before(channel, undefined, undefined, 200)).entries;
  const kinds = async (channel: ChannelId) =>
    (await entriesOf(channel)).map(({ kind, body }) =>
      kind === "news" && typeof body === "object" && body !== null && "template" in body ? body.template : kind,
    );
  const ranks = async (channel: ChannelId) =>
    Object.fromEntries((await process.teams.view(channel)).members.map(({ player, rank }) => [player, rank]));
  const leaderOf = async (channel: ChannelId) =>
    (await process.teams.view(channel)).members.find(({ rank }) => rank === "leader")?.player;
  /** Events told about a channel, by their names, from the oldest on. */
  const eventsOf = async (channel: ChannelId): Promise<Record<string, unknown>[]> => {
    const outbox = keys.inBucket(bucketOf(channel), "outbox");
    const rows = asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"])).map((row) => asTexts(asList(row)[1])[1]);
    return rows.map((row) => JSON.parse(row ?? "{}")).filter((row) => row.channel === channel);
  };
  const eventNames = async (channel: ChannelId) => (await eventsOf(channel)).map(({ event }) => event);
  const round = (channel: ChannelId) => process.upkeep.bucket(bucketOf(channel));
  /** He has a session in that process. */
  const online = (channel: ChannelId, player: string, incarnation = "p1") =>
    process.rosters.setSession(channel, player, `s-${incarnation}`, incarnation);
  const offline = (channel: ChannelId, player: string, incarnation = "p1") =>
    process.rosters.setSession(channel, player, `s-${incarnation}`, undefined);
  return {
    ...process,
    redis,
    keys,
    log,
    people,
    made,
    entriesOf,
    kinds,
    ranks,
    leaderOf,
    eventsOf,
    eventNames,
    round,
    online,
    offline,
  };
};
