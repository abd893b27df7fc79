import type { Durability } from "../../shared/api/health.ts";
import type { Redis } from "./redis.ts";
import { asText, asTexts } from "./reply.ts";

/** What a Redis that is killed may lose of its tail, by its setting. Without a file it loses everything, and there is nothing to wait for. */
export const TAIL_MS = { everysec: 2_000, unknown: 2_000, no: 2_000, always: 0, off: 0 } as const;

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
