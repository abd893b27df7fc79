import { expect, test } from "vitest";
import { setUpResume } from "../bench/resume/resume.ts";

test("[BE25] resume: all come back and have all they missed, but on the plain server, which loses it", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpResume({ guilds: 2, members: 6, messages: 5, loads: 2 });
  try {
    // A round in which anything is lost, comes twice or out of order fails by itself.
    const [ours, baseline] = [await contest.ours(), await contest.baseline()];
    expect(ours).toMatchObject({ lost: 0, lastMs: expect.any(Number), redisCommandsEach: expect.any(Number) });
    expect(baseline.lost).toBe(2 * 6 * 5);
    expect(Object.keys(baseline).sort()).toEqual(Object.keys(ours).sort());
  } finally {
    await contest.close();
  }
});
