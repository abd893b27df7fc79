import { z } from "zod";
import { daysAfter, weekOf } from "./calendar.ts";

const tallySchema = z.tuple([z.number(), z.number(), z.number()]);
/** How often a rule paid a player; points to his own book; points for his guild. */
export type Tally = z.infer<typeof tallySchema>;
export const TIMES = 0;
export const OWN = 1;
export const BROUGHT = 2;

const tallies = z.record(z.string(), tallySchema);

/** What a player has earned by each rule (`*`: all together) this day, this week, and ever. `v` rises with each event. */
export const countersSchema = z.object({ v: z.int(), day: z.string(), d: tallies, w: tallies, e: tallies });
export type Counters = z.infer<typeof countersSchema>;
export type Period = "d" | "w" | "e";

export const noCounters = (day: string): Counters => ({ v: 0, day, d: {}, w: {}, e: {} });

/**
 * The counters for an event of this day: of an earlier day, what is counted by day begins anew, and with another week what is counted by week. They never go
 * back: where the clock or the rules' zone went back by a day, the later day goes on. One further ahead is a clock's mistake and is left.
 */
export const countersOn = (stored: Counters, day: string): Counters => {
  if (stored.day === day || stored.day === daysAfter(day, 1)) return stored;
  const sameWeek = weekOf(stored.day) === weekOf(day);
  return { ...stored, day, d: {}, w: sameWeek ? stored.w : {} };
};
