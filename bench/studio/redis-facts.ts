import { createClient } from "redis";

/** What Redis tells of itself. */
export type RedisFacts = {
  commands: number;
  subscriptions: number;
  usedBytes: number;
  /** Used bytes without what connections and the append-only file have waiting, which comes and goes. */
  heldBytes: number;
};

export type AskRedis = { facts(): Promise<RedisFacts>; close(): Promise<void> };

/** Which server it is, and how often it forces its file to the disk. */
export type RedisServer = { readonly version: string; readonly fsync: string };

export const redisServer = async (url: string): Promise<RedisServer> => {
  const client = createClient({ url });
  await client.connect();
  try {
    const [info, { appendfsync = "unknown" }] = await Promise.all([
      client.info("server"),
      client.configGet("appendfsync"),
    ]);
    const told = (name: string): string | undefined => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
    const valkey = told("valkey_version");
    const version = valkey === undefined ? `Redis ${told("redis_version") ?? "unknown"}` : `Valkey ${valkey}`;
    return { version, fsync: appendfsync };
  } finally {
    await client.close();
  }
};

export const askRedis = async (url: string): Promise<AskRedis> => {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  return {
    facts: async () => {
      const info = String(await client.sendCommand(["INFO"]));
      const line = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? Number.NaN);
      return {
        commands: line("total_commands_processed"),
        subscriptions: line("pubsubshard_channels"),
        usedBytes: line("used_memory"),
        heldBytes: line("used_memory") - line("mem_clients_normal") - line("mem_aof_buffer"),
      };
    },
    close: async () => client.destroy(),
  };
};
