import type { Draws } from "./draws.ts";
import { localTime } from "./local-time.ts";
import type { Stretch } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How likely a session begins in each local hour; people play after school and work. */
const DAILY = [5, 3, 2, 1, 1, 1, 2, 4, 5, 5, 5, 6, 8, 8, 7, 7, 8, 10, 13, 16, 18, 18, 14, 9];
const MOST_OFTEN = Math.max(...DAILY);
const WEEKEND = 1.3;

export type Habits = {
  readonly zone: string;
  readonly sessionsPerDay: number;
  /** Who works at night lives so many hours later. */
  readonly shiftHours: number;
  /** Short looks at the chat on the phone, each day. */
  readonly peeksPerDay: number;
};

/** When a player plays, and what he does meanwhile; oldest first, one after the other. */
export const playOf = (habits: Habits, from: number, to: number, draws: Draws): Stretch[] => {
  const sessions: { from: number; to: number; peek: boolean }[] = [];
  const seek = (perDay: number, peek: boolean): void => {
    const most = (perDay * WEEKEND * MOST_OFTEN * 24) / DAILY.reduce((sum, share) => sum + share, 0);
    for (let at = from; ; ) {
      at += Math.ceil(draws.exponential((24 * HOUR_MS) / most));
      if (at >= to) return;
      const { minute, weekday } = localTime(habits.zone, at - habits.shiftHours * HOUR_MS);
      const likely = ((DAILY[Math.floor(minute / 60)] ?? 0) / MOST_OFTEN) * (weekday % 6 === 0 ? 1 : 1 / WEEKEND);
      if (!draws.chance(likely)) continue;
      const length = peek ? draws.lognormal(1, 0.6) * MINUTE_MS : draws.lognormal(35, 0.9) * MINUTE_MS;
      sessions.push({ from: at, to: Math.min(to, at + Math.round(Math.min(length, 6 * HOUR_MS))), peek });
    }
  };
  seek(habits.sessionsPerDay, false);
  seek(habits.peeksPerDay, true);
  sessions.sort((a, b) => a.from - b.from);
  const stretches: Stretch[] = [];
  let busyUntil = from;
  for (const session of sessions) {
    if (session.from < busyUntil + 2 * MINUTE_MS) continue;
    busyUntil = session.to;
    if (session.peek) stretches.push({ from: session.from, to: session.to, state: "focused" });
    else stretches.push(...within(session, draws));
  }
  return stretches;
};

const within = (session: { from: number; to: number }, draws: Draws): Stretch[] => {
  const stretches: Stretch[] = [];
  let at = session.from;
  const spend = (ms: number, state: Stretch["state"]): void => {
    const end = Math.min(session.to, at + Math.round(ms));
    if (end <= at) return;
    // A match that is cut short was expected to last; what the game expects is right within some 15 %.
    const expected = state === "match" ? { expectedEnd: at + Math.round(ms * draws.between(0.85, 1.15)) } : {};
    stretches.push({ from: at, to: end, state, ...expected });
    at = end;
  };
  const lobby = (): void => spend(draws.lognormal(2, 0.7) * MINUTE_MS, draws.chance(0.65) ? "focused" : "busy");
  lobby();
  while (at < session.to) {
    if (draws.chance(0.08)) spend(draws.lognormal(12, 1) * MINUTE_MS, "idle");
    else spend(Math.min(30, draws.lognormal(8, 0.5)) * MINUTE_MS, "match");
    lobby();
  }
  return stretches;
};
