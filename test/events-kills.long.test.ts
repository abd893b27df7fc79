import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { makeFeedReader } from "../server/outbox/feed-reader.ts";
import { makeSource } from "../server/outbox/source.ts";
import { asNumber } from "../server/redis/reply.ts";
import type { HappenedEvent } from "../shared/event.ts";
import { aHappening, byBucket, taking } from "./a-happening.ts";
import { aReplicatedRedis } from "./a-replicated-redis.ts";
import { aService } from "./a-service.ts";
import { anApi } from "./an-api.ts";
import { waitFor } from "./wait-for.ts";

test("[EV5] after Redis lost its tail nothing that stands is left out, no id means two events, and old cursors miss nothing", async () => {
  const dir = await mkdtemp(join(tmpdir(), "gremio-tail-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const before = await startEmbeddedRedis({ dir, appendfsync: "always" });
  const world = await aHappening({ url: before.url });
  const reader = makeFeedReader(world.redis, world.keys);
  onTestFinished(() => reader.close());
  const all = { limit: 500, waitMs: 0 };
  await world.found();
  world.follow();
  await waitFor(async () => (await world.feed()).length === 6, "the beginning");
  const folder = join(dir, "appendonlydir");
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith(".incr.aof")) ?? "");
  const { size } = await stat(file);
  for (let round = 0; round < 3; round++) await world.happen();
  await waitFor(async () => (await world.feed()).length === 15, "what will be lost");
  const lost = (await world.feed()).slice(6).map(({ event }) => event.id);
  const { next } = await reader.read(all);
  await before.kill();
  await truncate(file, size);
  const again = await startEmbeddedRedis({ dir, port: before.port, appendfsync: "always" });
  onTestFinished(() => again.stop());
  await waitFor(
    () =>
      world.happen().then(
        () => true,
        () => false,
      ),
    "Redis to be back",
  );
  const page = await waitFor(async () => {
    const found = await reader.read({ ...all, after: next });
    return found.events.length >= 3 && found;
  }, "what came after the loss");
  expect(page.lost).toBe(true);
  expect(page.events.filter(({ id }) => lost.includes(id))).toEqual([]);
  const feed = (await world.feed()).map(({ event }) => event);
  expect(byBucket(feed)).toEqual(await world.expected());
});

test("[EV2] when the process that follows is killed, another goes on within 10 s", async () => {
  const api = await anApi();
  onTestFinished(() => api.close());
  await api.guild("g1", ["ana"]);
  await waitFor(() => api.sink.events().length === 2, "the beginning");
  const other = await aService("chat", api.chatEnv);
  await api.service.kill();
  await fetch(`http://127.0.0.1:${other.port}/v1/guilds/g1`, {
    method: "PATCH",
    headers: { "x-api-key": api.apiKeys[0], "content-type": "application/json" },
    body: JSON.stringify({ name: "Lobos" }),
  });
  await waitFor(() => api.sink.events().length === 3, "the other to go on");
  expect(new Set(api.sink.events().map(({ id }) => id)).size).toBe(3);
});

test("[EV4] with GREMIO_ACK_REPLICAS nobody is told before a replica has it", async () => {
  const pair = await aReplicatedRedis();
  const world = await aHappening({ url: pair.url, guilds: 1, ackReplicas: 1 });
  await world.found();
  const seen: HappenedEvent[] = [];
  const follower = world.follow([taking(seen)], { replicated: true, pace: { lookMs: 200 } });
  const ids = () => new Set(seen.map(({ id }) => id)).size;
  await waitFor(async () => (await world.feed()).length === 2, "the beginning");
  process.kill(pair.replica.pid, "SIGSTOP");
  await expect(world.happen()).rejects.toThrow();
  const key = world.keys.inBucket(world.buckets[0] ?? 0, "outbox");
  expect(asNumber(await world.redis.run(key, ["XLEN", key]))).toBeGreaterThan(2);
  const found = await makeSource(world.redis, world.keys).read(world.buckets[0] ?? 0, "0-0", 0);
  // It is there to be read, but does not stand yet.
  expect(found.kind === "read" && found.events).toHaveLength(3);
  expect(ids()).toBe(2);
  process.kill(pair.replica.pid, "SIGCONT");
  await waitFor(() => ids() === 3, "it to stand");
  expect(follower.leads()).toBe(true);
});

