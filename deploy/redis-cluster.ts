import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import { type EmbeddedRedis, startEmbeddedRedis } from "./embedded-redis.ts";
import { freePorts } from "./free-port.ts";

export type RedisClusterOptions = {
  /** Replicas of each master, which take its place when it dies. */
  replicas?: number;
  /** How long a node may be silent before the others take it for dead. */
  nodeTimeoutMs?: number;
};

export type RedisClusterForTests = {
  /** Of the first master; the clients find the others through it. */
  readonly url: string;
  readonly masters: readonly EmbeddedRedis[];
  readonly replicas: readonly EmbeddedRedis[];
  stop(): Promise<void>;
};

const MASTERS = 3;
/** Fixed by the Redis Cluster specification. */
const SLOTS = 16_384;
const READY_DEADLINE_MS = 30_000;
const START_TRIES = 5;

/** Three masters on free ports of 127.0.0.1, with replicas if wanted, every slot served and known to all, temporary data. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisClusterForTests> {
  const { replicas = 0, nodeTimeoutMs = 5_000 } = options;
  const nodes = MASTERS * (1 + replicas);
  for (let tries = 1; ; tries++) {
    try {
      return await start(await freePorts(nodes * 2), nodes, nodeTimeoutMs);
    } catch (error) {
      if (tries === START_TRIES || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function start(ports: readonly number[], count: number, nodeTimeoutMs: number): Promise<RedisClusterForTests> {
  const busPort = (index: number) => ports[count + index] ?? 0;
  const started = await Promise.allSettled(
    ports.slice(0, count).map((port, index) =>
      startEmbeddedRedis({
        port,
        args: [
          ...["--cluster-enabled", "yes", "--cluster-port", String(busPort(index))],
          ...["--cluster-node-timeout", String(nodeTimeoutMs), "--cluster-require-full-coverage", "no"],
        ],
      }),
    ),
  );
  const nodes = started.filter((result) => result.status === "fulfilled").map((result) => result.value);
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const result of started) if (result.status === "rejected") throw result.reason;
    await join(nodes, busPort);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: nodes[0]?.url ?? "", masters: nodes.slice(0, MASTERS), replicas: nodes.slice(MASTERS), stop };
}

/** The first three become masters; each further one follows the next of them in turn. */
async function join(nodes: readonly EmbeddedRedis[], busPort: (index: number) => number): Promise<void> {
  const clients = nodes.map((node) => createClient({ url: node.url }).on("error", () => {}));
  const infos = () => Promise.all(clients.map(async (client) => String(await client.sendCommand(["CLUSTER", "INFO"]))));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    const masters = clients.slice(0, MASTERS);
    for (const [index, client] of masters.entries()) {
      const from = Math.floor((SLOTS * index) / MASTERS);
      const to = Math.floor((SLOTS * (index + 1)) / MASTERS) - 1;
      await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
      await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
    }
    // Each meets each: waiting for gossip to introduce the second to the third would take seconds.
    for (const client of clients) {
      for (const [index, node] of nodes.entries()) {
        await client.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(node.port), String(busPort(index))]);
      }
    }
    const known = ["cluster_state:ok", `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${nodes.length}`];
    await until(
      async () => (await infos()).every((info) => known.every((line) => info.includes(`${line}\r\n`))),
      infos,
    );
    const ids = await Promise.all(masters.map(async (master) => String(await master.sendCommand(["CLUSTER", "MYID"]))));
    const followers = clients.slice(MASTERS);
    for (const [index, follower] of followers.entries())
      await follower.sendCommand(["CLUSTER", "REPLICATE", ids[index % MASTERS] ?? ""]);
    const links = () =>
      Promise.all(followers.map(async (each) => String(await each.sendCommand(["INFO", "replication"]))));
    await until(async () => (await links()).every((info) => info.includes("master_link_status:up")), links);
    // A failover needs the masters to know who follows them.
    const views = () => Promise.all(clients.map(async (each) => String(await each.sendCommand(["CLUSTER", "NODES"]))));
    const follow = (view: string) => view.match(/ (?:myself,)?slave /g)?.length ?? 0;
    await until(async () => (await views()).every((view) => follow(view) === followers.length), views);
  } finally {
    for (const client of clients) client.destroy();
  }
}

async function until(condition: () => Promise<boolean>, evidence: () => Promise<readonly string[]>): Promise<void> {
  for (const deadline = Date.now() + READY_DEADLINE_MS; !(await condition()); await delay(50))
    if (Date.now() > deadline) throw new Error(`the Redis Cluster did not come up:\n${(await evidence()).join("\n")}`);
}
