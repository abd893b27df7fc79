import { pino } from "pino";
import { makeBroadcasts } from "../server/broadcast/broadcasts.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import type { Decisions } from "../server/decisions/decisions.ts";
import { makeStandsWith } from "../server/guild/stands-with.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makeAwaited } from "../server/notifier/deciding/awaited.ts";
import { makeCalled } from "../server/notifier/deciding/called.ts";
import { makeReadConcerns, makeReadDeadline } from "../server/notifier/deciding/concern.ts";
import { makeDefer } from "../server/notifier/deciding/defer.ts";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { makeNotices } from "../server/notifier/deciding/notices.ts";
import { makeReadInputs } from "../server/notifier/deciding/player-inputs.ts";
import { makeRecipients } from "../server/notifier/deciding/recipients.ts";
import { makeSentMarks } from "../server/notifier/deciding/sent-marks.ts";
import { makeTellNotices } from "../server/notifier/deciding/tell-notices.ts";
import { makeWeigh } from "../server/notifier/deciding/weigh.ts";
import { makeDigests } from "../server/notifier/digests/digest.ts";
import { makeDigestChannels } from "../server/notifier/digests/digest-channel.ts";
import { makeDigestPlayers } from "../server/notifier/digests/digest-player.ts";
import { type Claim, type DueItem, makeDue } from "../server/notifier/due.ts";
import type { Later } from "../server/notifier/later.ts";
import { makeOutboxReader } from "../server/notifier/outbox-reader.ts";
import { PACE } from "../server/notifier/pace.ts";
import { makePush, type PushJob } from "../server/notifier/push.ts";
import { makeOutage } from "../server/notifier/sending/outage.ts";
import { pushJobKind } from "../server/notifier/sending/push-job-kind.ts";
import type { PushSender } from "../server/notifier/sending/push-sender.ts";
import type { SendRate } from "../server/notifier/sending/send-rate.ts";
import { makeSendingState } from "../server/notifier/sending/sending-state.ts";
import { makePlayers } from "../server/player/players.ts";
import { presenceIn } from "../server/presence/presence-in.ts";
import { makeFighters } from "../server/pvp/fighters.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asPairs } from "../server/redis/reply.ts";
import { makeIsInvited } from "../server/team/is-invited.ts";
import type { PushPolicy } from "../shared/push-policy.ts";
import type { Step } from "./dying-before.ts";
import type { QueueOfJobs } from "./queue-of-jobs.ts";

const GRACE_MS = 60_000;
const WINDOW_MS = 600_000;
const STALE_MS = 60 * 24 * 3_600_000;
const MOST_ROUNDS = 6;
const UNBOUNDED: SendRate = {
  take: async () => ({ granted: true }),
  charge: () => {},
  pause: async () => {},
  pausedMs: () => 0,
};
const SILENT = pino({ level: "silent" });
const NO_PHRASES = { version: "", known: new Map(), inUse: new Map() };

export type SteppedNotifierOptions = {
  redis: Redis;
  keys: Keys;
  /** In which all owners of the test are: no other is looked at. */
  bucket: number;
  name: string;
  /** Goes round each call of Redis and of the queue. */
  step: Step;
  sender: PushSender;
  decisions: (redis: Redis) => Decisions;
  queue: QueueOfJobs;
  policy: () => PushPolicy;
  isAlive: (incarnation: string) => boolean;
  /** Without one there is always room. */
  rate?: SendRate;
  now: () => number;
  /** Whether a job that runs now has no further attempt. */
  isLast?: () => boolean;
  /** Whatever goes wrong that is told in the log alone. */
  onLog: (line: string) => void;
};

/**
 * A notifier of the real parts, put together as work.ts does, that does nothing by itself: `run` has it do all there is to do at this moment of the clock. Beyond ports are the queue, the rate of
 * sending, phrases, the policy, leases, and weekly digests, of which there are none.
 */
