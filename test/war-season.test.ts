import { afterAll, beforeAll, expect, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { expectSeason, playSeason } from "./war-season.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[PV8] through a season of crashes, clock steps and late reports each war ends once and pays each once", async () => {
  const season = await playSeason(clock, { guilds: 12, members: 4, ticks: 50, actsEach: 8, seed: 5 });
  expect(season.wars.size).toBeGreaterThan(5);
  await expectSeason(season);
});
