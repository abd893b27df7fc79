import type { Message } from "firebase-admin/messaging";
import { makeChanges } from "../server/channel/changes.ts";
import { makeLog } from "../server/channel/log.ts";
import type { Notice } from "../server/notifier/notice.ts";
import type { PushSender, SendOutcome } from "../server/notifier/sending/push-sender.ts";
import type { SendRate } from "../server/notifier/sending/send-rate.ts";
import { asTexts } from "../server/redis/reply.ts";
import type { PushPolicy } from "../shared/push-policy.ts";
import { aSteppedNotifier } from "./a-stepped-notifier.ts";
import { aWorldOfNotices } from "./a-world-of-notices.ts";
import { BUCKET, CHANNELS, PLAYERS } from "./cast-of-notices.ts";
import { queueOfJobs } from "./queue-of-jobs.ts";
import { redisOfManyClocks } from "./redis-of-many-clocks.ts";

const HOUR_MS = 3_600_000;

/** What a phone got. `at`: after so many ms. */
export type Got = { at: number; tag: string; kind: string; title: string; body: string; quiet: boolean };

export const [ANA, BETO] = PLAYERS;
export const [GUILD] = CHANNELS;
const MOST_ROUNDS = 2_000;

/** The world of notices at ten in the morning (UTC), on a clock that goes from one thing to the next; FCM and the notifier can be away. */
export const aLongOutage = async (policy: PushPolicy, { newestFirst = false } = {}) => {
  const clocks = await redisOfManyClocks();
  const start = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS + 10 * HOUR_MS;
  const world = await aWorldOfNotices(clocks.redis, "outage", start, clocks.set);
  const { redis, keys, now } = world;
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const changes = makeChanges(redis, keys, { historyLength: 1_000, editMs: HOUR_MS });
  const queue = queueOfJobs(() => !newestFirst);
  const got = new Map<string, Got[]>();
  const screens = new Map<string, Map<string, Got>>();
  const state = { isFcmUp: true, isNotifierUp: true, asked: 0, nonce: 0, pausedUntil: 0 };
  const logged: string[] = [];

  const take = (message: Message): void => {
    const target = "token" in message && typeof message.token === "string" ? message.token : "";
    const { kind = "", tag = "", tags } = message.data ?? {};
    const screen = screens.get(target) ?? new Map<string, Got>();
    screens.set(target, screen);
    if (tags !== undefined) {
      for (const one of [JSON.parse(tags)].flat()) screen.delete(String(one));
      return;
    }
    const { title = "", body = "" } = message.notification ?? {};
    const quiet = message.android?.notification?.channelId === "updates";
    const one = { at: now() - start, tag, kind, title, body, quiet };
    got.set(target, [...(got.get(target) ?? []), one]);
    screen.delete(tag);
    screen.set(tag, one);
  };
  const sender: PushSender = {
    send: async (message): Promise<SendOutcome> => {
      state.asked += 1;
      if (!state.isFcmUp) return { type: "unavailable", why: "503" };
      take(message);
      return { type: "sent", answer: "m1" };
    },
    renew: () => {},
    close: async () => {},
  };
  // Pauses as they are kept for all notifiers; room there is always.
  const pausedMs = (): number => Math.max(0, state.pausedUntil - now());
  const rate: SendRate = {
    take: async () => (pausedMs() > 0 ? { granted: false, waitMs: pausedMs() } : { granted: true }),
    charge: () => {},
    pause: async (_, ms) => {
      state.pausedUntil = Math.max(state.pausedUntil, Math.ceil(now() + ms));
    },
    pausedMs: (scope) => (scope === "all" ? pausedMs() : 0),
  };
  const notifier = aSteppedNotifier({
    ...{ redis, keys, bucket: BUCKET, name: "n1", step: (does) => does(), sender, queue, rate, now },
    ...{ isAlive: world.isAlive, decisions: world.decisions, policy: () => policy, onLog: (line) => logged.push(line) },
  });

  const nextDue = async (): Promise<number> => {
    const found = await Promise.all(
      ["due", "claimed"].map(async (part) => {
        const key = keys.inBucket(BUCKET, part);
        return asTexts(await redis.run(key, ["ZRANGE", key, "0", "0", "WITHSCORES"]))[1];
      }),
    );
    return Math.min(...found.map((score) => Number(score ?? Number.POSITIVE_INFINITY)), queue.next() ?? Infinity);
  };

  /** Time passes, and the notifier does what comes due meanwhile. */
  const until = async (ms: number): Promise<void> => {
    const end = start + ms;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (state.isNotifierUp) await notifier.run();
      const next = state.isNotifierUp ? await nextDue() : end;
      if (now() >= end) return;
      await world.advance(Math.ceil(Math.min(Math.max(next - now(), 1_000), end - now())));
    }
    throw new Error("it never ends");
  };

  return {
    ...{ world, state, logged, until, notifier },
    append: (kind: "announcement" | "attack" | "text", text: string, more: Partial<Pick<Notice, "lifeMs">> = {}) => {
      state.nonce += 1;
      const common = { channel: GUILD, nonce: `n-${state.nonce}`, body: text };
      if (kind === "text") return log.append({ ...common, author: "leader57", kind });
      const notice = { type: "notice" as const, about: kind, ...more };
      if (kind === "attack") return log.append({ ...common, kind: "news", notice });
      return log.append({ ...common, author: "leader57", kind, notice });
    },
    remove: async (seq: number): Promise<void> => {
      await changes.delete({ channel: GUILD, nonce: `d-${seq}`, seq, player: undefined });
    },
    /** What a device has got so far, and forgets. */
    got: (target: string): Got[] => {
      const found = got.get(target) ?? [];
      got.delete(target);
      return found;
    },
    screen: (target: string): Got[] => [...(screens.get(target)?.values() ?? [])],
    why: async (player: string): Promise<string[]> =>
      (await world.decided(player))
        .toReversed()
        .map(
          ({ about, outcome, reason }) =>
            `${about.type === "digest" ? "digest " : ""}${about.seq} ${outcome}:${reason}`,
        ),
    stop: clocks.stop,
  };
};
