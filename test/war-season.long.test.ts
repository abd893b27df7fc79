import { afterAll, beforeAll, expect, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { expectSeason, playSeason } from "./war-season.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[PV8] 200 guilds of 2,000 players lead a season of wars", async () => {
  const season = await playSeason(clock, {
    guilds: 200,
    members: 10,
    ticks: 300,
    actsEach: 40,
    seed: Date.now() % 1e6,
  });
  const by = (phase: string) => [...season.wars.values()].filter((war) => war.phase === phase).length;
  console.log({
    ...season.counts,
    wars: season.wars.size,
    settled: by("settled"),
    cancelled: by("cancelled"),
    battles: [...season.wars.values()].flatMap(({ sides }) => sides).reduce((sum, { battles }) => sum + battles, 0),
    corrected: [...season.wars.values()].filter(({ round }) => round > 1).length,
  });
  expect(by("settled")).toBeGreaterThan(300);
  await expectSeason(season);
}, 1_200_000);
