import { expect } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";

type Work = (redis: Redis) => Promise<void>;

/** Does the work on the suite's Redis, over a connection of its own. */
export const onOneRedis = async (work: Work): Promise<void> => {
  const { redis } = await aRedis();
  try {
    await work(redis);
  } finally {
    await redis.close();
  }
};

/** Does the work on a cluster of three masters of its own; fails where all these owners are on the same one. */
export const onThreeMasters = async (owners: readonly string[], work: Work): Promise<void> => {
  const cluster = await startRedisCluster();
  const { redis, keys } = await aRedis({ url: cluster.url, cluster: true });
  try {
    await work(redis);
    const slotOf = (key: string) => redis.run(key, ["CLUSTER", "KEYSLOT", key]);
    const slots = await Promise.all(owners.map((owner) => slotOf(keys.of(owner, "book"))));
    const masters = slots.map((slot) => Math.floor(Number(slot) / (16_384 / 3)));
    expect(new Set(masters).size).toBeGreaterThan(1);
  } finally {
    await redis.close();
    await cluster.stop();
  }
};
