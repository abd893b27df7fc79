import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { makeLog } from "../server/channel/log.ts";
import { connectRedis } from "../server/redis/connect.ts";
import { functionName, SETTLED_ALREADY } from "../server/redis/functions.ts";
import { RedisUnavailable } from "../server/redis/redis.ts";
import { EPOCH_STEP } from "../shared/cursor.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { aReplicatedRedis, tell } from "./a-replicated-redis.ts";
import { waitFor } from "./wait-for.ts";

const options = { historyLength: 10_000 };
const text = (body: string, author = "ana") => ({
  channel: "guild:g1",
  author,
  nonce: `nonce-${body}`,
  kind: "text" as const,
  body,
});

/** How often a server has carried out a command since it began. */
const calls = async (url: string, command: string): Promise<number> =>
  Number(
    new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(String(await tell(url, ["INFO", "commandstats"])))?.[1] ?? 0,
  );

test("[RD7] with GREMIO_ACK_REPLICAS a command is answered only when a replica has it, and many share one WAIT", async () => {
  const pair = await aReplicatedRedis();
  const { redis, keys } = await aRedis({ url: pair.url, ackReplicas: 1 });
  onTestFinished(() => redis.close());
  await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const log = makeLog(redis, keys, options);
  const before = await calls(pair.master.url, "wait");
  const sent = 300;
  await Promise.all(Array.from({ length: sent }, (_, n) => log.append(text(`m${n}`, n % 2 ? "ana" : "beto"))));
  const key = keys.of("guild:g1", "log");
  // The replica has everything the moment the last is acknowledged: nothing is waited for here.
  expect(await tell(pair.replica.url, ["XLEN", key])).toBe(sent + 2);
  const waits = (await calls(pair.master.url, "wait")) - before;
  expect(waits).toBeGreaterThan(0);
  expect(waits).toBeLessThan(sent / 5);
});

test("[RD8] reading and refusals do not wait for replicas", async () => {
  const pair = await aReplicatedRedis();
  const { redis, keys } = await aRedis({ url: pair.url, ackReplicas: 1 });
  onTestFinished(() => redis.close());
  await aGuild(redis, keys, "g1", ["ana"]);
  const log = makeLog(redis, keys, options);
  process.kill(pair.replica.pid, "SIGSTOP");
  const before = await calls(pair.master.url, "wait");
  expect((await log.before("guild:g1", "ana", undefined, 10)).entries).toHaveLength(1);
  await expect(log.append(text("x", "nadie"))).rejects.toMatchObject({ code: "not-member" });
  expect(await calls(pair.master.url, "wait")).toBe(before);
  const library = JSON.stringify(await tell(pair.master.url, ["FUNCTION", "LIST"]));
  for (const name of SETTLED_ALREADY) expect(library).toContain(`"${functionName(name)}"`);
});

test("[RD7] a replica that stands still: the outcome is unknown after the time set; under the same nonce it succeeds later, once", async () => {
  const pair = await aReplicatedRedis();
  const { redis, keys } = await aRedis({ url: pair.url, ackReplicas: 1, ackTimeoutMs: 200 });
  onTestFinished(() => redis.close());
  await aGuild(redis, keys, "g1", ["ana"]);
  const log = makeLog(redis, keys, options);
  process.kill(pair.replica.pid, "SIGSTOP");
  const began = performance.now();
  await expect(log.append(text("hola"))).rejects.toThrow(RedisUnavailable);
  expect(performance.now() - began).toBeGreaterThan(150);
  // The repeated nonce writes nothing and yet waits for its entry.
  await expect(log.append(text("hola"))).rejects.toThrow(RedisUnavailable);
  process.kill(pair.replica.pid, "SIGCONT");
  const first = await waitFor(() => log.append(text("hola")).catch(() => undefined), "the acknowledgement");
  expect(first).toMatchObject({ repeated: true, seq: 2 });
  expect(await tell(pair.replica.url, ["XLEN", keys.of("guild:g1", "log")])).toBe(2);
});

test("[RD7] a failover between a command and its acknowledgement is told: the new master may not have it", async () => {
  const pair = await aReplicatedRedis();
  const { redis, keys } = await aRedis({ url: pair.url, ackReplicas: 1, ackTimeoutMs: 5_000 });
  onTestFinished(() => redis.close());
  await aGuild(redis, keys, "g1", ["ana"]);
  const log = makeLog(redis, keys, options);
  pair.link.freeze();
  // Written on the master, which waits for the replica.
  const lost = log.append(text("se pierde")).then(
    () => "acknowledged",
    (error: unknown) => error,
  );
  await waitFor(
    async () => Number(await tell(pair.master.url, ["XLEN", keys.of("guild:g1", "log")])) === 2,
    "the write",
  );
  await pair.failOver();
  await pair.addReplica();
  expect(await lost).toBeInstanceOf(RedisUnavailable);
  const again = await waitFor(() => log.append(text("se pierde")).catch(() => undefined), "the acknowledgement");
  expect(await tell(pair.replica.url, ["XLEN", keys.of("guild:g1", "log")])).toBe(2);
  expect(again).toMatchObject({ repeated: false, seq: EPOCH_STEP + 1 });
});

test("[RD9] fewer replicas than asked for are told at the start, with what to do; nothing is acknowledged until they are there", async () => {
  const pair = await aReplicatedRedis();
  const lines: string[] = [];
  const redis = await connectRedis(
    { url: pair.url, cluster: false, allowNoAof: false, ackReplicas: 2, ackTimeoutMs: 100 },
    pino({}, { write: (line) => void lines.push(line) }),
  );
  onTestFinished(() => redis.close());
  expect(lines.join("")).toMatch(
    /GREMIO_ACK_REPLICAS is 2, but Redis has 1 replicas connected.*Connect replicas, or lower it/,
  );
  await expect(redis.fcall("player_release", ["x:{b1}:player:ana:", "x:{b1}:"], ["1"])).rejects.toThrow(
    RedisUnavailable,
  );
  await pair.addReplica();
  await waitFor(
    () => redis.fcall("player_release", ["x:{b1}:player:ana:", "x:{b1}:"], ["1"]).catch(() => undefined),
    "the acknowledgement",
  );
});

test("[RD7] on a Redis Cluster the replicas of each bucket's master are waited for, and of no other", async () => {
  const cluster = await startRedisCluster({ replicas: 1 });
  onTestFinished(() => cluster.stop());
  const { redis, keys } = await aRedis({ url: cluster.url, cluster: true, ackReplicas: 1, ackTimeoutMs: 300 });
  onTestFinished(() => redis.close());
  const settled = (bucket: number) =>
    redis.fcall("player_release", [`${keys.inBucket(bucket, "player:x:")}`, keys.bucketPrefix(bucket)], ["1"]).then(
      () => true,
      () => false,
    );
  const buckets = Array.from({ length: 60 }, (_, bucket) => bucket);
  expect(new Set(await Promise.all(buckets.map(settled)))).toEqual(new Set([true]));
  for (const master of cluster.masters) expect(await calls(master.url, "wait")).toBeGreaterThan(0);
  const [stopped] = cluster.replicas;
  if (stopped === undefined) throw new Error("no replica");
  process.kill(stopped.pid, "SIGSTOP");
  const outcomes = await Promise.all(buckets.map(settled));
  process.kill(stopped.pid, "SIGCONT");
  expect(outcomes.filter(Boolean).length).toBeGreaterThan(20);
  expect(outcomes.filter((outcome) => !outcome).length).toBeGreaterThan(5);
  await waitFor(async () => (await Promise.all(buckets.map(settled))).every(Boolean), "all to be acknowledged again");
});
