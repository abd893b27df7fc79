import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { makeGroups } from "../../server/channel/groups.ts";
import { makeLog } from "../../server/channel/log.ts";
import { makeRosters } from "../../server/channel/rosters.ts";
import { makeDecisions } from "../../server/decisions/decisions.ts";
import { makeBlocks } from "../../server/moderation/blocks.ts";
import { makeIntents } from "../../server/notifier/deciding/intents.ts";
import { makeSentMarks } from "../../server/notifier/deciding/sent-marks.ts";
import { makeDigests } from "../../server/notifier/digests/digest.ts";
import { makeDigestChannels } from "../../server/notifier/digests/digest-channel.ts";
import { makeDigestPlayers } from "../../server/notifier/digests/digest-player.ts";
import { makeDue } from "../../server/notifier/due.ts";
import { makePlayers } from "../../server/player/players.ts";
import { makePresence } from "../../server/presence/presence.ts";
import { makeAsk } from "../../server/redis/ask.ts";
import { makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import { pushPolicySchema } from "../../shared/push-policy.ts";
import type { Bench, Round, Sides } from "../frame.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { onStage } from "../studio/stage.ts";
import { workOfRedis } from "./work-of-redis.ts";

/** Absent members of the two channels, and messages of a round. */
export type NoticeCostSize = { few: number; many: number; messages: number };

const FULL: NoticeCostSize = { few: 5, many: 5_000, messages: 500 };
const QUICK: NoticeCostSize = { few: 5, many: 1_000, messages: 200 };
const AT_ONCE = 100;
/** Players whose digests are due together. */
const TOGETHER = 100;
const TEXT = "Nos vemos a las ocho para la guerra, traigan flechas";

export const noticeCost: Bench = {
  name: "notice-cost",
  about:
    "Redis' work for a plain message with thousands absent, against the same with 5; a digest window and a digest apart",
  figure: "commandsPerMessage",
  also: { bytesRatio: { figure: "bytesPerMessage", as: "ratio" } },
  setUp: ({ quick }) => setUpNoticeCost(quick ? QUICK : FULL),
};

/** What digests need is called here, without a notifier: only then is all that Redis does theirs. */
export const setUpNoticeCost = (size: NoticeCostSize): Promise<Sides> =>
  onStage(async (stage) => {
    const server = await stage.redis();
    const redis = await connectRedis({ url: server.url, cluster: false, allowNoAof: false }, pino({ level: "silent" }));
    stage.onClose(() => redis.close());
    const work = await workOfRedis(server.url);
    stage.onClose(() => work.close());
    const keys = makeKeys("gremio");
    const players = makePlayers(redis, keys);
    const groups = makeGroups(redis, keys, players, { historyLength: 10_000 });
    const log = makeLog(redis, keys, { historyLength: 10_000 });
    const marks = makeSentMarks(redis, keys);
    const decisions = makeDecisions(redis, keys);
    const now = Date.now;

    const founded = async (absent: number): Promise<{ channel: string; members: string[] }> => {
      const channel = `circle:of-${absent}`;
      const members = Array.from({ length: absent }, (_, index) => `absent-${index}-of-${absent}`);
      await groups.found(channel, { name: channel, capacity: absent + 1 });
      await inParallel([`author-${absent}`, ...members], AT_ONCE, async (player) => {
        await players.putProfile(player, { name: "Luna" });
        await players.putDevice(player, "phone", {
          kind: "token",
          target: player.padEnd(163, "x"),
          platform: "android",
        });
        await groups.admit(channel, player, "member");
      });
      return { channel, members };
    };
    const [few, many] = [await founded(size.few), await founded(size.many)];
    const say = (absent: number, channel: string): Promise<unknown> =>
      log.append({ channel, author: `author-${absent}`, nonce: randomUUID(), kind: "text", body: TEXT });
    const round = async (absent: number, channel: string): Promise<Round> => {
      const took = await work.during(async () => {
        for (let count = 0; count < size.messages; count++) await say(absent, channel);
      });
      return { commandsPerMessage: took.commands / size.messages, bytesPerMessage: took.bytes / size.messages };
    };

    const due = makeDue(redis, keys, { claimMs: 60_000, now, onPut: () => {} });
    const intents = makeIntents(redis, keys);
    const ask = makeAsk(redis, keys);
    const digests = makeDigests({
      ...{ redis, keys, decisions, now, graceMs: 60_000, spreadMs: 600_000, later: due, enqueue: async () => {} },
      players: makeDigestPlayers({
        ...{ redis, keys, people: players, graceMs: 60_000, now },
        presence: makePresence(redis, keys, randomUUID()),
      }),
      channels: makeDigestChannels(redis, keys, makeRosters(redis, keys), makeBlocks(redis, keys), marks),
      phrases: { lately: async () => ({ version: "", known: new Map(), inUse: new Map() }) },
      policy: async () => pushPolicySchema.parse({}),
      weekly: { begin: async () => {} },
    });
    await say(size.many, many.channel);
    await say(size.few, few.channel);
    const window = await work.during(() => digests.openWindow(many.channel));
    const served = many.members.slice(0, TOGETHER);
    const considered = await work.during(() => digests.consider(served));
    const sent = await work.during(async () => {
      for (const digest of await digests.compose(served)) {
        const intent = { player: digest.judged.player, burst: "", tag: digest.push.tag, channel: "", seq: 0 };
        const marks = [digest.mark, ...digest.notices];
        await intents.begin({ ...intent, marks }, digest.stamp);
        const calls = [intents.telling({ ...intent, marks }, ["phone"]), digest.telling];
        await ask.together(`player:${digest.judged.player}`, calls);
        await digest.onTold();
      }
    });
    const [again] = await digests.compose([served[0] ?? ""]);
    if (again !== undefined) throw new Error("a digest was told twice");

    return {
      note: `${size.many} and ${size.few} absent members, ${size.messages} messages of ${TEXT.length} characters a round; commands those inside functions counted, bytes of Redis' connections in and out; a window of ${size.many}, and digests of ${served.length} players due together, all in one channel`,
      once: {
        "a digest window": {
          absent: size.many,
          commandsPerAbsent: window.commands / size.many,
          bytesPerAbsent: window.bytes / size.many,
        },
        "a digest": {
          digests: served.length,
          commandsWhenDue: considered.commands / served.length,
          bytesWhenDue: considered.bytes / served.length,
          commandsPerPush: sent.commands / served.length,
          bytesPerPush: sent.bytes / served.length,
        },
      },
      ours: () => round(size.many, many.channel),
      baseline: () => round(size.few, few.channel),
      close: stage.close,
    };
  });
