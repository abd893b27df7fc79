/// <reference lib="esnext.temporal" />
import fc from "fast-check";
import { expect, test } from "vitest";
import { quietEnd } from "../server/notifier/deciding/quiet-end.ts";

const MINUTE_MS = 60_000;
const utc = (time: string): number => Date.parse(`${time}Z`);
const shown = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
/** Of quiet hours `from-to` in a zone, at a moment of UTC: when they end, in UTC. */
const ends = (hours: string, zone: string, now: string): string | undefined => {
  const [from = "", to = ""] = hours.split("-");
  return shown(quietEnd({ from, to }, zone, utc(now)));
};

test("[PP1] quiet hours begin with `from`, end before `to`, and may last over midnight", () => {
  const night = (now: string) => ends("22:00-07:00", "Asia/Kathmandu", now); // UTC+5:45
  expect(night("2026-11-22T16:14:59.999")).toBeUndefined();
  expect(night("2026-11-22T16:15")).toBe("2026-11-23T01:15");
  expect(night("2026-11-23T01:14:59.999")).toBe("2026-11-23T01:15");
  expect(night("2026-11-23T01:15")).toBeUndefined();
  const siesta = (now: string) => ends("14:00-16:30", "Asia/Kathmandu", now);
  expect(siesta("2026-11-22T08:14")).toBeUndefined();
  expect(siesta("2026-11-22T08:15")).toBe("2026-11-22T10:45");
  expect(siesta("2026-11-22T10:45")).toBeUndefined();
  expect(ends("00:00-08:00", "America/Bogota", "2026-11-22T05:00")).toBe("2026-11-22T13:00");
  expect(ends("23:59-00:00", "America/Bogota", "2026-11-22T04:59")).toBe("2026-11-22T05:00");
  // All day but a minute.
  expect(ends("08:01-08:00", "America/Bogota", "2026-11-22T13:00")).toBeUndefined();
  expect(ends("08:01-08:00", "America/Bogota", "2026-11-22T13:01")).toBe("2026-11-23T13:00");
});

test("[PP2] where clocks are moved in the night, quiet hours go by what the wall clock shows", () => {
  // Forward at 02:00 to 03:00, UTC+1 to +2.
  const spring = (hours: string, now: string) => ends(hours, "Europe/Madrid", now);
  expect(spring("22:00-07:00", "2026-03-28T21:00")).toBe("2026-03-29T05:00");
  expect(spring("22:00-02:30", "2026-03-28T23:00")).toBe("2026-03-29T01:00");
  expect(spring("02:30-05:00", "2026-03-29T00:59")).toBeUndefined();
  expect(spring("02:30-05:00", "2026-03-29T01:00")).toBe("2026-03-29T03:00");
  expect(spring("02:10-02:50", "2026-03-29T01:00")).toBeUndefined();
  // Back at 03:00 to 02:00.
  expect(spring("22:00-07:00", "2026-10-24T20:00")).toBe("2026-10-25T06:00");
  expect(spring("22:00-02:30", "2026-10-24T22:00")).toBe("2026-10-25T00:30");
  expect(spring("22:00-02:30", "2026-10-25T00:45")).toBeUndefined();
  expect(spring("22:00-02:30", "2026-10-25T01:10")).toBe("2026-10-25T01:30");
  // At midnight: back to 23:00 the day before, and forward to 01:00.
  expect(ends("23:30-07:00", "America/Sao_Paulo", "2018-02-18T01:45")).toBe("2018-02-18T02:00");
  expect(ends("23:30-07:00", "America/Sao_Paulo", "2018-02-18T02:10")).toBeUndefined();
  expect(ends("23:30-07:00", "America/Sao_Paulo", "2018-02-18T02:30")).toBe("2018-02-18T10:00");
  // It ends where the clock goes back into it.
  expect(ends("00:01-00:00", "America/Santiago", "2005-03-13T02:59")).toBe("2005-03-13T04:00");
  expect(ends("22:00-00:30", "America/Sao_Paulo", "2018-11-04T01:30")).toBe("2018-11-04T03:00");
  expect(ends("00:00-06:00", "America/Havana", "2026-03-08T05:00")).toBe("2026-03-08T10:00");
  expect(ends("00:30-06:00", "America/Havana", "2026-11-01T04:45")).toBe("2026-11-01T05:00");
  expect(ends("22:00-07:00", "America/Santiago", "2026-09-06T03:00")).toBe("2026-09-06T10:00");
  expect(ends("22:00-07:00", "America/Santiago", "2026-04-05T02:00")).toBe("2026-04-05T11:00");
  // The Friday Samoa left out: Thursday's night ends on Saturday, no longer than any other.
  expect(ends("22:00-07:00", "Pacific/Apia", "2011-12-30T09:00")).toBe("2011-12-30T17:00");
});

