import { randomUUID } from "node:crypto";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import { makeGuildWeeks } from "../server/guild/guild-week.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makeSentMarks } from "../server/notifier/deciding/sent-marks.ts";
import { makeDigests } from "../server/notifier/digests/digest.ts";
import { makeDigestChannels } from "../server/notifier/digests/digest-channel.ts";
import { makeDigestPlayers } from "../server/notifier/digests/digest-player.ts";
import type { DueDigest } from "../server/notifier/digests/due-digest.ts";
import { makeWeekly } from "../server/notifier/digests/weekly.ts";
import type { DueItem } from "../server/notifier/due.ts";
import type { PushJob } from "../server/notifier/push.ts";
import { makePlayers } from "../server/player/players.ts";
import { makePresence } from "../server/presence/presence.ts";
import { makeAsk } from "../server/redis/ask.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { Mentions } from "../shared/entry.ts";
import { type ChannelId, guildChannel } from "../shared/id.ts";
import { type PushPolicy, pushPolicySchema } from "../shared/push-policy.ts";

/**
 * Digests by themselves on a Redis: what would be looked at later and what would be queued is written down, and time passes by `wait`, which needs a clock that can
 * be moved. A guild g1, whose leader is `leader`.
 */
export const aDigestWorld = async (redis: Redis, keys: Keys, jump: (ms: number) => Promise<void> = async () => {}) => {
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });
  const groups = makeGroups(redis, keys, players, { historyLength: 10_000 });
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const reads = makeReads(redis, keys);
  const marks = makeSentMarks(redis, keys);
  const decisions = makeDecisions(redis, keys);
  const guild = guildChannel("g1");
  const state = { shiftMs: 0, policy: pushPolicySchema.parse({ digestsPerDay: 2 }) };
  const now = () => Date.now() + state.shiftMs;
  const later: { item: DueItem; at: number }[] = [];
  const queued: PushJob[] = [];
  const common = {
    ...{ redis, keys, decisions, now, graceMs: 60_000, spreadMs: 600_000 },
    players: makeDigestPlayers({
      ...{ redis, keys, people: players, graceMs: 60_000, now },
      presence: makePresence(redis, keys, randomUUID()),
    }),
    later: { put: async (item: DueItem, at: number) => void later.push({ item, at }) },
    policy: async () => state.policy,
    enqueue: async (job: PushJob) => void queued.push(job),
  };
  const weekly = makeWeekly({ ...common, weeks: makeGuildWeeks(redis, keys) });
  const digests = makeDigests({
    ...common,
    channels: makeDigestChannels(redis, keys, makeRosters(redis, keys), makeBlocks(redis, keys), marks),
    phrases: { lately: async () => ({ version: "", known: new Map(), inUse: new Map() }) },
    weekly,
  });
  const member = async (player: string, channels: readonly ChannelId[] = []) => {
    await players.putProfile(player, { name: player, locale: "en", zone: "UTC" });
    await players.putDevice(player, "d1", { kind: "token", target: `phone-${player}`, platform: "android" });
    if (player === "leader") await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: player });
    else await guilds.admit("g1", player, "member");
    for (const channel of channels) {
      await groups.found(channel, { name: channel.slice(channel.indexOf(":") + 1), capacity: 50 });
      await groups.admit(channel, player, "member");
    }
  };
  await member("leader");
  /** He gets it. */
  const tell = async (due: DueDigest | undefined): Promise<void> => {
    if (due === undefined) return;
    await makeAsk(redis, keys).together(`player:${due.judged.player}`, [due.telling]);
    await due.onTold();
  };

  return {
    ...{
      redis,
      keys,
      players,
      guilds,
      groups,
      log,
      reads,
      marks,
      decisions,
      digests,
      weekly,
      guild,
      member,
      later,
      queued,
      now,
      tell,
    },
    say: (channel: ChannelId, text: string, more: { author?: string; mentions?: Mentions; reply?: number } = {}) => {
      const { author = "leader", ...rest } = more;
      const body = Object.keys(rest).length === 0 ? text : { text, ...rest };
      return log.append({ channel, author, nonce: randomUUID(), kind: "text", body, mentions: rest.mentions });
    },
    policy: (policy: Partial<PushPolicy>) => {
      state.policy = { ...state.policy, ...policy };
    },
    /** Time passes. */
    wait: async (ms: number) => {
      await jump(ms);
      state.shiftMs += ms;
    },
    /** The digest a player would get now, or why he gets none. `told`: he gets it. */
    digest: async (player: string, { told = true } = {}) => {
      const [due] = await digests.compose([player]);
      if (due === undefined) return undefined;
      if (told) await tell(due);
      return { title: due.push.title, lines: due.push.body.split("\n"), cursor: due.push.cursor, mark: due.mark };
    },
    /** The last decision about a player. */
    why: async (player: string) => (await decisions.list(player))[0]?.reason,
  };
};
