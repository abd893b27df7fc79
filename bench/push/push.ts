import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { makeLog } from "../../server/channel/log.ts";
import { makeGuilds } from "../../server/guild/guilds.ts";
import { makePlayers } from "../../server/player/players.ts";
import { makePushPolicies } from "../../server/push-policy/push-policies.ts";
import { makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import { guildChannel } from "../../shared/id.ts";
import type { Bench, Round, Sides } from "../frame.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { askRedis } from "../studio/redis-facts.ts";
import { withShares } from "../studio/shares.ts";
import { onStage } from "../studio/stage.ts";
import { until } from "../studio/until.ts";
import { type BareOrder, bareOutcomeSchema, target } from "./orders.ts";

/** Each member of a guild but its leader gets a push a round. */
export type PushSize = { guilds: number; members: number };

const FULL: PushSize = { guilds: 180, members: 50 };
const QUICK: PushSize = { guilds: 60, members: 50 };
const GUILDS_AT_ONCE = 16;
const DEADLINE_MS = 60_000;
const LOOK_MS = 5;

export const push: Bench = {
  name: "push",
  about:
    "pushes per second through the whole notifier, from a guild's announcement to the phones, against a bare loop of firebase-admin's send()",
  figure: "pushesPerSecond",
  setUp: ({ quick }) => setUpPush(quick ? QUICK : FULL),
};

export const setUpPush = ({ guilds, members }: PushSize): Promise<Sides> =>
  onStage(async (stage) => {
    const connectionFile = join(tmpdir(), `gremio-bench-${randomUUID()}.json`);
    const sandbox = await stage.start("push/sandbox.ts", [connectionFile]);
    const env = {
      ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", NOTIFIER_PORT: "0", LOG_LEVEL: "warn" },
      ...{ FCM_SANDBOX_FILE: connectionFile, GREMIO_DIGEST_WINDOW_MS: "86400000" },
      ...{ GREMIO_PUSH_PER_MINUTE: "600000", GREMIO_PUSH_DEVICE_PER_MINUTE: "240" },
      NODE_OPTIONS: `--import=${join(import.meta.dirname, "../studio/settled-memory.ts")}`,
    };
    const server = await stage.redis();
    const asked = await askRedis(server.url);
    const redis = await connectRedis({ url: server.url, cluster: false, allowNoAof: false }, pino({ level: "silent" }));
    stage.onClose(() => Promise.all([asked.close(), redis.close()]));
    const keys = makeKeys("gremio");
    const players = makePlayers(redis, keys);
    const directory = makeGuilds(redis, keys, players, { historyLength: 1_000 });
    const log = makeLog(redis, keys, { historyLength: 1_000 });
    // The same players are told in every round: nobody has had enough.
    const policies = makePushPolicies(redis, keys);
    await policies.put({ ...(await policies.read()), perHour: 60, perDay: 500 });
    await policies.close();
    const numbers = Array.from({ length: guilds }, (_, guild) => guild);
    const pushes = guilds * (members - 1);
    await inParallel(numbers, GUILDS_AT_ONCE, async (guild) => {
      for (let member = 0; member < members; member++) {
        const player = `bench-${guild}-${member}`;
        await players.putProfile(player, { name: player, locale: "en" });
        if (member === 0) await directory.create({ id: `bench-${guild}`, name: "Lobos", tag: "LOB", leader: player });
        else {
          await directory.admit(`bench-${guild}`, player, "member");
          const phone = target(guild * (members - 1) + member - 1);
          await players.putDevice(player, "phone", { kind: "token", target: phone, platform: "android" });
        }
      }
    });
    const notifier = await stage.start("push/notifier.ts", [], { ...env, REDIS_URL: server.url });
    const bare = await stage.start("push/bare.ts", [connectionFile]);

    const delivered = async (): Promise<number> => z.number().parse(await sandbox.ask({}));
    const arrived = async (work: () => Promise<unknown>): Promise<{ tookMs: number }> => {
      const before = await delivered();
      const start = performance.now();
      await work();
      const isDone = async (): Promise<boolean> => (await delivered()) >= before + pushes;
      if (!(await until(isDone, DEADLINE_MS, undefined, LOOK_MS)))
        throw new Error(`${(await delivered()) - before} pushes came of ${pushes}`);
      return { tookMs: performance.now() - start };
    };
    const round = async (watched: Record<string, number>, work: () => Promise<unknown>): Promise<Round> => {
      const { commands } = await asked.facts();
      const { outcome, shares } = await withShares({ ...watched, sandboxCpu: sandbox.pid }, () => arrived(work));
      const usPerPush = (share: number | undefined): number => ((share ?? 0) * outcome.tookMs * 1_000) / pushes;
      return {
        pushesPerSecond: (pushes * 1_000) / outcome.tookMs,
        senderUsPerPush: usPerPush(shares.senderCpu),
        redisUsPerPush: usPerPush(shares.redisCpu),
        sandboxUsPerPush: usPerPush(shares.sandboxCpu),
        commandsPerPush: ((await asked.facts()).commands - commands) / pushes,
      };
    };
    const bareSend = (way: BareOrder["way"]) => async () =>
      bareOutcomeSchema.parse(await bare.ask({ way, count: pushes } satisfies BareOrder));
    const announce = () =>
      inParallel(numbers, GUILDS_AT_ONCE, (guild) =>
        log.append({
          channel: guildChannel(`bench-${guild}`),
          ...{ author: `bench-${guild}-0`, nonce: randomUUID(), kind: "announcement" },
          body: "The war begins in ten minutes, be there",
          notice: { type: "notice", about: "announcement" },
        }),
      );
    const once: Record<string, Round> = {};
    for (const way of ["sendEach", "sendEachLegacy"] as const) {
      await arrived(bareSend(way));
      once[way] = await round({ senderCpu: bare.pid }, bareSend(way));
    }
    return {
      note: `${guilds} guilds of ${members}, an announcement in each a round, ${pushes} pushes; all absent`,
      units: "processor time in µs a push, of the process that sends, of Redis and of the sandbox that stands for FCM",
      once,
      ours: () => round({ senderCpu: notifier.pid, redisCpu: server.pid }, announce),
      baseline: () => round({ senderCpu: bare.pid }, bareSend("send")),
      close: stage.close,
    };
  });
