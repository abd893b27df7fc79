/**
 * `npm start [-- --verbose] [-- --no-install]`: Redis, the FCM sandbox, the notifier and the chat service, each its own
 * process. Ctrl-C ends them all; when one dies, the others are ended and this exits with 1.
 */
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { ConfigError } from "../server/config/config-error.ts";
import { loadConfig } from "../server/config.ts";
import { listenError } from "../server/listen.ts";
import { startEmbeddedRedis } from "./embedded-redis.ts";
import { startControlServer } from "./start/control-server.ts";
import { devSecrets } from "./start/dev-secrets.ts";
import { greeting } from "./start/greeting.ts";
import { logLines } from "./start/log-lines.ts";
import { noteServing, servedBy } from "./start/one-at-a-time.ts";
import { type Part, PartFailed, startPart } from "./start/part.ts";

/** Seconds instead of production's minutes: a newcomer sees the digest come, and what someone who is there does not read. */
const DIGEST_WINDOW_MS = 6000;
const GRACE_MS = 6000;
/** Two guilds that look for an opponent find each other at once, and who finds none sees it end. */
const SEEK_MINUTES = 2;

/** `npm start` cannot go on; the message says what to do. */
class CannotStart extends Error {}

type Stoppable = { stop(): Promise<void>; kill?(): Promise<void> };

const root = join(import.meta.dirname, "..");
const ending = new AbortController();
const running: Stoppable[] = [];

/** Remembers what must be stopped, the last started first. */
function keep<T extends Stoppable>(part: T): T {
  running.unshift(part);
  ending.signal.throwIfAborted();
  return part;
}

async function settingsOf(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const dataDir = resolve(root, env.GREMIO_DATA_DIR || ".data");
  const secrets = await devSecrets(dataDir);
  return {
    ...env,
    GREMIO_DEVELOPMENT: "1",
    GREMIO_DATA_DIR: dataDir,
    GREMIO_API_KEYS: env.GREMIO_API_KEYS || secrets.apiKey,
    GREMIO_TOKEN_SECRET: env.GREMIO_TOKEN_SECRET || (env.GREMIO_TOKEN_JWKS_URL ? "" : secrets.tokenSecret),
    GREMIO_DIGEST_WINDOW_MS: env.GREMIO_DIGEST_WINDOW_MS || String(DIGEST_WINDOW_MS),
    GREMIO_GRACE_MS: env.GREMIO_GRACE_MS || String(GRACE_MS),
    GREMIO_WAR_SEEK_MINUTES: env.GREMIO_WAR_SEEK_MINUTES || String(SEEK_MINUTES),
    GREMIO_EARNING_RULES: env.GREMIO_EARNING_RULES || join(root, "docs", "examples", "earning-rules.json"),
    // Few players play here: one in sixteen would often be none.
    GREMIO_EARNING_SAMPLE: env.GREMIO_EARNING_SAMPLE || "1",
    NOTIFIER_PORT: env.NOTIFIER_PORT || "0",
    FCM_SANDBOX_FILE: join(dataDir, "fcm-sandbox.json"),
    LOG_LEVEL: env.LOG_LEVEL || (process.argv.includes("--verbose") ? "debug" : "warn"),
  };
}

async function refuseTakenPort(port: number, host: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((free, taken) => {
    server.once("error", taken).listen(port, host, () => server.close(() => free()));
  }).catch((error: unknown) => {
    const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!inUse) throw listenError(error, { host, port, portSetting: "PORT" });
    throw new CannotStart(`Port ${port} is in use. End what uses it, or take another: PORT=${port + 1} npm start`);
  });
}

async function startRedis(dataDir: string): Promise<string> {
  const dir = join(dataDir, "redis");
  await mkdir(dir, { recursive: true });
  if (await servedBy(dir))
    throw new CannotStart(`Gremio runs from ${dataDir} already. End it, or set GREMIO_DATA_DIR.`);
  const redis = keep(await startEmbeddedRedis({ dir }));
  await noteServing(dir, redis.port);
  // Without Redis the others have nothing left to save, and would wait for it until their deadlines.
  void redis.exited.then((code) => died("Redis", `exit code ${code}`, true));
  return redis.url;
}

async function startService(name: string, env: NodeJS.ProcessEnv, script?: string): Promise<Part> {
  const what = script === undefined ? { name } : { name, script };
  const part = keep(await startPart({ ...what, env, log: logLines(name), signal: ending.signal }));
  void part.exited.then((how) => (running.includes(part) ? died(`The ${name} service`, how) : undefined));
  return part;
}

async function start(): Promise<void> {
  let env = await settingsOf(process.env);
  const assumed = { ...env, REDIS_URL: env.REDIS_URL || "redis://127.0.0.1" };
  const wanted = loadConfig(assumed, "chat");
  loadConfig(assumed, "notifier");
  await refuseTakenPort(wanted.port, wanted.host);
  const ownRedis = env.REDIS_URL ? undefined : await startRedis(env.GREMIO_DATA_DIR ?? "");
  env = { ...env, REDIS_URL: env.REDIS_URL || ownRedis };
  if (!env.GOOGLE_APPLICATION_CREDENTIALS) {
    const sandbox = await startService("fcm-sandbox", env);
    env = { ...env, FCM_SANDBOX_PORT: String(sandbox.ready.controlPort ?? 0) };
  }
  await startService("notifier", env);

  let port = wanted.port;
  let restarting: Promise<void> | undefined;
  const control = keep(
    await startControlServer({
      isPageOrigin: (origin) => URL.canParse(origin) && new URL(origin).port === String(port),
      killChat: () => (restarting ??= restartChat().finally(() => (restarting = undefined))),
    }),
  );
  const startChat = () =>
    startService("chat", { ...env, PORT: String(port), GREMIO_DEV_CONTROL: String(control.port) });
  let chat = await startChat();
  port = chat.ready.port ?? port;
  async function restartChat(): Promise<void> {
    running.splice(running.indexOf(chat), 1);
    await chat.kill();
    chat = await startChat().catch((error: unknown) => died("The chat service", String(error)));
  }
  console.log(await greeting(wanted, port, ownRedis));
  // Without the secret nobody here can sign tokens: neither for the bots nor for the page.
  if (wanted.token.keys.kind === "secret") await startService("bots", { ...env, PORT: String(port) }, "deploy/bots.ts");
}

/** Stops everything in order, then ends this process. Only the first reason counts. */
async function end(code: number, byForce = false): Promise<never> {
  if (!ending.signal.aborted) {
    ending.abort(new PartFailed("ended while starting"));
    await started.catch(() => {});
    for (const part of running.splice(0)) await (byForce && part.kill ? part.kill() : part.stop());
    process.exit(code);
  }
  return new Promise(() => {});
}

function died(name: string, how: string, byForce = false): Promise<never> {
  if (!ending.signal.aborted) console.error(`${name} ended (${how}); ending the rest.`);
  return end(1, byForce);
}

// The terminal may be gone, or the reader of a pipe: that is no reason to leave children behind.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
process.on("disconnect", () => end(0));

const started = start();
started.catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof CannotStart || error instanceof PartFailed;
  if (!ending.signal.aborted) console.error(expected ? `Cannot start: ${error.message}` : error);
  return end(1);
});
