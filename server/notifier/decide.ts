import type { Outcome, Reason } from "../decisions/decision.ts";
import type { Concern } from "./concern.ts";

/** What there is to tell. `entry`: one notice; `window`: a channel's unread lines, at the end of its window; `digest`: the same, when the player's turn has come. */
export type Subject =
  | {
      type: "entry";
      importance: "high" | "normal";
      author: string;
      seq: number;
      /** Epoch milliseconds. */
      expiresAt: number;
      /** When it is no use any more, in epoch milliseconds; missing: at `expiresAt`. */
      deadline?: number | undefined;
      /** The entry is not in the log any more, for nobody. */
      gone: boolean;
      /** How long the present have to read by themselves. */
      graceMs: number;
    }
  | { type: "window"; graceMs: number }
  | { type: "digest"; graceMs: number };

/** What is known of a player at the moment of deciding. */
export type Standing = {
  player: string;
  member: boolean;
  /** He is banned from the game, now. */
  banned: boolean;
  /** He has blocked the entry's author, or those of all that is unread. */
  blocked: boolean;
  /** To what the notice is for. Missing in what older versions have kept: everybody is concerned. */
  concern?: Concern | undefined;
  /** Up to which seq he has read. */
  readSeq: number;
  /** Countable entries he has not read. */
  unread: number;
  /** `entry`: every device of his got it. `window`, `digest`: he was told up to here, or each unread line was pushed by itself. */
  told: boolean;
  /** `reading`: he looks at this channel; `in-match`: he is connected and in a match; `present`: he is connected; `none`: none of these, or the process that held him is dead. */
  presence: "reading" | "in-match" | "present" | "none";
  /** Expected end of his match, in epoch milliseconds. */
  matchUntil?: number | undefined;
  /** The notice has waited for a match of his, which was expected to end then. */
  awaitedUntil?: number | undefined;
  push: "all" | "important" | "none";
  devices: number;
  /** The grace has been given already. */
  waited: boolean;
};

export type Verdict =
  | { outcome: "later"; reason: Reason<"later">; until: number }
  | { [O in Exclude<Outcome, "later">]: { outcome: O; reason: Reason<O> } }[Exclude<Outcome, "later">];

/**
 * Whether and when a player is told. Pure: the same arguments give the same verdict. Present never means drop, only look again: a process that was killed, or an
 * idle screen, must not swallow a notice.
 */
export const decide = (subject: Subject, player: Standing, now: number): Verdict =>
  subject.type === "entry" ? decideEntry(subject, player, now) : decideSummary(subject, player, now);

const drop = (reason: Reason<"drop">): Verdict => ({ outcome: "drop", reason });

const decideEntry = (entry: Extract<Subject, { type: "entry" }>, player: Standing, now: number): Verdict => {
  if (entry.author === player.player) return drop("own-entry");
  if (!player.member) return drop("not-member");
  if (player.banned) return drop("banned");
  if (player.blocked) return drop("blocked");
  if (entry.gone) return drop("entry-gone");
  if (player.concern === "unconcerned") return drop("not-concerned");
  if (player.concern === "over") return drop("condition-gone");
  if (entry.seq > 0 && player.readSeq >= entry.seq) return drop("read");
  if (player.push === "none") return drop("push-off");
  if (entry.importance === "normal" && player.push === "important") return drop("important-only");
  if (player.devices === 0) return drop("no-device");
  if (entry.importance === "normal") return { outcome: "digest", reason: "not-important" };
  if (player.told) return drop("told");
  if (now >= entry.expiresAt) return drop("expired");
  if (player.presence === "none") return { outcome: "now", reason: "away" };
  const matchEnd = player.presence === "in-match" ? endOfWait(player) : 0;
  if (matchEnd > now && matchEnd < Math.min(entry.deadline ?? entry.expiresAt, entry.expiresAt))
    return { outcome: "later", reason: "in-match", until: matchEnd };
  if (player.presence === "reading" && !player.waited)
    return { outcome: "later", reason: "reading", until: now + entry.graceMs };
  if (player.awaitedUntil !== undefined) return { outcome: "now", reason: "unread-after-match" };
  if (player.waited) return { outcome: "now", reason: "unread-after-grace" };
  return { outcome: "later", reason: "present", until: now + entry.graceMs };
};

/** However often a match is prolonged, or followed by another, a notice waits for the first end that was expected. */
const endOfWait = ({ matchUntil = 0, awaitedUntil = matchUntil }: Standing): number =>
  Math.min(matchUntil, awaitedUntil);

const decideSummary = (subject: Subject, player: Standing, now: number): Verdict => {
  if (!player.member) return drop("not-member");
  if (player.banned) return drop("banned");
  if (player.unread === 0) return drop("read");
  if (player.blocked) return drop("blocked");
  if (player.push === "none") return drop("push-off");
  if (player.push === "important") return drop("important-only");
  if (player.devices === 0) return drop("no-device");
  if (player.told) return drop("told");
  if (subject.type === "window") return { outcome: "digest", reason: "plain-chat" };
  if (player.presence === "none") return { outcome: "now", reason: "digest-due" };
  return { outcome: "later", reason: player.presence, until: now + subject.graceMs };
};
