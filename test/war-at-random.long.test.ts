import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import "./property-seed.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { quickWars } from "./a-quick-war.ts";
import { crossing } from "./war-crossing.ts";
import { fought, steps } from "./war-scoring.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[PV16] of challenges that are accepted at the same time no guild is bound to two, 200 times", async () => {
  for (let seed = 100; seed < 300; seed++) await crossing(clock.redis, seed);
}, 900_000);

test("[PV19] what the battles come to is right in any order, told together, told again, or taken back, a hundred times", async () => {
  for (const scoring of ["sum", "best", "best-of-target"] as const) {
    const world = await quickWars(clock, { members: 2 });
    await fc.assert(
      fc.asyncProperty(steps, (plan) => fought(world, scoring, plan)),
      { numRuns: 34 },
    );
  }
}, 600_000);
