import { expect, test } from "vitest";
import { aRedis } from "./a-redis.ts";
import { ledgerAtRandom } from "./ledger-at-random.ts";

test("[PO20] whatever is done at the same moment and whoever is killed at it, books add up, keys are paid once and transfers end", async () => {
  const { redis } = await aRedis();
  try {
    await ledgerAtRandom(redis, { runs: 8, rounds: 8, losing: false });
  } finally {
    await redis.close();
  }
});

test("[PO20] the same when Redis loses its tail between", async () => {
  const { redis } = await aRedis();
  try {
    await ledgerAtRandom(redis, { runs: 6, rounds: 8, losing: true });
    expect(await redis.ready()).toBe(true);
  } finally {
    await redis.close();
  }
});
