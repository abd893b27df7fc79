import type { Durability } from "../../shared/api/health.ts";
import type { Redis } from "./redis.ts";
import { asText, asTexts } from "./reply.ts";

/** What this Redis makes an acknowledgement survive. A managed Redis may hide its settings; then `fsync` is `unknown`. */
export const readDurability = async (redis: Redis, { ackReplicas = 0 } = {}): Promise<Durability> => {
  const info = asText(await redis.run("", ["INFO", "persistence"]));
  const fsync = /^aof_enabled:0/m.test(info) ? "off" : await readFsync(redis);
  return { fsync, ackReplicas };
};

const readFsync = async (redis: Redis): Promise<Durability["fsync"]> => {
  try {
    const [, value] = asTexts(await redis.run("", ["CONFIG", "GET", "appendfsync"]));
    return value === "always" || value === "everysec" || value === "no" ? value : "unknown";
  } catch {
    return "unknown";
  }
};
