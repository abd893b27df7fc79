import "./property-seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Evening, eveningsAbout, minuteOfEvening, startOf, zoneOf } from "../server/pvp/evening.ts";
import { type PutWarMode, putWarModeSchema } from "../shared/api/war-mode.ts";
import { inAll } from "./api-world.ts";

const MINUTE_MS = 60_000;
const ZONES = [
  ...["America/Sao_Paulo", "America/Santiago", "America/Mexico_City", "America/Asuncion"],
  ...["Europe/Madrid", "Asia/Tokyo"],
] as const;
const aMode = (more: object = {}): PutWarMode =>
  putWarModeSchema.parse({ name: inAll("Guerra"), preparationMinutes: 60, ...more });
const at = (iso: string): number => Date.parse(iso);
const inZone = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ day: "2-digit", hour: "2-digit", minute: "2-digit" },
  }).format(ms);

const evening = fc.record({ hour: fc.integer({ min: 0, max: 23 }), zone: fc.constantFrom(...ZONES) });
/** From 2015 on, so that clocks are moved in all of these zones but Tokyo's; half of them near a midnight of spring or autumn in which some zone did. */
const moment = fc.oneof(
  fc.integer({ min: at("2015-01-01T00:00Z"), max: at("2027-12-31T00:00Z") }),
  fc
    .record({
      day: fc.constantFrom(
        ...["2017-10-15", "2018-02-18", "2018-11-04", "2019-02-17", "2019-09-08", "2022-09-11", "2024-04-07"],
        ...["2021-10-31", "2022-03-27", "2022-04-03", "2022-10-30", "2024-03-24", "2023-10-01", "2026-03-29"],
      ),
      minute: fc.integer({ min: -2 * 1_440, max: 2 * 1_440 }),
      ms: fc.integer({ min: 0, max: MINUTE_MS - 1 }),
    })
    .map(({ day, minute, ms }) => at(`${day}T03:00Z`) + minute * MINUTE_MS + ms),
);

