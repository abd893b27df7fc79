import type { Logger } from "pino";
import type { ChatConfig } from "../config.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** What every part of a chat process is made with. */
export type Base = {
  config: ChatConfig;
  redis: Redis;
  keys: Keys;
  logger: Logger;
  /** Logs what went wrong in the background, by the name of the event. */
  warn(event: string): (error: unknown) => void;
};
