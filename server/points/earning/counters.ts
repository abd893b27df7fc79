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
const ownSchema = z.object({ v: z.int(), day: z.string(), d: tallies, w: tallies, e: tallies });
/** `m`: what of it guests had earned who have become this player since his last event. */
export const countersSchema = ownSchema.extend({ m: ownSchema.optional() });
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

/** A day and a week after their end nobody needs them; see also `countersOn`. */
export const COUNTERS_KEPT_MS = 15 * 86_400_000;

const summed = (one: Record<string, Tally>, other: Record<string, Tally>): Record<string, Tally> => {
  const sums = new Map(Object.entries(one));
  for (const [id, [times, own, brought]] of Object.entries(other)) {
    const [t, o, b] = sums.get(id) ?? [0, 0, 0];
    sums.set(id, [t + times, o + own, b + brought]);
  }
  return Object.fromEntries(sums);
};

type Sum = Omit<Counters, "m">;

/** What two have earned who are one from now on; of different days, as of the later one. */
export const added = (own: Sum | undefined, other: Sum): Sum => {
  if (own === undefined) return { ...other, v: 1 };
  const day = own.day > other.day ? own.day : other.day;
  const until = ({ day: last, d, w, e }: Sum) => ({
    ...{ d: last === day ? d : {}, w: weekOf(last) === weekOf(day) ? w : {}, e },
  });
  const [one, two] = [until(own), until(other)];
  return { v: own.v + 1, day, d: summed(one.d, two.d), w: summed(one.w, two.w), e: summed(one.e, two.e) };
};

/** The same of a player and a guest, who is remembered until the next event: a dry run has to know of him. */
export const joined = (own: Counters | undefined, guest: Counters): Counters => ({
  ...added(own, guest),
  m: added(own?.m, guest),
});
