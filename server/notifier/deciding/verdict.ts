import type { ChannelId, PlayerId } from "../../../shared/id.ts";
import { NOTICE_TRAITS } from "../../../shared/notice-kind.ts";
import type { PushPolicy } from "../../../shared/push-policy.ts";
import type { NoticeCondition } from "../../channel/notice-condition.ts";
import type { Decision } from "../../decisions/decision.ts";
import { freshDevices } from "../../player/fresh-devices.ts";
import { isThroughQuiet, quietHoursOf, importanceOf as usualImportance } from "../../push-policy/what-holds.ts";
import { broadcastOf, entryOf, expiryOf, isBroadcast, type Notice } from "../notice.ts";
import type { Pace } from "../pace.ts";
import { decide, type Given, type NoticeSubject, type Standing, type Verdict } from "./decide.ts";
import type { DigestStanding, DigestSubject, DigestVerdict, WindowStanding, WindowSubject } from "./decide-digest.ts";
import { type ChannelView, isGone, type Recipient } from "./recipients.ts";

/** A verdict with all it was made from. */
export type Judged = { recipient: Recipient; subject: NoticeSubject; standing: Standing; verdict: Verdict; at: number };

/** What decisions are made by, besides what is known of the notice and the player. */
export type Rules = {
  policy: PushPolicy;
  graceMs: number;
  gapsMs: Pace["gapsMs"];
  /** Devices that gave no sign for longer do not count. */
  staleMs: number;
};

/** Who is told something urgent is given less time to read it by himself. */
export const URGENT_GRACE_MS = 15_000;
/** Of those who are mentioned in a real chat, 45 % write again within two minutes of their last line: who has just left is likely to be back. By default two minutes, too. */
export const recentMs = (graceMs: number): number => 2 * graceMs;

/** How much it may disturb: as it says itself, unless the studio never tells its kind; else as the studio has its kind. */
export const importanceOf = ({ about, importance }: Notice, policy: PushPolicy): NoticeSubject["importance"] => {
  const usual = usualImportance(policy, about);
  return usual === "silent" ? usual : (importance ?? usual);
};

/** Which of a player's bursts a notice belongs to: what is urgent does not wait for what is not. */
export const burstOf = (notice: Notice, policy: PushPolicy): string =>
  `${notice.channel}|${importanceOf(notice, policy) === "urgent" ? "u" : "i"}`;

export const subjectOf = (notice: Notice, view: ChannelView, { policy, graceMs, gapsMs }: Rules): NoticeSubject => {
  const { about } = notice;
  const importance = importanceOf(notice, policy);
  const isAlone = isBroadcast(notice);
  const gaps = importance === "urgent" ? gapsMs.urgent : gapsMs.important;
  return {
    ...{ type: "notice", kind: about, importance, personal: NOTICE_TRAITS[about].personal },
    ...{ author: notice.author, seq: notice.seq, expiresAt: expiryOf(notice) },
    ...(view.deadline !== undefined && { deadline: view.deadline }),
    // A kind of entry this version does not know says nothing it could tell.
    gone: !isAlone && (isGone(view, notice) || entryOf(notice).kind === "void" || isDeleted(view)),
    graceMs: importance === "urgent" ? Math.min(graceMs, URGENT_GRACE_MS) : graceMs,
    // A broadcast does not take the place of another.
    gapsMs: isAlone ? [] : [...gaps],
    ...{ perHour: policy.perHour, perDay: policy.perDay },
    ...(isAlone && { undigested: true }),
  };
};

const isDeleted = ({ change }: ChannelView): boolean => change !== undefined && !("body" in change);

export const judge = (
  subject: NoticeSubject,
  channel: ChannelId,
  recipient: Recipient,
  given: Given,
  rules: Rules,
  now: number,
): Judged => {
  const standing = standingOf(subject, channel, recipient, given, rules, now);
  return { recipient, subject, standing, verdict: decide(subject, standing, now), at: now };
};

