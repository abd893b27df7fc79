import { expect, test } from "vitest";
import { setUpNoticeCost } from "../bench/notice-cost/notice-cost.ts";

test("[BE48] notice-cost: a message costs the same however many are absent; a window and a digest are told apart", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpNoticeCost({ few: 5, many: 300, messages: 50 });
  try {
    const [many, few] = [await contest.ours(), (await contest.baseline?.()) ?? {}];
    for (const figure of ["commandsPerMessage", "bytesPerMessage"])
      expect((many[figure] ?? 0) / (few[figure] ?? 0)).toBeLessThanOrEqual(1.1);
    const { "a digest window": window = {}, "a digest": digest = {} } = contest.once ?? {};
    expect(window).toMatchObject({ absent: 300 });
    expect(window.commandsPerAbsent).toBeLessThan(20);
    expect(digest.commandsWhenDue).toBeLessThan(60);
    expect(digest.commandsPerPush).toBeGreaterThan(0);
  } finally {
    await contest.close();
  }
});
