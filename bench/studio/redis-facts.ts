import { createClient } from "redis";

/** What Redis tells of itself. */
export type RedisFacts = { commands: number; subscriptions: number; usedBytes: number };

export type AskRedis = { facts(): Promise<RedisFacts>; close(): Promise<void> };

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
      };
    },
    close: async () => client.destroy(),
  };
};
