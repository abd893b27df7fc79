import { test, vi } from "vitest";
import { killedPartEndsAll, readyStart, START_TEST_MS } from "./npm-start.ts";

vi.setConfig({ testTimeout: START_TEST_MS });

test.each([
  ["SIGINT", "deploy/setup.mjs"],
  ["SIGINT", "deploy/start.ts"],
  ["SIGTERM", "deploy/start.ts"],
  ["SIGKILL", "deploy/setup.mjs"],
] as const)("[SU10] %s to %s alone ends them all", async (signal, who) => {
  const started = await readyStart();
  process.kill(started.pidOf(who), signal);
  await started.allEnded();
});

test.each([
  ["server/main.ts fcm-sandbox", "The fcm-sandbox service ended (SIGKILL)"],
  ["server/main.ts notifier", "The notifier service ended (SIGKILL)"],
])("[SU12] when %s dies, it is named, the rest is ended, and the end is 1", killedPartEndsAll);
