import { expect, test } from "vitest";
import { aRedis } from "./a-redis.ts";
import { seasonsAtRandom } from "./seasons-at-random.ts";

test("[RK20] whoever is killed while seasons are closed, and whatever moves meanwhile, each guild and member is ranked and paid once", async () => {
  const { redis } = await aRedis();
  try {
    await seasonsAtRandom(redis, { runs: 2, losing: false });
  } finally {
    await redis.close();
  }
});

test("[RK20] the same when Redis loses its tail meanwhile", async () => {
  const { redis } = await aRedis();
  try {
    await seasonsAtRandom(redis, { runs: 2, losing: true });
    expect(await redis.ready()).toBe(true);
  } finally {
    await redis.close();
  }
});