export const aSteppedNotifier = (options: SteppedNotifierOptions): { run(): Promise<void> } => {
  const { keys, bucket, step, sender, queue, now, name, isAlive, onLog } = options;
  const redis: Redis = {
    ...options.redis,
    run: (key, args) => step(() => options.redis.run(key, args)),
    fcall: (fn, ks, args) => step(() => options.redis.fcall(fn, ks, args)),
  };
  const log = pino({ level: "warn" }, { write: onLog });
  const decisions = options.decisions(redis);
  const players = makePlayers(redis, keys);
  const rosters = makeRosters(redis, keys);
  const marks = makeSentMarks(redis, keys);
  const blocks = makeBlocks(redis, keys);
  const fighters = makeFighters(redis, keys);
  const broadcasts = makeBroadcasts(redis, keys);
  const isInvited = makeIsInvited(redis, keys);
  const readConcerns = makeReadConcerns(fighters, broadcasts.holds, isInvited, makeStandsWith(redis, keys), now);
  const leases = { alive: async (asked: readonly string[]) => new Set(asked.filter(isAlive)) };
  const intents = makeIntents(redis, keys);
  const readInputs = makeReadInputs(redis, keys, now);
  const recipients = makeRecipients(redis, keys, readInputs, leases, readConcerns, makeReadDeadline(fighters), now);
  const policy = async () => options.policy();
  const due = makeDue(redis, keys, { claimMs: PACE.claimMs, now, onPut: () => {} });
  const later: Later = { put: due.put, expect: () => {}, start: () => {}, look: () => {}, close: async () => {} };
  const awaited = makeAwaited(redis, keys, later, GRACE_MS);
  const defer = makeDefer({ later, awaited });
  const rules = { graceMs: GRACE_MS, staleMs: STALE_MS, gapsMs: PACE.gapsMs };
  const weigh = makeWeigh({ recipients, policy, rules, now });
  const enqueue = (job: PushJob): Promise<void> => step(async () => queue.add(job, now()));
  const standingOf = async (ids: readonly string[]) => {
    const rows = await Promise.all(
      ids.map(async (player) => {
        const key = keys.of(`player:${player}`, "presence");
        return asPairs(await redis.run(key, ["HGETALL", key]));
      }),
    );
    return new Map(ids.map((player, index) => [player, presenceIn(rows[index] ?? new Map(), isAlive, now())]));
  };
  const digests = makeDigests({
    ...{ redis, keys, later, decisions, enqueue, graceMs: GRACE_MS, now, policy, spreadMs: WINDOW_MS },
    players: makeDigestPlayers({ redis, keys, people: players, presence: { standingOf }, graceMs: GRACE_MS, now }),
    channels: makeDigestChannels(redis, keys, rosters, blocks, marks),
    phrases: { lately: async () => NO_PHRASES },
    weekly: { begin: async () => {} },
  });
  const { owe } = digests;
  const rate = options.rate ?? UNBOUNDED;
  const state = makeSendingState(SILENT, now);
  const push = makePush({
    tellNotices: makeTellNotices({
      ...{ weigh, recipients, readConcerns, broadcasts, rosters, intents, decisions, defer, owe, staleMs: STALE_MS },
      onPassedOver: () => {},
    }),
    weekly: { compose: async () => [] },
    ...{ digests, intents, marks, players, decisions, sender, rate, state, now, log: SILENT },
    deviceRate: async (_, devices) => devices.map(() => 0),
    outage: makeOutage(rate, state, PACE, () => {}),
  });
  const notices = makeNotices({
    ...{ weigh, members: recipients.members, called: makeCalled(redis, keys), policy, later, awaited, defer, owe },
    ...{ decisions, over: intents.over, enqueue, digestWindowMs: WINDOW_MS, now },
  });

  /** Nothing is in other buckets. */
  const inBucket = keys.bucketPrefix(bucket);
  const ofBucket: Redis = {
    ...redis,
    run: async (key, args) => {
      if (key.startsWith(inBucket)) return redis.run(key, args);
      return args[0] === "XAUTOCLAIM" ? ["0-0", [], []] : null;
    },
  };
  const outbox = `${inBucket}outbox`;
  /** A look that would find nothing is left out: that is what most are. */
  const isUnread = async (): Promise<boolean> => {
    if ((await options.redis.run(outbox, ["EXISTS", outbox])) === 0) return false;
    const [group] = asList(await options.redis.run(outbox, ["XINFO", "GROUPS", outbox]));
    if (group === undefined) return true;
    const facts = asList(group);
    return ["lag", "pending"].some((name) => facts[facts.indexOf(name) + 1] !== 0);
  };
  const readOutbox = async (): Promise<void> => {
    if (!(await isUnread())) return;
    const reader = await makeOutboxReader(
      { redis: ofBucket, keys, log },
      { reader: name, abandonedMs: 0 },
      (document) => notices.handle(document),
    );
    reader.wake(bucket);
    reader.takeOver();
    await reader.close();
  };

  const handle = ({ item }: Claim): Promise<void> => {
    const found: DueItem | undefined = item;
    switch (found?.type) {
      case "window":
        return digests.openWindow(found.channel);
      case "match":
        return notices.considerAwaited(found.player);
      case "clear":
        return enqueue({ type: "clear", player: found.player });
      case "digest":
      case "unsnooze":
        return digests.consider([found.player]);
      case "again":
        return notices.consider(found.notice, found.players, found.given);
      default:
        throw new Error("nobody can have put this");
    }
  };

  const round = async (): Promise<boolean> => {
    await readOutbox();
    const claims = await due.claim([bucket]);
    for (const claim of claims) {
      await handle(claim);
      await due.done(claim);
    }
    const jobs = queue.ready(now());
    for (const { id, job } of jobs) {
      const { again, afterMs, heldMs, pauseMs, job: left = job } = await push(job, options.isLast?.() ?? false);
      const afterPauseMs = pushJobKind.priorityOf(job) === "urgent" ? 0 : 5_000;
      const wait = pauseMs === undefined ? (heldMs ?? Math.max(afterMs, PACE.retryBaseMs)) : pauseMs + afterPauseMs;
      if (again.length === 0) queue.done(id);
      else queue.putBack(id, pushJobKind.only(left, again), now() + Math.max(wait, 200));
    }
    return claims.length + jobs.length > 0;
  };

  return {
    run: async () => {
      for (let rounds = 0; rounds < MOST_ROUNDS && (await round()); rounds++);
    },
  };
};
