import type { QuietHours } from "../../../shared/quiet-hours.ts";
import { offsetAt } from "./zone-offset.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * When the quiet hours that hold at a moment end, in epoch ms; undefined: it is in none. It is quiet exactly while the zone's wall clock shows a time from `from` on and before `to`, so where
 * clocks are moved in the night: hours that begin, or end, at a time that is skipped do so when the clock jumps over it, and of a time that is shown twice both are quiet, or neither. A zone
 * this runtime does not know is read as the one profiles have by default.
 */
export const quietEnd = ({ from, to }: QuietHours, zone: string, now: number): number | undefined => {
  const begins = timeOfDay(from);
  const ends = timeOfDay(to);
  let at = now;
  for (;;) {
    const { offsetMs, until } = offsetAt(zone, at);
    const shows = (((at + offsetMs) % DAY_MS) + DAY_MS) % DAY_MS;
    const isQuiet = begins < ends ? begins <= shows && shows < ends : begins <= shows || shows < ends;
    if (!isQuiet) return at === now ? undefined : at;
    const end = at + (ends > shows ? ends - shows : ends + DAY_MS - shows);
    // Up to the next change of the zone's clocks this one is right; there the wall clock is read again.
    if (end < until) return end;
    at = until;
  }
};

/** Of HH:MM, in ms after midnight. */
const timeOfDay = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE_MS;
