import { afterAll, beforeAll, expect, test } from "vitest";
import { aMovedClock } from "./a-moved-clock.ts";
import { FAULTS } from "./dying-before.ts";
import { ledThrough, STAGES } from "./war-killed.ts";

let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

test.each(FAULTS)(
  "[PV9] whatever goes wrong (%s) at any step of any stage, a war ends the same",
  async (fault) => {
    for (const stage of Object.keys(STAGES)) {
      let n = 1;
      // `late` never fails: a stage has as many steps as it has with the others.
      while (n < 40 && ((await ledThrough(clock, stage, n, fault)) || (fault === "late" && n < 15))) n += 1;
      expect(n, stage).toBeGreaterThan(1);
    }
  },
  600_000,
);
