import type { Draws } from "./draws.ts";
import { type Habits, playOf } from "./play.ts";
import type { Player } from "./world.ts";

const HOUR_MS = 3_600_000;
const MINUTES_A_DAY = 24 * 60;

export type Person = Omit<Player, "incoming" | "guildSize"> & {
  /** Compared to others, how much he says. */
  readonly talks: number;
};

/** Somebody who lives in a zone: when he plays, when his phone has no line, and what he has set. Six of ten have quiet hours, three of ten of those let attacks through. */
export const aPerson = (
  { id, seed, zone }: { id: string; seed: number; zone: string },
  { from, to }: { from: number; to: number },
  draws: Draws,
): Person => {
  const shiftHours = draws.chance(0.15) ? draws.between(6, 12) : 0;
  const activity = Math.min(5, draws.pareto(1.2));
  const habits: Habits = { zone, shiftHours, sessionsPerDay: 0.6 * activity, peeksPerDay: draws.between(0, 2) };
  const bedtime = Math.round((draws.between(22, 24.5) + shiftHours) * 4) * 15;
  const sleeps = Math.round(draws.between(7, 9) * 4) * 15;
  const quietHours = { from: bedtime % MINUTES_A_DAY, to: (bedtime + sleeps) % MINUTES_A_DAY };
  const hasQuietHours = draws.chance(0.6);
  return {
    ...{ id, seed, zone },
    quietHours: hasQuietHours ? quietHours : undefined,
    through: draws.chance(0.3) ? ["attack"] : [],
    stretches: playOf(habits, from, to, draws),
    phoneOff: outages(from, to, draws),
    talks: Math.min(4, activity),
  };
};

/** A phone has no line every third day or so, for minutes to hours. */
const outages = (from: number, to: number, draws: Draws): { from: number; to: number }[] => {
  const found: { from: number; to: number }[] = [];
  for (let at = from + draws.exponential(72 * HOUR_MS); at < to; at += draws.exponential(72 * HOUR_MS)) {
    const end = at + draws.lognormal(0.5, 1) * HOUR_MS;
    found.push({ from: Math.round(at), to: Math.round(end) });
    at = end;
  }
  return found;
};
