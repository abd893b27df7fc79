import { expect, test, vi } from "vitest";
import { isSuiteCluster } from "./a-redis.ts";
import { killedPartEndsAll, readyStart, START_TEST_MS, servicesOf } from "./npm-start.ts";

vi.setConfig({ testTimeout: START_TEST_MS });

test.each([
  ["SIGTERM", "npm"],
  ["SIGKILL", "npm"],
  ["SIGKILL", "deploy/start.ts"],
  ["SIGINT", "deploy/setup.mjs"],
  ["SIGINT", "deploy/start.ts"],
  ["SIGTERM", "deploy/start.ts"],
  ["SIGKILL", "deploy/setup.mjs"],
] as const)("[SU10] %s to %s alone ends them all", async (signal, who) => {
  const started = await readyStart();
  process.kill(who === "npm" ? (started.npm.pid ?? 0) : started.pidOf(who), signal);
  await started.allEnded();
});

test.each([
  // Found by its keeper first: killing that must take the server along.
  ["deploy/keeper.ts", "Redis ended (exit code 1)"],
  ["server/main.ts chat", "The chat service ended (SIGKILL)"],
  ["server/main.ts fcm-sandbox", "The fcm-sandbox service ended (SIGKILL)"],
  ["server/main.ts notifier", "The notifier service ended (SIGKILL)"],
])("[SU12] when %s dies, it is named, the rest is ended, and the end is 1", killedPartEndsAll);

test("[SU7] with REDIS_URL no Redis is started", async () => {
  const namespace = `start-${process.pid}-${Date.now()}`;
  const started = await readyStart({
    REDIS_URL: process.env.GREMIO_TEST_REDIS_URL,
    GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
    GREMIO_NAMESPACE: namespace,
  });
  expect(servicesOf(started)).toEqual([false, true, true, true]);
  expect(started.out()).toContain(`the one of REDIS_URL   (namespace ${namespace})`);
  process.kill(-(started.npm.pid ?? 0), "SIGINT");
  await started.allEnded();
});