describe("[WM10] a war's start", () => {
  test("is the first whole minute that both guilds have evening, or the fairest of the day", () => {
    fc.assert(
      fc.property(
        moment,
        evening,
        evening,
        fc.integer({ min: 0, max: 3_000 }),
        (now, one, other, preparationMinutes) => {
          const mode = aMode({ preparationMinutes, lockMinutes: 0 });
          const start = startOf({ now, mode, guilds: [one, other] });
          const earliest = Math.ceil(now / MINUTE_MS) + preparationMinutes;
          const windows = [one, other].map((of) => eveningsAbout(earliest, of));
          const worst = (minute: number) =>
            Math.max(
              ...windows.map((evenings) =>
                Math.min(...evenings.map(({ from, to }) => Math.max(from - minute, minute - to, 0))),
              ),
            );
          let best = earliest;
          for (let minute = earliest; minute <= earliest + 26 * 60; minute++)
            if (worst(minute) < worst(best)) best = minute;
          expect(start).toBe(best * MINUTE_MS);
          expect(startOf({ now, mode, guilds: [other, one] })).toBe(start);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("of guilds with the same evening is in it by their clocks, and never later than the next", () => {
    fc.assert(
      fc.property(moment, evening, (now, both) => {
        const start = startOf({ now, mode: aMode(), guilds: [both, both] });
        expect(start).toBeGreaterThanOrEqual(now + 60 * MINUTE_MS);
        expect(start - now).toBeLessThanOrEqual((60 + 1 + 25 * 60) * MINUTE_MS);
        const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(both.zone);
        // Where the clocks are moved within six hours it is told by tests of their own.
        const moves = local.add({ hours: 6 }).offset !== local.subtract({ hours: 6 }).offset;
        const into = (local.hour * 60 + local.minute - (both.hour - 1) * 60 + 48 * 60) % (24 * 60);
        if (!moves) expect(into).toBeLessThanOrEqual(180);
      }),
      { numRuns: 500 },
    );
  });

  test("is kept in step where clocks are moved", () => {
    const start = (now: string, of: Evening) => startOf({ now: at(now), mode: aMode(), guilds: [of, of] });
    // 2018-11-04, Brazil: 00:00 is 01:00, so the evening about midnight begins at 23:00 and ends at 03:00.
    const brazil = { hour: 0, zone: "America/Sao_Paulo" };
    expect(eveningsAbout(at("2018-11-03T12:00Z") / MINUTE_MS, brazil)[2]).toEqual({
      from: at("2018-11-04T02:00Z") / MINUTE_MS,
      to: at("2018-11-04T05:00Z") / MINUTE_MS,
    });
    expect(inZone(start("2018-11-03T12:00Z", brazil), brazil.zone)).toBe("03, 23:00");
    // 2024-03-24, Paraguay: 00:00 is 23:00 again. The first 23:00 counts.
    const paraguay = { hour: 23, zone: "America/Asuncion" };
    expect(start("2024-03-23T12:00Z", paraguay)).toBe(at("2024-03-24T01:00Z"));
    expect(start("2024-03-24T12:00Z", paraguay)).toBe(at("2024-03-25T02:00Z"));
    // 2022-09-11, Chile: 00:00 is 01:00; the evening of 20:00 goes by the new clock from that day on.
    const chile = { hour: 20, zone: "America/Santiago" };
    expect([start("2022-09-10T12:00Z", chile), start("2022-09-11T12:00Z", chile)]).toEqual([
      at("2022-09-10T23:00Z"),
      at("2022-09-11T22:00Z"),
    ]);
    expect(["2022-09-10T12:00Z", "2022-09-11T12:00Z"].map((day) => minuteOfEvening(at(day), chile))).toEqual([
      0, 1_380,
    ]);
    // Where it is evening now it begins when it is prepared, at the next whole minute.
    expect(start("2022-09-10T23:10:07.5Z", chile)).toBe(at("2022-09-11T00:11Z"));
  });

  test("of guilds that are far apart is midway, and of one that wants it soon just after the preparation", () => {
    const guilds = [
      { hour: 20, zone: "Europe/Madrid" },
      { hour: 20, zone: "Asia/Tokyo" },
    ] as const;
    const now = at("2026-01-10T01:00:07Z");
    // Tokyo's evening ends at 13:00 UTC, Madrid's begins at 18:00.
    expect(startOf({ now, mode: aMode(), guilds })).toBe(at("2026-01-10T15:30Z"));
    expect(startOf({ now, mode: aMode({ start: "soon" }), guilds })).toBe(now + 60 * MINUTE_MS);
    const [mexico, madrid] = [{ hour: 20, zone: "America/Mexico_City" }, guilds[0]];
    // Midway between 22:00 in Madrid and 19:00 in Mexico.
    expect(startOf({ now: at("2026-01-10T12:00Z"), mode: aMode(), guilds: [mexico, madrid] })).toBe(
      at("2026-01-10T23:00Z"),
    );
  });
});

test("[WM9] a guild's zone is its own setting, else its members' commonest, of equal ones its leader's, else the studio's", () => {
  const members = new Map([
    ["America/Lima", 2],
    ["America/Bogota", 3],
    ["America/Asuncion", 3],
    ["Mars/Olympus", 9],
    ["", 9],
  ]);
  const of = (more: Partial<Parameters<typeof zoneOf>[0]>) =>
    zoneOf({ own: "", leader: "", members, fallback: "America/Caracas", ...more });
  expect(of({ own: "Europe/Madrid" })).toBe("Europe/Madrid");
  expect(of({ leader: "America/Bogota" })).toBe("America/Bogota");
  expect([of({ leader: "America/Lima" }), of({ own: "Mars/Olympus" })]).toEqual([
    "America/Asuncion",
    "America/Asuncion",
  ]);
  expect(of({ members: new Map() })).toBe("America/Caracas");
});