test("[EV5] after a failover what stands is in the feed, once, and old cursors miss nothing of it", async () => {
  const pair = await aReplicatedRedis();
  const world = await aHappening({ url: pair.url });
  const reader = makeFeedReader(world.redis, world.keys);
  onTestFinished(() => reader.close());
  await world.found();
  world.follow();
  await waitFor(async () => (await world.feed()).length === 6, "the beginning");
  pair.link.freeze();
  for (let round = 0; round < 3; round++) await world.happen();
  await waitFor(async () => (await world.feed()).length === 15, "what the replica will not have");
  const lost = (await world.feed()).slice(6).map(({ event }) => event.id);
  const { next } = await reader.read({ limit: 500, waitMs: 0 });
  await pair.failOver();
  const again = () =>
    world.happen().then(
      () => true,
      () => false,
    );
  await waitFor(again, "the replica to serve");
  const page = await waitFor(async () => {
    const found = await reader.read({ after: next, limit: 500, waitMs: 0 }).catch(() => undefined);
    return found !== undefined && found.events.length >= 3 && found;
  }, "what came after the loss");
  expect(page.events.filter(({ id }) => lost.includes(id))).toEqual([]);
  expect(byBucket((await world.feed()).map(({ event }) => event))).toEqual(await world.expected());
});

test("[EV15] on a cluster of three masters each event is in the feed once, in order, while processes come and go", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const world = await aHappening({ url: cluster.url, cluster: true, guilds: 12 });
  const seen: HappenedEvent[] = [];
  const projection = taking(seen);
  await world.found();
  let follower = world.follow([projection]);
  for (let round = 0; round < 30; round++) {
    await world.happen();
    if (round % 5 !== 4) continue;
    const next = world.follow([projection]);
    await follower.close();
    follower = next;
  }
  const count = 12 * 32;
  await waitFor(async () => (await world.feed()).length >= count, "all");
  expect(byBucket((await world.feed()).map(({ event }) => event))).toEqual(await world.expected());
  expect(new Set(seen.map(({ id }) => id)).size).toBe(count);
});

test("[EV8] processes that are killed or halted between the webhook's acceptance and its record leave nothing out, keep the order and send the same batch again", async () => {
  const api = await anApi();
  onTestFinished(() => api.close());
  const { sink } = api;
  const services = [api.service, await aService("chat", api.chatEnv)];
  const feed = makeFeedReader(api.redis, api.keys);
  onTestFinished(() => feed.close());
  const all = async () => (await feed.read({ limit: 500, waitMs: 0 })).events;
  const told = () => [...new Set(sink.events().map(({ id }) => id))];
  const key = { "x-api-key": api.apiKeys[0], "content-type": "application/json" };
  const rename = async (name: string): Promise<void> => {
    const port = services.at(-1)?.port ?? 0;
    const url = `http://127.0.0.1:${port}/v1/guilds/g1`;
    expect((await fetch(url, { method: "PATCH", headers: key, body: JSON.stringify({ name }) })).status).toBe(200);
  };
  await api.guild("g1", ["ana"]);
  await waitFor(() => told().length === 2, "the beginning");
  for (const halt of [false, true, false, true]) {
    const leads = services.findLast(({ log }) => log.some((line) => line.includes('"following"')));
    const [leader, others] = [leads ?? api.service, services.filter((one) => one !== leads)];
    services.splice(0, services.length, ...others);
    sink.answer.hold = true;
    const before = sink.batches.length;
    await rename(`Lobos ${before}`);
    await waitFor(() => sink.batches.length > before, "it to be under way");
    if (halt) leader.child.kill("SIGSTOP");
    else await leader.kill();
    // It says that it has it, to nobody.
    sink.answer.hold = false;
    await rename(`Zorros ${before}`);
    await waitFor(async () => told().length === (await all()).length, "the other to go on");
    await waitFor(() => sink.batches.length > before + 1, "the same again");
    expect(sink.batches[before + 1]).toEqual(sink.batches[before]);
    if (halt) {
      leader.child.kill("SIGCONT");
      await rename(`Osos ${before}`);
      await leader.kill();
    }
    services.push(await aService("chat", api.chatEnv));
    await waitFor(async () => told().length === (await all()).length, "all");
  }
  await waitFor(async () => told().length === (await all()).length && told().length >= 12, "the end");
  expect(told()).toEqual((await all()).map(({ id }) => id));
  expect(sink.wrong).toEqual([]);
  for (const batches of Map.groupBy(sink.batches, ({ id }) => id).values())
    for (const batch of batches) expect(batch).toEqual(batches[0]);
}, 180_000);
