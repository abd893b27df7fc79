import { expect, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { matching } from "../server/pvp/matching.ts";
import type { Ticket } from "../server/pvp/ticket.ts";
import { seekingSeasons } from "./seeking-seasons.ts";

test("[WQ5] over three seasons of 28 days, with three seeds and a run of the matcher every 5 s, as docs/war.md tells", () => {
  for (const seed of [1, 2, 3]) {
    const asked = { seed, days: 84, paceMs: 5_000 };
    const [ours, random] = [seekingSeasons(asked), seekingSeasons({ ...asked, pairing: "random" })];
    console.info("matched by ours", ours, "at random", random);
    expect(ours.matched).toBeGreaterThanOrEqual(0.95);
    expect(ours.trueGap / random.trueGap).toBeLessThan(0.75);
    expect(ours.laterTrueGap / random.laterTrueGap).toBeLessThan(0.6);
  }
});

test("[WQ3] 2,000 guilds that look at the same time are paired in a part of a second", () => {
  const random = makeRandom(1);
  const now = 1_800_000_000_000;
  const tickets = Array.from({ length: 2_000 }, (_, index): Ticket => {
    const since = now - 1_800_000 * random();
    return {
      ...{ ticket: `t${index}`, guild: `g${index}`, mode: "classic", mu: 13 + 24 * random(), sigma: 2 + 6 * random() },
      ...{
        strength: 10_000 + 30_000 * random(),
        ready: Math.round(5 + 25 * random()),
        region: random() < 0.5 ? "mx" : "br",
      },
      ...{ evening: 1_380 - 60 * Math.floor(4 * random()), avoid: [], since, until: since + 1_800_000 },
    };
  });
  const began = performance.now();
  const pairs = matching(tickets, now);
  const ms = performance.now() - began;
  console.info(`${pairs.length} pairs of 2,000 tickets in ${Math.round(ms)} ms`);
  expect(pairs.length).toBeGreaterThan(900);
  expect(ms).toBeLessThan(2_000);
});
