/// <reference lib="esnext.temporal" />
import type { QuietHours } from "../../shared/quiet-hours.ts";

/** A day's quiet hours may begin the day before and, where clocks are moved, end a little later than their wall time says. */
const DAYS = [-1, 0, 1] as const;

/**
 * When the quiet hours that hold at a moment end, in epoch ms; undefined: it is in none. By the zone's wall clock: where clocks are moved in the night, a wall time that does not exist is
 * the moment after the gap, and of one that comes twice the first is the beginning and the last the end, so that no quiet minute is lost.
 */
export const quietEnd = ({ from, to }: QuietHours, zone: string, now: number): number | undefined => {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  const at = (days: number, time: string, disambiguation: "earlier" | "later"): number => {
    const { hour, minute } = Temporal.PlainTime.from(time);
    const when = { ...fieldsOf(today.add({ days })), hour, minute, timeZone: zone };
    return Temporal.ZonedDateTime.from(when, { disambiguation }).epochMilliseconds;
  };
  const overnight = to < from ? 1 : 0;
  for (const day of DAYS) {
    if (at(day, from, "earlier") > now) continue;
    const ends = at(day + overnight, to, "later");
    if (now < ends) return ends;
  }
  return undefined;
};

const fieldsOf = ({ year, month, day }: Temporal.PlainDate): { year: number; month: number; day: number } => ({
  year,
  month,
  day,
});
