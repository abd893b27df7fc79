import type { Importance, NoticeKind } from "../../../shared/notice-kind.ts";
import type { QuietHours } from "../../../shared/quiet-hours.ts";
import type { Outcome, Reason } from "../../decisions/decision.ts";
import type { Concern } from "./concern.ts";
import { quietEnd } from "./quiet-end.ts";

/** One notice. */
export type NoticeSubject = {
  type: "notice";
  kind: NoticeKind;
  /** As the studio has it. */
  importance: Importance;
  /** It is to the player himself. */
  personal: boolean;
  /** The player who caused it, '' for the system. */
  author: string;
  /** Of its entry; 0: it has none, and cannot be read. */
  seq: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** When it is no use any more, in epoch milliseconds; missing: at `expiresAt`. */
  deadline?: number | undefined;
  /** The entry is not in the log any more, for nobody. */
  gone: boolean;
  /** How long the present have to read by themselves. */
  graceMs: number;
  /** Between two pushes of a burst: after the first, the second, and all others. None: there are no bursts. */
  gapsMs: number[];
  /** Most pushes by themselves a player gets in any hour, and in any 24. */
  perHour: number;
  perDay: number;
  /** A broadcast: in no log, so that no digest can find it. Told by itself within the budget, or not at all. */
  undigested?: true;
};

/** A push of the same channel and importance that he has not read: what follows replaces it. */
export type Burst = {
  /** When the last push of it went out, in epoch milliseconds. */
  at: number;
  pushes: number;
};

/** What a player has been given already before he is told. */
export type Given = {
  /** The grace. */
  waited: boolean;
  /** The time to come out of the match that was expected to end then, in epoch ms. */
  awaitedUntil?: number | undefined;
  /** The time between two pushes of a burst. */
  gap?: boolean | undefined;
  /** How often it was put off by itself, because too many waited for him. */
  turn?: number | undefined;
  /** The end of his quiet hours, of do not disturb or of a snooze. */
  held?: boolean | undefined;
};

/** What is known of a player at the moment of deciding. */
export type Standing = Given & {
  player: string;
  member: boolean;
  /** He is banned from the game, now. */
  banned: boolean;
  /** He has blocked who caused it. */
  blocked: boolean;
  /** To what the notice is for. Missing: everybody is concerned. */
  concern?: Concern | undefined;
  /** Up to which seq he has read. */
  readSeq: number;
  /** It was about to be sent, perhaps was, and nobody lived to note it. */
  begun: boolean;
  /** Something newer is shown in its place, and counts it. */
  overtaken?: true | undefined;
  /** Every device of his got it. */
  told: boolean;
  /** A digest tells of it, or is about to. */
  inDigest?: true | undefined;
  /**
   * `reading`: he looks at this channel; `in-match`: he is connected and in a match; `present`: he is connected; `idle`: he is, and has touched nothing for minutes; `recent`: his line has
   * just ended; `lost`: it was held by a process that is dead; `away`: none of these.
   */
  presence: "reading" | "in-match" | "present" | "idle" | "recent" | "lost" | "away";
  /** Expected end of his match, in epoch milliseconds. */
  matchUntil?: number | undefined;
  push: "all" | "important" | "none";
  /** What he wants of this kind. */
  kindPush?: "now" | "digest" | "off" | undefined;
  /** Its entry calls him, whatever it is about. */
  called?: boolean | undefined;
  /** What he wants of this channel. */
  channelPush: "all" | "mentions" | "none";
  /** Epoch milliseconds; past or 0: not. */
  snoozedUntil: number;
  doNotDisturbUntil: number;
  /** The quiet hours that hold for this kind, and the IANA zone they are of. */
  quiet?: (QuietHours & { zone: string }) | undefined;
  /** Fresh ones. */
  devices: number;
  /** Pushes by themselves he got in the last hour and in the last 24. */
  pushedHour: number;
  pushedDay: number;
  /** What he was just told of the same channel, and has not read. */
  lately?: Burst | undefined;
};

export type Verdict =
  | { outcome: "later"; reason: Reason<"later">; until: number }
  | { [O in Exclude<Outcome, "later">]: { outcome: O; reason: Reason<O> } }[Exclude<Outcome, "later">];

/**
 * Whether and when a player is told. Pure: the same arguments give the same verdict. Present never means drop, only look again: a process that was killed, or an
 * idle screen, must not swallow a notice.
 */
export const decide = (notice: NoticeSubject, player: Standing, now: number): Verdict => {
  const verdict = unwanted(notice, player) ?? wanted(notice, player, now);
  return notice.undigested === true && verdict.outcome === "digest" ? drop(WITHOUT_DIGEST[verdict.reason]) : verdict;
};

const wanted = (notice: NoticeSubject, player: Standing, now: number): Verdict =>
  isForDigest(notice, player) ? digested(notice, player) : (deaf(notice, player, now) ?? timed(notice, player, now));

/** What becomes of it where a digest would have it. */
const WITHOUT_DIGEST: Record<Reason<"digest">, Reason<"drop">> = {
  ...({ "over-budget": "over-budget", expired: "expired" } as const),
  ...({ "not-important": "digest-only", "kind-digest": "digest-only", "plain-chat": "digest-only" } as const),
  "in-digest": "digest-only",
  ...({ "quiet-hours": "held-too-long", "do-not-disturb": "held-too-long", snoozed: "held-too-long" } as const),
};

const drop = (reason: Reason<"drop">): Verdict => ({ outcome: "drop", reason });

