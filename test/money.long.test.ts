import { expect, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aRedis } from "./a-redis.ts";
import { moneyAtRandom } from "./money-at-random.ts";

test.each([false, true])(
  "[PO26] many random histories of all that moves points; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await moneyAtRandom(redis, { runs: 60, rounds: 12, losing });
      expect(await redis.ready()).toBe(true);
    } finally {
      await redis.close();
    }
  },
  600_000,
);

test("[PO26, PO21] the same on a cluster of three masters", async () => {
  const cluster = await startRedisCluster();
  const { redis } = await aRedis({ url: cluster.url, cluster: true });
  try {
    await moneyAtRandom(redis, { runs: 40, rounds: 12, losing: false });
    expect(await redis.ready()).toBe(true);
  } finally {
    await redis.close();
    await cluster.stop();
  }
}, 600_000);
