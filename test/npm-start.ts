import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { freePort } from "../deploy/free-port.ts";
import { aFolder } from "./a-folder.ts";
import { processesWith } from "./processes.ts";
import { waitFor } from "./wait-for.ts";

const root = join(import.meta.dirname, "..");
const READY_MS = 60_000;
/** Each test starts and ends all parts, on a machine that may be busy. */
export const START_TEST_MS = 120_000;

/** `npm start` with a data folder of its own, by which its processes are known. Ended with the test. */
export async function npmStart(env: NodeJS.ProcessEnv = {}, dataDir?: string) {
  const dir = dataDir ?? (await aFolder());
  const port = Number(env.PORT ?? (await freePort()));
  const npm = spawn("npm", ["start", "--", "--no-install"], {
    cwd: root,
    env: { ...process.env, GREMIO_DATA_DIR: dir, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said: string[] = [];
  for (const output of [npm.stdout, npm.stderr]) output.setEncoding("utf8").on("data", (text) => said.push(text));
  const code = new Promise<number | null>((resolve) => npm.once("close", resolve));
  const out = () => said.join("");
  const parts = () => processesWith(`GREMIO_DATA_DIR=${dir}`);
  onTestFinished(async () => {
    for (const { pid } of parts()) kill(pid, "SIGKILL");
    await code;
  });
  let ended = false;
  void code.then(() => {
    ended = true;
  });
  const outcome = () =>
    waitFor(() => (out().includes("Ctrl-C ends it") ? "ready" : ended && "ended"), "npm start", READY_MS);
  /** Of Node itself, not of the shell npm runs it in. */
  const pidOf = (script: string) =>
    parts().find(({ command }) => /^\S*node /.test(command) && scriptOf(command).includes(script))?.pid ?? 0;
  const allEnded = () => waitFor(() => parts().length === 0, `all parts to end:\n${out()}`);
  return { npm, dir, port, code, out, parts, outcome, pidOf, allEnded };
}

/** "node deploy/setup.mjs start deploy/start.ts" runs deploy/setup.mjs; of a service, its name belongs to it. */
const scriptOf = (command: string) => {
  const [, script = "", name = ""] = command.split(" ");
  return script.endsWith("server/main.ts") ? `${script} ${name}` : script;
};

/** The same, all parts of it ready. */
export async function readyStart(env?: NodeJS.ProcessEnv, dataDir?: string) {
  const started = await npmStart(env, dataDir);
  expect(await started.outcome(), started.out()).toBe("ready");
  return started;
}

/** Of a ready start a part is killed: all that was started ends, with 1, after it has `said` which part it was. */
export async function killedPartEndsAll(part: string, said: string): Promise<void> {
  const started = await readyStart();
  process.kill(started.pidOf(part), "SIGKILL");
  await started.allEnded();
  expect(await started.code).toBe(1);
  expect(started.out()).toContain(`${said}; ending the rest.`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Whether Redis and each service run as a process of its own. */
export const servicesOf = (started: { pidOf(words: string): number }) =>
  ["deploy/keeper.ts", "server/main.ts fcm-sandbox", "server/main.ts notifier", "server/main.ts chat"].map(
    (words) => started.pidOf(words) > 0,
  );
