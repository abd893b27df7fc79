import type { QuietHours } from "../../../shared/quiet-hours.ts";
import type { Outcome, Reason } from "../../decisions/decision.ts";
import { digestMoment } from "../digests/digest-moment.ts";
import { quietEnd } from "./quiet-end.ts";

/** `window`: a channel's unread lines, at the end of its window. */
export type WindowSubject = { type: "window" };
/** What is unread in all of a player's channels, when his turn has come. `weekly`: how his guild has done, for who leads it. */
export type DigestSubject = {
  type: "digest" | "weekly";
  graceMs: number;
  /** Digests a player gets in any 24 hours. */
  perDay: number;
  /** What had to wait for the end of something that ends for many at once is spread over so long. */
  spreadMs: number;
};

/** What is known of a player at the end of a window. */
export type WindowStanding = { player: string; member: boolean; unread: number };

/** What is known of a player when his digest is due; of his channels together. */
export type DigestStanding = WindowStanding & {
  banned: boolean;
  /** All that is unread is of players he has blocked. */
  blocked: boolean;
  /** A digest has told him all that is worth one, or it was pushed by itself. */
  told: boolean;
  /** As in Standing. */
  presence: "reading" | "in-match" | "present" | "idle" | "recent" | "lost" | "away";
  push: "all" | "important" | "none";
  /** He wants no push of any of the kinds there are. */
  kindOff: boolean;
  /** Of all channels where anything is unread: `none` he wants nothing of them; `mentions` only what calls him, and nothing does. */
  channelPush: "all" | "mentions" | "none";
  /** All of them are snoozed, until then; epoch milliseconds. */
  snoozedUntil: number;
  doNotDisturbUntil: number;
  /** Those that hold, and their IANA zone. */
  quiet?: (QuietHours & { zone: string }) | undefined;
  devices: number;
  /** Digests in the last 24 hours. */
  digestsDay: number;
  /** When he may get another by that, in epoch milliseconds; past: now. */
  freeAt: number;
};

export type DigestVerdict =
  | { outcome: "later"; reason: Reason<"later">; until: number }
  | { [O in Exclude<Outcome, "later">]: { outcome: O; reason: Reason<O> } }[Exclude<Outcome, "later">];

const drop = (reason: Reason<"drop">): DigestVerdict => ({ outcome: "drop", reason });

/** Whoever has anything unread at the end of a channel's window gets a time for his digest; all else is asked when it is due. */
export const decideWindow = ({ member, unread }: WindowStanding): DigestVerdict => {
  if (!member) return drop("not-member");
  if (unread === 0) return drop("read");
  return { outcome: "digest", reason: "plain-chat" };
};

/**
 * A digest never disturbs: not who is in the game, not in quiet hours, nor beyond what a day may have. Then it waits, and is not sent if he has read by then. Pure: the same arguments
 * give the same verdict.
 */
export const decideDigest = (subject: DigestSubject, player: DigestStanding, now: number): DigestVerdict => {
  const never = unwanted(subject, player);
  if (never !== undefined) return never;
  const { until, reason } = holdOf(subject, player, now);
  if (reason !== undefined)
    return { outcome: "later", reason, until: digestMoment(player.player, until, subject.spreadMs) };
  const { presence } = player;
  if (presence === "away" || presence === "idle" || presence === "lost")
    return { outcome: "now", reason: "digest-due" };
  return { outcome: "later", reason: presence, until: now + subject.graceMs };
};

const unwanted = (subject: DigestSubject, player: DigestStanding): DigestVerdict | undefined => {
  if (!player.member) return drop("not-member");
  if (player.banned) return drop("banned");
  if (player.unread === 0) return drop("read");
  if (player.blocked) return drop("blocked");
  if (player.push === "none") return drop("push-off");
  if (player.push === "important") return drop("important-only");
  if (player.kindOff) return drop("kind-off");
  if (player.channelPush === "none") return drop("channel-off");
  if (player.channelPush === "mentions") return drop("mentions-only");
  if (player.told) return drop("told");
  if (player.devices === 0) return drop("no-device");
  if (subject.perDay === 0) return drop("enough-digests");
  return undefined;
};

type Hold = { until: number; reason: Reason<"later"> | undefined };

/** What ends last of all that holds it back wherever he is; no reason: nothing does. */
const holdOf = (subject: DigestSubject, player: DigestStanding, now: number): Hold => {
  const { quiet, doNotDisturbUntil, snoozedUntil, digestsDay, freeAt } = player;
  const quietUntil = quiet === undefined ? 0 : (quietEnd(quiet, quiet.zone, now) ?? 0);
  const holds: Hold[] = [
    { reason: "do-not-disturb", until: doNotDisturbUntil },
    { reason: "snoozed", until: snoozedUntil },
    { reason: "quiet-hours", until: quietUntil },
    { reason: "enough-digests", until: digestsDay >= subject.perDay ? freeAt : 0 },
  ];
  return holds.reduce<Hold>((last, hold) => (hold.until > last.until ? hold : last), { until: now, reason: undefined });
};
