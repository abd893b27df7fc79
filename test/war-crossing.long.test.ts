import { afterAll, beforeAll, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { crossing } from "./war-crossing.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test("[PV16] of challenges that are accepted at the same time no guild is bound to two, 200 times", async () => {
  for (let seed = 100; seed < 300; seed++) await crossing(clock.redis, seed);
}, 900_000);
