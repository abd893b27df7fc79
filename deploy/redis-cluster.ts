import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { type EmbeddedRedis, startEmbeddedRedis } from "./embedded-redis.ts";
import { freePorts } from "./free-port.ts";

export type RedisClusterForTests = {
  /** Of the first master; the clients find the others through it. */
  readonly url: string;
  readonly masters: readonly EmbeddedRedis[];
  stop(): Promise<void>;
};

const MASTERS = 3;
/** Fixed by the Redis Cluster specification. */
const SLOTS = 16_384;
const READY_DEADLINE_MS = 30_000;
const START_TRIES = 5;

/** Three masters on free ports of 127.0.0.1, every slot served and known to all, temporary data. */
export async function startRedisCluster(): Promise<RedisClusterForTests> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(await freePorts(MASTERS * 2));
    } catch (error) {
      if (tries === START_TRIES || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function start(ports: readonly number[]): Promise<RedisClusterForTests> {
  const busPort = (index: number) => ports[MASTERS + index] ?? 0;
  const started = await Promise.allSettled(
    ports.slice(0, MASTERS).map((port, index) =>
      startEmbeddedRedis({
        port,
        args: [
          ...["--cluster-enabled", "yes", "--cluster-port", String(busPort(index))],
          ...["--cluster-node-timeout", "5000", "--cluster-require-full-coverage", "no"],
        ],
      }),
    ),
  );
  const masters = started.filter((result) => result.status === "fulfilled").map((result) => result.value);
  const stop = async () => {
    await Promise.all(masters.map((master) => master.stop()));
  };
  try {
    for (const result of started) if (result.status === "rejected") throw result.reason;
    await join(masters, busPort);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: masters[0]?.url ?? "", masters, stop };
}

async function join(masters: readonly EmbeddedRedis[], busPort: (index: number) => number): Promise<void> {
  const clients = masters.map((master) => createClient({ url: master.url }).on("error", () => {}));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    for (const [index, client] of clients.entries()) {
      const from = Math.floor((SLOTS * index) / MASTERS);
      const to = Math.floor((SLOTS * (index + 1)) / MASTERS) - 1;
      await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
      await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
    }
    // Each meets each: waiting for gossip to introduce the second to the third would take seconds.
    for (const client of clients) {
      for (const [index, master] of masters.entries()) {
        await client.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(master.port), String(busPort(index))]);
      }
    }
    const known = [`cluster_state:ok`, `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${MASTERS}`];
    for (const deadline = Date.now() + READY_DEADLINE_MS; ; await delay(50)) {
      const infos = await Promise.all(clients.map((client) => client.sendCommand(["CLUSTER", "INFO"])));
      if (infos.every((info) => known.every((line) => String(info).includes(`${line}\r\n`)))) return;
      if (Date.now() > deadline) throw new Error(`the Redis Cluster did not come up:\n${infos.join("\n")}`);
    }
  } finally {
    for (const client of clients) client.destroy();
  }
}
