import { defineConfig } from "vitest/config";

/** Long tests (`*.long.test.ts`) run only with `npm run test:long`, which sets GREMIO_TEST_LONG. */
const long = process.env.GREMIO_TEST_LONG === "1";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: long ? [] : ["test/**/*.long.test.ts"],
    globalSetup: ["test/compile-cache.ts", "test/one-redis.ts"],
    setupFiles: ["test/property-seed.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globals: false,
  },
});
