import { randomUUID } from "node:crypto";
import type { Message } from "firebase-admin/messaging";
import { onTestFinished } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeGuildJoining } from "../server/guild/joining.ts";
import { makePersonalFeed } from "../server/home/personal.ts";
import { toldByWriting } from "../server/home/told-by-writing.ts";
import { makeLinks } from "../server/link/link.ts";
import type { SendOutcome } from "../server/notifier/sending/push-sender.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import { asTexts } from "../server/redis/reply.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import { type PushPolicy, pushPolicySchema } from "../shared/push-policy.ts";
import { aRedis } from "./a-redis.ts";
import { aSteppedNotifier } from "./a-stepped-notifier.ts";
import { queueOfJobs } from "./queue-of-jobs.ts";

/** All in one bucket: what the notifier looks at. */
const GUILD = "g20";
const BUCKET = bucketOf(`guild:${GUILD}`);

type Shown = { title: string; body: string; seq: number; quietly: boolean };

/** A guild of `leader57`, `ana543` and `beto55`, each with one phone, and a notifier of the real parts that does what there is to do when it is told to, with FCM and the phones as a model. */
export const aNotifierByHand = async ({ joins = ["ana543", "beto55"] }: { joins?: readonly string[] } = {}) => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  let shift = 0;
  const now = (): number => Date.now() + shift;
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 1_000 });
  const reads = makeReads(redis, keys);
  const personal = makePersonalFeed(redis, keys, () => {});
  const log = toldByWriting(makeLog(redis, keys, { historyLength: 1_000 }), personal);
  const channel = `guild:${GUILD}`;
  const screens = new Map<string, Map<string, Shown>>();
  const sent: Message[] = [];
  const answers: SendOutcome[] = [];
  let lastAttempt = false;
  let policy: PushPolicy = pushPolicySchema.parse({});

  const arrive = async (player: string): Promise<void> => {
    await players.putProfile(player, { name: player, locale: "en", zone: "UTC" });
    await players.putDevice(player, "d1", { kind: "token", target: `phone-${player}`, platform: "android" });
  };
  for (const player of ["leader57", ...joins]) await arrive(player);
  await guilds.create({ id: GUILD, name: "Lobos", tag: "LOB", leader: "leader57", joinMode: "request" });
  for (const player of joins) await guilds.admit(GUILD, player, "member");

  const deliver = (message: Message): void => {
    const { kind, tags = "[]", tag = "", seq = "0" } = message.data ?? {};
    const target = "token" in message ? message.token : "";
    const screen = screens.get(target) ?? new Map<string, Shown>();
    screens.set(target, screen);
    const off: unknown = kind === "clear" ? JSON.parse(tags) : [];
    for (const one of Array.isArray(off) ? off : []) screen.delete(String(one));
    if (kind === "clear") return;
    const { title = "", body = "" } = message.notification ?? {};
    screen.delete(tag);
    screen.set(tag, {
      ...{ title, body, seq: Number(seq) },
      quietly: message.android?.notification?.channelId === "updates",
    });
  };

  const queue = queueOfJobs(() => true);
  const notifier = aSteppedNotifier({
    ...{ redis, keys, bucket: BUCKET, name: "by-hand", step: (does) => does(), queue, now },
    sender: {
      send: async (message) => {
        sent.push(message);
        const answer = answers.shift() ?? { type: "sent", answer: "m1" };
        // FCM may have taken it, and its answer was lost.
        if (answer.type === "sent" || answer.type === "unavailable") deliver(message);
        return answer;
      },
      renew: () => {},
      close: async () => {},
    },
    decisions: (own) => makeDecisions(own, keys),
    policy: () => policy,
    isAlive: () => false,
    isLast: () => lastAttempt,
    onLog: (line) => {
      throw new Error(line);
    },
  });

  const groups = makeGroups(redis, keys, players, { historyLength: 1_000 });
  const ledger = makeLedger(redis, keys);
  return {
    links: makeLinks(redis, keys, { players, groups, ledger }, { historyLength: 1_000 }),
    joining: makeGuildJoining({ redis, keys, players, historyLength: 1_000 }),
    ...{ redis, keys, players, guilds, log, reads, personal, channel, sent, answers, queue, now, arrive },
    changes: makeChanges(redis, keys, { historyLength: 1_000 }),
    decisions: makeDecisions(redis, keys),
    run: notifier.run,
    /** Jobs have no further attempt from now on, or have again. */
    setLast: (is: boolean) => {
      lastAttempt = is;
    },
    setPolicy: (next: Partial<PushPolicy>) => {
      policy = pushPolicySchema.parse(next);
    },

    /** Whatever waits is due, and the notifier does it. */
    after: async (ms: number) => {
      shift += ms;
      const due = keys.inBucket(BUCKET, "due");
      for (const item of asTexts(await redis.run(due, ["ZRANGE", due, "0", "-1"])))
        await redis.run(due, ["ZADD", due, "0", item]);
      await notifier.run();
    },

    /** What a player's phone shows, the newest last. */
    screen: (player: string): Shown[] => [...(screens.get(`phone-${player}`)?.values() ?? [])],

    reasons: async (player: string) =>
      (await makeDecisions(redis, keys).list(player)).map(({ outcome, reason }) => `${outcome}:${reason}`).toReversed(),

    announce: (text: string, about: NoticeKind = "announcement", author = "leader57") =>
      log.append({
        ...{ channel, author, nonce: randomUUID(), kind: "announcement", body: text },
        notice: { type: "notice", about },
      }),

    /** A player reads up to an entry, as a room has it. */
    read: async (player: string, seq: number) => {
      const { moved: _, ...position } = await reads.seen(channel, player, seq);
      await personal.read(player, channel, position);
    },
  };
};
