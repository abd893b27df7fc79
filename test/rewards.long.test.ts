import { test } from "vitest";
import { onOneRedis, onThreeMasters } from "./on-redis.ts";
import { rewardsAtRandom } from "./rewards-at-random.ts";

const TIMEOUT_MS = 600_000;

test.each([false, true])(
  "[RW17] hundreds of random histories of purchases and gifts; Redis loses its tail: %s",
  (losing) => onOneRedis((redis) => rewardsAtRandom(redis, { runs: 150, rounds: 20, losing })),
  TIMEOUT_MS,
);

test(
  "[RW18] random histories of purchases and gifts on three masters, with books, stock and channel on different ones",
  () =>
    onThreeMasters(["guild:g1", "catalogue", "player:ana", "player:beto", "player:caro"], (redis) =>
      rewardsAtRandom(redis, { runs: 60, rounds: 16, losing: false }),
    ),
  TIMEOUT_MS,
);
