import { expect, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aRedis } from "./a-redis.ts";
import { rewardsAtRandom } from "./rewards-at-random.ts";

test.each([false, true])(
  "[RW17] hundreds of random histories of purchases and gifts; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await rewardsAtRandom(redis, { runs: 150, rounds: 20, losing });
    } finally {
      await redis.close();
    }
  },
  600_000,
);

test("[RW18] random histories of purchases and gifts on three masters, with books, stock and channel on different ones", async () => {
  const cluster = await startRedisCluster();
  const { redis, keys } = await aRedis({ url: cluster.url, cluster: true });
  try {
    await rewardsAtRandom(redis, { runs: 60, rounds: 16, losing: false });
    const owners = ["guild:g1", "catalogue", "player:ana", "player:beto", "player:caro"];
    const slots = owners.map((owner) =>
      redis.run(keys.of(owner, "book"), ["CLUSTER", "KEYSLOT", keys.of(owner, "book")]),
    );
    const third = 16_384 / 3;
    expect(new Set((await Promise.all(slots)).map((slot) => Math.floor(Number(slot) / third))).size).toBeGreaterThan(1);
  } finally {
    await redis.close();
    await cluster.stop();
  }
}, 600_000);