test("[PP3] a player who travels has his quiet hours in the zone he is in; one nobody knows is read as Mexico City", () => {
  const now = "2026-11-22T04:00"; // 23:00 in Bogotá, 05:00 in Madrid, 13:00 in Tokyo
  expect(ends("22:00-07:00", "America/Bogota", now)).toBe("2026-11-22T12:00");
  expect(ends("22:00-07:00", "Europe/Madrid", now)).toBe("2026-11-22T06:00");
  expect(ends("22:00-07:00", "Asia/Tokyo", now)).toBeUndefined();
  expect(ends("22:00-07:00", "Mars/Base", now)).toBe(ends("22:00-07:00", "America/Mexico_City", now));
});

const ZONES = [
  ...(["America/Santiago", "America/Sao_Paulo", "America/Havana", "America/Mexico_City", "America/Caracas"] as const),
  ...(["Europe/Madrid", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca"] as const),
  ...(["America/St_Johns", "Antarctica/Troll", "Asia/Pyongyang", "America/Asuncion", "UTC"] as const),
];

/** The minutes of the day a wall clock of the zone shows, by the calendar `quietEnd` does not use. */
const wallClocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  ]),
);
const minutesShown = (zone: (typeof ZONES)[number], at: number): number => {
  const [hours, minutes] = (wallClocks.get(zone)?.format(at) ?? "").split(":").map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
};

/** Moments when the clocks of a zone are moved, from 2005 to 2035. */
const movesOf = (zone: string): number[] => {
  const moves: number[] = [];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.from("2005-01-01T00:00Z").toZonedDateTimeISO(zone);
  while (at !== null && at.year < 2035) {
    at = at.getTimeZoneTransition("next");
    if (at !== null) moves.push(at.epochMilliseconds);
  }
  return moves;
};

test("[PP2] at any moment it is quiet if and only if the wall clock, read minute by minute, says so, and until it does not", () => {
  const moves = new Map(ZONES.map((zone) => [zone, movesOf(zone)]));
  const clockTime = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const soon = fc.integer({ min: -26 * 60 * MINUTE_MS, max: 6 * 60 * MINUTE_MS });
  const any = fc.integer({ min: utc("2005-01-01T00:00"), max: utc("2035-01-01T00:00") });
  const written = (time: number): string =>
    [Math.floor(time / 60), time % 60].map((part) => String(part).padStart(2, "0")).join(":");
  const cases = fc.tuple(fc.constantFrom(...ZONES), clockTime, clockTime, fc.nat(), soon, any, fc.boolean());
  fc.assert(
    fc.property(cases, ([zone, from, to, which, off, anywhere, isAnywhere]) => {
      fc.pre(from !== to);
      const of = moves.get(zone) ?? [];
      const move = of[which % Math.max(1, of.length)];
      const now = move === undefined || isAnywhere ? anywhere : move + off;
      const isQuiet = (at: number): boolean => {
        const shows = minutesShown(zone, at);
        return from < to ? from <= shows && shows < to : from <= shows || shows < to;
      };
      let end: number | undefined;
      if (isQuiet(now)) {
        end = now - (now % MINUTE_MS);
        while (isQuiet(end)) end += MINUTE_MS;
      }
      expect([
        zone,
        written(from),
        written(to),
        shown(now),
        quietEnd({ from: written(from), to: written(to) }, zone, now),
      ]).toEqual([zone, written(from), written(to), shown(now), end]);
    }),
    { numRuns: process.env.GREMIO_TEST_LONG === "1" ? 5_000 : 400 },
  );
});
