import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import { makeReadAudience } from "../broadcast/audience.ts";
import { makeBroadcasts } from "../broadcast/broadcasts.ts";
import { makeRosters } from "../channel/rosters.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { makeGuildWeeks } from "../guild/guild-week.ts";
import { makeStandsWith } from "../guild/stands-with.ts";
import { makeBlocks } from "../moderation/blocks.ts";
import { makePhrases } from "../phrase/phrases.ts";
import { freshDevices } from "../player/fresh-devices.ts";
import { makePlayers } from "../player/players.ts";
import { makeLeases } from "../presence/lease.ts";
import { makePresence } from "../presence/presence.ts";
import { makePushPolicies } from "../push-policy/push-policies.ts";
import { makeFighters } from "../pvp/fighters.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { makeIsInvited } from "../team/is-invited.ts";
import { makeCarryOn } from "./carry-on.ts";
import { makeAwaited } from "./deciding/awaited.ts";
import { makeCalled } from "./deciding/called.ts";
import { makeReadConcerns, makeReadDeadline } from "./deciding/concern.ts";
import { makeDefer } from "./deciding/defer.ts";
import { makeIntents } from "./deciding/intents.ts";
import { makeNotices } from "./deciding/notices.ts";
import { makeReadInputs } from "./deciding/player-inputs.ts";
import { makeRecipients } from "./deciding/recipients.ts";
import { makeSentMarks } from "./deciding/sent-marks.ts";
import { makeTellNotices } from "./deciding/tell-notices.ts";
import { makeWeigh } from "./deciding/weigh.ts";
import { makeDigests } from "./digests/digest.ts";
import { makeDigestChannels } from "./digests/digest-channel.ts";
import { makeDigestPlayers } from "./digests/digest-player.ts";
import { makeInCalm } from "./digests/in-calm.ts";
import { makeWeekly } from "./digests/weekly.ts";
import { ALL_BUCKETS } from "./due.ts";
import { makeLater } from "./later.ts";
import { makeOutboxReader } from "./outbox-reader.ts";
import type { Pace } from "./pace.ts";
import { makePush, type PushJob } from "./push.ts";
import { makeDeviceRate } from "./sending/device-rate.ts";
import { makeOutage } from "./sending/outage.ts";
import { pushJobKind } from "./sending/push-job-kind.ts";
import { makePushQueue, type PushQueue, type PushQueueOptions } from "./sending/push-queue.ts";
import type { PushSender } from "./sending/push-sender.ts";
import type { SendRate } from "./sending/send-rate.ts";
import type { SendingState } from "./sending/sending-state.ts";
import { settledWithin } from "./settled-within.ts";

/** Pushes to one device, and how long it counts as one that is there. */
export type SendLimits = { device: { perMinute: number; perHour: number }; staleMs: number };

export type WorkOptions = {
  redis: Redis;
  keys: Keys;
  log: Logger;
  sender: PushSender;
  state: SendingState;
  rate: SendRate;
  limits: SendLimits;
  decisions: Decisions;
  /** So many players had been told already of what was about to be sent. */
  onPassedOver: (players: number) => void;
  queue: Pick<PushQueueOptions, "url" | "cluster" | "namespace">;
  /** Names this process among the readers of the outboxes; new at every start. */
  incarnation: string;
  graceMs: number;
  digestWindowMs: number;
  pace: Pace;
  now: () => number;
};

export type Work = { ready(): boolean; jobs: PushQueue<PushJob>["counts"]; close(): Promise<void> };

/** While notices from before are being decided about, digests wait so long. */
const DIGESTS_PUT_OFF_MS = 5_000;

