import { expect, test } from "vitest";
import { setUpDirectory } from "../bench/directory/directory.ts";

test("[BE45] directory: every search, suggestion and joining of a round succeeds, with as many guilds as the bench says", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpDirectory({ many: 120, few: 60, searches: 20, players: 4 });
  try {
    const [ours, baseline] = [await contest.ours(), await contest.baseline()];
    expect(ours).toMatchObject({ listed: 120, joined: 4 });
    expect(baseline).toMatchObject({ listed: 60, joined: 4 });
    for (const { found = 0, suggested } of [ours, baseline]) {
      expect(found).toBeGreaterThan(3);
      expect(suggested).toBe(5);
    }
  } finally {
    await contest.close();
  }
});
