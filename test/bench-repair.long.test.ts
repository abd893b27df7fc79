import { expect, test } from "vitest";
import { setUpRepair } from "../bench/repair/repair.ts";

test("[BE20] repair: a lost publish, a killed subscription and a stopped process reach every member once, in order, on the same connection", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpRepair({ members: 6, stoppedMs: 500, whileStopped: 5, undisturbed: 3 });
  try {
    // A round with a hole, a repetition or a closed connection fails by itself; so does one in which the publish was not lost.
    for (let round = 0; round < 2; round++) {
      const [ours, baseline] = [await contest.ours(), await contest.baseline()];
      for (const figure of ["worstS", "swallowedS", "killedS", "stoppedS"])
        expect([ours[figure], baseline[figure]]).toEqual([expect.any(Number), expect.any(Number)]);
    }
  } finally {
    await contest.close();
  }
});
