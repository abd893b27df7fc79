import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { makeLog } from "../../server/channel/log.ts";
import { makeGuilds } from "../../server/guild/guilds.ts";
import { makeReadPending } from "../../server/notifier/pending.ts";
import { makePlayers } from "../../server/player/players.ts";
import { BUCKETS, bucketOf, makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import { guildChannel } from "../../shared/id.ts";
import type { Bench, Round, Sides } from "../frame.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { settledMemory } from "../studio/memory.ts";
import { askRedis } from "../studio/redis-facts.ts";
import { residentBytesOf } from "../studio/resident.ts";
import { onStage, openStage, type Stage } from "../studio/stage.ts";
import { until } from "../studio/until.ts";

/** `digests`: players of guilds who are told by a digest; they are some of `players`. `spreadMs`: in which their digests fall due. */
export type MillionSize = { players: number; digests: number; spreadMs: number };

const FULL: MillionSize = { players: 1_000_000, digests: 200_000, spreadMs: 600_000 };
const QUICK: MillionSize = { players: 5_000, digests: 980, spreadMs: 4_000 };
/** Of a guild, besides its leader, who has written. */
const ABSENT = 49;
const TEXTS = ["Nos vemos a las ocho para la guerra, traigan flechas", "Voy", "Yo llego tarde, empiecen sin mí"];
const AT_ONCE = 200;
const LOOK_MS = 500;
/** Whatever the machine does besides. */
const DEADLINE_MS = 60 * 60_000;
const DAY_MS = 86_400_000;
const MIB = 2 ** 20;

export const million: Bench = {
  name: "million",
  about:
    "memory of Redis and of a notifier with a million registered players, and while 200,000 of them have a digest due; how long it takes until all are told",
  figure: "redisMiB",
  isOnce: true,
  sizes: {
    players: { about: "registered players", least: 1_000, most: 5_000_000 },
    digests: { about: "digests that fall due", least: 100, most: 1_000_000 },
  },
  setUp: ({ quick, sizes, signal }) => setUpMillion({ ...(quick ? QUICK : FULL), ...sizes }, signal),
};

export const setUpMillion = (size: MillionSize, signal: AbortSignal): Promise<Sides> =>
  onStage(async (stage) => {
    // Only for what Redis it is.
    await stage.redis();
    return {
      note: `${size.players.toLocaleString("en")} players, each with a profile and a device; ${size.digests.toLocaleString("en")} of them in guilds of ${ABSENT + 1} in which ${TEXTS.length} messages were written while they were away; their digests fall due within ${size.spreadMs / 1_000} s`,
      units: "memory after garbage collection at rest, resident as it is at the peak; processor time in µs a digest",
      ours: async () => {
        const own = openStage();
        try {
          return await measure(own, size, signal);
        } finally {
          await own.close();
        }
      },
      close: stage.close,
    };
  });

const measure = async (
  stage: Stage,
  { players, digests, spreadMs }: MillionSize,
  signal: AbortSignal,
): Promise<Round> => {
  const connectionFile = join(tmpdir(), `gremio-bench-${randomUUID()}.json`);
  const sandbox = await stage.start("push/sandbox.ts", [connectionFile]);
  const server = await stage.redis();
  const asked = await askRedis(server.url);
  const redis = await connectRedis({ url: server.url, cluster: false, allowNoAof: false }, pino({ level: "silent" }));
  stage.onClose(() => Promise.all([asked.close(), redis.close()]));
  const keys = makeKeys("gremio");
  const registry = makePlayers(redis, keys);
  const directory = makeGuilds(redis, keys, registry, { historyLength: 1_000 });
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const held = async (): Promise<number> => (await asked.facts()).heldBytes;
  const each = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> =>
    inParallel(items, AT_ONCE, async (item) => {
      signal.throwIfAborted();
      await work(item);
    });
  const started = performance.now();
  const step = (what: string): void =>
    console.log(`${((performance.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${what}`);

  const notifierEnv = {
    ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", NOTIFIER_PORT: "0", LOG_LEVEL: "warn" },
    ...{ FCM_SANDBOX_FILE: connectionFile, GREMIO_DIGEST_WINDOW_MS: String(spreadMs), REDIS_URL: server.url },
    NODE_OPTIONS: `--import=${join(import.meta.dirname, "../studio/settled-memory.ts")}`,
  };
  const alone = await stage.start("push/notifier.ts", [], notifierEnv);
  const { resident: aloneBytes } = await settledMemory(alone);
  await alone.stop();
  const empty = await held();
  const names = Array.from({ length: players }, (_, index) => `player-${index}`);
  await each(names, async (player) => {
    await registry.putProfile(player, { name: player });
    // As long as FCM's are.
    await registry.putDevice(player, "phone", { kind: "token", target: player.padEnd(163, "x"), platform: "android" });
  });
  const registered = await held();
  step("all are registered");

  const absent = names.slice(0, digests);
  await each(absent, (player) =>
    redis.fcall("due_put", [keys.bucketPrefix(bucketOf(`player:${player}`))], [`digest:${player}`, String(DAY_MS)]),
  );
  const due = await held();
  await each([...Array(BUCKETS).keys()], async (bucket) => {
    const key = keys.inBucket(bucket, "due");
    await redis.run(key, ["DEL", key]);
  });

  const guilds = Array.from({ length: Math.ceil(digests / ABSENT) }, (_, index) => `guild-${index}`);
  const before = await held();
  await inParallel(guilds, AT_ONCE, async (guild, index) => {
    signal.throwIfAborted();
    const leader = `leader-${index}`;
    await registry.putProfile(leader, { name: leader });
    await directory.create({ id: guild, name: `Lobos ${index}`, tag: "LOB", leader });
    for (const player of absent.slice(index * ABSENT, (index + 1) * ABSENT))
      await directory.admit(guild, player, "member");
  });
  const founded = await held();
  step("all guilds are founded");

  const notifier = await stage.start("push/notifier.ts", [], notifierEnv);
  const readPending = makeReadPending(redis, keys);
  const isRead = async (): Promise<boolean> => (await readPending()).documents === 0;
  if (!(await until(isRead, DEADLINE_MS, signal, LOOK_MS))) throw new Error("the outboxes are not read");
  const { resident: rest } = await settledMemory(notifier);
  step("the notifier is at rest");

  await inParallel(guilds, AT_ONCE, async (guild, index) => {
    const common = { channel: guildChannel(guild), author: `leader-${index}`, kind: "text" as const };
    for (const body of TEXTS) await log.append({ ...common, nonce: randomUUID(), body });
  });
  if (!(await until(isRead, DEADLINE_MS, signal, LOOK_MS))) throw new Error("the outboxes are not read");
  const written = await held();
  step("all messages are written");

  // The windows' time is over for all of them at this moment.
  await each(guilds, async (guild) => {
    const key = keys.inBucket(bucketOf(guildChannel(guild)), "due");
    await redis.run(key, ["ZADD", key, "XX", "LT", "0", `window:${guildChannel(guild)}`]);
  });
  const start = performance.now();
  const cpu = { notifier: cpuMsOf(notifier.pid), redis: cpuMsOf(server.pid) };
  const most = { resident: rest, redis: written, lateMs: 0 };
  let delivered = 0;
  let told = -1;
  const isDone = async (): Promise<boolean> => {
    delivered = z.number().parse(await sandbox.ask({}));
    const { lateMs } = await readPending();
    most.resident = Math.max(most.resident, residentBytesOf(notifier.pid));
    most.redis = Math.max(most.redis, await held());
    // The windows were put far back.
    if (delivered > 0 && lateMs < DAY_MS) most.lateMs = Math.max(most.lateMs, lateMs);
    const minute = Math.floor((performance.now() - start) / 60_000);
    if (minute > told) step(`${delivered} are told; the notifier has ${Math.round(most.resident / MIB)} MiB at most`);
    told = minute;
    return delivered >= digests;
  };
  if (!(await until(isDone, DEADLINE_MS, signal, LOOK_MS))) throw new Error(`${delivered} of ${digests} were told`);
  const tookMs = performance.now() - start;
  const usPerDigest = (ms: number): number => (ms * 1_000) / digests;
  return {
    redisMiB: (due - empty) / MIB,
    bytesPerPlayer: (registered - empty) / players,
    bytesPerDueDigest: (due - registered) / digests,
    bytesPerMember: (founded - before) / (digests + guilds.length),
    redisPeakMiB: most.redis / MIB,
    notifierAloneMiB: aloneBytes / MIB,
    notifierRestMiB: rest / MIB,
    notifierPeakMiB: most.resident / MIB,
    notifierAfterMiB: (await settledMemory(notifier)).resident / MIB,
    toldMin: tookMs / 60_000,
    lateS: most.lateMs / 1_000,
    notifierUsPerDigest: usPerDigest(cpuMsOf(notifier.pid) - cpu.notifier),
    redisUsPerDigest: usPerDigest(cpuMsOf(server.pid) - cpu.redis),
  };
};
