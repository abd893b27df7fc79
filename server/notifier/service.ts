import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { pino } from "pino";
import { ConfigError } from "../config/config-error.ts";
import type { FcmConfig, NotifierConfig } from "../config.ts";
import { makeDecisions } from "../decisions/decisions.ts";
import { listen } from "../listen.ts";
import { makePlayers } from "../player/players.ts";
import { makePushPolicies } from "../push-policy/push-policies.ts";
import { makeKeys } from "../redis/bucket.ts";
import { connectRedis } from "../redis/connect.ts";
import { asTextOrNull } from "../redis/reply.ts";
import type { RunningService } from "../service.ts";
import { makeMetrics } from "./metrics.ts";
import { PACE, type Pace } from "./pace.ts";
import { makeReadPending } from "./pending.ts";
import { makeQuietWatch } from "./quiet-watch.ts";
import { type AppWithAgent, googleApp, makeFcmSender } from "./sending/fcm.ts";
import { makeSendRate } from "./sending/send-rate.ts";
import { makeSendingState } from "./sending/sending-state.ts";
import { startWork } from "./work.ts";

/**
 * One notifier process: turns notices into pushes. Several may run beside each other; while none runs nothing is lost, it is late. `/health` says that the process
 * is alive, `/ready` (200 or 503) that Redis answers and notices are worked on, both whether FCM refuses us: in full in development and to whoever shows the token
 * of the metrics. In development `/totals` tells how often each outcome and reason was chosen and what became of pushes. `/metrics` is for Prometheus: open in
 * development, in production there is none unless a token is set, which it then asks for.
 */
export const runNotifier = async (config: NotifierConfig, pace: Partial<Pace> = {}): Promise<RunningService> => {
  const log = pino({ level: config.logLevel, base: { service: "notifier" } }, pino.destination({ fd: 2, sync: true }));
  const beat = { ...PACE, ...pace };
  const { url, cluster, namespace } = config.redis;
  const options = await appOptions(config.fcm);
  const redis = await connectRedis({ ...config.redis, gathers: true }, log);
  const undo: (() => Promise<void>)[] = [() => redis.close()];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const keys = makeKeys(namespace);
    const state = makeSendingState(log, Date.now);
    const rate = makeSendRate(redis, keys, {
      perMinute: config.push.perMinute,
      rampMs: beat.rampMs,
      now: Date.now,
    });
    const players = makePlayers(redis, keys);
    const policies = makePushPolicies(redis, keys);
    undo.push(policies.close);
    const metrics = makeMetrics({
      ...{ sending: state.read, pausedMs: rate.pausedMs, now: Date.now },
      pending: makeReadPending(redis, keys),
      jobs: async () => work.jobs(),
      totals: async () => decisions.totals(),
      breaksQuiet: makeQuietWatch({
        preferences: players.preferences,
        policy: policies.now,
        changedAt: async (player) => {
          const key = keys.of(`player:${player}`, "pushing");
          return Number(asTextOrNull(await redis.run(key, ["HGET", key, "changed"])) ?? 0);
        },
        zone: async (player) => (await players.profile(player))?.zone,
      }),
    });
    const sender = metrics.counting(
      makeFcmSender(options, {
        deadlineMs: beat.sendDeadlineMs,
        onRequest: state.request,
        onRepeat: rate.charge,
      }),
    );
    const decisions = makeDecisions(redis, keys, { keptMs: config.decisionsKeptMs, onRecorded: metrics.recorded });
    const work = await startWork({
      ...{ redis, keys, log, sender, decisions, state, rate, onPassedOver: metrics.passedOver },
      limits: config.push,
      queue: { url, cluster, namespace },
      incarnation: randomUUID(),
      graceMs: config.graceMs,
      digestWindowMs: config.digestWindowMs,
      pace: beat,
      now: Date.now,
    });
    undo.push(work.close);

    const app = new Hono();
    const { metricsToken } = config;
    // It listens for everyone: in production the numbers, and what FCM says of our credentials, are nobody else's.
    const hasToken = (authorization: string | undefined): boolean =>
      metricsToken !== undefined && isBearer(authorization, metricsToken);
    const mayKnow = (authorization: string | undefined): boolean => config.development || hasToken(authorization);
    const sends = () => (state.read().stops.length === 0 ? "ok" : "stopped");
    app.get("/health", (context) =>
      context.json({ alive: true, sending: mayKnow(context.req.header("authorization")) ? state.read() : sends() }),
    );
    app.get("/ready", async (context) => {
      const ready = work.ready() && (await redis.ready());
      const stops = mayKnow(context.req.header("authorization")) ? state.read().stops.map(({ scope }) => scope) : [];
      return context.json({ ready, sending: sends(), ...(stops.length > 0 && { stops }) }, ready ? 200 : 503);
    });
    if (config.development) {
      app.get("/totals", async (context) => context.json({ totals: Object.fromEntries(await decisions.totals()) }));
    }
    if (config.development || metricsToken !== undefined)
      app.get("/metrics", async (context) => {
        if (metricsToken !== undefined && !hasToken(context.req.header("authorization")))
          return context.text("A bearer token is needed: GREMIO_METRICS_TOKEN.", 401);
        const { type, text } = await metrics.read();
        return context.body(text, 200, { "content-type": type });
      });
    const server = createAdaptorServer({ fetch: app.fetch });
    const port = await listen(server, { host: config.host, port: config.port, portSetting: "NOTIFIER_PORT" });
    undo.push(async () => {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
    return { port, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const isBearer = (header: string | undefined, token: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
};

/** The sandbox's code is loaded only where development has it. */
const appOptions = async (fcm: FcmConfig): Promise<() => AppWithAgent> => {
  if (fcm.kind === "google") return () => googleApp(fcm.credentialsFile);
  const { readConnection, sandboxApp } = await import("../fcm-sandbox/connect.ts");
  const connection = await readConnection(fcm.connectionFile).catch(() => {
    const found = JSON.stringify(fcm.connectionFile);
    throw new ConfigError([{ name: "FCM_SANDBOX_FILE", found, expected: "the file of an FCM sandbox that runs" }]);
  });
  return () => sandboxApp(connection);
};
