import { createClient } from "redis";
import type { EmbeddedRedis } from "../../deploy/embedded-redis.ts";

/** Runs `work` while Redis forces its file to the disk as told; afterwards it is every second again. */
export const withFsync = async <T>(
  redis: EmbeddedRedis,
  mode: "always" | "everysec",
  work: () => Promise<T>,
): Promise<T> => {
  const client = createClient({ url: redis.url });
  await client.connect();
  try {
    await client.configSet("appendfsync", mode);
    return await work();
  } finally {
    await client.configSet("appendfsync", "everysec");
    await client.close();
  }
};
