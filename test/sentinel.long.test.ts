import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedRedis, startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePorts } from "../deploy/free-port.ts";
import { findRedis } from "../deploy/setup/redis-binary.mjs";
import { parseSentinelUrl } from "../server/redis/sentinel-url.ts";
import { aFolder } from "./a-folder.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { tell } from "./a-replicated-redis.ts";
import { aStudio } from "./a-studio.ts";
import { aTalk } from "./a-talk.ts";
import { waitFor } from "./wait-for.ts";

test("[RD10] the URL of sentinels is read, and nothing that is none", () => {
  const read = parseSentinelUrl("rediss+sentinel://game:p%40ss@one:1,two,[::1]:3/main/2");
  expect(read).toMatchObject({
    sentinels: [
      { host: "one", port: 1 },
      { host: "two", port: 26_379 },
      { host: "::1", port: 3 },
    ],
    name: "main",
  });
  expect(read?.masterUrl("10.0.0.7", 6379)).toBe("rediss://game:p%40ss@10.0.0.7:6379/2");
  for (const wrong of [
    "redis://h:1/0",
    "redis+sentinel://h:1",
    "redis+sentinel:///main",
    "redis+sentinel://h:1:2/main",
  ])
    expect(parseSentinelUrl(wrong)).toBeUndefined();
});

/** A sentinel as its own process, watching a master. */
const aSentinel = async (port: number, master: number): Promise<void> => {
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `sentinel monitor main 127.0.0.1 ${master} 1`,
    "sentinel down-after-milliseconds main 1000",
    "sentinel failover-timeout main 5000",
  ];
  const dir = await aFolder({ "sentinel.conf": `${lines.join("\n")}\n` });
  const child = spawn(findRedis().command ?? "", [join(dir, "sentinel.conf"), "--sentinel"], {
    cwd: dir,
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
};

/** A master with two replicas, watched by a sentinel; the URL names another first, which is down. */
const watchedRedis = async (): Promise<{ url: string; master: EmbeddedRedis }> => {
  const master = await startEmbeddedRedis();
  onTestFinished(() => master.stop());
  for (let n = 0; n < 2; n++) {
    const replica = await startEmbeddedRedis({ replicaOf: master.port });
    onTestFinished(() => replica.stop());
  }
  const [port = 0, nobody = 0] = await freePorts(2);
  await aSentinel(port, master.port);
  const known = async (): Promise<boolean> => {
    const info = String(await tell(`redis://127.0.0.1:${port}`, ["INFO", "sentinel"]).catch(() => ""));
    return info.includes("status=ok") && info.includes("slaves=2");
  };
  await waitFor(known, "the sentinel to know master and replicas");
  return { url: `redis+sentinel://127.0.0.1:${nobody},127.0.0.1:${port}/main`, master };
};

test("[RD10] [CH15] the master that sentinels name is used, and the next one when it dies: what was acknowledged is there, and talk goes on", async () => {
  const { url, master } = await watchedRedis();
  const studio = await aStudio(url);
  const players = ["ana", "beto", "caro", "dani"];
  await studio.guild("g1", players);
  const chat = await studio.chat({ GREMIO_GUILD_PACE: "off", GREMIO_ACK_REPLICAS: "1" });
  const talk = await aTalk(`http://127.0.0.1:${chat.port}`, players);
  await talk.more(100);
  await master.kill();
  await talk.more(100);
  await talk.stop();
  expect(await talk.judge()).toEqual([]);
  for (const client of talk.clients) expect(client.resets).toEqual(["no-cursor"]);
  await waitFor(async () => (await fetch(`http://127.0.0.1:${chat.port}/ready`)).ok, "the service to be ready");
});

test("[RD10] the notifier and its queue follow the master, too", async () => {
  const { url, master } = await watchedRedis();
  const world = await aNotifierWorld({ redisUrl: url });
  for (const player of ["leader", "ana"]) await world.member(player);
  const { port } = await world.notifier();
  await world.announce("before");
  await waitFor(() => world.phone("ana")?.receivedCount, "the first push");
  await master.kill();
  await waitFor(() => world.announce("after").catch(() => undefined), "the next master");
  await waitFor(() => world.phone("ana")?.screen.some(({ body }) => body === "leader: after"), "the push");
  await waitFor(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok, "/ready to say yes");
});
