import { test } from "vitest";
import { onOneRedis, onThreeMasters } from "./on-redis.ts";
import { seasonsAtRandom } from "./seasons-at-random.ts";

const TIMEOUT_MS = 600_000;

test.each([false, true])(
  "[RK20] random histories of seasons; Redis loses its tail: %s",
  (losing) => onOneRedis((redis) => seasonsAtRandom(redis, { runs: 40, losing })),
  TIMEOUT_MS,
);

test(
  "[RK21] random histories of seasons on three masters",
  () =>
    onThreeMasters(["guild:g0", "guild:g1", "guild:g2", "guild:g3", "ranking"], (redis) =>
      seasonsAtRandom(redis, { runs: 30, losing: false }),
    ),
  TIMEOUT_MS,
);
