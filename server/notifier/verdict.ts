import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Decision, SentResult } from "../decisions/decision.ts";
import { decide, type Standing, type Subject, type Verdict } from "./decide.ts";
import type { DigestStanding, DigestSubject, DigestVerdict, WindowStanding, WindowSubject } from "./decide-digest.ts";
import { entryOf, expiryOf, importanceOf, type Notice } from "./notice.ts";
import { type ChannelView, isGone, type Recipient } from "./recipients.ts";

/** A verdict with all it was made from. */
export type Judged = { recipient: Recipient; subject: Subject; standing: Standing; verdict: Verdict; at: number };

export const subjectOf = (notice: Notice, view: ChannelView, graceMs: number): Subject => ({
  type: "entry",
  importance: ["urgent", "important"].includes(importanceOf(notice)) ? "high" : "normal",
  author: notice.author,
  seq: notice.seq,
  expiresAt: expiryOf(notice),
  ...(view.deadline !== undefined && { deadline: view.deadline }),
  // A kind of entry this version does not know says nothing it could tell.
  gone: isGone(view, notice) || entryOf(notice).kind === "void" || isDeleted(view),
  graceMs,
});

const isDeleted = ({ change }: ChannelView): boolean => change !== undefined && !("body" in change);

/** What a player has been given already before he is told: the grace, and the time to come out of the match that was to end then (epoch ms). */
export type Given = { waited: boolean; awaitedUntil?: number | undefined };

export const judge = (subject: Subject, recipient: Recipient, { waited, awaitedUntil }: Given, now: number): Judged => {
  const { player, member, banned, blocked, concern, readSeq, unread, told, push, devices, sessions } = recipient;
  const known = { player, member, banned, blocked, concern, readSeq, unread, told, push };
  const standing: Standing = {
    ...known,
    ...presenceOf(sessions, now),
    ...(awaitedUntil !== undefined && { awaitedUntil }),
    ...{ devices: devices.length, waited },
  };
  return { recipient, subject, standing, verdict: decide(subject, standing, now), at: now };
};

/** A session in a match shows the match, whatever channel it was at: only another one of his can be looking at it. */
const presenceOf = (sessions: Recipient["sessions"], now: number): Pick<Standing, "presence" | "matchUntil"> => {
  if (sessions.length === 0) return { presence: "none" };
  if (sessions.some(({ looks, matchUntil }) => looks && matchUntil <= now)) return { presence: "reading" };
  const matchUntil = Math.max(...sessions.map((session) => session.matchUntil));
  return matchUntil > now ? { presence: "in-match", matchUntil } : { presence: "present" };
};

/** `at`: when what a notice is about happened, in epoch ms. */
export type About = { type: "notice" | "digest"; channel: ChannelId; epoch: number; seq: number; at?: number };

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
  sent?: Record<string, SentResult>,
): { player: PlayerId; decision: Decision } => {
  const { subject, standing, verdict, at } = judged;
  return {
    player: standing.player,
    decision: {
      at,
      about: {
        ...{ type: about.type, channel: about.channel, epoch: about.epoch, seq: about.seq },
        ...(about.at !== undefined && about.type === "notice" && { at: about.at }),
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
