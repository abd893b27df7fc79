import type { Draws } from "./draws.ts";
import type { Stretch } from "./world.ts";

const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1_000, 60_000, 3_600_000];

/** A session as the server sees it, rightly or not. */
export type Seen = {
  readonly from: number;
  readonly to: number;
  readonly presence: "reading" | "present" | "in-match";
  readonly matchUntil?: number;
  /** When a key was last touched; missing: all the time. */
  readonly touchedAt?: number;
  /** Nobody is there, but the open chat reports as read whatever comes. */
  readonly swallows?: true;
};

/** Sessions this close are one. */
const SAME_SESSION_MS = SECOND_MS;

/**
 * What the server sees of what a player does. Noise (0 to 1) is how likely it is, each time, that somebody who is not there looks present (an idle screen), that the
 * end of a session is a cut line (alive for 60 to 120 s more), that it is told late (2 to 10 min), and that within ten minutes of playing heartbeats get lost (away
 * for 30 to 90 s). Without noise the server knows all.
 */
export const observe = (stretches: readonly Stretch[], noise: number, draws: Draws): Seen[] => {
  const seen: Seen[] = [];
  for (const [index, stretch] of stretches.entries()) {
    const { from, to, state, expectedEnd } = stretch;
    if (state === "idle") {
      if (draws.chance(noise)) seen.push(idleScreen(from, to, draws));
    } else {
      const presence = state === "focused" ? "reading" : state === "match" ? "in-match" : "present";
      const whole: Seen = { from, to, presence, ...(expectedEnd !== undefined && { matchUntil: expectedEnd }) };
      seen.push(...withGaps(whole, noise, draws));
    }
    const next = stretches[index + 1];
    if (next === undefined || next.from > to + SAME_SESSION_MS) seen.push(...afterwards(stretch, noise, draws));
  }
  return seen.map(inWholeMs).sort((a, b) => a.from - b.from || a.to - b.to);
};

/**
 * Half of the idle screens look used (a game that plays by itself, phantom input); on a third the chat is open. Where both is so, every second time what comes is
 * reported as read.
 */
const idleScreen = (from: number, to: number, draws: Draws): Seen => {
  const [isOpen, looksUsed, swallows] = [draws.chance(1 / 3), draws.chance(1 / 2), draws.chance(1 / 2)];
  return {
    ...{ from, to, presence: isOpen ? "reading" : "present" },
    ...(!looksUsed && { touchedAt: from }),
    ...(isOpen && looksUsed && swallows && { swallows: true }),
  };
};

const withGaps = (whole: Seen, noise: number, draws: Draws): Seen[] => {
  const parts: Seen[] = [];
  let from = whole.from;
  for (
    let at = whole.from + draws.exponential(10 * MINUTE_MS);
    at < whole.to;
    at += draws.exponential(10 * MINUTE_MS)
  ) {
    const gap = draws.between(30, 90) * SECOND_MS;
    if (!draws.chance(noise) || at <= from) continue;
    parts.push({ ...whole, from, to: at });
    from = at + gap;
  }
  if (from < whole.to) parts.push({ ...whole, from });
  return parts;
};

const afterwards = ({ to, state }: Stretch, noise: number, draws: Draws): Seen[] => {
  const presence = state === "focused" ? "reading" : "present";
  const [cut, late, idle] = [draws.chance(noise), draws.chance(noise), draws.chance(noise)];
  const alive = draws.between(60, 120) * SECOND_MS;
  const lateBy = draws.between(2, 10) * MINUTE_MS;
  // Up to a night: a computer that stays on.
  const left = Math.min(12 * HOUR_MS, draws.lognormal(25, 1.5) * MINUTE_MS);
  return [
    ...(cut ? [{ from: to, to: to + alive, presence, touchedAt: to } as const] : []),
    ...(late ? [{ from: to, to: to + lateBy, presence, touchedAt: to } as const] : []),
    ...(idle ? [idleScreen(to, to + left, draws)] : []),
  ];
};

const inWholeMs = (one: Seen): Seen => ({ ...one, from: Math.round(one.from), to: Math.round(one.to) });
