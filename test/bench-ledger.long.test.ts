import { expect, test } from "vitest";
import { setUpFootprint } from "../bench/footprint/footprint.ts";
import { setUpLedger } from "../bench/ledger/ledger.ts";

test("[BE40] ledger: every call moves points for the first time, on both sides, or there are no figures", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpLedger({ guilds: 2, members: 2, movements: 400, underWay: 20 });
  try {
    for (const round of [await contest.ours(), await contest.baseline(), await contest.ours()]) {
      expect(round.movementsPerSecond).toBeGreaterThan(0);
      expect(round.redisUsPerMovement).toBeGreaterThan(0);
    }
  } finally {
    await contest.close();
  }
});

test("[BE41] footprint: what players, guilds, messages and movements add is told for each, and the sum for two million", {
  timeout: 120_000,
}, async () => {
  const size = { idle: 300, guilds: 2, members: 5, messages: 100, movements: 60, own: 10 };
  const contest = await setUpFootprint(size);
  try {
    for (const round of [await contest.ours(), await contest.baseline()]) {
      const { bytesPerPlayer = 0, bytesPerGuild = 0, bytesPerThousandMessages = 0, ...others } = round;
      const { bytesPerMovement = 0, bytesPerPlayersMovement = 0, computedGiB } = others;
      expect(bytesPerPlayer).toBeGreaterThan(400);
      expect(bytesPerPlayer).toBeLessThan(2_500);
      expect(bytesPerMovement).toBeGreaterThan(100);
      // So few of them share what the first one makes.
      expect(bytesPerMovement).toBeLessThan(1_000);
      expect(bytesPerThousandMessages).toBeGreaterThan(60_000);
      const guild =
        bytesPerGuild + (bytesPerThousandMessages / 1_000) * size.messages + bytesPerMovement * size.movements;
      const player = bytesPerPlayer + bytesPerPlayersMovement * size.own;
      expect(computedGiB).toBeCloseTo((2_000_000 * player + 60_000 * guild) / 2 ** 30, 6);
    }
  } finally {
    await contest.close();
  }
});
