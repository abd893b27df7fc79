// @ts-check
/**
 * `node deploy/setup.mjs NEEDS [SCRIPT [ARG…]] [--no-install]` makes this machine ready, then runs the script on the Node
 * of node_modules. Runs on Node 20, Linux, macOS and Windows, without node_modules.
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { aptInstall } from "./setup/apt.mjs";
import { findChromium } from "./setup/chromium-binary.mjs";
import { watchNpm } from "./setup/npm-above.mjs";
import { findRuntime, preparePackages } from "./setup/packages.mjs";
import { findRedis, LEAST_REDIS } from "./setup/redis-binary.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { thisSystem, wayToInstall } from "./setup/system.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Beyond the npm packages. @type {Record<string, Array<"redis" | "chromium">>} */
const needs = { packages: [], serve: [], start: ["redis"], bench: ["redis"], test: ["redis", "chromium"] };

const say = (/** @type {string} */ text) => console.error(`[set-up] ${text}`);

/**
 * @param {boolean} install
 * @param {string} otherwise what does instead of a Redis on this machine; empty when nothing does
 */
function prepareRedis(install, otherwise) {
  const { command, tooOld } = findRedis();
  if (command) return;
  const what = `Redis ${LEAST_REDIS} or later`;
  const found = tooOld ? `${what} is needed, and on PATH is ${tooOld}.` : `${what} is missing.`;
  installOrStop("redis", what, `${found} ${otherwise}`.trimEnd(), install && !tooOld, LEAST_REDIS, otherwise);
  if (!findRedis().command) throw new SetupError("redis-server was installed but does not run.");
  say("The system may run it as a service on port 6379 too; Gremio starts its own on a free port.");
}

/** @param {boolean} install */
function prepareChromium(install) {
  if (findChromium()) return;
  installOrStop("chromium", "Chromium for the page's tests", "Chromium, for the page's tests, is missing.", install);
  if (!findChromium()) throw new SetupError("Chromium was installed but is not on PATH; set CHROMIUM_PATH.");
}

/**
 * @param {"redis" | "chromium"} tool
 * @param {string} what
 * @param {string} problem
 * @param {boolean} install
 * @param {number} [leastMajor]
 * @param {string} [otherwise]
 */
function installOrStop(tool, what, problem, install, leastMajor, otherwise = "") {
  const system = thisSystem();
  const { command, aptPackage } = wayToInstall(system, tool);
  if (!install || aptPackage === undefined) throw new SetupError(`${problem}\nInstall it with: ${command}`);
  aptInstall({ name: aptPackage, what, root: system.root, command, say, otherwise, ...(leastMajor && { leastMajor }) });
}

/**
 * Runs a script in the foreground and ends as it ends. It is told (by the channel's closing) when this process is killed.
 * @param {string} runtime
 * @param {string[]} args
 */
function run(runtime, args) {
  const bin = join(root, "node_modules", ".bin");
  const chromium = findChromium();
  const separator = process.platform === "win32" ? ";" : ":";
  const child = spawn(runtime, args, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      PATH: `${bin}${separator}${process.env.PATH ?? ""}`,
      ...(chromium && { CHROMIUM_PATH: chromium }),
    },
  });
  // Ctrl-C may reach the script twice, from the terminal and from here: it must take the second for the first.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  const npmHasGone = watchNpm();
  if (npmHasGone) setInterval(() => npmHasGone() && child.kill("SIGTERM"), 1000).unref();
  child.on("error", (error) => stop(error.message));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** @param {string} message */
function stop(message) {
  for (const line of message.split("\n")) say(line);
  process.exit(1);
}

const args = process.argv.slice(2).filter((arg) => arg !== "--no-install");
const install = args.length === process.argv.length - 2 && !/^(1|true)$/.test(process.env.GREMIO_NO_INSTALL ?? "");
const [task = "", script, ...rest] = args;
const tools = needs[task];

try {
  if (!tools)
    throw new SetupError(`usage: node deploy/setup.mjs ${Object.keys(needs).join("|")} [SCRIPT [ARG…]] [--no-install]`);
  await preparePackages({ root, production: task === "serve", install, say });
  const runtime = findRuntime(root);
  // Only `npm start` can do with a Redis elsewhere; tests and benches start their own, to kill them.
  const mayBeElsewhere = task === "start";
  if (tools.includes("redis") && !(mayBeElsewhere && process.env.REDIS_URL))
    prepareRedis(install, mayBeElsewhere ? "Or set REDIS_URL to one that runs elsewhere." : "");
  if (tools.includes("chromium")) prepareChromium(install);
  if (script) run(runtime, [join(root, script), ...rest]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  stop(error.message);
}
