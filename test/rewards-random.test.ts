import { expect, test } from "vitest";
import { aRedis } from "./a-redis.ts";
import { rewardsAtRandom } from "./rewards-at-random.ts";

test.each([false, true])(
  "[RW17] whatever is bought, refunded and given at the same moment and whoever is killed at it, all adds up; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await rewardsAtRandom(redis, { runs: 6, rounds: 6, losing });
      expect(await redis.ready()).toBe(true);
    } finally {
      await redis.close();
    }
  },
);
