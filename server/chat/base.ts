import type { Logger } from "pino";
import type { ChatConfig, SpeechConfig } from "../config.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** What every part of a chat process is made with. */
export type Base = SpeechBase & { config: ChatConfig };

/** What is needed for what is said and read. */
export type SpeechBase = {
  config: SpeechConfig;
  redis: Redis;
  keys: Keys;
  logger: Logger;
  /** Logs what went wrong in the background, by the name of the event. */
  warn(event: string): (error: unknown) => void;
};
