/**
 * `npm test [-- VITEST ARGS]`, in the folder of the project: the check, then every test on a Redis of its own and free ports. The last line is
 * `N passed, N failed`, steps of the check counted in. `--long` adds what takes minutes (`*.long.test.ts`), and the suite once
 * more on a Redis Cluster of three masters.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { settings } from "../server/settings.ts";
import { type Counted, check } from "./check.ts";

const root = process.cwd();

/** The part of vitest's JSON report that is counted. A file that could not be loaded has a status and no tests. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** The environment without Gremio's settings: what someone has set for his own server is nothing to the tests. */
function testEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const { name } of settings) delete env[name];
  delete env.NODE_ENV;
  delete env.GREMIO_TEST_LONG;
  delete env.GREMIO_TEST_CLUSTER;
  return { ...env, ...extra };
}

function runVitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...args], { cwd: root, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.on("disconnect", () => child.kill("SIGTERM"));
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}

async function runTests(args: readonly string[], extra: NodeJS.ProcessEnv): Promise<Counted> {
  const folder = await mkdtemp(join(tmpdir(), "gremio-report-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const code = await runVitest([...reporters, ...args], testEnvironment(extra));
    const report = reportSchema.safeParse(JSON.parse(await readFile(file, "utf8").catch(() => "null")));
    if (!report.success) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, testResults } = report.data;
    const unloaded = testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0);
    const failed = numFailedTests + unloaded.length;
    // Errors outside any test (an unhandled rejection, a hook) fail the run without failing a test.
    return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
const checked = await check(root);
const long = args.includes("--long");
const chosen = args.filter((arg) => arg !== "--long");
const runs: NodeJS.ProcessEnv[] = long ? [{ GREMIO_TEST_LONG: "1" }, { GREMIO_TEST_CLUSTER: "1" }] : [{}];
let { passed, failed } = checked;
for (const extra of runs) {
  const tested = await runTests(chosen, extra);
  passed += tested.passed;
  failed += tested.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
