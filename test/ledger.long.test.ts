import { expect, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aRedis } from "./a-redis.ts";
import { ledgerAtRandom } from "./ledger-at-random.ts";

test.each([false, true])(
  "[PO20] hundreds of random histories of books; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await ledgerAtRandom(redis, { runs: 300, rounds: 20, losing });
    } finally {
      await redis.close();
    }
  },
  300_000,
);

test("[PO21] random histories of books on three masters, with transfers from one to the other", async () => {
  const cluster = await startRedisCluster();
  const { redis, keys } = await aRedis({ url: cluster.url, cluster: true });
  try {
    await ledgerAtRandom(redis, { runs: 80, rounds: 20, losing: false });
    const owners = ["guild:g1", "guild:g2", "player:ana", "player:beto"];
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
