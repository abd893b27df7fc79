import fc from "fast-check";
import { expect, test } from "vitest";
import { gapOf, matching, pairKey } from "../server/pvp/matching.ts";
import type { Ticket } from "../server/pvp/ticket.ts";
import { seekingSeasons } from "./seeking-seasons.ts";

const NOW = 1_800_000_000_000;
const WAIT_MS = 1_800_000;
let made = 0;
const ticket = (guild: string, { waited = 0, ...rest }: Partial<Ticket> & { waited?: number } = {}): Ticket => {
  const since = NOW - waited * WAIT_MS;
  return {
    ...{ ticket: `t${++made}`, guild, mode: "classic", mu: 25, sigma: 2, strength: 1_000, ready: 20, avoid: [] },
    ...{ since, until: since + WAIT_MS, ...rest },
  };
};
const found = (tickets: readonly Ticket[], never?: ReadonlySet<string>): string[] =>
  matching(tickets, NOW, never).map((pair) => pair.map(({ guild }) => guild).join("-"));

const tickets = fc.array(
  fc.record({
    mu: fc.double({ min: 0, max: 50, noNaN: true }),
    sigma: fc.double({ min: 1, max: 9, noNaN: true }),
    strength: fc.integer({ min: 0, max: 5_000 }),
    ready: fc.integer({ min: 0, max: 30 }),
    mode: fc.constantFrom("classic", "blitz"),
    region: fc.constantFrom(undefined, "mx", "br"),
    waited: fc.double({ min: -0.1, max: 1.1, noNaN: true }),
    avoid: fc.array(
      fc.nat(59).map((guild) => `g${guild}`),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 60 },
);

test("[WQ3] guilds of the same mode are paired, the most even first, each once, and never those who must not meet", () => {
  // By chances: a and b are nearer than b and c, which leaves c.
  expect(found([ticket("c", { mu: 27 }), ticket("a", { mu: 25 }), ticket("b", { mu: 25.5 })])).toEqual(["a-b"]);
  // Who has waited longer is the first of the two.
  expect(found([ticket("a"), ticket("b", { waited: 0.1 })])).toEqual(["b-a"]);
  expect(found([ticket("a"), ticket("b", { mode: "blitz" })])).toEqual([]);
  expect(found([ticket("a"), ticket("b", { avoid: ["a"] })])).toEqual([]);
  expect(found([ticket("a"), ticket("b")], new Set([pairKey("b", "a")]))).toEqual([]);
  expect(found([ticket("a"), ticket("a")])).toEqual([]);

  fc.assert(
    fc.property(tickets, (rows) => {
      const all = rows.map((row, index) => ticket(`g${index}`, row));
      const never = new Set(all.slice(0, 20).map(({ guild }, index) => pairKey(guild, `g${index + 1}`)));
      const pairs = matching(all, NOW, never);
      expect(matching(all.toReversed(), NOW, never)).toEqual(pairs);
      const guilds = pairs.flat().map(({ guild }) => guild);
      expect(new Set(guilds).size).toBe(guilds.length);
      for (const [one, other] of pairs) {
        expect(one.mode).toBe(other.mode);
        expect(one.since).toBeLessThanOrEqual(other.since);
        expect(one.avoid.includes(other.guild) || other.avoid.includes(one.guild)).toBe(false);
        expect(never.has(pairKey(one.guild, other.guild))).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test("[WQ4] two guilds put up with more while they wait, in the end with anything; all else but their chances weighs less and less", () => {
  const [weak, strong] = [{ mu: 20 }, { mu: 29 }];
  const areMatched = (one: Partial<Ticket>, other: Partial<Ticket>, waited: number): boolean =>
    found([ticket("a", { ...one, waited }), ticket("b", { ...other, waited })]).length > 0;
  const from = (one: Partial<Ticket>, other: Partial<Ticket>): number =>
    Array.from({ length: 101 }, (_, percent) => percent).find((percent) => areMatched(one, other, percent / 100)) ??
    101;
  expect(from({}, {})).toBe(0);
  expect(gapOf(ticket("a", weak), ticket("b", strong))).toBeGreaterThan(0.7);
  const uneven = from(weak, strong);
  expect(uneven).toBeGreaterThan(40);
  expect(uneven).toBeLessThan(100);
  // Nothing is too far apart in the end, however much else differs as well.
  const [least, most] = [
    { mu: 5, strength: 0, ready: 1, evening: 0, region: "mx" },
    { mu: 45, strength: 9_999, ready: 30, evening: 720, region: "br" },
  ];
  expect(from(least, most)).toBeGreaterThan(uneven);
  expect(from(least, most)).toBeLessThanOrEqual(100);
  for (const [one, other] of [
    [{ strength: 1_000 }, { strength: 4_000 }],
    [{ ready: 10 }, { ready: 30 }],
    [{ evening: 10 }, { evening: 700 }],
    [{ region: "mx" }, { region: "br" }],
  ] satisfies [Partial<Ticket>, Partial<Ticket>][]) {
    expect(from(one, other)).toBeGreaterThan(0);
    expect(from(one, other)).toBeLessThan(50);
  }
  // Over midnight evenings are near each other.
  expect(from({ evening: 5 }, { evening: 1_435 })).toBe(0);
  // Who has just come helps one who has waited long.
  expect(found([ticket("a", { ...weak, waited: 1 }), ticket("b", { ...strong, waited: 0.4 })])).toEqual(["a-b"]);
});

test("[WQ5] of those who look at least 95 % find an opponent in their time, and their wars are more even than random ones", () => {
  const asked = { seed: 5, days: 21, paceMs: 60_000 };
  const [ours, random] = [seekingSeasons(asked), seekingSeasons({ ...asked, pairing: "random" })];
  expect(ours.seekers).toBeGreaterThan(3_000);
  expect(ours.matched).toBeGreaterThanOrEqual(0.95);
  expect(ours.trueGap / random.trueGap).toBeLessThan(0.75);
  expect(ours.laterTrueGap / random.laterTrueGap).toBeLessThan(0.7);
  expect(seekingSeasons(asked)).toEqual(ours);
});