/** The notifier's parts put together and running: outboxes → decisions → pushes, due items → decisions → pushes. */
export const startWork = async (options: WorkOptions): Promise<Work> => {
  const { redis, keys, log, sender, decisions, state, rate, limits, incarnation, graceMs, digestWindowMs, pace, now } =
    options;
  const players = makePlayers(redis, keys);
  // Only read from: the notifier neither writes entries nor changes guilds.
  const rosters = makeRosters(redis, keys);
  const marks = makeSentMarks(redis, keys);
  const presence = makePresence(redis, keys, incarnation);
  const blocks = makeBlocks(redis, keys);
  const fighters = makeFighters(redis, keys);
  const broadcasts = makeBroadcasts(redis, keys);
  const readConcerns = makeReadConcerns(
    fighters,
    broadcasts.holds,
    makeIsInvited(redis, keys),
    makeStandsWith(redis, keys),
  );
  const readDeadline = makeReadDeadline(fighters);
  const people = {
    ...players,
    devices: async (player: PlayerId) => freshDevices(await players.devices(player), now() - limits.staleMs),
  };
  const intents = makeIntents(redis, keys);
  const readInputs = makeReadInputs(redis, keys, now);
  const recipients = makeRecipients(redis, keys, readInputs, makeLeases(redis, keys), readConcerns, readDeadline, now);
  const phrases = await makePhrases(redis, keys);
  const policies = makePushPolicies(redis, keys, {
    onError: (error) => log.warn({ event: "push-policy-unknown", error: String(error) }),
  });
  const later = makeLater({ redis, keys, log, now }, pace);

  const awaited = makeAwaited(redis, keys, later, graceMs);
  const defer = makeDefer({ later, awaited });
  const policy = policies.now;
  const { staleMs } = limits;
  const rules = { graceMs, staleMs, gapsMs: pace.gapsMs };
  const weigh = makeWeigh({ recipients, policy, rules, now });

  const enqueue = (job: PushJob): Promise<void> => queue.add(job);
  const ofDigests = {
    ...{ redis, keys, later, decisions, enqueue, graceMs, now, policy, spreadMs: digestWindowMs },
    players: makeDigestPlayers({ redis, keys, people, presence, graceMs, now }),
  };
  const weekly = makeWeekly({ ...ofDigests, weeks: makeGuildWeeks(redis, keys) });
  const channels = makeDigestChannels(redis, keys, rosters, blocks, marks);
  const digests = makeDigests({ ...ofDigests, channels, phrases, weekly });
  const { owe } = digests;
  const tellNotices = makeTellNotices({
    ...{ weigh, recipients, readConcerns, broadcasts, rosters, intents, decisions, defer, owe, staleMs },
    onPassedOver: options.onPassedOver,
  });
  const push = makePush({
    ...{ tellNotices, digests, weekly, intents, marks, players, decisions, sender, rate, state, log, now },
    deviceRate: makeDeviceRate(redis, keys, limits.device),
    outage: makeOutage(rate, state, pace, sender.renew),
  });
  const queue = makePushQueue({ ...options.queue, ...pace }, log, pushJobKind, push);
  const notices = makeNotices({
    ...{ weigh, members: recipients.members, called: makeCalled(redis, keys), policy, later, awaited, defer, owe },
    ...{ decisions, over: intents.over, enqueue, digestWindowMs, now },
  });
  const outbox = await makeOutboxReader(
    { redis, keys, log },
    { reader: incarnation, abandonedMs: pace.abandonedMs },
    notices.handle,
  );

  const carryOn = makeCarryOn({
    broadcasts,
    readAudience: makeReadAudience(redis, keys),
    begin: notices.begin,
    later,
    now,
  });

  const inCalm = makeInCalm({ later, spreadMs: digestWindowMs, now });
  later.start({
    item: (item) => {
      if (item.type === "window") return digests.openWindow(item.channel);
      if (item.type === "weekly") return weekly.turn(item.guild);
      if (item.type === "week") return inCalm.week(item, () => weekly.consider(item.player, item));
      if (item.type === "match") return notices.considerAwaited(item.player);
      if (item.type === "broadcast") return carryOn(item.broadcast);
      if (item.type === "clear") return enqueue({ type: "clear", player: item.player });
      return notices.consider(item.notice, item.players, item.given);
    },
    // What is still to be pushed by itself is none of theirs.
    digests: async (players) => {
      if (!outbox.isBehind()) return inCalm.digests(players, digests.consider);
      const at = now() + DIGESTS_PUT_OFF_MS;
      await Promise.all(players.map((player) => later.put({ type: "digest", player }, at)));
    },
  });
  await Promise.all(
    ALL_BUCKETS.map((bucket) => redis.subscribe(keys.inBucket(bucket, "outbox"), () => outbox.wake(bucket))),
  );
  const look = (): void => {
    outbox.look();
    later.look();
  };
  look();
  const trim = (): void => {
    outbox.trim().catch((error: unknown) => log.warn({ event: "trim-failed", error: String(error) }));
  };
  const timers = [
    setInterval(look, pace.lookMs),
    setInterval(outbox.takeOver, pace.abandonedMs),
    setInterval(trim, pace.trimMs),
  ];
  const offRestored = redis.onRestored(look);

  return {
    ready: () => queue.ready(),
    jobs: () => queue.counts(),
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      offRestored();
      // Without Redis this may not end; what is cut off is done again by whoever takes it over.
      await settledWithin(pace.closeMs / 2, Promise.all([outbox.close(), later.close()]));
      await queue.close(pace.closeMs / 2);
      await settledWithin(pace.closeMs / 2, policies.close());
      await sender.close();
    },
  };
};
