import { expect, test } from "vitest";
import { aRedis } from "./a-redis.ts";
import { moneyAtRandom } from "./money-at-random.ts";

test.each([false, true])(
  "[PO26] whatever moves points at the same moment, whoever dies or hears nothing at whatever step: all of it is once and adds up; Redis loses its tail: %s",
  async (losing) => {
    const { redis } = await aRedis();
    try {
      await moneyAtRandom(redis, { runs: 4, rounds: 6, losing });
      expect(await redis.ready()).toBe(true);
    } finally {
      await redis.close();
    }
  },
);
