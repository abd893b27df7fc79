import { test } from "vitest";
import { ledgerAtRandom } from "./ledger-at-random.ts";
import { onOneRedis, onThreeMasters } from "./on-redis.ts";

const TIMEOUT_MS = 600_000;

test.each([false, true])(
  "[PO20] many random histories of books; Redis loses its tail: %s",
  (losing) => onOneRedis((redis) => ledgerAtRandom(redis, { runs: 100, rounds: 20, losing })),
  TIMEOUT_MS,
);

test(
  "[PO21] random histories of books on three masters, with transfers from one to the other",
  () =>
    onThreeMasters(["guild:g1", "guild:g2", "player:ana", "player:beto"], (redis) =>
      ledgerAtRandom(redis, { runs: 80, rounds: 20, losing: false }),
    ),
  TIMEOUT_MS,
);
