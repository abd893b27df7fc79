/// <reference lib="esnext.temporal" />
import { modeTimes, type PutWarMode } from "../../shared/api/war-mode.ts";

/** When a guild plays: about this hour (0 to 23) of this IANA zone. */
export type Evening = { hour: number; zone: string };

export const DEFAULT_WAR_HOUR = 20;
const BEFORE_MINUTES = 60;
const AFTER_MINUTES = 120;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** An evening comes again within a day, which may have 25 hours; an hour more, since it may begin earlier than on the day before. */
const SEARCHED_MINUTES = 26 * 60;

/**
 * The zone of a guild's evening: its own setting; else the commonest of its members (`members`: how many there are of each), of equally common ones its leader's, then the
 * first by name; else the studio's. What this runtime does not know as a zone counts as none.
 */
export const zoneOf = ({
  own,
  leader,
  members,
  fallback,
}: {
  own: string;
  leader: string;
  members: ReadonlyMap<string, number>;
  fallback: string;
}): string => {
  if (isZone(own)) return own;
  const known = [...members].filter(([zone]) => isZone(zone));
  const most = Math.max(...known.map(([, count]) => count));
  const commonest = known.filter(([, count]) => count === most).map(([zone]) => zone);
  return commonest.includes(leader) ? leader : (commonest.sort()[0] ?? fallback);
};

const isZone = (zone: string): boolean => {
  try {
    return zone !== "" && Temporal.Now.instant().toZonedDateTimeISO(zone).timeZoneId !== "";
  } catch {
    return false;
  }
};

/** Inclusive, in minutes since 1970. */
type Window = { from: number; to: number };

/**
 * Evenings from the day before a moment to two days after it. Each goes from an hour before its hour to two hours after it, in time that passes: where clocks are moved in it, it
 * is as long as any other. An hour that a day does not have is the moment the clocks were moved; of one it has twice the first counts.
 */
export const eveningsAbout = (minute: number, { hour, zone }: Evening): Window[] => {
  const today = Temporal.Instant.fromEpochMilliseconds(minute * MINUTE_MS)
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  return [-1, 0, 1, 2].map((days) => {
    const plainTime = Temporal.PlainTime.from({ hour });
    const about = Math.floor(
      today.add({ days }).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds / MINUTE_MS,
    );
    return { from: about - BEFORE_MINUTES, to: about + AFTER_MINUTES };
  });
};

/** The minute of the day, in UTC, at which a guild's hour is; as of the day of a moment (epoch ms) in its zone. */
export const minuteOfEvening = (now: number, evening: Evening): number => {
  const [, today] = eveningsAbout(Math.floor(now / MINUTE_MS), evening);
  return ((today?.from ?? 0) + BEFORE_MINUTES) % DAY_MINUTES;
};

const distanceTo = (windows: readonly Window[], minute: number): number =>
  Math.min(...windows.map(({ from, to }) => Math.max(from - minute, minute - to, 0)));

/**
 * When a war begins that is agreed now, in epoch ms; never before its preparation is over. Soon: just then. In the evening: the first whole minute that is in the evenings of
 * both; where they have none in common within a day, the first of those for which the one that is further from its evening is as near to it as can be.
 */
export const startOf = ({
  now,
  mode,
  guilds,
}: {
  /** Epoch ms. */
  now: number;
  mode: PutWarMode;
  guilds: readonly [Evening, Evening];
}): number => {
  const earliestMs = now + modeTimes(mode).preparationMs;
  if (mode.start === "soon") return earliestMs;
  const earliest = Math.ceil(earliestMs / MINUTE_MS);
  const latest = earliest + SEARCHED_MINUTES;
  const [ones, others] = [eveningsAbout(earliest, guilds[0]), eveningsAbout(earliest, guilds[1])];
  const worst = (minute: number): number => Math.max(distanceTo(ones, minute), distanceTo(others, minute));
  // The greater of two distances that rise and fall by a minute each minute is least at an edge, or midway between an edge of one and an edge of the other.
  const edges = [ones, others].map((windows) => windows.flatMap(({ from, to }) => [from, to]));
  const midway = (edges[0] ?? []).flatMap((one) =>
    (edges[1] ?? []).flatMap((other) => [Math.floor((one + other) / 2), Math.ceil((one + other) / 2)]),
  );
  const candidates = [earliest, latest, ...edges.flat(), ...midway].filter(
    (minute) => minute >= earliest && minute <= latest,
  );
  const best = candidates.reduce((least, minute) => {
    const difference = worst(minute) - worst(least);
    return difference < 0 || (difference === 0 && minute < least) ? minute : least;
  });
  return best * MINUTE_MS;
};
