import { expect, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aRedis } from "./a-redis.ts";
import { seasonsAtRandom } from "./seasons-at-random.ts";

test.each([false, true])(
  "[RK20] random histories of seasons; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await seasonsAtRandom(redis, { runs: 60, losing });
    } finally {
      await redis.close();
    }
  },
  300_000,
);

test("[RK21] random histories of seasons on three masters", async () => {
  const cluster = await startRedisCluster();
  const { redis, keys } = await aRedis({ url: cluster.url, cluster: true });
  try {
    await seasonsAtRandom(redis, { runs: 30, losing: false });
    const owners = ["guild:g0", "guild:g1", "guild:g2", "guild:g3", "ranking"];
    const slots = owners.map((owner) =>
      redis.run(keys.of(owner, "book"), ["CLUSTER", "KEYSLOT", keys.of(owner, "book")]),
    );
    const third = 16_384 / 3;
    expect(new Set((await Promise.all(slots)).map((slot) => Math.floor(Number(slot) / third))).size).toBeGreaterThan(1);
  } finally {
    await redis.close();
    await cluster.stop();
  }
}, 300_000);