const standingOf = (
  subject: NoticeSubject,
  channel: ChannelId,
  recipient: Recipient,
  { waited, awaitedUntil, gap, held }: Given,
  { policy, graceMs, staleMs }: Rules,
  now: number,
): Standing => {
  const { player, member, banned, blocked, concern, readSeq, preferences, told, burst, called, overtaken } = recipient;
  const { push, doNotDisturbUntil, channels } = preferences;
  const own = channels[channel];
  const fresh = freshDevices(recipient.devices, now - staleMs);
  const { kind } = subject;
  const isThrough = isThroughQuiet(policy, preferences, kind);
  const quiet = isThrough ? undefined : quietHoursOf(policy, preferences, recipient.zone);
  const kindPush = preferences.kinds[kind];
  const isBurst = burst !== undefined && subject.gapsMs.length > 0 && burst.stored.seq > readSeq;
  return {
    ...{ player, member, banned, blocked, concern, readSeq },
    begun: told !== undefined && !told.digest && fresh.some(({ id }) => !told.got.has(id)),
    ...(told?.digest && fresh.some(({ id }) => !told.got.has(id)) && ({ inDigest: true } as const)),
    ...(called && own?.push === "mentions" && { called }),
    ...(overtaken && told !== undefined && fresh.every((device) => hasGot(told, device)) && { overtaken }),
    told: told !== undefined && fresh.length > 0 && fresh.every(({ id }) => told.got.has(id)),
    ...presenceOf(recipient.presence, channel, now, graceMs),
    ...{ push, channelPush: own?.push ?? "all", snoozedUntil: own?.snoozedUntil ?? 0, doNotDisturbUntil },
    ...(kindPush !== undefined && { kindPush }),
    ...(quiet !== undefined && { quiet }),
    devices: fresh.length,
    pushedHour: recipient.pushedHour,
    pushedDay: recipient.pushedDay,
    ...(isBurst && { lately: { at: burst.stored.at, pushes: burst.stored.pushes } }),
    waited,
    ...(awaitedUntil !== undefined && { awaitedUntil }),
    ...(gap !== undefined && { gap }),
    ...(held !== undefined && { held }),
  };
};

const hasGot = ({ got, within }: NonNullable<Recipient["told"]>, { id }: { id: string }): boolean =>
  got.has(id) || within.has(id);

/** A session in a match shows the match, whatever channel it was at: only another one of his can be looking at it. */
const presenceOf = (
  { sessions, lastSeenAt, lost }: Recipient["presence"],
  channel: ChannelId,
  now: number,
  graceMs: number,
): Pick<Standing, "presence" | "matchUntil"> => {
  if (sessions.length === 0) {
    if (lost) return { presence: "lost" };
    return { presence: now - lastSeenAt < recentMs(graceMs) ? "recent" : "away" };
  }
  const looks = ({ reading, channel: at, matchUntil, idle }: (typeof sessions)[number]): boolean =>
    reading && at === channel && matchUntil <= now && !idle;
  if (sessions.some(looks)) return { presence: "reading" };
  const matchUntil = Math.max(...sessions.map((session) => session.matchUntil));
  if (matchUntil > now) return { presence: "in-match", matchUntil };
  return { presence: sessions.every(({ idle }) => idle) ? "idle" : "present" };
};

/** `at`: when what a notice is about happened, in epoch ms. */
export type About = {
  type: "notice" | "digest";
  channel: ChannelId;
  epoch: number;
  seq: number;
  at?: number;
  condition?: NoticeCondition | undefined;
};

/** The same of a digest, which is about all of a player's channels. */
export type JudgedDigest = {
  player: PlayerId;
  subject: WindowSubject | DigestSubject;
  standing: WindowStanding | DigestStanding;
  verdict: DigestVerdict;
  at: number;
};

/** The decision as it is kept: its inputs alone give the verdict again. */
export const asDecision = (
  about: About,
  judged: Judged | JudgedDigest,
  sent?: Decision["sent"],
): { player: PlayerId; decision: Decision } => {
  const { subject, standing, verdict, at } = judged;
  const broadcast = broadcastOf(about);
  return {
    player: standing.player,
    decision: {
      at,
      about: {
        ...{ type: about.type, channel: about.channel, epoch: about.epoch, seq: about.seq },
        ...(broadcast !== undefined && { broadcast }),
        // When a broadcast began says nothing of how soon it was told: it is paced.
        ...(about.at !== undefined && about.type === "notice" && broadcast === undefined && { at: about.at }),
      },
      outcome: verdict.outcome,
      reason: verdict.reason,
      ...(verdict.outcome === "later" ? { until: verdict.until } : {}),
      inputs: { ...subject, ...standing },
      ...(sent === undefined ? {} : { sent }),
    },
  };
};

/** Those of one outcome. */
export const having = (judged: readonly Judged[], outcome: Verdict["outcome"]): Judged[] =>
  judged.filter(({ verdict }) => verdict.outcome === outcome);
