import { createClient, createCluster } from "redis";
import { expect, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aFolder } from "./a-folder.ts";
import { waitFor } from "./wait-for.ts";

async function ask(url: string, ...command: string[]) {
  const client = await createClient({ url, RESP: 2 }).connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("[SU8] the embedded Redis keeps its data over a restart, evicts nothing and writes an append-only file", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir });
  await ask(first.url, "SET", "kept", "yes");
  expect(await ask(first.url, "CONFIG", "GET", "maxmemory-policy")).toContain("noeviction");
  expect(await ask(first.url, "CONFIG", "GET", "appendonly")).toContain("yes");
  await first.stop();

  const second = await startEmbeddedRedis({ dir, appendfsync: "always" });
  expect(await ask(second.url, "GET", "kept")).toBe("yes");
  expect(await ask(second.url, "CONFIG", "GET", "appendfsync")).toContain("always");
  await second.stop();
  expect(isAlive(second.pid)).toBe(false);
});

test("[SU8] what an always-synced embedded Redis answered survives its being killed", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
  await ask(first.url, "SET", "kept", "yes");
  await first.kill();
  expect(await first.exited).not.toBe(0);

  const second = await startEmbeddedRedis({ dir });
  expect(await ask(second.url, "GET", "kept")).toBe("yes");
  await second.stop();
});

test("[SU9] three masters serve every slot as one cluster, and none survives its end", async () => {
  const cluster = await startRedisCluster();
  const client = await createCluster({ rootNodes: [{ url: cluster.url }] }).connect();
  try {
    const keys = Array.from({ length: 30 }, (_, index) => `{b${index}}:key`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    const sizes = await Promise.all(cluster.masters.map((master) => ask(master.url, "DBSIZE")));
    expect(sizes.map(Number).every((size) => size > 0)).toBe(true);
    expect(sizes.map(Number).reduce((sum, size) => sum + size)).toBe(keys.length);
  } finally {
    client.destroy();
    await cluster.stop();
  }
  await waitFor(() => cluster.masters.every((master) => !isAlive(master.pid)), "every master to end");
});