/** Why he is never told of it, by whatever way. */
const unwanted = (notice: NoticeSubject, player: Standing): Verdict | undefined => {
  if (notice.author === player.player) return drop("own-entry");
  if (!player.member) return drop("not-member");
  if (player.banned) return drop("banned");
  if (player.blocked) return drop("blocked");
  if (notice.gone) return drop("entry-gone");
  if (player.concern === "unconcerned") return drop("not-concerned");
  if (player.concern === "over") return drop("condition-gone");
  if (notice.seq > 0 && player.readSeq >= notice.seq) return drop("read");
  if (player.push === "none") return drop("push-off");
  if (player.kindPush === "off") return drop("kind-off");
  if (notice.importance === "silent") return drop("kind-silent");
  if (player.channelPush === "none") return drop("channel-off");
  if (player.channelPush === "mentions" && !notice.personal && player.called !== true) return drop("mentions-only");
  return undefined;
};

const isForDigest = ({ importance }: NoticeSubject, { kindPush }: Standing): boolean =>
  kindPush === "digest" || (importance === "normal" && kindPush !== "now");

const digested = ({ importance }: NoticeSubject, { kindPush, push, devices }: Standing): Verdict => {
  if (push === "important") return drop("important-only");
  if (devices === 0) return drop("no-device");
  return {
    outcome: "digest",
    reason: kindPush === "digest" && importance !== "normal" ? "kind-digest" : "not-important",
  };
};

/** Why there is nothing to send, or no point in it. */
const deaf = (notice: NoticeSubject, player: Standing, now: number): Verdict | undefined => {
  if (player.devices === 0) return drop("no-device");
  if (player.told) return drop("told");
  if (player.inDigest === true) return { outcome: "digest", reason: "in-digest" };
  if (player.begun && player.overtaken === true) return drop("overtaken");
  // What has no entry no digest can tell.
  if (now >= notice.expiresAt) return notice.seq > 0 ? { outcome: "digest", reason: "expired" } : drop("expired");
  return undefined;
};

const timed = (notice: NoticeSubject, player: Standing, now: number): Verdict => {
  const lastMoment = Math.min(notice.deadline ?? notice.expiresAt, notice.expiresAt);
  const hold = holdOf(player, now);
  if (hold !== undefined)
    return hold.until < lastMoment ? { outcome: "later", ...hold } : { outcome: "digest", reason: hold.reason };
  if (player.begun) return { outcome: "now", reason: "resumed" };
  const matchEnd = player.presence === "in-match" ? endOfWait(player) : 0;
  if (matchEnd > now && matchEnd < lastMoment) return { outcome: "later", reason: "in-match", until: matchEnd };
  const isUrgent = notice.importance === "urgent";
  const grace = graceOf(player, isUrgent);
  // Of what is soon no use any more, half of that time: the other half is for telling it.
  const graceMs = Math.min(notice.graceMs, Math.max(0, Math.floor((lastMoment - now) / 2)));
  if (grace !== undefined) return { outcome: "later", reason: grace, until: now + graceMs };
  // What has no entry no digest can tell. A broadcast keeps to the budget all the same: it is not told.
  const isBounded = !isUrgent && (notice.seq > 0 || notice.undigested === true);
  if (isBounded && (player.pushedHour >= notice.perHour || player.pushedDay >= notice.perDay))
    return { outcome: "digest", reason: "over-budget" };
  const { lately } = player;
  const next = lately === undefined ? 0 : lately.at + gapAfter(lately.pushes, notice.gapsMs);
  if (next > now && next < lastMoment) return { outcome: "later", reason: "burst", until: next };
  return { outcome: "now", reason: whyNow(player) };
};

/** What holds a push back without regard to where the player is, and when that ends. */
type Hold = { reason: "do-not-disturb" | "snoozed" | "quiet-hours"; until: number };

/** The hold that ends last: before that it cannot be told in any case. */
const holdOf = (player: Standing, now: number): Hold | undefined => {
  const { doNotDisturbUntil, snoozedUntil, quiet } = player;
  const holds: Hold[] = [];
  if (doNotDisturbUntil > now) holds.push({ reason: "do-not-disturb", until: doNotDisturbUntil });
  if (snoozedUntil > now) holds.push({ reason: "snoozed", until: snoozedUntil });
  const quietUntil = quiet === undefined ? undefined : quietEnd(quiet, quiet.zone, now);
  if (quietUntil !== undefined) holds.push({ reason: "quiet-hours", until: quietUntil });
  return holds.reduce<Hold | undefined>((last, hold) => (last && last.until >= hold.until ? last : hold), undefined);
};

/** However often a match is prolonged, or followed by another, a notice waits for the first end that was expected. */
const endOfWait = ({ matchUntil = 0, awaitedUntil = matchUntil }: Standing): number =>
  Math.min(matchUntil, awaitedUntil);

/** Whether he gets time to read by himself, and as whom. Who looks at the channel gets it also after a match; who has just left is not waited for when it is urgent. */
const graceOf = (player: Standing, isUrgent: boolean): "reading" | "present" | "recent" | undefined => {
  if (player.waited) return undefined;
  switch (player.presence) {
    case "reading":
      return "reading";
    case "present":
    case "in-match":
      return player.awaitedUntil === undefined ? "present" : undefined;
    case "recent":
      return isUrgent || player.awaitedUntil !== undefined ? undefined : "recent";
    default:
      return undefined;
  }
};

const gapAfter = (pushes: number, gaps: readonly number[]): number => gaps[Math.min(pushes, gaps.length) - 1] ?? 0;

const whyNow = ({ presence, waited, awaitedUntil, gap }: Standing): Reason<"now"> => {
  if (gap === true) return "unread-after-burst";
  if (presence === "away" || presence === "idle" || presence === "lost") return presence;
  if (presence === "recent" && !waited && awaitedUntil === undefined) return "away";
  return awaitedUntil === undefined ? "unread-after-grace" : "unread-after-match";
};
