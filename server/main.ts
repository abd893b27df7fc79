/**
 * `node server/main.ts SERVICE [--production]` runs a service. `npm run serve` adds `--production`: then neither a setting
 * nor an argument leads to development.
 */
import { pino } from "pino";
import { ConfigError } from "./config/config-error.ts";
import { loadConfig } from "./config.ts";
import { ServerRefused } from "./redis/verify-server.ts";
import type { RunningService } from "./service.ts";

/** The settings are read before a service is loaded: a wrong one ends the process before anything has begun. */
const services: Readonly<Record<string, () => Promise<RunningService | undefined>>> = {
  async chat() {
    const config = loadConfig(process.env, "chat");
    const { runChat } = await import("./chat-service.ts");
    return runChat(config);
  },
  async notifier() {
    const config = loadConfig(process.env, "notifier");
    const { runNotifier } = await import("./notifier/service.ts");
    return runNotifier(config);
  },
  async "fcm-sandbox"() {
    const config = loadConfig(process.env, "fcm-sandbox");
    const { runFcmSandbox } = await import("./fcm-sandbox/service.ts");
    await runFcmSandbox(config);
    return undefined;
  },
};

const CLOSE_DEADLINE_MS = 10_000;

const args = process.argv.slice(2);
const production = args.includes("--production");
const [name = ""] = args.filter((arg) => arg !== "--production");
if (production) process.env.NODE_ENV = "production";
const log = pino({ base: { service: name } }, pino.destination({ fd: 2, sync: true }));

process.on("uncaughtException", (error, origin) => {
  log.fatal({ err: error, origin }, "ended by an error nothing caught");
  process.exit(1);
});

// What nobody waited for has failed: told, and no reason to end the others' conversations.
process.on("unhandledRejection", (reason) => log.error({ event: "unhandled-rejection", err: reason }));

const offered = Object.keys(services).filter((service) => !production || service !== "fcm-sandbox");
const run = offered.includes(name) ? services[name] : undefined;
if (!run) {
  console.error(`usage: ${production ? "npm run serve --" : "node server/main.ts"} ${offered.join("|")}`);
  process.exit(2);
}

// A parent may die without a word (-9): then its channel closes, or the standard input it asked us to watch ends.
const orphaned = () => process.kill(process.pid, "SIGTERM");
process.once("disconnect", orphaned);
if (process.env.GREMIO_PARENT === "1") process.stdin.once("end", orphaned).once("error", orphaned).resume();

try {
  const service = await run();
  // The sandbox has said by itself that it was ready, and has ended in order.
  if (!service) process.exit(0);
  endInOrder(service);
  console.log(JSON.stringify({ ready: name, port: service.port }));
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ServerRefused)) throw error;
  console.error(`The ${name} service cannot start: ${error.message}`);
  process.exit(1);
}

/** A signal closes the service; only the first one counts. */
function endInOrder(service: RunningService): void {
  let closing = false;
  const close = async () => {
    if (closing) return;
    closing = true;
    setTimeout(() => {
      log.error({ deadlineMs: CLOSE_DEADLINE_MS }, "not closed in time");
      process.exit(1);
    }, CLOSE_DEADLINE_MS).unref();
    await service.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, close);
}
