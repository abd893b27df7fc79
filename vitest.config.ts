import { defineConfig } from "vitest/config";
import { LongestFirst } from "./deploy/longest-first.ts";
import { leftOutOnCluster, onCluster } from "./deploy/on-cluster.ts";

/** Long tests (`*.long.test.ts`) run only with `npm run test:long`, which sets GREMIO_TEST_LONG. */
const long = process.env.GREMIO_TEST_LONG === "1";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...(long ? [] : ["test/**/*.long.test.ts"]), ...(onCluster ? leftOutOnCluster : [])],
    globalSetup: ["test/compile-cache.ts", "test/one-folder.ts", "test/one-redis.ts"],
    setupFiles: ["test/property-seed.ts"],
    sequence: { sequencer: LongestFirst },
    pool: "forks",
    // A process for each of the hundreds of files took half a second of a core each. So a helper keeps nothing of a file, and has no hooks when it is loaded.
    isolate: long,
    // Many tests wait for processes and windows rather than compute: four keep two cores busy.
    maxWorkers: 4,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globals: false,
  },
});
