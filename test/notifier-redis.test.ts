import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aFolder } from "./a-folder.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

test("[NO30] a notifier survives the loss of Redis, and goes on when it is back", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
  onTestFinished(() => first.stop());
  const world = await aNotifierWorld({ redisUrl: first.url, digestWindowMs: 1_000 });
  for (const player of ["leader", "ana"]) await world.member(player);
  const { port } = await world.notifier();
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/ready`)).status;
  await world.announce("before");
  await world.say("chat before");
  await waitFor(() => world.phone("ana")?.receivedCount, "the first push");
  await first.kill();
  await waitFor(async () => (await ready()) === 503, "/ready to say no");
  const second = await startEmbeddedRedis({ dir, port: first.port, appendfsync: "always" });
  onTestFinished(() => second.stop());
  await waitFor(async () => (await ready()) === 200, "/ready to say yes");
  // The connection of this test finds back by itself, at its own time.
  await waitFor(() => world.redis.ready(), "a connection to announce by");
  await world.announce("after");
  await waitFor(() => world.phone("ana")?.screen.length === 3, "the digest from before and the push from after");
  expect(new Set(world.phone("ana")?.screen.map(({ body }) => body))).toEqual(
    new Set(["leader: before", "1 new message\nleader: chat before", "leader: after"]),
  );
});

test("[NO31] the same on a Redis Cluster of three masters", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.stop());
  const world = await aNotifierWorld({ redisUrl: cluster.url, cluster: true, digestWindowMs: 300 });
  const others = Array.from({ length: 10 }, (_, index) => `p${index}`);
  for (const player of ["leader", ...others]) await world.member(player);
  await Promise.all([world.notifier(), world.notifier()]);
  await world.announce("over the cluster");
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 1), "all pushes");
  await world.say("chat");
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 2), "all digests");
  expect(others.map((player) => world.phone(player)?.receivedCount)).toEqual(others.map(() => 2));
});

test("[NO32] an idle notifier asks little of Redis: fewer than 500 commands a second", async () => {
  const own = await startEmbeddedRedis();
  onTestFinished(() => own.stop());
  const world = await aNotifierWorld({ redisUrl: own.url });
  await world.process();
  const calls = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(String(await world.redis.run("", ["INFO", "stats"])))?.[1]);
  const [start, before] = [performance.now(), await calls()];
  await waitFor(() => performance.now() - start > 8_200, "two rounds of looking");
  const perSecond = ((await calls()) - before) / ((performance.now() - start) / 1_000);
  console.info(`idle: ${perSecond.toFixed(0)} commands/s`);
  expect(perSecond).toBeLessThan(500);
});
