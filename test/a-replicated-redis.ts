import { createClient } from "redis";
import { onTestFinished } from "vitest";
import { type EmbeddedRedis, startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { aCuttingProxy, type CuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

/** A master with a replica behind one address, as a DNS name or a floating IP is one. */
export type ReplicatedRedis = {
  readonly url: string;
  readonly proxy: CuttingProxy;
  /** The line between the first replica and its master. */
  readonly link: CuttingProxy;
  master: EmbeddedRedis;
  replica: EmbeddedRedis;
  /** Kills the master (-9); the replica takes its place and the address leads to it. */
  failOver(): Promise<void>;
  /** A new replica of the present master, with everything it has. */
  addReplica(): Promise<EmbeddedRedis>;
};

export const aReplicatedRedis = async (): Promise<ReplicatedRedis> => {
  const started: EmbeddedRedis[] = [];
  onTestFinished(async () => {
    await Promise.all(started.map((server) => server.kill()));
  });
  const start = async (replicaOf?: number): Promise<EmbeddedRedis> => {
    const server = await startEmbeddedRedis(replicaOf === undefined ? {} : { replicaOf });
    started.push(server);
    return server;
  };
  const master = await start();
  const link = await aCuttingProxy(master.port);
  const replica = await start(Number(new URL(link.url).port));
  const proxy = await aCuttingProxy(master.port);
  const pair: ReplicatedRedis = {
    url: proxy.url.replace("http:", "redis:"),
    proxy,
    link,
    master,
    replica,
    failOver: async () => {
      await pair.master.kill();
      link.cut();
      await tell(pair.replica.url, ["REPLICAOF", "NO", "ONE"]);
      pair.master = pair.replica;
      proxy.target = pair.master.port;
      proxy.cut();
    },
    addReplica: async () => {
      pair.replica = await start(pair.master.port);
      await waitFor(
        async () => String(await tell(pair.master.url, ["INFO", "replication"])).includes("state=online"),
        "the replica to be online",
      );
      return pair.replica;
    },
  };
  await waitFor(
    async () => String(await tell(master.url, ["INFO", "replication"])).includes("state=online"),
    "the replica to be online",
  );
  return pair;
};

/** One command to one server, over a connection of its own. */
export const tell = async (url: string, args: readonly string[]): Promise<unknown> => {
  const client = createClient({ url }).on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand([...args]);
  } finally {
    client.destroy();
  }
};
